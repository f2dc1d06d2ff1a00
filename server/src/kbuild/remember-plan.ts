import type { LinkPlan } from './link-plan';

/** The same plan, which works out each of its lazy answers only once. */
export function rememberingPlan(plan: LinkPlan): LinkPlan {
  return {
    ...plan,
    // An object that is in no plan is made anew by whoever asks: its path says which one is meant.
    flags: remember(plan.flags, ({ path, source, moduleName }) => `${path}:${source ?? ''}:${moduleName}`),
    unlinked: remember(plan.unlinked, (source) => source),
    conditions: remember(plan.conditions, (source) => source),
  };
}

function remember<A, R>(answer: (argument: A) => R, key: (argument: A) => string): (argument: A) => R {
  const known = new Map<string, R>();
  return (argument) => {
    const name = key(argument);
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = answer(argument)));
    return found;
  };
}
