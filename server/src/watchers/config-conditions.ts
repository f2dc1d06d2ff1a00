import { evaluateCondition, type ConditionScope } from '../syntax/c/condition';
import { ExpansionTooLarge, parseMacro } from '../syntax/c/expand';
import { configMacros } from '../syntax/c/predefined';
import type { Directive } from '../syntax/c/scan';
import type { Decide } from '../syntax/c/tree/branch-choices';

/** Names that are the same in every object of vmlinux: `MODULE` is for modules. */
const everywhere: ReadonlyMap<string, string | undefined> = new Map<string, string | undefined>([
  ['__KERNEL__', ''],
  ['MODULE', undefined],
  ['__ASSEMBLY__', undefined],
]);

const configTest = /\b(IS_ENABLED|IS_BUILTIN|IS_MODULE|config_enabled)\s*\(\s*(CONFIG_\w+)\s*\)/g;

/**
 * Decides the `#if` conditions that a configuration alone decides, for code that is built into vmlinux; those that hang
 * on anything else stay open. Without a configuration all that ask for `CONFIG_` names do.
 */
export function configDecides(values: ReadonlyMap<string, string> | undefined): Decide {
  const macros = values && configMacros(values);
  const asDefined = (name: string): string | undefined =>
    name.startsWith('CONFIG_') ? macros?.get(name) : everywhere.get(name);
  const isKnown = (name: string): boolean =>
    name.startsWith('CONFIG_') ? macros !== undefined : everywhere.has(name);
  const scope: ConditionScope = {
    lookup(name) {
      const text = asDefined(name);
      return text === undefined ? undefined : parseMacro(name, undefined, text);
    },
    isDefined: (name) => (isKnown(name) ? asDefined(name) !== undefined : undefined),
    isUnknown: (name) => !isKnown(name) && name !== 'defined',
  };
  const known = new Map<string, boolean | undefined>();
  const decide = (condition: string): boolean | undefined => {
    const text = condition.replace(configTest, (whole, test: string, name: string) => {
      const on = configIs(values, name);
      if (on === undefined) return whole;
      const holds = test === 'IS_MODULE' ? on === 'm' : on === 'y' || (test !== 'IS_BUILTIN' && on === 'm');
      return holds ? '1' : '0';
    });
    try {
      const value = evaluateCondition(text, scope);
      return value === undefined ? undefined : value !== 0n;
    } catch (error) {
      if (error instanceof ExpansionTooLarge) return undefined;
      throw error;
    }
  };
  return (condition) => {
    if (!known.has(condition)) known.set(condition, decide(condition));
    return known.get(condition);
  };
}

/** `y`, `m`, `n` or another value; `undefined`: no configuration. */
const configIs = (values: ReadonlyMap<string, string> | undefined, name: string): string | undefined =>
  values && (values.get(name) ?? 'n');

/** Follows the conditional directives of a file in order. */
export interface BranchFollower {
  readonly pass: (directive: Directive) => void;
  /** The place after the directives passed so far is in no branch that is surely left out. */
  readonly mayBeBuilt: () => boolean;
}

export function branchFollower(decide: Decide): BranchFollower {
  const stack: { taken: boolean; active: boolean }[] = [];
  return {
    pass(directive) {
      const top = stack.at(-1);
      if (directive.kind === 'if') {
        const holds = decide(directive.text);
        stack.push({ taken: holds === true, active: holds !== false });
      } else if (directive.kind === 'endif') stack.pop();
      else if (top && directive.kind === 'elif') {
        const holds = top.taken ? false : decide(directive.text);
        top.active = holds !== false;
        top.taken ||= holds === true;
      } else if (top && directive.kind === 'else') top.active = !top.taken;
    },
    mayBeBuilt: () => stack.every(({ active }) => active),
  };
}

/** Whether the place at `offset` (0-based UTF-16) is in no branch that is surely left out. */
export function mayBeBuilt(directives: readonly Directive[], offset: number, decide: Decide): boolean {
  const branches = branchFollower(decide);
  for (const directive of directives) {
    if (directive.offset >= offset) break;
    branches.pass(directive);
  }
  return branches.mayBeBuilt();
}
