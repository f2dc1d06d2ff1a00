/**
 * Wrong usage or unreadable input: one line that says what, where, and what to do. Exit status 2.
 * Thrown only inside `cli/`, and caught in one place, {@link runCommand}.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** The value, or the end of the command with its one-line message. */
export function orFail<T>(result: T | { readonly failure: string }): T {
  if (typeof result === 'object' && result !== null && 'failure' in result) throw new Failure(result.failure);
  return result;
}

/**
 * By name: the bundles of the program and of its commands each have a class of their own. A file that changes while it is
 * read is no fault of ours either.
 */
export function isFailure(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'Failure' || error.name === 'FileChanged');
}
