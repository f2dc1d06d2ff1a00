import { rememberByFile } from '../syntax/c/remember-by-file';
import type { SourceFile } from '../syntax/c/unit';
import { finish, type Steps } from '../syntax/steps';
import { dispatcherTables, type DispatcherTable } from '../watchers/dispatcher-table';
import { eventNumbers } from '../watchers/event-numbers';
import type { Dispatcher, Family, FamilyEvent } from '../watchers/family';
import { int, unsignedInt } from './execute/c-type';
import type { Program, RunnableFunction } from './execute/program';
import { runGraph, withParameters, type Ending } from './execute/run-function';
import { bounded, emptyState, keyOfTrail, noted, stepsOf } from './execute/state';
import { number, type Bounds, type Value } from './execute/value';
import type { TreeCode } from './tree-code';

/** The function that walks the tables, with what it needs to be run. */
export interface FoundDispatcher {
  readonly dispatcher: Dispatcher;
  readonly function: RunnableFunction;
  readonly tables: readonly DispatcherTable[];
  /** Events to the numbers that the tree gives them. */
  readonly numberOf: (event: FamilyEvent) => number;
}

const found = new WeakMap<TreeCode, FoundDispatcher | undefined>();

/** `undefined`: the family has none that takes an event, or the tree does not define it. */
export const findDispatcher = (code: TreeCode): FoundDispatcher | undefined => finish(dispatcherSteps(code));

/** The same in steps, each of which reads the functions of one file. */
export function* dispatcherSteps(code: TreeCode): Steps<FoundDispatcher | undefined> {
  if (!found.has(code)) found.set(code, yield* lookForDispatcher(code));
  return found.get(code);
}

function* lookForDispatcher(code: TreeCode): Steps<FoundDispatcher | undefined> {
  const { snapshot } = code.reader;
  const numbers = eventNumbers(code.reader);
  const constants = new Map([...numbers.values()].map(({ constant, value }) => [constant, value]));
  for (const dispatcher of snapshot.family.dispatchers) {
    if (dispatcher.eventArgument === undefined) continue;
    for (const file of snapshot.candidates) {
      const source = /\.[ch]$/.test(file) ? code.reader.source(file) : undefined;
      if (!source || !mayDefine(source, dispatcher.function)) continue;
      yield;
      const [target] = code.definitions(file, dispatcher.function);
      // A stub in a header walks nothing.
      if (!target || (file.endsWith('.h') && isStub(target))) continue;
      return {
        dispatcher,
        function: target,
        tables: dispatcherTables(code.reader, (name) => constants.get(name)),
        numberOf: (event) => numbers.get(event.name)?.value ?? positionIn(snapshot.family, event),
      };
    }
  }
  return undefined;
}

/** A first look without a parser: whether a name stands outside bodies. Most files that hold it only call. */
function mayDefine(file: SourceFile, name: string): boolean {
  const known = outsideBodies(file);
  let answer = known.get(name);
  if (answer === undefined) known.set(name, (answer = standsOutside(file, name)));
  return answer;
}

const outsideBodies = rememberByFile(() => new Map<string, boolean>());

function standsOutside({ text, facts: { statements } }: SourceFile, name: string): boolean {
  if (!text.includes(name)) return false;
  for (let at = 0; at + 2 < statements.length; at += 3) {
    const [start = 0, body = 0, end = 0] = [statements[at], statements[at + 1], statements[at + 2]];
    if (text.slice(start, body < end ? body : end).includes(name)) return true;
  }
  return false;
}

const positionIn = (family: Family, event: FamilyEvent): number =>
  family.events.findIndex(({ name }) => name === event.name);

const isStub = ({ graphs }: RunnableFunction): boolean =>
  graphs.every(({ nodes }) => !nodes.some(({ kind }) => kind === 'branch' || kind === 'macro-loop'));

/** A run of the dispatcher that came to an end. */
export interface DispatcherEnding {
  /** Positions of the watchers that were called, in order. */
  readonly called: readonly number[];
  /** What each of them was given. */
  readonly given: readonly (readonly Value[])[];
  readonly value: Value | undefined;
  readonly bounds: Bounds;
  readonly ending: Ending;
  /** Why it is not exactly known what happens on this way. */
  readonly doubts: readonly string[];
}

export interface DispatcherRun {
  /** Where each boundary symbol points. */
  readonly symbols: ReadonlyMap<string, number>;
  readonly eventNumber: number;
  readonly val: Value;
  readonly longest: number;
  /** What the watcher at a position returns when it is given these. */
  readonly returned: (
    position: number,
    given: readonly Value[],
  ) => { readonly bounds: Bounds; readonly function: string } | undefined;
}

/** Macros and functions that only say something. */
const onlyTells = /^(?:printk|pr_\w+|trace_\w+|WARN\w*|VM_WARN\w*|BUG_ON|lockdep_\w+)$/;

/**
 * An argument of a watcher as the watcher's code is followed with: `val` and the task are the same wherever they are passed,
 * of any other symbol nothing is known there.
 */
function handedOn({ taskArgument }: Dispatcher, val: Value, value: Value, index: number): Value {
  if (value.kind === 'number') return value;
  if (value.kind === 'symbol' && val.kind === 'symbol' && value.id === val.id) return val;
  if (
    value.kind === 'symbol' &&
    taskArgument !== undefined &&
    value.id === `argument ${String(taskArgument)}`
  )
    return { kind: 'symbol', id: 'tsk', type: value.type };
  return {
    kind: 'symbol',
    id: `given ${String(index)}`,
    type: value.kind === 'symbol' ? value.type : undefined,
  };
}

