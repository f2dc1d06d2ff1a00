import type { TableEntry } from '../link/entry';
import type { CallSite } from '../watchers/snapshot';
import { definitionOf, placesOfName } from './code-words';
import { areStatic, functionTargets, unitOf, type FunctionTarget } from './function-target';
import { functionPlaces } from './name-uses';
import { constantDefinitions, eventOf, macroDefinitions } from './navigation';
import { registrationParts, type RegistrationParts } from './registration-parts';
import { scriptPlaces } from './script-places';
import { indexOf } from './snapshot-index';
import { subjectAt, type Subject } from './subject';
import { uniqueTargets, type Mentions, type Target, type View } from './view';

/** The names whose places in the whole tree {@link references} needs; empty: not our business. */
export function namesReferred(view: View, path: string, offset: number): readonly string[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  const watcher = watcherIn(subject);
  if (watcher) return areStatic(view, watcher) ? [] : [watcher[0]?.function ?? ''];
  const macro = macroIn(subject);
  if (macro !== undefined) return [macro];
  const event = eventOf(subject);
  if (event === undefined) return [];
  const constant = constantOf(view, event);
  return [...(constant === undefined ? [] : [constant]), ...startsOf(view, event)];
}

/**
 * All that belongs to the thing under the cursor, in every file that was looked at. Of a watcher: its registrations, its
 * declarations, its uses by name, and the call sites that dispatch it. Of an event: registrations, call sites, linker
 * script, dispatcher array. Of a macro: registrations, and other uses. `mentions`: of {@link namesReferred}.
 */
export function references(
  view: View,
  path: string,
  offset: number,
  includeDeclaration: boolean,
  mentions: Mentions,
): readonly Target[] {
  const subject = subjectAt(view, path, offset);
  if (!subject) return [];
  const watcher = watcherIn(subject);
  if (watcher) return watcherReferences(view, watcher, includeDeclaration, mentions);
  const event = eventOf(subject);
  if (event !== undefined) return eventReferences(view, event, includeDeclaration, mentions);
  const macro = macroIn(subject);
  return macro === undefined ? [] : macroReferences(view, macro, includeDeclaration, mentions);
}

function watcherIn(subject: Subject): readonly TableEntry[] | undefined {
  return subject.kind === 'watcher' || (subject.kind === 'registration' && subject.part === 'function')
    ? subject.entries
    : undefined;
}

function macroIn(subject: Subject): string | undefined {
  if (subject.kind === 'macro') return subject.name;
  return subject.kind === 'registration' && subject.part === 'macro' && eventOf(subject) === undefined
    ? subject.word
    : undefined;
}

function watcherReferences(
  view: View,
  asked: readonly TableEntry[],
  includeDeclaration: boolean,
  mentions: Mentions,
): readonly Target[] {
  const index = indexOf(view.snapshot);
  const name = asked[0]?.function ?? '';
  const mentioning = mentions.get(name) ?? [];
  const { entries, targets } = sameFunction(view, asked, mentioning);
  const registered = entries.map((entry) => namedIn(view, entry, 'function'));
  const places = filesNaming(view, entries, targets, mentioning).flatMap((path) => {
    const file = view.source(path);
    // A function of the same name that is another file's own hides ours.
    const isHidden =
      definitionOf(file, name)?.isStatic === true && !targets.some((target) => target.file === path);
    return file && (!isHidden || path.endsWith('.h'))
      ? functionPlaces(file, name).map(({ range, use }) => ({ file: path, range, use }))
      : [];
  });
  const isDefinition = (place: Target): boolean =>
    targets.some(({ file, range }) => file === place.file && range.start === place.range.start);
  const declared = places.filter((place) => place.use !== 'use' || isDefinition(place));
  const used = places.filter((place) => place.use === 'use' && !isDefinition(place));
  const events = new Set(entries.map(({ event }) => event));
  return uniqueTargets(
    [
      ...registered,
      ...(includeDeclaration ? [...targets, ...declared] : []),
      ...used,
      ...[...events].flatMap((event) => index.sitesOf(event).map(dispatcherTarget)),
    ].map(({ file, range }) => ({ file, range })),
  );
}

