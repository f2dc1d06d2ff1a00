import { version } from '../version';
import { usage } from './command-line';

const words = process.argv.slice(2);
const transport = words.some((word) => /^--(?:stdio|node-ipc|socket(?:=\d+)?)$/.test(word));
if (words.includes('--version')) process.stdout.write(`${version}\n`);
else if (words.includes('--help')) process.stdout.write(usage);
else if (!transport) {
  process.stderr.write(
    'task-watchers-language-server: say how to talk: --stdio, --node-ipc or --socket=PORT\n',
  );
  process.exitCode = 2;
} else void import('./start').then(({ start }) => start());
