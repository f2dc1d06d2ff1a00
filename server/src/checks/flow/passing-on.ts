import { lex } from '../../syntax/c/lex';
import type { FunctionFact } from '../../syntax/c/tree/functions';
import type { CallSite } from '../../watchers/snapshot';
import type { CheckContext } from '../check-context';
import { failingEvents, undoingEvents } from '../entries';
import { notifyingFunctions, taskOf } from './notifications';

/** A function that calls one that gives back, itself or by way of others of its file. */
export interface PassingOn {
  readonly file: string;
  readonly fact: FunctionFact;
  /** Its parameter that is the task; `undefined`: not seen. */
  readonly taskAt: number | undefined;
}

/** Functions that call one another are followed so far. */
const deepest = 4;

const passingOnOf = new WeakMap<CheckContext, readonly PassingOn[]>();

/** Functions that hand a task on to a function of their file that gives back what it has, and take nothing for it. */
export function passingOn(context: CheckContext): readonly PassingOn[] {
  let found = passingOnOf.get(context);
  if (!found) passingOnOf.set(context, (found = findPassingOn(context)));
  return found;
}

function findPassingOn(context: CheckContext): readonly PassingOn[] {
  const { snapshot } = context;
  const taking = new Set(failingEvents(snapshot).map(({ name }) => name));
  const undoing = undoingEvents(snapshot.family);
  const isTaking = ({ event = '' }: CallSite): boolean => taking.has(event);
  const isBack = ({ event = '' }: CallSite): boolean => taking.has(undoing.get(event) ?? '');
  const own = notifyingFunctions(context);
  return [...new Set(own.map(({ file }) => file))].flatMap((file) => {
    const takers = new Set(own.flatMap(({ fact, sites }) => (sites.some(isTaking) ? [fact.name] : [])));
    const givers = new Map<string, number | undefined>();
    for (const { fact, sites, file: from } of own) {
      const back = sites.find(isBack);
      if (from !== file || !back || takers.has(fact.name)) continue;
      const task = taskOf(context, back);
      givers.set(fact.name, parameterAt(fact, task));
    }
    const known = new Set([...takers, ...givers.keys()]);
    const all: PassingOn[] = [];
    for (let depth = 0; depth < deepest && givers.size > 0; depth++) {
      const more = callersIn(context, file, new Set([...takers, ...givers.keys()])).filter(
        ({ fact }) => !known.has(fact.name),
      );
      for (const { fact, calls } of more) {
        known.add(fact.name);
        // Who takes as well has given back what it took.
        if (calls.some(({ name }) => takers.has(name))) {
          takers.add(fact.name);
          continue;
        }
        const call = calls.find(({ name }) => givers.has(name));
        if (!call) continue;
        const at = givers.get(call.name);
        const taskAt = at === undefined ? undefined : parameterAt(fact, call.given[at]);
        givers.set(fact.name, taskAt);
        all.push({ file, fact, taskAt });
      }
      if (more.length === 0) break;
    }
    return all;
  });
}

function parameterAt({ parameters }: FunctionFact, written: string | undefined): number | undefined {
  const at = parameters.findIndex(({ name }) => name !== undefined && name === written);
  return at < 0 ? undefined : at;
}

/** Calls of functions by these names in the functions of a file, with the arguments as written. */
function callersIn(
  context: CheckContext,
  file: string,
  names: ReadonlySet<string>,
): readonly {
  readonly fact: FunctionFact;
  readonly calls: readonly { readonly name: string; readonly given: readonly string[] }[];
}[] {
  const text = context.source(file)?.text ?? '';
  return context.functions(file).flatMap((fact) => {
    const { body } = fact;
    if (!body) return [];
    const written = text.slice(body.start, body.end);
    if (![...names].some((name) => written.includes(name))) return [];
    const tokens = lex(text, body.start, body.end).map((token) => token.text);
    const calls = tokens.flatMap((name, at) =>
      names.has(name) && tokens[at + 1] === '(' && !/^(?:->|\.)$/.test(tokens[at - 1] ?? '')
        ? [{ name, given: argumentsFrom(tokens, at + 1) }]
        : [],
    );
    return calls.length > 0 ? [{ fact, calls }] : [];
  });
}

/** What stands between the commas behind an opening bracket. */
function argumentsFrom(tokens: readonly string[], open: number): readonly string[] {
  const given = [''];
  let depth = 0;
  for (const text of tokens.slice(open)) {
    if (text === ')' && --depth === 0) break;
    if (text === ',' && depth === 1) given.push('');
    else if (text !== '(' || depth > 0) given.push(`${given.pop() ?? ''}${text}`);
    if (text === '(') depth++;
  }
  return given;
}

/** The function that passes on to one that gives back, which a call by name reaches. */
export function passingCallee(context: CheckContext, file: string, name: string): PassingOn | undefined {
  const same = passingOn(context).filter(
    (one) => one.fact.name === name && (!one.fact.isStatic || one.file === file || one.file.endsWith('.h')),
  );
  return same.find((one) => one.file === file) ?? same[0];
}
