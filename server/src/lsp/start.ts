import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server';

/** Talks to the client that the command line names. */
export function start(): void {
  serve(createConnection(ProposedFeatures.all));
}
