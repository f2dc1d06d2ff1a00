import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server';

/** Talks to the client that the command line names. */
export function start(): void {
  // A server lives long beside others: it gives up some speed so that what is garbage is not kept for long.
  setFlagsFromString('--heap-growing-percent=30');
  serve(createConnection(ProposedFeatures.all));
}
