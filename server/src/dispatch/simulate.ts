import type { TableEntry } from '../link/entry';
import { nearest } from '../syntax/nearest-name';
import type { CodeReader } from '../watchers/code-reader';
import { findEvent, noEvent, type FamilyEvent } from '../watchers/family';
import type { CallSite } from '../watchers/snapshot';
import { finish, type Steps } from '../syntax/steps';
import { runsAfter } from './after-dispatch';
import { withFailure, withoutFailure, type Chosen, type Failure } from './choose-outcome';
import type { DispatchResult, DispatchStep, PossibleReturn } from './dispatch-result';
import { dispatcherSemantics, passedToWatchers } from './dispatcher-semantics';
import { errnoName, errnoNumber } from './errno';
import { unsignedLong, wrap } from './execute/c-type';
import { number, type Value } from './execute/value';
import {
  callsUnlikeSlots,
  dispatcherSteps,
  findDispatcher,
  runDispatcher,
  type DispatcherEnding,
  type FoundDispatcher,
} from './run-dispatcher';
import { linkedEntries, tablePositions, type TablePositions } from './table-positions';
import { treeCode, type TreeCode } from './tree-code';
import { fitsUnsignedLong } from './value-range';
import { nameOfError, placeIn, shownValue, watcherOutcomes, type Outcome } from './watcher-returns';

export interface DispatchRequest {
  /** `INIT`, `WATCH_TASK_INIT`, or its number; may be left out where a call site is given. */
  readonly event?: string;
  readonly site?: CallSite;
  /** A number, or flags of the tree: `CLONE_VM|CLONE_FS`. Left out: as the call site has it, else not known. */
  readonly val?: string;
  readonly fail?: readonly FailureRequest[];
}

export interface FailureRequest {
  readonly function: string;
  /** `ENOMEM`, `-ENOMEM` or 12; left out: as the watcher's source can fail. */
  readonly errno?: string;
}

/** What is wrong with a request: one sentence, with what to do. */
export interface DispatchProblem {
  readonly problem: string;
}

/** Simulates one notification. Nothing of the tree is run: its code is read and followed. */
export const simulateDispatch = (
  reader: CodeReader,
  request: DispatchRequest,
): DispatchResult | DispatchProblem => finish(dispatchSteps(reader, request));

/**
 * The same in steps: the first simulation in a tree reads headers and functions for a second. All of them are of one
 * moment: whoever lets texts change in between has to begin again, which then takes less.
 */
export function* dispatchSteps(
  reader: CodeReader,
  request: DispatchRequest,
): Steps<DispatchResult | DispatchProblem> {
  const code = treeCode(reader);
  yield* dispatcherSteps(code);
  const placed = locate(code, request);
  if ('problem' in placed) return placed;
  yield* code.constants.prepare(placed.home);
  const asked = understand(code, request);
  if ('problem' in asked) return asked;
  const { file, range } = asked.site ?? {};
  // The largest function of all may be the one that notifies.
  const caller =
    file === undefined
      ? undefined
      : reader
          .functions(file)
          .find(({ body }) => body && range && body.start < range.start && range.end <= body.end);
  yield;
  if (file !== undefined && caller) code.runnable(file, caller);
  for (const entry of linkedEntries(reader.snapshot, asked.event.name)) {
    yield* code.constants.prepare(entry.place.file);
    outcomesOf(code, entry, givenToWatchers(code, asked.val));
    yield;
  }
  return yield* simulationSteps(code, asked);
}

/** A request that makes sense in this tree. */
export interface Understood {
  readonly event: FamilyEvent;
  readonly site: CallSite | undefined;
  readonly val: Value;
  readonly valText: string;
  readonly failures: readonly Failure[];
  /** The file from which constants are seen. */
  readonly home: string;
  readonly notes: readonly string[];
}

/** What a request names: an event of this tree, and the call site that is meant. */
type Located = Pick<Understood, 'event' | 'site' | 'home' | 'notes'>;

