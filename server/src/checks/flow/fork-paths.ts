import { lex } from '../../syntax/c/lex';
import type { CallExpression } from '../../syntax/c/function-body';
import type { CheckContext } from '../check-context';
import { failingEvents, undoingEvents } from '../entries';
import { macrosWith } from '../jumping-macros';
import { finish, type Steps } from '../../syntax/steps';
import type { FunctionFact } from '../../syntax/c/tree/functions';
import { passesAlways } from './call-places';
import type { Code } from './code';
import { initWalk, type InitWalk, type Lost, type Skipped, type TooEarly } from './init-walk';
import {
  handedTask,
  notifyingCallee,
  notifyingFunctions,
  siteAt,
  taskOf,
  type NotifyingFunction,
} from './notifications';
import { callersOf, notifyingCode, notifyingCodeSteps } from './notifying-code';
import { passingCallee } from './passing-on';
import { endsOfScopeCount } from './scope-ends';
import { negative, positive, zero, type Signs } from './signs';
import type { Effect, MacroKind } from './taking-code';

/** Something that goes wrong between taking for a new task and giving back. */
export type ForkProblem = { readonly code: Code; readonly taking: string } & (
  | { readonly kind: 'lost'; readonly lost: Lost }
  | { readonly kind: 'skipped'; readonly skipped: Skipped }
  | { readonly kind: 'too-early'; readonly tooEarly: TooEarly }
);

/** Which events take (INIT) and which give back (FREE). */
interface Events {
  readonly taking: ReadonlySet<string>;
  readonly givingBack: ReadonlySet<string>;
}

const knownProblems = new WeakMap<CheckContext, readonly ForkProblem[]>();

/** Helpers that are called by helpers are followed so far. */
const deepest = 3;

/** Everything that is wrong on the ways through functions that notify an event which may fail. */
export const forkProblems = (context: CheckContext): readonly ForkProblem[] => finish(followForks(context));

/** The same in steps; what it finds is kept. */
export function* followForks(context: CheckContext): Steps<readonly ForkProblem[]> {
  const found = knownProblems.get(context);
  if (found) return found;
  const { taking, givingBack } = eventsOf(context);
  const problems: ForkProblem[] = [];
  if (taking.size > 0)
    for (const one of notifyingFunctions(context))
      if (one.sites.some(({ event }) => event !== undefined && taking.has(event)))
        problems.push(...(yield* problemsOf(context, one, { taking, givingBack }, undefined, 0)).problems);
  knownProblems.set(context, problems);
  return problems;
}

function eventsOf({ snapshot }: CheckContext): Events {
  const taking = new Set(failingEvents(snapshot).map(({ name }) => name));
  const undoing = undoingEvents(snapshot.family);
  return {
    taking,
    givingBack: new Set([...undoing].flatMap(([back, from]) => (taking.has(from) ? [back] : []))),
  };
}

/** What calls surely do to tasks, for who follows them on their own. */
export function sureEffects(context: CheckContext): (code: Code, call: CallExpression) => Effect | undefined {
  const events = eventsOf(context);
  return (code, call) => {
    const found = effect(context, code, call, events, undefined);
    return found?.kind === 'give-back' && !found.isSure ? undefined : found;
  };
}

const sureHelpers = new WeakMap<CheckContext, Map<FunctionFact, boolean>>();

/** It gives back whichever way is taken through it. */
function alwaysGivesBack(
  context: CheckContext,
  { file, fact }: NotifyingFunction,
  { givingBack }: Events,
): boolean {
  let known = sureHelpers.get(context);
  if (!known) sureHelpers.set(context, (known = new Map<FunctionFact, boolean>()));
  let isSure = known.get(fact);
  if (isSure === undefined) {
    const codes = notifyingCode(context, file, fact);
    const isBack = (call: CallExpression): boolean =>
      givingBack.has(siteAt(context, file, call)?.event ?? '');
    isSure = codes.length > 0 && codes.every((code) => passesAlways(code, isBack));
    known.set(fact, isSure);
  }
  return isSure;
}

/** A helper whose failing hands on the failure of what it notifies. */
interface Helper {
  readonly name: string;
  readonly failed: Signs;
  readonly done: Signs;
  readonly of: NotifyingFunction;
}

