import { lineAt, type Place } from '../syntax/positions';
import type { TableEntry } from '../link/entry';
import { isNamed } from '../syntax/c/section-entry';
import { mayInclude } from '../watchers/may-include';
import type { PossibleReturn } from './dispatch-result';
import { errnoName } from './errno';
import type { RunnableFunction } from './execute/program';
import { runGraph, withParameters, type Ending } from './execute/run-function';
import { boundsIn, emptyState, settled, stepsOf, type TrailStep } from './execute/state';
import type { Bounds, Value } from './execute/value';
import type { TreeCode } from './tree-code';

/** One thing that a watcher may return. */
export interface Outcome {
  readonly shown: PossibleReturn;
  readonly bounds: Bounds;
  /** What has to hold for it, whichever way is taken. */
  readonly conditions: readonly string[];
  /** Whether on some way there memory was taken and not given back; `maybe`: what is not followed may have done so. */
  readonly takes: 'yes' | 'maybe' | 'no';
  /** How it comes about was not seen to the end. */
  readonly isLost: boolean;
}

export const isNegative = ({ bounds }: Outcome): 'yes' | 'no' | 'maybe' =>
  bounds.max < 0n ? 'yes' : bounds.min >= 0n ? 'no' : 'maybe';

/** An `int` of which nothing is known. */
export const anyInt: Bounds = { min: -(1n << 31n), max: (1n << 31n) - 1n, not: [] };

/**
 * Everything that a watcher may return for the arguments `given`, without repetition, in source order. Where its code
 * cannot be found or followed, one outcome says so, and has any value. The symbol `tsk` is a task, and not NULL.
 */
export function watcherOutcomes(
  code: TreeCode,
  entry: TableEntry,
  given: readonly Value[],
): readonly Outcome[] {
  if (!isNamed(entry.function))
    return [unknownOutcome(entry.place, `${entry.variable} does not say which function it is`)];
  const definitions = definitionsOf(code, entry);
  if (definitions.length === 0)
    return [
      unknownOutcome(entry.place, `no definition of ${entry.function}() is found for ${entry.place.file}`),
    ];
  const outcomes = definitions.flatMap((definition) => outcomesOf(code, definition, given));
  const seen = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const key = `${outcome.shown.text} ${String(outcome.shown.line)}`;
    const other = seen.get(key);
    seen.set(key, other ? eitherOf(other, outcome) : outcome);
  }
  return [...seen.values()].map(withReason).sort((a, b) => a.shown.line - b.shown.line);
}

/** Two ways to the same return, as one. */
function eitherOf(one: Outcome, other: Outcome): Outcome {
  const [a, b] = [one.bounds, other.bounds];
  return {
    shown: one.shown,
    bounds: {
      min: a.min < b.min ? a.min : b.min,
      max: a.max > b.max ? a.max : b.max,
      not: a.not.filter((value) => value < b.min || value > b.max || b.not.includes(value)),
    },
    conditions: one.conditions.filter((condition) => other.conditions.includes(condition)),
    takes:
      [one.takes, other.takes].find((takes) => takes === 'yes') ??
      (one.takes === 'no' ? other.takes : one.takes),
    isLost: one.isLost || other.isLost,
  };
}

const withReason = (outcome: Outcome): Outcome =>
  outcome.shown.reason === ''
    ? { ...outcome, shown: { ...outcome.shown, reason: outcome.conditions.slice(-3).join(', ') } }
    : outcome;

/** In the file itself, else in a source file that it includes or that includes it. */
function definitionsOf(code: TreeCode, entry: TableEntry): readonly RunnableFunction[] {
  const own = code.definitions(entry.place.file, entry.function);
  if (own.length > 0) return own;
  const { snapshot } = code.reader;
  const compiled = snapshot.plan.objects.find(({ path }) => path === entry.object)?.source;
  const files = new Set([...mayInclude(code.reader, entry.place.file).files]);
  if (compiled !== undefined) for (const file of mayInclude(code.reader, compiled).files) files.add(file);
  for (const file of files) {
    const text = code.reader.source(file)?.text;
    if (file === entry.place.file || text?.includes(entry.function) !== true) continue;
    const found = code.definitions(file, entry.function);
    if (found.length > 0) return found;
  }
  return [];
}

const unknownOutcome = (place: Place, reason: string): Outcome => ({
  shown: {
    text: 'unknown',
    kind: 'unknown',
    value: undefined,
    callee: undefined,
    reason,
    file: place.file,
    line: place.line,
  },
  bounds: anyInt,
  conditions: [],
  takes: 'no',
  isLost: true,
});

function outcomesOf(code: TreeCode, target: RunnableFunction, given: readonly Value[]): readonly Outcome[] {
  return target.graphs.flatMap((graph) => {
    const start = {
      ...emptyState,
      bounds: new Map([['tsk', { min: 1n, max: (1n << 63n) - 1n, not: [] }]]),
    };
    const entered = withParameters(code.program, target, graph, given, start);
    const endings = runGraph(code.program, target, graph, entered);
    const place = placeIn(code, target.file, graph.nodes[graph.entry]?.range.start ?? 0);
    if (endings.length === 0) return [unknownOutcome(place, `${target.name}() never returns`)];
    return endings.map((ending) => outcomeOf(code, target, ending));
  });
}

