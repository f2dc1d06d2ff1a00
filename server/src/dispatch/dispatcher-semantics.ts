import { boundarySymbols } from '../watchers/dispatcher-table';
import { unsignedLong } from './execute/c-type';
import { number, type Value } from './execute/value';
import { runDispatcher, type DispatcherEnding, type FoundDispatcher } from './run-dispatcher';
import type { TreeCode } from './tree-code';

/** What a dispatcher does with the results of its watchers, found by running it. */
export interface DispatcherSemantics {
  /** `calls every watcher and returns the first error`. */
  readonly text: string;
  /** Whether a watcher's error reaches the caller; `undefined`: its code could not be followed. */
  readonly keepsErrors: 'always' | 'sometimes' | 'never' | undefined;
  readonly stopsAtError: boolean;
  /** It calls the last slot first. */
  readonly backwards: boolean;
}

const kept = new WeakMap<FoundDispatcher, DispatcherSemantics>();

/** Runs it over three watchers that fail one at a time, then two of them together. */
export function dispatcherSemantics(code: TreeCode, found: FoundDispatcher): DispatcherSemantics {
  let known = kept.get(found);
  if (!known) kept.set(found, (known = observe(code, found)));
  return known;
}

function observe(code: TreeCode, found: FoundDispatcher): DispatcherSemantics {
  const fine = observed(tryOut(code, found, [0, 0, 0]));
  const backwards = fine?.called.join() === '2,1,0';
  /** What the watchers return in the order in which they are called. */
  const runWith = (...[a, b, c]: readonly [number, number, number]): Observed | undefined =>
    observed(tryOut(code, found, backwards ? [c, b, a] : [a, b, c]));
  const alone = [runWith(-11, 0, 0), runWith(0, -12, 0), runWith(0, 0, -13)];
  // Joined by `|`, `&` or `+` these two make a third number.
  const two = runWith(-11, -22, 0);
  const reversed = runWith(-22, -11, 0);
  const failing = alone.flatMap((run) => run ?? []);
  // A result that is no number may be the error or may be none.
  const isClear = failing.length === alone.length && failing.every(({ result }) => result !== undefined);
  if (!fine || !two || !reversed || !isClear)
    return {
      text: 'its code could not be followed',
      keepsErrors: undefined,
      stopsAtError: false,
      backwards: false,
    };
  const reaching = failing.filter(({ result }) => result !== undefined && result < 0);
  const keepsErrors =
    reaching.length === failing.length ? 'always' : reaching.length > 0 ? 'sometimes' : 'never';
  const stopsAtError = failing[0]?.called.length === 1;
  const calls =
    fine.called.length < 3
      ? `calls ${String(fine.called.length)} of 3 watchers`
      : stopsAtError
        ? 'stops at the first error'
        : failing.some(({ called }) => called.length < 3)
          ? 'stops after some errors'
          : 'calls every watcher';
  const order = backwards ? ', the last slot first,' : '';
  return {
    text: `${calls}${order} and ${returnsText(keepsErrors, failing, two, reversed)}`,
    keepsErrors,
    stopsAtError,
    backwards,
  };
}

function returnsText(
  keepsErrors: 'always' | 'sometimes' | 'never',
  failing: readonly Observed[],
  two: Observed,
  reversed: Observed,
): string {
  if (keepsErrors === 'never') return 'never returns an error: every failure is lost';
  if (keepsErrors === 'sometimes') {
    const lost = failing.flatMap(({ result }, index) =>
      result !== undefined && result < 0 ? [] : [['first', 'second', 'last'][index] ?? ''],
    );
    return `loses the error when the ${lost.join(' or ')} of three watchers fails`;
  }
  if (failing.some(({ result }, index) => result !== -11 - index)) return 'returns an error of its own';
  if (two.called.length === 1) return 'returns it';
  if ([two, reversed].some(({ result }) => result !== -11 && result !== -22))
    return 'returns the errors combined into another number';
  if (two.result === -11)
    return reversed.result === -22 ? 'returns the first error' : 'returns the highest error';
  return reversed.result === -22 ? 'returns the lowest error' : 'returns the last error';
}

const passed = new WeakMap<FoundDispatcher, Map<string, readonly Value[] | undefined>>();

/** What a watcher is given when the dispatcher is given `val`; `undefined`: it could not be followed to a watcher. */
export function passedToWatchers(
  code: TreeCode,
  found: FoundDispatcher,
  val: Value,
): readonly Value[] | undefined {
  let known = passed.get(found);
  if (!known) passed.set(found, (known = new Map<string, readonly Value[] | undefined>()));
  const key = val.kind === 'number' ? String(val.value) : '?';
  if (!known.has(key)) known.set(key, tryOut(code, found, [0, 0, 0], val).flatMap(({ given }) => given)[0]);
  return known.get(key);
}

interface Observed {
  readonly called: readonly number[];
  readonly result: number | undefined;
}

/** One run, where there is only one. */
function observed(endings: readonly DispatcherEnding[]): Observed | undefined {
  const [only, other] = endings;
  if (!only || other || only.doubts.length > 0) return undefined;
  return {
    called: only.called,
    result: only.value?.kind === 'number' ? Number(only.value.value) : undefined,
  };
}

function tryOut(
  code: TreeCode,
  found: FoundDispatcher,
  results: readonly [number, number, number],
  val: Value = number(0, unsignedLong(code.program.wordBits)),
): readonly DispatcherEnding[] {
  const [event] = code.reader.snapshot.family.events;
  if (!event) return [];
  const eventNumber = found.numberOf(event);
  const { length } = results;
  const symbols = new Map<string, number>();
  for (const [symbol, named] of boundarySymbols(code.reader.snapshot))
    symbols.set(symbol, named === event.name ? 0 : length);
  for (const { elements } of found.tables)
    for (const { index, symbol } of elements)
      if (index !== undefined) symbols.set(symbol, index <= eventNumber ? 0 : length);
  return runDispatcher(code, found, {
    symbols,
    eventNumber,
    val,
    longest: length,
    returned: (position) => {
      const result = results[position];
      if (result === undefined) return undefined;
      const value = BigInt(result);
      return { bounds: { min: value, max: value, not: [] }, function: `watcher ${String(position)}` };
    },
  });
}