function* problemsOf(
  context: CheckContext,
  subject: NotifyingFunction,
  events: Events,
  helper: Helper | undefined,
  depth: number,
): Steps<{ readonly problems: readonly ForkProblem[]; readonly givesBack: boolean }> {
  const problems: ForkProblem[] = [];
  const skips: ForkProblem[] = [];
  let handedOn: Signs = 0;
  let succeeds: Signs = 0;
  let givesBack = false;
  for (const code of yield* notifyingCodeSteps(context, subject.file, subject.fact, helper?.name)) {
    const effectOf = (call: CallExpression): Effect | undefined =>
      effect(context, code, call, events, helper);
    yield;
    const result: InitWalk | undefined = yield* initWalk(code, effectOf, macrosOf(context, code.file));
    if (!result) continue;
    const taking = helper?.name ?? subject.sites[0]?.dispatcher ?? '';
    problems.push(...result.lost.map((lost): ForkProblem => ({ kind: 'lost', code, taking, lost })));
    problems.push(
      ...result.tooEarly.map((tooEarly): ForkProblem => ({ kind: 'too-early', code, taking, tooEarly })),
    );
    const isSeenTo = result.skipped.some(({ call }) => isLeftToScope(context, code, effectOf(call)?.task));
    if (isSeenTo) givesBack = true;
    else {
      const skipped = result.skipped.map((one): ForkProblem => ({
        kind: 'skipped',
        code,
        taking,
        skipped: one,
      }));
      skips.push(...skipped);
      handedOn |= result.handedOn;
    }
    succeeds |= result.succeeds;
    givesBack ||= result.givesBack;
  }
  if (handedOn === 0) return { problems: [...problems, ...skips], givesBack };
  // Who hands a failure on leaves the rest to its callers, if they see to it.
  let isSeenTo = false;
  const above: ForkProblem[] = [];
  if (depth < deepest)
    for (const caller of callersOf(context, subject)) {
      const next = yield* problemsOf(
        context,
        { ...caller, sites: [] },
        events,
        {
          name: subject.fact.name,
          failed: handedOn,
          done: succeeds === 0 ? zero | positive : succeeds,
          of: subject,
        },
        depth + 1,
      );
      isSeenTo ||= next.givesBack;
      above.push(...next.problems);
    }
  const isHelper = skips.every((skip) => skip.kind === 'skipped' && skip.skipped.isPassedUp);
  const kept = isSeenTo || isHelper ? above : [...skips, ...above.filter(({ kind }) => kind === 'lost')];
  return { problems: [...problems, ...kept], givesBack: givesBack || isSeenTo };
}

function effect(
  context: CheckContext,
  code: Code,
  call: CallExpression,
  events: Events,
  helper: Helper | undefined,
): Effect | undefined {
  if (call.callee.kind !== 'identifier') return undefined;
  const { taking, givingBack } = events;
  const { name } = call.callee;
  const site = siteAt(context, code.file, call);
  if (site) {
    if (site.event === undefined) return undefined;
    const task = taskOf(context, site);
    // In a caller of a helper, that helper's call is the one looked at.
    if (taking.has(site.event) && !helper)
      return { kind: 'take', task, failed: negative, done: zero | positive };
    return givingBack.has(site.event) ? { kind: 'give-back', task, isSure: true } : undefined;
  }
  const given = (of: NotifyingFunction, event: string): string | undefined =>
    handedTask(context, of, event, argumentTexts(context, code.file, call));
  if (helper?.name === name) {
    const [event = ''] = taking;
    return { kind: 'take', task: given(helper.of, event), failed: helper.failed, done: helper.done };
  }
  if (name === code.fact.name) return undefined;
  const callee = notifyingCallee(context, code.file, name);
  const back = callee?.sites.find(({ event }) => event !== undefined && givingBack.has(event));
  if (!callee || back?.event === undefined) {
    const passing = passingCallee(context, code.file, name);
    if (!passing) return undefined;
    const texts = argumentTexts(context, code.file, call);
    return {
      kind: 'give-back',
      task: passing.taskAt === undefined ? undefined : texts[passing.taskAt],
      isSure: false,
    };
  }
  // A function that takes and gives back itself has nothing left to be given back.
  if (callee.sites.some(({ event }) => event !== undefined && taking.has(event))) return undefined;
  const task = given(callee, back.event);
  return {
    kind: 'give-back',
    task,
    isSure: task !== undefined && alwaysGivesBack(context, callee, events),
  };
}

function isLeftToScope(context: CheckContext, code: Code, task: string | undefined): boolean {
  const source = context.source(code.file);
  return task !== undefined && source !== undefined && endsOfScopeCount(source, code, task);
}

/** What macros of a file may do besides giving a value, as far as it is seen. */
function macrosOf(context: CheckContext, file: string): (name: string) => MacroKind | undefined {
  const dispatchers = context.snapshot.family.dispatchers.map((one) => one.function);
  const source = context.source(file);
  const jumping = source && macrosWith(source, ['goto', 'return', ...dispatchers]);
  return (name) =>
    jumping?.has(name) === true ? 'jumps' : /^[A-Z][A-Z0-9_]*$/.test(name) ? 'unknown' : undefined;
}

function argumentTexts(
  context: CheckContext,
  file: string,
  call: CallExpression,
): readonly (string | undefined)[] {
  const text = context.source(file)?.text;
  return call.arguments.map(({ range }) =>
    text === undefined
      ? undefined
      : lex(text, range.start, range.end)
          .map((token) => token.text)
          .join(''),
  );
}