function outcomeOf(code: TreeCode, target: RunnableFunction, ending: Ending): Outcome {
  const place = placeIn(code, target.file, ending.at);
  if (ending.lost !== undefined) return unknownOutcome(place, ending.lost);
  const steps = stepsOf(ending.state.trail);
  const rest = { conditions: conditionsOf(code, steps), takes: takesMemory(steps), isLost: false };
  if (!ending.value) {
    const isVoid = target.returnType === 'void';
    return {
      shown: {
        ...place,
        text: 'no value',
        kind: 'none',
        value: undefined,
        callee: undefined,
        reason: isVoid ? 'it is declared void' : 'it ends without a return',
      },
      bounds: anyInt,
      ...rest,
    };
  }
  const ended = settled(ending.state, ending.value);
  // Whatever it is declared to return, the dispatcher takes an int.
  const value: Value = ended.kind === 'number' ? { ...ended, value: BigInt.asIntN(32, ended.value) } : ended;
  return {
    shown: {
      ...shownValue(code, target, value, boundsOf(ending, value)),
      ...place,
      reason: '',
    },
    bounds: boundsOf(ending, value),
    ...rest,
  };
}

function boundsOf(ending: Ending, value: Value): Bounds {
  if (value.kind === 'number') return { min: value.value, max: value.value, not: [] };
  if (value.kind === 'symbol') {
    const { min, max, not } = boundsIn(ending.state, value.id, value.type);
    // Whatever it was before, the dispatcher gets an int.
    return min >= anyInt.min && max <= anyInt.max ? { min, max, not } : anyInt;
  }
  return { min: 1n, max: anyInt.max, not: [] };
}

export type ShownValue = Pick<PossibleReturn, 'text' | 'kind' | 'value' | 'callee'>;

/** A value as a person writes it; error numbers by the name that the code around it uses. */
export function shownValue(
  code: TreeCode,
  where: Pick<RunnableFunction, 'file' | 'text'>,
  value: Value,
  { min, max }: Bounds,
): ShownValue {
  if (value.kind === 'number') {
    const number = Number(value.value);
    if (number === 0) return { text: '0', kind: 'zero', value: 0, callee: undefined };
    if (number > 0) return { text: String(number), kind: 'positive', value: number, callee: undefined };
    const name = nameOfError(code, where, -number);
    return {
      text: name === undefined ? String(number) : `-${name}`,
      kind: 'error',
      value: number,
      callee: undefined,
    };
  }
  const callee = value.kind === 'symbol' ? value.callee : undefined;
  const sign = max < 0n ? 'an error' : min >= 0n ? 'no error' : undefined;
  if (callee !== undefined)
    return {
      text: sign === undefined ? `what ${callee}() returns` : `${sign} of ${callee}()`,
      kind: 'propagated',
      value: undefined,
      callee,
    };
  return {
    text: sign === undefined ? 'unknown' : `unknown, ${sign}`,
    kind: 'unknown',
    value: undefined,
    callee: undefined,
  };
}

/** The name by which the file knows an error number (positive); `undefined`: it does not speak of it. */
export function nameOfError(
  code: TreeCode,
  { file, text }: Pick<RunnableFunction, 'file' | 'text'>,
  value: number,
): string | undefined {
  const shared = errnoName(value);
  if (shared !== undefined) return text.includes(shared) ? shared : undefined;
  for (const [, name = ''] of text.matchAll(/-\s*(E[A-Z0-9]{2,})\b/g))
    if (code.constants.number(file, name) === BigInt(value)) return name;
  return undefined;
}

/** The tests that led there: those that might have gone the other way, and those that `val` decided. */
function conditionsOf(code: TreeCode, steps: readonly TrailStep[]): readonly string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'unknown') return [step.reason];
    if (step.kind !== 'test') return [];
    const line = placeIn(code, step.file, step.at).line;
    if (/ (?:gives NULL|succeeds)$/.test(step.text)) return [`${step.text} (line ${String(line)})`];
    // A test on what an allocation just gave says the same again.
    if (step.decided && !step.names.includes('val') && !step.text.includes('flags')) return [];
    return [`${step.holds ? step.text : `!${parenthesised(step.text)}`} (line ${String(line)})`];
  });
}

function takesMemory(steps: readonly TrailStep[]): Outcome['takes'] {
  const released = new Set(steps.flatMap((step) => (step.kind === 'released' ? [step.id] : [])));
  const first = steps.findIndex((step) => step.kind === 'taken' && !released.has(step.id));
  if (first < 0) return 'no';
  return steps.slice(first).some(({ kind }) => kind === 'unfollowed' || kind === 'unknown') ? 'maybe' : 'yes';
}

const parenthesised = (text: string): string => (/^[\w>.()-]+$/.test(text) ? text : `(${text})`);

/** Of a 0-based UTF-16 offset. */
export function placeIn(code: TreeCode, file: string, offset: number): Place {
  const starts = code.reader.source(file)?.lineStarts ?? [0];
  return { file, line: lineAt(starts, offset) };
}
