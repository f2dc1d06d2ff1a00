import { callsWithin, evaluatedBy, expressionsWithin, type FlowGraph } from '../syntax/c/flow/control-flow';
import type { Expression } from '../syntax/c/function-body';
import type { Steps } from '../syntax/steps';
import type { FamilyEvent } from '../watchers/family';
import type { CallSite } from '../watchers/snapshot';
import type { CallerRun, CallerStep } from './dispatch-result';
import { int } from './execute/c-type';
import { exposedNames, shapeOf } from './execute/graph-shape';
import { mayGiveBackFrom } from './giving-back';
import type { Answer, Call, Program, RunnableFunction } from './execute/program';
import { graphSteps, withParameters, type Ending } from './execute/run-function';
import {
  assigned,
  bounded,
  emptyState,
  keyOfTrail,
  noted,
  settled,
  stepsOf,
  type State,
  type TrailStep,
} from './execute/state';
import { number, type Bounds, type Value } from './execute/value';
import type { TreeCode } from './tree-code';
import { anyInt, placeIn, shownValue, type ShownValue } from './watcher-returns';

/** A notification that the caller comes to after the one that is looked at. */
export interface LaterNotification {
  readonly event: FamilyEvent | undefined;
  readonly eventText: string;
  readonly valText: string;
}

export interface CallerQuestion {
  readonly site: CallSite;
  /** What the dispatcher gave: each possible result. */
  readonly results: readonly { readonly value: Value; readonly bounds: Bounds }[];
  /** How a number among the results is written. */
  readonly textOf: (value: number) => string | undefined;
  /** What is passed as `val`, where it is known and the call site passes a variable. */
  readonly val: Value | undefined;
  readonly eventOf: (text: string) => FamilyEvent | undefined;
  readonly dispatchers: ReadonlyMap<
    string,
    { readonly event: number; readonly val: number | undefined; readonly task: number | undefined }
  >;
  /** How a later notification is shown. */
  readonly notify: (
    later: LaterNotification,
    line: number,
    before: readonly CallerStep[],
  ) => CallerStep & { kind: 'notify' };
}

/** More ways on than this are not shown. */
const mostRuns = 40;

/** Every way on from a call site, told apart by gotos, labels, notifications and what is returned. */
export function* callerRuns(code: TreeCode, question: CallerQuestion): Steps<readonly CallerRun[]> {
  const { site } = question;
  const fact = code.reader
    .functions(site.file)
    .find(({ body }) => body && body.start < site.range.start && site.range.end <= body.end);
  if (!fact) return [];
  const target = code.runnable(site.file, fact);
  const runs: CallerRun[] = [];
  for (const graph of target.graphs) {
    const node = graph.nodes.findIndex((one) =>
      evaluatedBy(one).some((expression) => callAt(expression, site.range.start)),
    );
    if (node >= 0) runs.push(...(yield* waysOn(code, question, target, graph, node)));
  }
  const unique = new Map<string, CallerRun>();
  for (const run of runs) {
    const key = `${keyOfSteps(run.steps)}|${run.returns?.text ?? ''}`;
    if (!unique.has(key)) unique.set(key, run);
  }
  // The way that goes on comes before those that turn back.
  const shown = [...unique.values()]
    .toSorted((a, b) => jumpsIn(a) - jumpsIn(b) || lastLine(b) - lastLine(a))
    .slice(0, mostRuns);
  const isOnly = shown.length === 1;
  return shown.map((run) => ({ ...run, certain: run.certain && isOnly }));
}

const jumpsIn = ({ steps }: CallerRun): number => steps.filter(({ kind }) => kind === 'goto').length;

const lastLine = ({ steps }: CallerRun): number => steps.at(-1)?.line ?? 0;

