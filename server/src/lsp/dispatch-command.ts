import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import type { Context } from './context';
import { dispatchArguments } from './params';
import type { CommandResult } from './protocol';

/** `taskWatchers.dispatch`: what a notification does. The simulation itself is `dispatch/`. */
export function dispatchCommand(
  context: Context,
  argument: unknown,
  token: CancellationToken,
): Promise<CommandResult | null> {
  dispatchArguments.parse(argument);
  if (context.roots.sessions().length === 0 || token.isCancellationRequested) return Promise.resolve(null);
  return Promise.reject(
    new ResponseError(
      LSPErrorCodes.RequestFailed,
      'the dispatch preview is not available in this version of the server',
    ),
  );
}
