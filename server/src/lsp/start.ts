import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server';

/** Talks to the client that the command line names. */
export function start(): void {
  // A server lives long beside others: it gives up some speed so that what is garbage is not kept for long.
  // Threads that collect the young generation together wait for each other: on two busy cores for 50 ms instead of 2.
  // Another V8 may not know these, and would say so.
  if (Number.parseInt(process.versions.v8) < 13)
    for (const flag of [
      '--semi-space-growth-factor=1',
      '--heap-growing-percent=30',
      '--optimize-for-size',
      '--no-parallel-scavenge',
    ])
      setFlagsFromString(flag);
  const connection = createConnection(ProposedFeatures.all);
  // What nobody waited for has failed: that is no reason to take the editor's answers away.
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    process.stderr.write(`task-watchers-language-server: ${text}\n`);
  });
  serve(connection);
}
