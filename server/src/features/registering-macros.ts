import type { Family } from '../watchers/family';
import { spell } from '../watchers/family';
import { indexOf } from './snapshot-index';
import type { View } from './view';

/** A macro that registers, as a person writes it. */
export interface RegisteringMacro {
  readonly name: string;
  /** Its parameters as the tree defines them; empty where no definition is known. */
  readonly parameters: readonly string[];
  /** 0-based positions; `undefined`: it takes none. */
  readonly eventParameter: number | undefined;
  readonly functionParameters: readonly number[];
  /** The event it is for, where its name says so: `DEFINE_TASK_INITCALL`. */
  readonly event: string | undefined;
}

const cache = new WeakMap<View['snapshot'], ReadonlyMap<string, RegisteringMacro>>();

/** The tree's registering macros by name, wrappers included. Without any, the family's own are taken to be there. */
export function registeringMacros(view: View): ReadonlyMap<string, RegisteringMacro> {
  const known = cache.get(view.snapshot);
  if (known) return known;
  const { family, macros } = view.snapshot;
  const found = new Map<string, RegisteringMacro>();
  for (const { name, parameters = [], body } of macros) {
    // Of several definitions (one for modules), one that registers says more than one that refuses.
    if (parameters.length === 0 || (found.has(name) && /_Static_assert|#error/.test(body))) continue;
    found.set(name, macroOf(view, name, parameters));
  }
  cache.set(view.snapshot, found);
  return found;

  function macroOf(at: View, name: string, parameters: readonly string[]): RegisteringMacro {
    const uses = indexOf(at.snapshot).entries.filter(({ macro }) => macro === name);
    const positions = parameters.map((_, position) => position);
    const functions = positions.filter((position) =>
      uses.some((use) => use.arguments[position] === use.function),
    );
    const events = positions.filter((position) =>
      uses.some(
        (use) =>
          indexOf(at.snapshot).eventOfSpelling.get(use.arguments[position] ?? '') === use.event &&
          use.arguments[position] !== use.function,
      ),
    );
    const byName = (pattern: RegExp): readonly number[] =>
      positions.filter((position) => pattern.test(parameters[position] ?? ''));
    const eventParameter =
      events[0] ?? (functions.length > 0 ? undefined : byName(/^(?:ev|event|level|id)$/)[0]);
    const likely = byName(/^(?:fn|func|function|f|initcall)$/);
    const functionParameters =
      functions.length > 0
        ? functions
        : likely.length > 0
          ? likely
          : positions.filter((position) => position !== eventParameter);
    return { name, parameters, eventParameter, functionParameters, event: eventInName(family, name) };
  }
}

function eventInName(family: Family, name: string): string | undefined {
  return /^DEFINE_[A-Z]+_([A-Z]+)CALL$/.exec(name)?.[1] !== undefined
    ? family.events.find((event) => name.endsWith(`_${event.name}CALL`))?.name
    : undefined;
}

/** How the tree spells an event as a macro's argument. */
export function argumentSpelling(view: View, event: string): string {
  const { family } = view.snapshot;
  const used = indexOf(view.snapshot)
    .entries.flatMap((entry) => entry.arguments)
    .find((argument) => argument.toLowerCase() === event.toLowerCase());
  return used ?? spell(event, family.sections[0]?.spelling ?? 'same');
}
