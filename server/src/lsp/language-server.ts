import { version } from '../version';
import { readWords, usage } from './command-line';

const asked = readWords(process.argv.slice(2));
if ('failure' in asked) refuse(asked.failure);
else if (asked.kind === 'version') process.stdout.write(`${version}\n`);
else if (asked.kind === 'help') process.stdout.write(usage);
// Without the check, messages go nowhere and the end comes at once.
else if (asked.kind === 'node-ipc' && process.send === undefined)
  refuse('--node-ipc: no channel to a parent process; start it with fork() of Node.js, or give --stdio');
else
  void import('./start')
    .then(({ start }) => start(asked))
    .then((failure) => {
      if (failure !== undefined) refuse(failure);
    });

function refuse(failure: string): void {
  process.stderr.write(`task-watchers-language-server: ${failure}\n`);
  process.exitCode = 2;
}
