import { createConnection as connectTo, type Socket } from 'node:net';
import {
  createConnection,
  ProposedFeatures,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-languageserver/node';
import { setFlags } from '../v8-flags';
import type { Transport } from './command-line';
import { serve } from './server';

/** Talks to the client that the command line names. What it resolves to is a failure, one line. */
export async function start(transport: Transport): Promise<string | undefined> {
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
  const socket = transport.kind === 'socket' ? await connected(transport.port) : undefined;
  if (typeof socket === 'string') return socket;
  // The library reads the other ways to talk from the command line.
  const connection = socket
    ? createConnection(ProposedFeatures.all, new SocketMessageReader(socket), new SocketMessageWriter(socket))
    : createConnection(ProposedFeatures.all);
  // What nobody waited for has failed: that is no reason to take the editor's answers away.
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    process.stderr.write(`task-watchers-language-server: ${text}\n`);
  });
  serve(connection);
  return undefined;
}

/** To a client that listens on this machine; a text says why there is none. */
function connected(port: number): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1');
    const refused = (error: NodeJS.ErrnoException): void => {
      resolve(
        `--socket=${String(port)}: cannot connect to 127.0.0.1:${String(port)} (${error.code ?? error.message})`,
      );
    };
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      resolve(socket);
    });
  });
}
