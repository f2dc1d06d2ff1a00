import type { LinkPlan } from './link-plan';

type Question = 'flags' | 'unlinked' | 'conditions';

/** What tells one question from another. */
export const questionKeys: {
  readonly [Q in Question]: (about: Parameters<LinkPlan[Q]>[0]) => string;
} = {
  // An object that is in no plan is made anew by whoever asks: its path says which one is meant.
  flags: ({ path, source, moduleName }) => `${path}:${source ?? ''}:${moduleName}`,
  unlinked: (source) => source,
  conditions: (source) => source,
};

/** The same plan, which works out each of its lazy answers only once. */
export function rememberingPlan(plan: LinkPlan): LinkPlan {
  return {
    ...plan,
    flags: remember(plan.flags, questionKeys.flags),
    unlinked: remember(plan.unlinked, questionKeys.unlinked),
    conditions: remember(plan.conditions, questionKeys.conditions),
  };
}

/** The same function, which is asked each question once. `known`: the answers so far. */
export function remember<A, R>(
  answer: (argument: A) => R,
  key: (argument: A) => string,
  known = new Map<string, R>(),
): (argument: A) => R {
  return (argument) => {
    const name = key(argument);
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = answer(argument)));
    return found;
  };
}