function locate(code: TreeCode, request: DispatchRequest): Located | DispatchProblem {
  const { snapshot } = code.reader;
  const { family } = snapshot;
  if (snapshot.config === undefined)
    return {
      problem:
        'without a configuration there is no table to walk: choose one (--config FILE; in an editor: Select Kernel Config)',
    };
  const wanted = request.site?.event ?? request.event;
  const named = wanted === undefined ? undefined : findEvent(family, wanted);
  const names = family.events.map(({ name }) => name).join(', ');
  if (!named)
    return {
      problem:
        wanted === undefined
          ? request.site
            ? `the event of this call is not a constant; name one of ${names}`
            : `name an event: ${names}`
          : noEvent(family, wanted),
    };
  const sites = snapshot.callSites.filter(
    ({ event, status, caller }) => event === named.name && status === 'linked' && caller !== undefined,
  );
  const site = request.site ?? (sites.length === 1 ? sites[0] : undefined);
  const computed = snapshot.callSites.filter(
    ({ event, status }) => event === undefined && status === 'linked',
  );
  const placesOf = (of: readonly CallSite[]): string =>
    of.map(({ file, line }) => `${file}:${String(line)}`).join(', ');
  const notes =
    site !== undefined
      ? []
      : sites.length === 0
        ? [
            computed.length === 0
              ? `no linked code notifies ${named.name}: this would happen if it did`
              : `which code notifies ${named.name} is not known: the event is computed in ${placesOf(computed)}`,
          ]
        : [
            `${named.name} is notified from ${placesOf(sites)}; choose one of them (--at FILE:LINE; in an editor: the call itself) to see what its caller does`,
          ];
  const home = (site ?? sites[0])?.file ?? findDispatcher(code)?.function.file ?? '';
  return { event: named, site, home, notes };
}

export function understand(code: TreeCode, request: DispatchRequest): Understood | DispatchProblem {
  const located = locate(code, request);
  if ('problem' in located) return located;
  const { event, site, home } = located;
  if (request.val !== undefined && !fitsUnsignedLong(request.val))
    return { problem: `val ${request.val}: does not fit into unsigned long` };
  const { dispatcher } = findDispatcher(code) ?? {};
  if (request.val !== undefined && dispatcher && dispatcher.valArgument === undefined)
    return { problem: `val ${request.val}: ${dispatcher.function}() takes no val` };
  const valText = request.val ?? site?.val ?? 'val';
  const value = code.constants.evaluate(home, valText);
  if (value === undefined && request.val !== undefined)
    return {
      problem: `val ${request.val}: ${whatIsWrong(code, event, home, request.val)}`,
    };
  const word = unsignedLong(code.program.wordBits);
  const val: Value =
    value === undefined ? { kind: 'symbol', id: 'val', type: word } : number(wrap(value, word), word);
  const watchers = linkedEntries(code.reader.snapshot, event.name).map((entry) => entry.function);
  const failures: Failure[] = [];
  for (const one of request.fail ?? []) {
    if (!watchers.includes(one.function))
      return {
        problem: `${one.function} is not in the table of ${event.name}; there ${watchers.length === 1 ? 'is' : 'are'} ${watchers.join(', ') || 'nobody'}`,
      };
    const errno = one.errno === undefined ? undefined : errnoOf(code, home, one.errno);
    if (one.errno !== undefined && errno === undefined)
      return { problem: `${one.errno} is no error number from 1 to 4095 and no name of one in this tree` };
    failures.push({ function: one.function, errno });
  }
  return { ...located, val, valText, failures };
}

