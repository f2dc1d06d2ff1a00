import type { CallExpression } from '../../syntax/c/function-body';
import type { FunctionFact } from '../../syntax/c/tree/functions';
import type { CallSite } from '../../watchers/snapshot';
import type { CheckContext } from '../check-context';

/** A function that notifies. */
export interface NotifyingFunction {
  readonly file: string;
  readonly fact: FunctionFact;
  readonly sites: readonly CallSite[];
}

interface Known {
  readonly functions: readonly NotifyingFunction[];
  readonly sites: ReadonlyMap<string, CallSite>;
}

const knownOf = new WeakMap<CheckContext, Known>();

function known(context: CheckContext): Known {
  let found = knownOf.get(context);
  if (!found) {
    const { callSites } = context.snapshot;
    const sites = new Map(callSites.map((site) => [`${site.file}:${String(site.range.start)}`, site]));
    const functions: NotifyingFunction[] = [];
    for (const file of new Set(callSites.map((site) => site.file)))
      for (const fact of context.functions(file)) {
        const { body } = fact;
        if (!body) continue;
        const own = callSites.filter(
          (site) => site.file === file && body.start <= site.range.start && site.range.end <= body.end,
        );
        if (own.length > 0) functions.push({ file, fact, sites: own });
      }
    knownOf.set(context, (found = { functions, sites }));
  }
  return found;
}

/** Every function that calls a dispatcher itself. */
export const notifyingFunctions = (context: CheckContext): readonly NotifyingFunction[] =>
  known(context).functions;

/** The call site that a call in `file` is. */
export const siteAt = (context: CheckContext, file: string, call: CallExpression): CallSite | undefined =>
  known(context).sites.get(`${file}:${String(call.range.start)}`);

/** The task that a call site names, white space folded. */
export function taskOf({ snapshot: { family } }: CheckContext, site: CallSite): string | undefined {
  const dispatcher = family.dispatchers.find((one) => one.function === site.dispatcher);
  return dispatcher?.taskArgument === undefined ? undefined : site.arguments[dispatcher.taskArgument];
}

/** A function's name means it in `file`. */
const isSeenFrom = (file: string, one: NotifyingFunction): boolean =>
  !one.fact.isStatic || one.file === file || one.file.endsWith('.h');

/** The notifying function that a call by name reaches. */
export function notifyingCallee(
  context: CheckContext,
  file: string,
  name: string,
): NotifyingFunction | undefined {
  const same = notifyingFunctions(context).filter((one) => one.fact.name === name && isSeenFrom(file, one));
  return same.find((one) => one.file === file) ?? same[0];
}

/** The task that a call of a helper hands on to a notification of an event in it. */
export function handedTask(
  context: CheckContext,
  { fact, sites }: NotifyingFunction,
  event: string,
  given: readonly (string | undefined)[],
): string | undefined {
  for (const site of sites) {
    if (site.event !== event) continue;
    const task = taskOf(context, site);
    if (task === 'current') return task;
    const at = fact.parameters.findIndex(({ name }) => name === task);
    return at < 0 ? undefined : given[at];
  }
  return undefined;
}
