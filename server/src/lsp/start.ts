import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { setFlags } from '../v8-flags';
import { serve } from './server';

/** Talks to the client that the command line names. */
export function start(): void {
  // A server lives long beside others: it gives up some speed so that what is garbage is not kept for long.
  // Threads that collect the young generation together wait for each other: on two busy cores for 50 ms instead of 2.
  // What Maglev (since V8 13) wins an edit, a millisecond of 17, is not worth its 15 MB.
  setFlags(
    '--no-maglev',
    '--semi-space-growth-factor=1',
    '--heap-growing-percent=30',
    '--optimize-for-size',
    '--no-parallel-scavenge',
  );
  const connection = createConnection(ProposedFeatures.all);
  // What nobody waited for has failed: that is no reason to take the editor's answers away.
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    process.stderr.write(`task-watchers-language-server: ${text}\n`);
  });
  serve(connection);
}
