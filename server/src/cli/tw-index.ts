import { survivePipeEnd } from './terminal';
import { version } from '../version';

survivePipeEnd();
// The answer to --version needs none of the rest: scripts ask for it often, and it should cost nothing.
const words = process.argv.slice(2);
if (words.length === 1 && words[0] === '--version') process.stdout.write(`${version}\n`);
else
  void run().then((status) => {
    process.exitCode = status;
  });

async function run(): Promise<number> {
  const { isScanCertain } = await import('./foresee-scan');
  if (isScanCertain(words)) (await import('../source/scan-thread')).expectScan();
  const { runProgram } = await import('./program');
  return runProgram(words);
}