/** Ways that differ only in tests and calls are one to a reader. */
const keyOfSteps = (steps: readonly CallerStep[]): string =>
  steps
    .flatMap((step) => {
      switch (step.kind) {
        case 'goto':
          return [`goto ${step.label}`];
        case 'label':
          return [`${step.name}:`];
        case 'notify':
          return [`notify ${step.event} ${String(step.line)}`];
        case 'return':
          return [`return ${String(step.line)}`];
        case 'unknown':
          return [`${String(step.line)} ${step.reason}`];
        default:
          return [];
      }
    })
    .join('|');

const callAt = (expression: Expression, start: number): boolean =>
  [...callsWithin(expression)].some(({ range }) => range.start === start);

function* waysOn(
  code: TreeCode,
  question: CallerQuestion,
  target: RunnableFunction,
  graph: FlowGraph,
  node: number,
): Steps<readonly CallerRun[]> {
  const { site, dispatchers } = question;
  const passed = passedAs(graph, question);
  const followed = followedFrom(graph, site, passed);
  const notifying = notifyingFunctions(code, target.file, new Set(dispatchers.keys()));
  const program: Program = {
    ...code.program,
    definition: (file, name) => (notifying.has(name) ? code.program.definition(file, name) : undefined),
    answers(call, state) {
      if (!dispatchers.has(call.name)) return undefined;
      if (call.file === site.file && call.at === site.range.start) return firstAnswers(question, call, state);
      const id = `${call.name}@${String(call.at)}`;
      const after = noted(state, stepOf(call));
      return [{ value: { kind: 'symbol', id, type: int, callee: call.name, at: call.at }, state: after }];
    },
    loopLimit: 1,
  };
  const given = target.parameters.map(({ name }, index): Value =>
    name !== undefined && name === passed && question.val
      ? question.val
      : { kind: 'symbol', id: `argument ${String(index)}`, type: undefined },
  );
  const called = withParameters(program, target, graph, given, emptyState);
  const entered = withVal(question, passed, program, target, graph, called);
  yield;
  const endings = yield* graphSteps(program, target, graph, entered, {
    from: node,
    followed,
    keyOf: signature,
    withLeaving: true,
  });
  yield;
  const task = site.arguments[dispatchers.get(site.dispatcher)?.task ?? -1];
  const givesBack = mayGiveBackFrom(graph, node, target.text, new Set(dispatchers.keys()), task);
  return endings.map((ending) => runOf(code, question, target, ending, givesBack));
}

/** The variable that the call site passes as `val`; `undefined`: it passes something else. */
function passedAs(graph: FlowGraph, { site, dispatchers }: CallerQuestion): string | undefined {
  for (const node of graph.nodes)
    for (const expression of evaluatedBy(node))
      for (const call of callsWithin(expression)) {
        if (call.range.start !== site.range.start) continue;
        const argument = call.arguments[dispatchers.get(call.name)?.val ?? -1];
        return argument?.kind === 'identifier' ? argument.name : undefined;
      }
  return undefined;
}

/** The variable that is passed as `val` holds it at the call, a parameter or not (6.1: `u64 clone_flags = args->flags`). */
function withVal(
  { val }: CallerQuestion,
  passed: string | undefined,
  program: Program,
  target: RunnableFunction,
  graph: FlowGraph,
  state: State,
): State {
  if (val === undefined || passed === undefined) return state;
  const { types, texts } = shapeOf(program.wordBits, target, graph);
  if (!types.has(passed) || exposedNames(graph).has(passed)) return state;
  return assigned(state, passed, val, types.get(passed), texts.get(passed));
}

const stepOf = (call: Call): TrailStep => ({
  kind: 'call',
  file: call.file,
  at: call.at,
  name: call.name,
  arguments: call.arguments,
  texts: call.texts,
});

function firstAnswers({ results }: CallerQuestion, call: Call, state: State): readonly Answer[] {
  return results.map(({ value, bounds }, index): Answer => {
    const after = noted(state, stepOf(call));
    if (value.kind !== 'symbol') return { value, state: after };
    const id = `result ${String(index)}`;
    return { value: { ...value, id, type: int }, state: bounded(after, id, bounds) };
  });
}

