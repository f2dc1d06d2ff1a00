/**
 * Work that takes long, cut into steps of a few milliseconds: whoever runs it may serve others in between, or give it up.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs all of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
