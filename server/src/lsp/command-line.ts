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
