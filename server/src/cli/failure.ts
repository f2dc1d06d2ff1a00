/**
 * Wrong usage or unreadable input: one line that says what, where, and what to do. Exit status 2.
 * Thrown only inside `cli/`, and caught in one place, {@link runCommand}.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
}

interface Failed {
  readonly failure: string;
}

/** The value, or the end of the command with its one-line message. */
export function orFail<T extends object>(result: T): Exclude<T, Failed> {
  if (isValue(result)) return result;
  throw new Failure('failure' in result ? String(result.failure) : 'failed');
}

const isValue = <T extends object>(result: T): result is Exclude<T, Failed> => !('failure' in result);

/**
 * By name: the bundles of the program and of its commands each have a class of their own. A file that changes while it is
 * read is no fault of ours either.
 */
export function isFailure(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'Failure' || error.name === 'FileChanged');
}