function whatIsWrong(code: TreeCode, event: FamilyEvent, home: string, val: string): string {
  const where = home === '' ? 'the tree' : home;
  const unknown = (val.match(/\b[A-Za-z_]\w*/g) ?? []).find(
    (name) => code.constants.number(home, name) === undefined,
  );
  if (unknown === undefined) return `not a number, and not made of constants that ${where} sees`;
  const meant = nearest(
    unknown,
    flagsOf(code, event, home).map(({ name }) => name),
  );
  return `${unknown} is not a constant that ${where} sees${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function errnoOf(code: TreeCode, home: string, text: string): number | undefined {
  const bare = text.trim().replace(/^-/, '');
  const value = /^\d+$/.test(bare)
    ? Number(bare)
    : Number(code.constants.number(home, bare) ?? errnoNumber(bare) ?? 0);
  return value >= 1 && value <= 4095 ? value : undefined;
}

const outcomesKept = new WeakMap<TreeCode, Map<string, readonly Outcome[]>>();

const textOf = (value: Value): string =>
  value.kind === 'number' ? String(value.value) : value.kind === 'symbol' ? value.id : value.kind;

/** What a watcher may return for these arguments, looked up once. */
export function outcomesOf(code: TreeCode, entry: TableEntry, given: readonly Value[]): readonly Outcome[] {
  let known = outcomesKept.get(code);
  if (!known) outcomesKept.set(code, (known = new Map<string, readonly Outcome[]>()));
  const place = `${entry.place.file}:${String(entry.range.start)}`;
  const key = `${place} ${entry.function} ${given.map(textOf).join()}`;
  let outcomes = known.get(key);
  if (!outcomes) known.set(key, (outcomes = watcherOutcomes(code, entry, given)));
  return outcomes;
}

/** What the watchers of the family are given in a notification of `val`. */
export function givenToWatchers(code: TreeCode, val: Value): readonly Value[] {
  const found = findDispatcher(code);
  const passed = found && passedToWatchers(code, found, val);
  if (passed) return passed;
  // Of a dispatcher that cannot be followed nobody knows what it passes; that of the tree’s own kind passes these.
  return code.reader.snapshot.family.prototype ? [val, { kind: 'symbol', id: 'tsk', type: undefined }] : [];
}

/** Simulates what was understood. */
export const simulate = (code: TreeCode, asked: Understood): DispatchResult =>
  finish(simulationSteps(code, asked));

function* simulationSteps(code: TreeCode, asked: Understood): Steps<DispatchResult> {
  const { snapshot } = code.reader;
  const { event, site, val, failures } = asked;
  const positions = tablePositions(snapshot);
  const found = findDispatcher(code);
  const start = positions.starts.get(event.name) ?? 0;
  const entries = linkedEntries(snapshot, event.name);
  const notes = new Set([...asked.notes, ...positions.doubts]);
  const choose = (position: number, outcomes: readonly Outcome[]): Chosen | undefined => {
    const entry = positions.entries[position];
    if (!entry) return undefined;
    const isOfEvent = position >= start && position < start + entries.length;
    const failure = isOfEvent ? failures.find((one) => one.function === entry.function) : undefined;
    const target = { file: entry.place.file, text: code.reader.source(entry.place.file)?.text ?? '' };
    return failure
      ? withFailure(
          failure,
          outcomes,
          entry.place,
          (errno) => nameOfError(code, target, errno) ?? errnoName(errno),
        )
      : withoutFailure(entry.function, outcomes);
  };
  const semantics = found && dispatcherSemantics(code, found);
  yield;
  const endings = found ? walk(code, found, positions, asked, choose) : [];
  const outcomesAt = (position: number): readonly Outcome[] =>
    outcomesOfCalls(code, positions.entries[position], endings, position, val);
  const chosenAt = (position: number): Chosen | undefined => choose(position, outcomesAt(position));
  yield;
  if (!found)
    notes.add(`the function that walks the table was not found: what it does with results is not known`);
  if (found && endings.length === 0) notes.add(`${found.function.name}() could not be followed to an end`);
  for (const doubt of endings.flatMap(({ doubts }) => doubts)) notes.add(doubt);

  const spared: string[] = [];
  const mayMiss = !found || endings.length === 0 || endings.some(({ doubts }) => doubts.length > 0);
  const steps = entries.map((entry, index): DispatchStep => {
    const position = start + index;
    const chosen = chosenAt(position);
    const callers = endings.filter(({ called }) => called.includes(position)).length;
    const called =
      callers === endings.length && callers > 0 ? 'yes' : callers > 0 || mayMiss ? 'maybe' : 'no';
    if (called !== 'no' && chosen?.assumed !== undefined) notes.add(chosen.assumed);
    if (called !== 'no' && chosen?.mayFail) spared.push(`${entry.function}()`);
    return {
      slot: entry.slot,
      function: entry.function,
      object: entry.object,
      file: entry.place.file,
      line: entry.place.line,
      called,
      returns: outcomesAt(position).map(({ shown }) => shown),
      chosen: called === 'no' ? undefined : chosen?.shown,
      injected: chosen?.injected === true,
    };
  });
  for (const position of new Set(endings.flatMap(({ called }) => called)))
    if (position < start || position >= start + entries.length)
      notes.add(
        `it also calls ${positions.entries[position]?.function ?? 'what lies beyond the tables'}, which is in the table of another event`,
      );

  const unlike = callsUnlikeSlots(endings, semantics?.backwards === true);
  if (unlike !== undefined) notes.add(unlike);
  if (spared.length > 0) notes.add(`taken not to fail, though they can: ${spared.join(', ')}`);

  const results = uniqueResults(code, found, endings, positions, chosenAt);
  const isCertain =
    endings.length > 0 &&
    positions.doubts.length === 0 &&
    unlike === undefined &&
    endings.every(({ doubts }) => doubts.length === 0) &&
    results.length === 1 &&
    results[0]?.value !== undefined &&
    steps.every(({ called }) => called !== 'maybe');
  const flags = flagsOf(code, event, asked.home);
  yield;
  const caller = site ? yield* runsAfter(code, { event, site, val }, endings, results) : [];
  return {
    family: snapshot.family.name,
    event: event.name,
    eventIndex: found?.numberOf(event) ?? snapshot.family.events.findIndex(({ name }) => name === event.name),
    val: {
      text: asked.valText,
      value: val.kind === 'number' ? String(val.value) : undefined,
      flags,
    },
    dispatcher: found && {
      function: found.function.name,
      ...placeOfFunction(code, found),
      semantics: semantics?.text ?? '',
      keepsErrors: semantics?.keepsErrors === 'always',
      ...(semantics?.backwards === true ? { backwards: true as const } : {}),
    },
    steps,
    result: results,
    certain: isCertain,
    caller,
    notes: [...notes],
  };
}

/** What a watcher may return to all calls of it; to the call that would be, where none is. */
function outcomesOfCalls(
  code: TreeCode,
  entry: TableEntry | undefined,
  endings: readonly DispatcherEnding[],
  position: number,
  val: Value,
): readonly Outcome[] {
  if (!entry) return [];
  const calls = new Map<string, readonly Value[]>();
  for (const { called, given } of endings)
    given.forEach((values, index) => {
      if (called[index] === position) calls.set(values.map(textOf).join(), values);
    });
  const given = calls.size > 0 ? [...calls.values()] : [givenToWatchers(code, val)];
  const outcomes = given.map((values) => outcomesOf(code, entry, values));
  const [only] = outcomes;
  if (only && outcomes.length === 1) return only;
  const unique = new Map<string, Outcome>();
  for (const one of outcomes.flat()) unique.set(`${one.shown.text} ${String(one.shown.line)}`, one);
  return [...unique.values()];
}

const placeOfFunction = (
  code: TreeCode,
  { function: target }: FoundDispatcher,
): { file: string; line: number } => {
  const fact = code.reader.functions(target.file).find(({ name, body }) => name === target.name && body);
  return { file: target.file, line: fact?.line ?? 1 };
};

/** `clone_flags` is put together from the tree's `CLONE_` constants. */
function flagsOf(
  code: TreeCode,
  event: FamilyEvent,
  home: string,
): readonly { readonly name: string; readonly value: string }[] {
  const word = /^(\w+)_flags$/.exec(event.val ?? '')?.[1];
  if (word === undefined) return [];
  return code.constants
    .flags(home, `${word.toUpperCase()}_`)
    .map(({ name, value }) => ({ name, value: String(value) }));
}

function walk(
  code: TreeCode,
  found: FoundDispatcher,
  positions: TablePositions,
  { event, val }: Understood,
  choose: (position: number, outcomes: readonly Outcome[]) => Chosen | undefined,
): readonly DispatcherEnding[] {
  return runDispatcher(code, found, {
    symbols: positions.symbols,
    eventNumber: found.numberOf(event),
    val,
    longest: positions.entries.length,
    returned(position, given) {
      const entry = positions.entries[position];
      const chosen = entry && choose(position, outcomesOf(code, entry, given));
      return entry && chosen && { bounds: chosen.bounds, function: entry.function };
    },
  });
}

function uniqueResults(
  code: TreeCode,
  found: FoundDispatcher | undefined,
  endings: readonly DispatcherEnding[],
  positions: TablePositions,
  chosenAt: (position: number) => Chosen | undefined,
): readonly PossibleReturn[] {
  const results = new Map<string, PossibleReturn>();
  /** The watcher whose result this is. */
  const giverOf = (value: Value, called: readonly number[]): number | undefined =>
    value.kind === 'symbol'
      ? called.find((position) => value.id === `watcher ${String(position)}`)
      : value.kind === 'number' && value.value !== 0n
        ? called.find((position) => chosenAt(position)?.bounds.min === value.value)
        : undefined;
  for (const { value, bounds, ending, called } of endings) {
    if (!found) continue;
    const place = placeIn(code, found.function.file, ending.at);
    if (ending.lost !== undefined || !value) {
      const text = ending.lost === undefined ? 'no value' : 'unknown';
      const kind = ending.lost === undefined ? 'none' : 'unknown';
      results.set(text, {
        ...place,
        text,
        kind,
        value: undefined,
        callee: undefined,
        reason: ending.lost ?? '',
      });
      continue;
    }
    const giver = giverOf(value, called);
    const reason = giver === undefined ? '' : `from ${positions.entries[giver]?.function ?? ''}()`;
    const given = giver === undefined ? undefined : chosenAt(giver)?.alternatives;
    const possible = given?.filter(
      (one) =>
        one.value === undefined || (bounds.min <= BigInt(one.value) && BigInt(one.value) <= bounds.max),
    );
    const shown: readonly PossibleReturn[] = possible?.length
      ? possible.map((one) => ({ ...one, ...place, reason }))
      : [{ ...shownValue(code, found.function, value, bounds), ...place, reason }];
    for (const one of shown) results.set(one.text, one);
  }
  return [...results.values()];
}
