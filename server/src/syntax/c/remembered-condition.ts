import { evaluateCondition, type ConditionScope, type ConditionValue } from './condition';
import type { Macro } from './expand';

/** What an evaluation asked, what it was told, and what came of it. */
interface Memory {
  readonly lookups: readonly (readonly [name: string, macro: Macro | undefined])[];
  readonly defined: readonly (readonly [name: string, answer: boolean | undefined])[];
  readonly unknown: readonly (readonly [name: string, answer: boolean])[];
  readonly pasted: readonly string[];
  readonly value: ConditionValue;
}

const memories = new Map<string, Memory[]>();
const mostVariants = 6;

/**
 * The same as {@link evaluateCondition}, which depends on nothing but what it asks of its scope: where all of that is
 * answered as before, so is the condition. The same few thousand conditions come in every unit.
 */
export function evaluateRemembered(text: string, scope: ConditionScope): ConditionValue {
  const known = memories.get(text);
  for (const memory of known ?? []) {
    if (!holds(memory, scope)) continue;
    for (const name of memory.pasted) scope.pasted?.(name);
    return memory.value;
  }
  const lookups: (readonly [string, Macro | undefined])[] = [];
  const defined: (readonly [string, boolean | undefined])[] = [];
  const unknown: (readonly [string, boolean])[] = [];
  const pasted: string[] = [];
  const state = { changing: false };
  const value = evaluateCondition(text, {
    lookup(name) {
      const macro = scope.lookup(name);
      lookups.push([name, macro]);
      return macro;
    },
    isDefined(name) {
      const answer = scope.isDefined(name);
      defined.push([name, answer]);
      return answer;
    },
    isUnknown(name) {
      const answer = scope.isUnknown?.(name) === true;
      unknown.push([name, answer]);
      return answer;
    },
    hasInclude(spec) {
      state.changing = true;
      return scope.hasInclude?.(spec) === true;
    },
    pasted(name) {
      pasted.push(name);
      scope.pasted?.(name);
    },
    builtin(name) {
      const answer = scope.builtin?.(name);
      if (answer !== undefined) state.changing = true;
      return answer;
    },
  });
  if (!state.changing) {
    const variants = known ?? [];
    variants.unshift({ lookups, defined, unknown, pasted, value });
    if (variants.length > mostVariants) variants.pop();
    memories.set(text, variants);
  }
  return value;
}

function holds({ lookups, defined, unknown }: Memory, scope: ConditionScope): boolean {
  return (
    lookups.every(([name, macro]) => scope.lookup(name) === macro) &&
    defined.every(([name, answer]) => scope.isDefined(name) === answer) &&
    unknown.every(([name, answer]) => (scope.isUnknown?.(name) === true) === answer)
  );
}