/** All registrations of the function that some of them are about, and where it is defined. */
function sameFunction(
  view: View,
  asked: readonly TableEntry[],
  mentioning: readonly string[],
): { readonly entries: readonly TableEntry[]; readonly targets: readonly FunctionTarget[] } {
  const targetsOf = (entry: TableEntry): readonly FunctionTarget[] =>
    functionTargets(view, entry, mentioning);
  const targets = asked.flatMap(targetsOf);
  const entries = indexOf(view.snapshot)
    .entriesOf(asked[0]?.function ?? '')
    .filter(
      (entry) =>
        asked.some(({ place }) => place.file === entry.place.file) ||
        targetsOf(entry).some(({ file }) => targets.some((target) => target.file === file)),
    );
  return { entries, targets };
}

/** Where the function can be named: in the files of its units if it is static, else wherever its name stands. */
function filesNaming(
  view: View,
  entries: readonly TableEntry[],
  targets: readonly FunctionTarget[],
  mentioning: readonly string[],
): readonly string[] {
  const units = entries.flatMap((entry) => [entry.place.file, ...unitOf(view, entry)]);
  const isStatic = targets.length > 0 && targets.every((target) => target.isStatic);
  return [...new Set([...targets.map(({ file }) => file), ...units, ...(isStatic ? [] : mentioning)])];
}

function eventReferences(
  view: View,
  event: string,
  includeDeclaration: boolean,
  mentions: Mentions,
): readonly Target[] {
  const index = indexOf(view.snapshot);
  const constant = constantOf(view, event);
  return uniqueTargets([
    ...index.entries.filter((entry) => entry.event === event).map((entry) => namedIn(view, entry, 'event')),
    ...(includeDeclaration ? constantDefinitions(view, event) : []),
    ...index.sitesOf(event).map((site) => constantIn(view, site, constant)),
    ...scriptPlaces(view, event),
    ...startsOf(view, event).flatMap((symbol) => placesIn(view, symbol, mentions)),
    ...(constant === undefined ? [] : constantUses(view, event, constant, mentions)),
  ]);
}

const constantOf = (view: View, event: string): string | undefined =>
  view.snapshot.family.events.find(({ name }) => name === event)?.constant;

/** The boundary symbols at which an event's table starts; outside linker scripts, the dispatcher's array names them. */
const startsOf = (view: View, event: string): readonly string[] =>
  [...indexOf(view.snapshot).boundaries].flatMap(([symbol, bound]) =>
    bound.event === event && bound.side === 'start' ? [symbol] : [],
  );

/** Where a name stands in code: in the files that hold a name of the family, and in those that mention it. */
function placesIn(view: View, name: string, mentions: Mentions): readonly Target[] {
  return [...new Set([...view.snapshot.candidates, ...(mentions.get(name) ?? [])])].flatMap((path) => {
    const file = view.source(path);
    return file ? placesOfName(file, name).map((range) => ({ file: path, range })) : [];
  });
}

/** Uses of a constant that no call site covers: a `switch`, a table of names. */
function constantUses(view: View, event: string, constant: string, mentions: Mentions): readonly Target[] {
  const index = indexOf(view.snapshot);
  const defined = constantDefinitions(view, event);
  return placesIn(view, constant, mentions).filter(
    ({ file, range }) =>
      !index.sitesIn(file).some((site) => site.range.start <= range.start && range.end <= site.range.end) &&
      !defined.some((target) => target.file === file && target.range.start === range.start),
  );
}

function macroReferences(
  view: View,
  name: string,
  includeDeclaration: boolean,
  mentions: Mentions,
): readonly Target[] {
  const defined = macroDefinitions(view, name);
  return uniqueTargets([
    ...indexOf(view.snapshot)
      .entries.filter(({ macro }) => macro === name)
      .map((entry) => namedIn(view, entry, 'macro')),
    ...(includeDeclaration ? defined : []),
    // In the bodies of other macros, and where no unit sees it.
    ...placesIn(view, name, mentions).filter(
      ({ file, range }) =>
        !defined.some((target) => target.file === file && target.range.start === range.start),
    ),
  ]);
}

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