/** What tells ways apart beside the variables: where they jumped, passed and notified. */
const signature = keyOfTrail((step) => {
  switch (step.kind) {
    case 'goto':
    case 'label':
      return step.name;
    case 'call':
      return step.name.includes('notify') ? `${step.name}@${String(step.at)}` : undefined;
    case 'unknown':
      return step.reason;
    default:
      return undefined;
  }
});

/**
 * Variables whose values matter on the way on: what holds the result, what is returned, and what those are made from;
 * and the one that is passed as `val`.
 */
function followedFrom(graph: FlowGraph, site: CallSite, passed: string | undefined): ReadonlySet<string> {
  let known = followedOf.get(graph);
  if (!known) followedOf.set(graph, (known = new Map<string, ReadonlySet<string>>()));
  const key = `${String(site.range.start)} ${passed ?? ''}`;
  let names = known.get(key);
  if (!names) known.set(key, (names = findFollowed(graph, site, passed)));
  return names;
}

const followedOf = new WeakMap<FlowGraph, Map<string, ReadonlySet<string>>>();

function findFollowed(graph: FlowGraph, site: CallSite, passed: string | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  const namesIn = (expression: Expression): readonly string[] =>
    [...expressionsWithin(expression)].flatMap((inner) => (inner.kind === 'identifier' ? [inner.name] : []));
  const assignments: { readonly name: string; readonly from: Expression }[] = [];
  for (const one of graph.nodes) {
    if (one.kind === 'declaration')
      for (const { name, initialiser } of one.statement.declarators)
        if (initialiser) assignments.push({ name, from: initialiser });
    for (const expression of evaluatedBy(one))
      for (const inner of expressionsWithin(expression))
        if (inner.kind === 'assign' && inner.target.kind === 'identifier')
          assignments.push({ name: inner.target.name, from: inner.value });
    if (one.kind === 'return' && one.value) for (const name of namesIn(one.value)) names.add(name);
  }
  for (const { name, from } of assignments) if (callAt(from, site.range.start)) names.add(name);
  if (passed !== undefined) names.add(passed);
  for (let size = -1; size !== names.size;) {
    size = names.size;
    for (const { name, from } of assignments)
      // `p = dup(orig)`: what it is made from does not tell what it is.
      if (names.has(name) && from.kind !== 'call') for (const inner of namesIn(from)) names.add(inner);
  }
  return names;
}

/** By file and dispatchers, as long as the tree stays the same. */
const notifyingOf = new WeakMap<TreeCode, Map<string, ReadonlySet<string>>>();

/** Functions of a file that lead to a dispatcher. */
function notifyingFunctions(
  code: TreeCode,
  file: string,
  dispatchers: ReadonlySet<string>,
): ReadonlySet<string> {
  let known = notifyingOf.get(code);
  if (!known) notifyingOf.set(code, (known = new Map<string, ReadonlySet<string>>()));
  const key = [file, ...dispatchers].join(' ');
  let names = known.get(key);
  if (!names) known.set(key, (names = findNotifyingFunctions(code, file, dispatchers)));
  return names;
}

function findNotifyingFunctions(
  code: TreeCode,
  file: string,
  dispatchers: ReadonlySet<string>,
): ReadonlySet<string> {
  const calls = new Map<string, ReadonlySet<string>>();
  const text = code.reader.source(file)?.text ?? '';
  for (const { name, body } of code.reader.functions(file)) {
    if (!body) continue;
    const inside = text.slice(body.start, body.end);
    calls.set(name, new Set([...inside.matchAll(/\b(\w+)\s*\(/g)].map((match) => match[1] ?? '')));
  }
  const found = new Set<string>();
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [name, called] of calls)
      if ([...called].some((one) => dispatchers.has(one) || found.has(one))) found.add(name);
  }
  return found;
}

