import { survivePipeEnd } from './terminal';
import { version } from '../version';

// The answer to --version needs none of the rest: scripts ask for it often, and it should cost nothing.
const words = process.argv.slice(2);
if (words.length === 1 && words[0] === '--version') {
  process.stdout.write(`${version}\n`);
} else {
  survivePipeEnd();
  void import('./program')
    .then(({ runProgram }) => runProgram(words))
    .then((status) => {
      process.exitCode = status;
    });
}
