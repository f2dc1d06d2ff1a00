import type { TableEntry } from '../link/entry';
import { isLinkerScript } from './code-words';
import { functionsOf, functionTarget, functionTargets } from './function-target';
import { scriptPlaces } from './script-places';
import { subjectAt, type Subject } from './subject';
import { uniqueTargets, type Mentions, type Target, type View } from './view';

/** Where the thing under the cursor is defined; empty: not our business, or not known. */
export function definitions(view: View, path: string, offset: number, mentions: Mentions): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  switch (subject.kind) {
    case 'registration':
      if (subject.part === 'function') return functionsOf(view, subject.entries, mentions.get(subject.word));
      if (subject.part === 'macro') return macroDefinitions(view, subject.word);
      if (subject.part !== 'event') return [];
      return isSection(subject.word)
        ? scriptPlaces(view, eventOf(subject) ?? '')
        : eventDefinitions(view, eventOf(subject) ?? '');
    case 'call-site':
      // The dispatcher's own definition is any C server's answer.
      return subject.part === 'event' ? eventDefinitions(view, subject.site.event ?? '') : [];
    case 'event':
      // From the script, where the table is made, to what it is called; from elsewhere to the script.
      return subject.via === 'constant' || isLinkerScript(path)
        ? eventDefinitions(view, subject.event)
        : scriptPlaces(view, subject.event);
    case 'macro':
      return macroDefinitions(view, subject.name);
    case 'watcher':
    case 'dispatcher':
      return [];
  }
}

/** Where a table or a registration is declared: the linker script for events, the registering line for watchers. */
export function declarations(view: View, path: string, offset: number): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  if (subject.kind === 'watcher' || (subject.kind === 'registration' && subject.part === 'function'))
    return uniqueTargets(subject.entries.map(registrationTarget));
  const event = eventOf(subject);
  return event === undefined ? [] : scriptPlaces(view, event);
}

/** The watchers of the event or call site under the cursor, in slot order; then those that may be linked. */
export function implementations(
  view: View,
  path: string,
  offset: number,
  mentions: Mentions,
): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  if (subject.kind === 'dispatcher') return [];
  if (subject.kind === 'registration' && subject.part === 'function')
    return functionsOf(view, subject.entries, mentions.get(subject.word));
  const event = eventOf(subject);
  return event === undefined ? [] : watcherTargets(view, event, mentions);
}

/** The definitions of an event's watchers, in slot order. Where one cannot be found, its registration stands in. */
export function watcherTargets(view: View, event: string, mentions: Mentions = new Map()): readonly Target[] {
  return calledFor(view, event).map(
    (entry) => functionTarget(view, entry, mentions.get(entry.function)) ?? registrationTarget(entry),
  );
}

/** The entries of an event's table that a dispatch calls, in slot order; those that may be linked, where nothing tells. */
export function calledFor(view: View, event: string): readonly TableEntry[] {
  const table = view.snapshot.tables.find((candidate) => candidate.event === event);
  return (table?.entries ?? []).filter(({ status }) => status === 'linked' || status === 'conditional');
}

/** The functions whose definitions {@link definitions} and {@link implementations} find only in the whole tree. */
export function farFunctions(view: View, path: string, offset: number): readonly string[] {
  const subject = subjectAt(view, path, offset);
  if (subject?.kind !== 'registration' && subject?.kind !== 'call-site' && subject?.kind !== 'event')
    return [];
  const event = eventOf(subject);
  const entries =
    subject.kind === 'registration' && subject.part === 'function'
      ? subject.entries
      : event === undefined
        ? []
        : calledFor(view, event);
  return farAmong(view, entries);
}

/** The functions that are defined in no file that holds a name of the family. */
export function farAmong(view: View, entries: readonly TableEntry[]): readonly string[] {
  const far = entries.filter((entry) => functionTargets(view, entry).length === 0);
  return [...new Set(far.map((entry) => entry.function))];
}

/** A section's name, in quotes. */
const isSection = (word: string): boolean => word.startsWith('"');

/** The event that a subject is about, if it is about one. */
export function eventOf(subject: Subject): string | undefined {
  switch (subject.kind) {
    case 'registration':
      return subject.part === 'event' || (subject.part === 'macro' && namesEvent(subject.entries))
        ? subject.entries[0]?.event
        : undefined;
    case 'call-site':
      return subject.site.event;
    case 'event':
      return subject.event;
    case 'macro':
    case 'watcher':
    case 'dispatcher':
      return undefined;
  }
}

/** `DEFINE_TASK_INITCALL(fn)`, `late_initcall(fn)`: the macro itself is the event, nothing else says it. */
function namesEvent(entries: readonly TableEntry[]): boolean {
  const [first, ...others] = entries;
  return (
    first !== undefined &&
    others.every(({ event }) => event === first.event) &&
    first.arguments.every((argument) => argument === first.function)
  );
}

export const registrationTarget = (entry: TableEntry): Target => ({
  file: entry.place.file,
  range: entry.range,
});

/** Every `#define` of a registering macro. */
export function macroDefinitions(view: View, name: string): readonly Target[] {
  return uniqueTargets(
    view.snapshot.macros.flatMap((macro) => {
      if (macro.name !== name) return [];
      const file = view.source(macro.file);
      const directive = file?.facts.directives.find(
        (one) => one.kind === 'define' && one.name === name && one.line === macro.line,
      );
      if (!file || !directive) return [];
      const start = file.text.indexOf(name, directive.offset);
      return [{ file: macro.file, range: { start, end: start + name.length } }];
    }),
  );
}

function eventDefinitions(view: View, event: string): readonly Target[] {
  const constants = constantDefinitions(view, event);
  return constants.length > 0 ? constants : scriptPlaces(view, event);
}

/** Where an event's constant gets its value: a `#define`, or an enumerator. */
export function constantDefinitions(view: View, event: string): readonly Target[] {
  const constant = view.snapshot.family.events.find(({ name }) => name === event)?.constant;
  if (constant === undefined) return [];
  const found: Target[] = [];
  for (const path of view.snapshot.candidates) {
    const file = view.source(path);
    if (file?.text.includes(constant) !== true) continue;
    for (const directive of file.facts.directives)
      if (directive.kind === 'define' && directive.name === constant) {
        const start = file.text.indexOf(constant, directive.offset);
        found.push({ file: path, range: { start, end: start + constant.length } });
      }
    if (!path.endsWith('.h') || found.length > 0) continue;
    const enumerator = new RegExp(`\\benum\\b[^{};]*\\{[^}]*?\\b(${constant})\\b`).exec(file.text);
    if (enumerator) {
      const end = enumerator.index + enumerator[0].length;
      found.push({ file: path, range: { start: end - constant.length, end } });
    }
  }
  return found;
}