function runOf(
  code: TreeCode,
  question: CallerQuestion,
  target: RunnableFunction,
  ending: Ending,
  givesBack: boolean,
): CallerRun {
  const { site } = question;
  const trail = stepsOf(ending.state.trail);
  const steps: CallerStep[] = [];
  let isGuessed = false;
  let jumped = false;
  for (const step of trail) {
    if (!('file' in step)) continue;
    const { line } = placeIn(code, step.file, step.at);
    switch (step.kind) {
      case 'test':
        isGuessed ||= !step.decided;
        steps.push({ kind: 'test', line, text: step.text, holds: step.holds, decided: step.decided });
        break;
      case 'goto':
        jumped = true;
        steps.push({ kind: 'goto', line, label: step.name });
        break;
      case 'label':
        steps.push({ kind: 'label', line, name: step.name });
        break;
      case 'unknown':
        isGuessed = true;
        steps.push({ kind: 'unknown', line, reason: step.reason });
        break;
      case 'call': {
        if (step.file === site.file && step.at === site.range.start) break;
        const role = question.dispatchers.get(step.name);
        if (role) {
          const eventText = step.texts[role.event] ?? '';
          const valText = role.val === undefined ? '' : (step.texts[role.val] ?? '');
          const event = question.eventOf(eventText);
          steps.push(question.notify({ event, eventText, valText }, line, steps));
        } else if (jumped && !plainAccess.has(step.name))
          steps.push({ kind: 'call', line, function: step.name });
        break;
      }
    }
  }
  const { line } = placeIn(code, target.file, ending.at);
  const value = ending.value && settled(ending.state, ending.value);
  if (ending.leaves) {
    const name = /^\w+(?=\s*\()/.exec(target.text.slice(ending.at, ending.at + 80))?.[0];
    const reason = name === undefined ? 'it does not come back from here' : `${name}() does not come back`;
    steps.push({ kind: 'unknown', line, reason });
  } else if (ending.lost === undefined)
    steps.push({ kind: 'return', line, text: returnText(target.text, ending.at) });
  const bounds: Bounds = value?.kind === 'symbol' ? (ending.state.bounds.get(value.id) ?? anyInt) : anyInt;
  const returned =
    value && named(shownValue(code, target, valueShown(value), bounds), returnText(target.text, ending.at));
  const asGiven = returned?.value === undefined ? undefined : question.textOf(returned.value);
  return {
    function: target.name,
    file: target.file,
    line: site.line,
    steps,
    returns:
      ending.lost !== undefined || !returned
        ? undefined
        : {
            ...returned,
            text: asGiven ?? returned.text,
            file: target.file,
            line,
            reason: '',
          },
    certain: !isGuessed && ending.lost === undefined,
    mayGiveBack: givesBack,
  };
}

/** Macros that store or load, and clean nothing up. */
const plainAccess = new Set(['WRITE_ONCE', 'READ_ONCE', 'ACCESS_ONCE']);

/** Errors as pointers are shown as the errors they are. */
const valueShown = (value: Value): Value =>
  value.kind === 'number' && value.value >= 1n << 32n ? number(BigInt.asIntN(64, value.value), int) : value;

/** Where nothing else is known of a value, what the code calls it: `p`. */
function named(shown: ShownValue, statement: string): ShownValue {
  const expression = /^return\b\s*(.+)$/.exec(statement)?.[1];
  if (shown.kind !== 'unknown' || expression === undefined || expression.length > 60) return shown;
  return { ...shown, text: shown.text.replace('unknown', () => expression) };
}

function returnText(text: string, at: number): string {
  if (!text.startsWith('return', at)) return 'the end of the function';
  const end = text.indexOf(';', at);
  return text.slice(at, end < 0 ? undefined : end).replace(/\s+/g, ' ');
}
