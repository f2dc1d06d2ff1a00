import { setFlagsFromString } from 'node:v8';
import { survivePipeEnd } from './terminal';
import { version } from '../version';

// The answer to --version needs none of the rest: scripts ask for it often, and it should cost nothing.
const words = process.argv.slice(2);
if (words.length === 1 && words[0] === '--version') {
  process.stdout.write(`${version}\n`);
} else {
  survivePipeEnd();
  // By itself the heap grows to twice what is in use, on a machine with much memory: a third less costs hardly any time.
  // Several threads that collect the young generation together wait for each other more than they win: a fifth of all
  // processor time on two cores.
  // Compiling what runs for a second or two took two fifths of all processor time: it is optimised later than by itself.
  // Another V8 may not know these, and would say so.
  if (Number.parseInt(process.versions.v8) < 13)
    for (const flag of ['--no-parallel-scavenge', '--heap-growing-percent=40', '--interrupt-budget=600000'])
      setFlagsFromString(flag);
  void import('./program')
    .then(({ runProgram }) => runProgram(words))
    .then((status) => {
      process.exitCode = status;
    });
}