/** Every way through the dispatcher, with what it calls. */
export function runDispatcher(
  code: TreeCode,
  { dispatcher, function: target, tables }: FoundDispatcher,
  run: DispatcherRun,
): readonly DispatcherEnding[] {
  const own = [dispatcher.eventArgument, dispatcher.valArgument].flatMap((index) =>
    index === undefined ? [] : (target.parameters[index]?.name ?? []),
  );
  const program: Program = {
    ...code.program,
    element(array, index) {
      const table = tables.find(({ name, file }) => name === array && file === target.file);
      const symbol = table?.elements.find((element) => element.index === Number(index))?.symbol;
      const position = symbol === undefined ? undefined : run.symbols.get(symbol);
      return position === undefined ? undefined : { kind: 'entry', position };
    },
    global(name) {
      const position = run.symbols.get(name);
      return position === undefined ? undefined : { kind: 'entry', position };
    },
    throughTable(position, call, state) {
      const handed = call.arguments.map((value, index) => handedOn(dispatcher, run.val, value, index));
      const answer = run.returned(position, handed);
      if (!answer) {
        const reason = 'it calls what is no entry of the tables';
        const step = { kind: 'unknown', file: call.file, at: call.at, reason } as const;
        return [
          {
            value: { kind: 'symbol', id: `beyond@${String(call.at)}`, type: int },
            state: noted(state, step),
          },
        ];
      }
      const id = `watcher ${String(position)}`;
      const { min, max } = answer.bounds;
      const result: Value =
        min === max
          ? number(min, int)
          : { kind: 'symbol', id, type: int, callee: answer.function, at: call.at };
      const known = min === max ? state : bounded(state, id, answer.bounds);
      return [{ value: result, state: noted(known, { kind: 'watcher', position, given: handed, result }) }];
    },
    unfollowed(call, state) {
      const isHanded = call.arguments.some(({ kind }) => kind === 'entry' || kind === 'function');
      const isDelegated = call.file === target.file && call.texts.some((text) => own.includes(text));
      if ((!isHanded && !isDelegated) || onlyTells.test(call.name)) return state;
      const what = isHanded ? 'a place in the table' : 'what the notification is about';
      const reason = `${call.name || 'a function'}() is given ${what}, and is not followed`;
      return noted(state, { kind: 'unknown', file: call.file, at: call.at, reason });
    },
    loopLimit: run.longest + 2,
  };
  const parameters = target.parameters.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return target.graphs.flatMap((graph) => {
    const locals = graph.nodes.flatMap((node) =>
      node.kind === 'declaration' ? node.statement.declarators.map(({ name }) => name) : [],
    );
    const given: Value[] = target.parameters.map((_, index) => ({
      kind: 'symbol',
      id: `argument ${String(index)}`,
      type: undefined,
    }));
    if (dispatcher.eventArgument !== undefined)
      given[dispatcher.eventArgument] = number(run.eventNumber, unsignedInt);
    if (dispatcher.valArgument !== undefined) given[dispatcher.valArgument] = run.val;
    const entered = withParameters(program, target, graph, given, emptyState);
    return runGraph(program, target, graph, entered, {
      followed: new Set([...parameters, ...locals]),
      keyOf: calledKey,
    }).map(endingOf);
  });
}

/** Ways are told apart by what they call, and by what of it is not known. */
const calledKey = keyOfTrail((step) => {
  if (step.kind === 'watcher') return String(step.position);
  return step.kind === 'unknown' ? step.reason : undefined;
});

function endingOf(ending: Ending): DispatcherEnding {
  const steps = stepsOf(ending.state.trail);
  const { value } = ending;
  const bounds: Bounds =
    value?.kind === 'number'
      ? { min: value.value, max: value.value, not: [] }
      : value?.kind === 'symbol'
        ? (ending.state.bounds.get(value.id) ?? unbounded)
        : unbounded;
  return {
    called: steps.flatMap((step) => (step.kind === 'watcher' ? [step.position] : [])),
    given: steps.flatMap((step) => (step.kind === 'watcher' ? [step.given] : [])),
    value: value?.kind === 'symbol' && bounds.min === bounds.max ? number(bounds.min, int) : value,
    bounds,
    ending,
    doubts: [
      ...(ending.lost === undefined ? [] : [ending.lost]),
      ...steps.flatMap((step) => (step.kind === 'unknown' ? [step.reason] : [])),
    ],
  };
}

const unbounded: Bounds = { min: -(1n << 31n), max: (1n << 31n) - 1n, not: [] };

/** Steps stand by slot, once each: what else the dispatcher does with them, in a sentence. */
export function callsUnlikeSlots(
  endings: readonly DispatcherEnding[],
  isBackwards: boolean,
): string | undefined {
  if (endings.some(({ called }) => new Set(called).size < called.length))
    return 'it calls a watcher more than once, which is shown as one';
  const isInOrder = endings.every(({ called }) =>
    called.every((position, index) => {
      const before = called[index - 1];
      return before === undefined || before < position !== isBackwards;
    }),
  );
  return isInOrder ? undefined : 'it does not call them in the order of their slots';
}
