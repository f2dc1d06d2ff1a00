import type { TableEntry } from '../link/entry';
import type { CallSite } from '../watchers/snapshot';
import { callsOf, definitionOf, isLinkerScript, placesOfName } from './code-words';
import { registrationParts, type RegistrationParts } from './registration-parts';
import { scriptPlaces } from './script-places';
import { indexOf } from './snapshot-index';
import { subjectAt, type Subject } from './subject';
import { uniqueTargets, type Target, type View } from './view';

/** Where the thing under the cursor is defined; empty: not our business, or not known. */
export function definitions(view: View, path: string, offset: number): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  switch (subject.kind) {
    case 'registration':
      if (subject.part === 'function') return functionsOf(view, subject.entries);
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
export function implementations(view: View, path: string, offset: number): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  if (subject.kind === 'dispatcher') return [];
  if (subject.kind === 'registration' && subject.part === 'function')
    return functionsOf(view, subject.entries);
  const event = eventOf(subject);
  return event === undefined ? [] : watcherTargets(view, event);
}

/** The definitions of an event's watchers, in slot order. Where one cannot be found, its registration stands in. */
export function watcherTargets(view: View, event: string): readonly Target[] {
  const table = view.snapshot.tables.find((candidate) => candidate.event === event);
  const called = (table?.entries ?? []).filter(
    ({ status }) => status === 'linked' || status === 'conditional',
  );
  return called.map((entry) => functionTarget(view, entry) ?? registrationTarget(entry));
}

/**
 * All that belongs to the thing under the cursor. Of a watcher: its registrations, the calls of it in its own file, and
 * the call sites that dispatch it. Of an event: registrations, call sites, linker script, dispatcher array.
 */
export function references(
  view: View,
  path: string,
  offset: number,
  includeDeclaration: boolean,
): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  const index = indexOf(view.snapshot);
  if (subject.kind === 'watcher' || (subject.kind === 'registration' && subject.part === 'function')) {
    const entries = index
      .entriesOf(subject.entries[0]?.function ?? '')
      .filter(({ place }) => subject.entries.some((own) => own.place.file === place.file));
    const events = new Set(entries.map(({ event }) => event));
    const direct = uniqueTargets(
      entries.flatMap(({ place, function: name }) => {
        const file = view.source(place.file);
        return file ? callsOf(file, name).map((range) => ({ file: place.file, range })) : [];
      }),
    );
    return uniqueTargets([
      ...(includeDeclaration ? functionsOf(view, entries) : []),
      ...entries.map((entry) => namedIn(view, entry, 'function')),
      ...direct,
      ...[...events].flatMap((event) => index.sitesOf(event).map(dispatcherTarget)),
    ]);
  }
  const event = eventOf(subject);
  if (event !== undefined) return eventReferences(view, event, includeDeclaration);
  if (subject.kind === 'macro' || (subject.kind === 'registration' && subject.part === 'macro')) {
    const name = subject.kind === 'macro' ? subject.name : subject.word;
    return uniqueTargets([
      ...(includeDeclaration ? macroDefinitions(view, name) : []),
      ...index.entries.filter(({ macro }) => macro === name).map((entry) => namedIn(view, entry, 'macro')),
    ]);
  }
  return [];
}

function eventReferences(view: View, event: string, includeDeclaration: boolean): readonly Target[] {
  const index = indexOf(view.snapshot);
  const constant = view.snapshot.family.events.find(({ name }) => name === event)?.constant;
  return uniqueTargets([
    ...(includeDeclaration ? constantDefinitions(view, event) : []),
    ...index.entries.filter((entry) => entry.event === event).map((entry) => namedIn(view, entry, 'event')),
    ...index.sitesOf(event).map((site) => constantIn(view, site, constant)),
    ...scriptPlaces(view, event),
    ...arrayPlaces(view, event),
    ...(constant === undefined ? [] : constantUses(view, constant)),
  ]);
}

/** Uses of a constant that no call site covers: a `switch`, a table of names. */
function constantUses(view: View, constant: string): readonly Target[] {
  const index = indexOf(view.snapshot);
  const defined = constantDefinitions(view, index.eventOfConstant.get(constant) ?? '');
  return view.snapshot.candidates.flatMap((path) => {
    const file = view.source(path);
    if (!file) return [];
    return placesOfName(file, constant)
      .filter(
        (range) =>
          !index
            .sitesIn(path)
            .some((site) => site.range.start <= range.start && range.end <= site.range.end) &&
          !defined.some((target) => target.file === path && target.range.start === range.start),
      )
      .map((range) => ({ file: path, range }));
  });
}

/** Uses of the boundary symbol at which an event's table starts, outside linker scripts: the dispatcher's array. */
export function arrayPlaces(view: View, event: string): readonly Target[] {
  const symbols = [...indexOf(view.snapshot).boundaries].flatMap(([symbol, bound]) =>
    bound.event === event && bound.side === 'start' ? [symbol] : [],
  );
  return view.snapshot.candidates.flatMap((path) => {
    const file = view.source(path);
    if (!file) return [];
    return symbols.flatMap((symbol) =>
      placesOfName(file, symbol).map((range): Target => ({ file: path, range })),
    );
  });
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

/** The word of a registration that names what is asked about; else all of it. */
function namedIn(view: View, entry: TableEntry, part: keyof RegistrationParts): Target {
  const file = view.source(entry.place.file);
  const range = file && registrationParts(view.snapshot.family, file, entry)[part];
  return { file: entry.place.file, range: range ?? entry.range };
}

const dispatcherTarget = ({ file, range, dispatcher }: CallSite): Target => ({
  file,
  range: { start: range.start, end: range.start + dispatcher.length },
});

/** The event's constant in a call; else the call. */
function constantIn(view: View, { file: path, range }: CallSite, constant: string | undefined): Target {
  const file = view.source(path);
  const named =
    file && constant !== undefined
      ? placesOfName(file, constant).find(({ start, end }) => range.start <= start && end <= range.end)
      : undefined;
  return { file: path, range: named ?? range };
}

function functionsOf(view: View, entries: readonly TableEntry[]): readonly Target[] {
  return uniqueTargets(entries.flatMap((entry) => functionTarget(view, entry) ?? []));
}

/** The name in a watcher's definition: in the file that registers it, else in another file of the family. */
export function functionTarget(view: View, entry: TableEntry): Target | undefined {
  const own = definitionOf(view.source(entry.place.file), entry.function);
  if (own) return { file: entry.place.file, range: own.nameRange };
  const source = entry.object?.replace(/\.o$/, '.c');
  for (const path of new Set([...(source === undefined ? [] : [source]), ...view.snapshot.candidates])) {
    if (!path.endsWith('.c')) continue;
    const file = view.source(path);
    if (file?.text.includes(entry.function) !== true) continue;
    const found = definitionOf(file, entry.function);
    if (found && (!found.isStatic || path === source)) return { file: path, range: found.nameRange };
  }
  return undefined;
}

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
