import type { PossibleReturn } from './dispatch-result';
import { anyInt, isNegative, type Outcome } from './watcher-returns';
import type { Bounds } from './execute/value';

/** The errors that a number can stand for (`MAX_ERRNO`, include/linux/err.h). */
export const errorBounds: Bounds = { min: -4095n, max: -1n, not: [] };

/** What a watcher is taken to return in one run. */
export interface Chosen {
  readonly shown: PossibleReturn;
  /** What else it may return just as well, `shown` included. */
  readonly alternatives: readonly PossibleReturn[];
  readonly bounds: Bounds;
  /** Its source does not show how it could fail so. */
  readonly injected: boolean;
  /** It may fail too, and is taken not to. */
  readonly mayFail: boolean;
  /** A sentence on what else was assumed; `undefined`: nothing, it returns this for certain. */
  readonly assumed: string | undefined;
}

export interface Failure {
  readonly function: string;
  /** Positive, 12 for `-ENOMEM`; `undefined`: as the source has it. */
  readonly errno: number | undefined;
}

/** A watcher that is not asked to fail does not, unless it always does. */
export function withoutFailure(name: string, outcomes: readonly Outcome[]): Chosen | undefined {
  const failing = outcomes.filter((outcome) => isNegative(outcome) === 'yes');
  const others = outcomes.filter((outcome) => isNegative(outcome) !== 'yes');
  const [first] = others;
  if (!first) return failing[0] && only(name, failing);
  const bounds: Bounds = {
    min: others.reduce((least, { bounds: { min } }) => (min < least ? min : least), first.bounds.min),
    max: others.reduce((most, { bounds: { max } }) => (max > most ? max : most), first.bounds.max),
    not: others.length === 1 ? first.bounds.not : [],
  };
  if (others.some(({ shown }) => shown.kind === 'none'))
    return {
      shown: others.find(({ shown }) => shown.kind === 'none')?.shown ?? first.shown,
      alternatives: outcomes.map(({ shown }) => shown),
      bounds: anyInt,
      injected: false,
      mayFail: false,
      assumed: `${name}() may end without a value: what the dispatcher then reads is left to chance`,
    };
  const canFail = failing.length > 0 || bounds.min < 0n;
  const taken = others.map(spared);
  return {
    shown: taken.find(({ kind }) => kind === 'zero') ?? taken[0] ?? first.shown,
    alternatives: taken,
    bounds: bounds.min < 0n ? { ...bounds, min: 0n, not: bounds.not.filter((value) => value > 0n) } : bounds,
    injected: false,
    mayFail: canFail,
    assumed: undefined,
  };
}

/** What may be an error is taken to be none. */
function spared(outcome: Outcome): PossibleReturn {
  const { shown } = outcome;
  if (isNegative(outcome) !== 'maybe') return shown;
  return { ...shown, text: shown.callee === undefined ? 'no error' : `no error of ${shown.callee}()` };
}

function only(name: string, failing: readonly Outcome[]): Chosen | undefined {
  const [first] = failing;
  if (!first) return undefined;
  return {
    shown: first.shown,
    alternatives: failing.map(({ shown }) => shown),
    bounds: failing.length === 1 ? first.bounds : errorBounds,
    injected: false,
    mayFail: false,
    assumed: failing.length > 1 ? `${name}() fails in one of several ways` : undefined,
  };
}

/** A watcher that is asked to fail: as its source can, or else as it is told to. `nameOf` gives an error's name. */
export function withFailure(
  { function: name, errno }: Failure,
  outcomes: readonly Outcome[],
  place: { readonly file: string; readonly line: number },
  nameOf: (errno: number) => string | undefined,
): Chosen {
  const exact = (value: number): Bounds => ({ min: BigInt(value), max: BigInt(value), not: [] });
  const textOf = (value: number): string => {
    const text = nameOf(value);
    return text === undefined ? String(-value) : `-${text}`;
  };
  const candidates = outcomes.filter((outcome) => isNegative(outcome) !== 'no');
  if (errno !== undefined) {
    const able = candidates.find(
      ({ bounds }) => bounds.min <= BigInt(-errno) && BigInt(-errno) <= bounds.max,
    );
    const shown: PossibleReturn = {
      text: textOf(errno),
      kind: 'error',
      value: -errno,
      callee: able?.shown.callee,
      reason: able ? able.shown.reason : 'asked for; the source does not show how',
      file: able?.shown.file ?? place.file,
      line: able?.shown.line ?? place.line,
    };
    return {
      shown,
      alternatives: [shown],
      bounds: exact(-errno),
      injected: !able,
      mayFail: false,
      assumed: undefined,
    };
  }
  const sure = candidates.find((outcome) => isNegative(outcome) === 'yes') ?? candidates[0];
  if (sure) {
    const { bounds, shown } = sure;
    const several = candidates.length > 1 ? `${name}() can fail in more than one way` : undefined;
    if (isNegative(sure) === 'yes')
      return { shown, alternatives: [shown], bounds, injected: false, mayFail: false, assumed: several };
    const negative = { ...bounds, max: -1n, not: bounds.not.filter((value) => value < -1n) };
    const text = shown.callee === undefined ? 'some error' : `an error of ${shown.callee}()`;
    const failing = { ...shown, text };
    return {
      shown: failing,
      alternatives: [failing],
      bounds: negative,
      injected: false,
      mayFail: false,
      assumed: several,
    };
  }
  const memory = 12;
  const shown: PossibleReturn = {
    text: textOf(memory),
    kind: 'error',
    value: -memory,
    callee: undefined,
    reason: 'asked for; the source does not show how',
    ...place,
  };
  return {
    shown,
    alternatives: [shown],
    bounds: exact(-memory),
    injected: true,
    mayFail: false,
    assumed: undefined,
  };
}
