/** How server and client talk. */
export type Transport =
  | { readonly kind: 'stdio' }
  | { readonly kind: 'node-ipc' }
  | { readonly kind: 'socket'; readonly port: number };

export type Asked = Transport | { readonly kind: 'version' } | { readonly kind: 'help' };

const largestPort = 65_535;

/** What a command line (without `node` and the script's name) asks for. A failure is one line. */
export function readWords(words: readonly string[]): Asked | { readonly failure: string } {
  if (words.includes('--version')) return { kind: 'version' };
  if (words.includes('--help') || words.includes('-h')) return { kind: 'help' };
  const transports: (Transport | { readonly failure: string })[] = [];
  for (let at = 0; at < words.length; at++) {
    const [name = '', value] = /^(--(?:socket|clientProcessId))=(.*)$/s.exec(words[at] ?? '')?.slice(1) ?? [
      words[at],
    ];
    switch (name) {
      case '--stdio':
        transports.push({ kind: 'stdio' });
        break;
      case '--node-ipc':
        transports.push({ kind: 'node-ipc' });
        break;
      case '--socket':
        transports.push(socket(value ?? words[++at]));
        break;
      case '--clientProcessId':
        // Clients of the VS Code library say it; the library's other half reads it.
        if (value === undefined) at++;
        break;
      default:
        return { failure: `${name}: not known here; see --help` };
    }
  }
  const [first, second] = transports;
  if (!first) return { failure: 'say how to talk: --stdio, --node-ipc or --socket=PORT' };
  return second ? { failure: 'say one way to talk: --stdio, --node-ipc or --socket=PORT' } : first;
}

function socket(text = ''): Transport | { readonly failure: string } {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= largestPort) return { kind: 'socket', port };
  return { failure: `--socket=${text}: not a port; give one from 1 to ${String(largestPort)}` };
}

/** The server's options, for its help and its manual page. */
export const serverOptions: readonly { readonly flags: string; readonly description: string }[] = [
  { flags: '--stdio', description: 'talk over standard input and output' },
  { flags: '--node-ipc', description: 'talk over Node’s channel to the parent process' },
  { flags: '--socket=PORT', description: 'connect to a port on this machine' },
  { flags: '--version', description: 'print the version' },
  { flags: '--help', description: 'print this help' },
];

export const serverDescription =
  'The language server for linker-gathered tables in the Linux kernel: task watchers, initcalls and your own.';

export const usage = `Usage: task-watchers-language-server --stdio | --node-ipc | --socket=PORT

${serverDescription}
Editors start it; docs/protocol.md says what it offers beside the Language Server Protocol.

${serverOptions.map(({ flags, description }) => `  ${flags.padEnd(15)}${description}`).join('\n')}
`;
