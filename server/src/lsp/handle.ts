import { type CancellationToken, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { ZodError } from 'zod';

/** Registers a request handler whose parameters it checks itself. */
export type Handle = (method: string, answer: (params: unknown, token: CancellationToken) => unknown) => void;

/** Runs a handler so that whatever goes wrong becomes one protocol error, and the server lives. */
export async function guarded(
  method: string,
  log: (message: string) => void,
  answer: () => unknown,
): Promise<unknown> {
  try {
    return (await answer()) ?? null;
  } catch (error) {
    if (error instanceof ResponseError) return error;
    if (error instanceof ZodError) {
      const [issue] = error.issues;
      const where = issue === undefined || issue.path.length === 0 ? 'parameters' : issue.path.join('.');
      return new ResponseError(
        ErrorCodes.InvalidParams,
        `${method}: ${where}: ${issue?.message ?? 'not valid'}`,
      );
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(`${method}: ${text}`);
    return new ResponseError(
      ErrorCodes.InternalError,
      `${method}: internal error: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
}
