import type { FunctionField } from '../syntax/c/initialiser';
import { orMeant } from '../syntax/nearest-name';

/**
 * A family describes one kind of linker-gathered table: which macros register, which input sections feed which event,
 * which functions walk the table. Plain data, so that a user can add one in `.task-watchers.json`.
 */
export interface Family {
  /** `task-watchers`, `initcalls`: the value of `--family`. */
  readonly name: string;
  readonly title: string;
  /** What one entry's function is called, and several: `watcher`, `watchers`. */
  readonly noun: readonly [one: string, many: string];
  readonly events: readonly FamilyEvent[];
  /** How input section names spell events. The first that matches decides. */
  readonly sections: readonly SectionShape[];
  /** How boundary symbols spell events, for reading a table from an ELF file without its linker script. */
  readonly boundaries: readonly BoundaryShape[];
  /** Macros known to register; wrappers around them, and what they are called in a given tree, are learnt from it. */
  readonly macros: readonly string[];
  /**
   * Strings of which every file that registers or notifies without a wrapper contains at least one. They decide what
   * is read at all, so each should be rare.
   */
  readonly needles: readonly string[];
  /** Functions that walk the table. Their first argument is an event where `notifies` is true. */
  readonly dispatchers: readonly Dispatcher[];
  /** Which part of a structure is the function, for tables of structures. */
  readonly functionField?: FunctionField;
  /** The family's table can also be filled by modules at run time. */
  readonly modulesTakePart: boolean;
  /** A function whose presence in the tree says that modules take part there (a dialect in which they may). */
  readonly moduleRegistration?: string;
  /** What an entry's function must look like. */
  readonly prototype?: Prototype;
}

/** Types with white space folded: `struct task_struct *`. */
export interface Prototype {
  /** The typedef: `task_watcher_fn`. */
  readonly typedef: string;
  readonly returnType: string;
  readonly parameters: readonly { readonly type: string; readonly name: string }[];
}

export interface FamilyEvent {
  /** As printed: `INIT`, `6s`. */
  readonly name: string;
  /** The constant that call sites pass, where there is one: `WATCH_TASK_INIT`. */
  readonly constant?: string;
  /** When it fires, in one sentence. */
  readonly meaning?: string;
  /** What the dispatcher's `val` holds. */
  readonly val?: string;
  /** Its notification may fail, and whoever notifies must see to it. */
  readonly mayFail?: boolean;
  /** The event that gives back what this one took, and is notified when it failed. */
  readonly undoneBy?: string;
  /** Not every tree has it (security initcalls of old): it is not shown where nothing is known of it. */
  readonly mayBeAbsent?: boolean;
  /** The event whose boundary symbols it shares: initcall level `6s` lies in the table of `6`. */
  readonly within?: string;
  /** Boundary symbols that no {@link BoundaryShape} spells. */
  readonly start?: string;
  readonly stop?: string;
  /** Input section of an event that no {@link SectionShape} spells: `.con_initcall.init`. */
  readonly section?: string;
}

export interface BoundaryShape {
  /** `__start_task_watchers_{event}`: where an event's table begins; it ends where the next one does. */
  readonly start: string;
  readonly spelling: 'lower' | 'upper' | 'same';
  /** Where the last table ends. */
  readonly end: string;
}

export interface SectionShape {
  /** `.task_watchers.{event}`. */
  readonly template: string;
  /** How the event stands in it, compared with {@link FamilyEvent.name}. */
  readonly spelling: 'lower' | 'upper' | 'same';
  readonly dialect?: string;
}

export interface Dispatcher {
  readonly function: string;
  /** 0-based positions of the arguments, `undefined` where the dispatcher takes none. */
  readonly eventArgument?: number;
  readonly valArgument?: number;
  readonly taskArgument?: number;
}

export const spell = (name: string, spelling: SectionShape['spelling']): string =>
  spelling === 'lower' ? name.toLowerCase() : spelling === 'upper' ? name.toUpperCase() : name;

/** Every input section that feeds an event of the family, with the event's name. */
export function eventsBySection(family: Family): ReadonlyMap<string, string> {
  const bySection = new Map<string, string>();
  for (const event of family.events) {
    if (event.section !== undefined) bySection.set(event.section, event.name);
    else
      for (const shape of family.sections) {
        const section = shape.template.replace('{event}', spell(event.name, shape.spelling));
        if (!bySection.has(section)) bySection.set(section, event.name);
      }
  }
  return bySection;
}

/** True for a section that has the family's shape, whether or not its event exists (`.task_watchers.inti`). */
export function isFamilySection(family: Family, section: string): boolean {
  return eventOfSection(family, section) !== undefined;
}

/**
 * The event a section name spells: one of the family's by name, or, where no such event exists, the text in the
 * template's place (so that a misspelt event can be shown). More may stand behind it for the linker script to sort by:
 * `.task_watchers.init.50`. `undefined`: not a section of this family.
 */
export function eventOfSection(family: Family, section: string): string | undefined {
  const whole = eventSpelt(family, section);
  if (whole !== undefined) return whole;
  for (let end = sortedBehind(section, section.length); end > 0; end = sortedBehind(section, end)) {
    const event = eventSpelt(family, section.slice(0, end));
    // `.task_watchers.function.init` holds functions: there is no event of that name.
    if (event !== undefined && family.events.some(({ name }) => name === event)) return event;
  }
  return undefined;
}

/** Where the name in front of the last `.x` ends. What stands behind `..` is LTO's (`.initcall6.init..x`). */
function sortedBehind(section: string, end: number): number {
  const dot = section.lastIndexOf('.', end - 1);
  return section.charAt(dot - 1) === '.' || section.charAt(dot + 1) === '.' ? 0 : dot;
}

function eventSpelt(family: Family, section: string): string | undefined {
  for (const event of family.events) if (event.section === section) return event.name;
  for (const shape of family.sections) {
    const [before = '', after = ''] = shape.template.split('{event}');
    if (section.length <= before.length + after.length) continue;
    if (!section.startsWith(before) || !section.endsWith(after)) continue;
    const spelt = section.slice(before.length, section.length - after.length);
    const event = family.events.find(({ name }) => spell(name, shape.spelling) === spelt);
    if (event) return event.name;
    // `.task.table` holds a dispatcher's array: an event would be written `.task.TABLE`.
    const isSpeltSo = spell(spelt, shape.spelling) === spelt;
    const isKnown = family.events.some(
      ({ name, constant }) => constant === spelt || name.toLowerCase() === spelt.toLowerCase(),
    );
    if (/^\w+$/.test(spelt) && (isSpeltSo || isKnown)) return spelt;
  }
  return undefined;
}

/** What to say of an event that {@link findEvent} does not find. */
export const noEvent = ({ name: family, events }: Family, asked: string): string =>
  `no event ${asked} in ${family}; ${orMeant(
    asked,
    events.map(({ name }) => name),
  )}`;

/** The event a person means: `INIT`, `init`, `WATCH_TASK_INIT`, or its number. */
export function findEvent(family: Family, text: string): FamilyEvent | undefined {
  const wanted = text.trim();
  return (
    family.events.find(({ name, constant }) => name === wanted || constant === wanted) ??
    family.events.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()) ??
    (/^\d+$/.test(wanted) ? family.events[Number(wanted)] : undefined)
  );
}
