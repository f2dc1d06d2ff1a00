import type { Range } from '../../syntax/positions';
import type { CheckContext } from '../check-context';
import type { WatcherFunction } from '../watcher-functions';
import { codeOf, type Code } from './code';
import { negative, zero, type Signs } from './signs';
import { signsOf, type Value } from './values';
import { taskParameter } from './task-members';
import { walk } from './walk';

/** A place where a watcher uses what a member of its task points to. */
export interface MemberUse {
  readonly member: string;
  readonly range: Range;
  /** `dereferenced`: through the pointer. `passed`: to a function whose code is not here. */
  readonly how: 'dereferenced' | 'passed';
  /** What the member may be at this point, as far as the watcher has looked: NULL, an error. */
  readonly signs: Signs;
}

const deepest = 3;

/** Uses of what the members of a watcher's task held when it was called. */
export function memberUses(context: CheckContext, watcher: WatcherFunction): readonly MemberUse[] {
  const task = taskParameter(context, watcher);
  if (task === undefined) return [];
  return codeOf(context, watcher.file.path, watcher.fact).flatMap((code) =>
    usesOf(context, code, (id) => new RegExp(`^${task}(->[\\w.]+)#$`).exec(id)?.[1], 0),
  );
}

/** `memberOf`: the member whose first value a symbol is. */
function usesOf(
  context: CheckContext,
  code: Code,
  memberOf: (id: string) => string | undefined,
  depth: number,
): readonly MemberUse[] {
  const found = new Map<string, MemberUse>();
  const use = (value: Value, range: Range, how: MemberUse['how'], signs: Signs): void => {
    const member = value.kind === 'symbol' ? memberOf(value.id) : undefined;
    if (member === undefined) return;
    const key = `${member} ${String(range.start)} ${how}`;
    found.set(key, { member, range, how, signs: signs | (found.get(key)?.signs ?? 0) });
  };
  walk<null>(code, {
    start: null,
    keepsMembers: true,
    key: () => '',
    isSpecial: (id) => memberOf(id) !== undefined,
    reached(object, state, expression) {
      use(object, expression.range, 'dereferenced', signsOf(state, object));
      return state;
    },
    call({ name, expression, values }, state) {
      if (name === undefined || isTest(name)) return undefined;
      values.forEach((value, at) => {
        const member = value.kind === 'symbol' ? memberOf(value.id) : undefined;
        if (member === undefined || value.kind !== 'symbol') return;
        const inner = usesInside(context, code.file, name, at, depth);
        const signs = signsOf(state, value);
        if (!inner) use(value, expression.range, 'passed', signs);
        // Inside, the function may look first.
        else for (const one of inner) use(value, expression.range, one.how, signs & one.signs);
      });
      return undefined;
    },
  });
  return [...found.values()];
}

/** What a function of the same file does with its parameter; `undefined`: it is not there. */
function usesInside(
  context: CheckContext,
  file: string,
  name: string,
  at: number,
  depth: number,
): readonly MemberUse[] | undefined {
  const facts = context.functions(file).filter((fact) => fact.name === name && fact.body !== undefined);
  if (facts.length === 0 || depth >= deepest) return undefined;
  return facts.flatMap((fact) => {
    const parameter = fact.parameters[at]?.name;
    if (parameter === undefined) return [];
    return codeOf(context, file, fact).flatMap((code) =>
      usesOf(context, code, (id) => (id === parameter ? parameter : undefined), depth + 1),
    );
  });
}

const isTest = (name: string): boolean =>
  /^(?:likely|unlikely|__builtin_expect|IS_ERR|IS_ERR_OR_NULL|IS_ERR_VALUE|PTR_ERR|ERR_PTR|WARN_ON|WARN_ON_ONCE|BUG_ON|READ_ONCE|rcu_dereference|prefetch)$/.test(
    name,
  );

export const mayBeNull = ({ signs }: MemberUse): boolean => (signs & zero) !== 0;
export const mayBeError = ({ signs }: MemberUse): boolean => (signs & negative) !== 0;
