import { version } from '../version';

const usage = `Usage: task-watchers-language-server --stdio | --node-ipc | --socket=PORT

The language server for linker-gathered tables in the Linux kernel: task watchers, initcalls and your own.
Editors start it; docs/protocol.md says what it offers beside the Language Server Protocol.

  --stdio        talk over standard input and output
  --node-ipc     talk over Node's channel to the parent process
  --socket=PORT  connect to a port on this machine
  --version      print the version
  --help         print this help
`;

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
