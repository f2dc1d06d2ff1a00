import { setImmediate as turn } from 'node:timers/promises';
import type { Steps } from '../syntax/steps';

/** Milliseconds of answering one request after which others get their turn. */
export const longestTurn = 5;

/**
 * Runs steps and lets others have their turn every `breathe` milliseconds; after each, `goOn` tells whether the rest is
 * still wanted. `undefined`: it was not.
 */
export async function inTurns<T>(
  steps: Steps<T>,
  breathe: number,
  goOn: () => boolean,
): Promise<{ readonly value: T } | undefined> {
  for (let since = performance.now(); ;) {
    const { done, value } = steps.next();
    if (done === true) return { value };
    if (performance.now() - since < breathe) continue;
    await turn();
    if (!goOn()) return undefined;
    since = performance.now();
  }
}
