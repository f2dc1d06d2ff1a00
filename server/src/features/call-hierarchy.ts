import type { TableEntry } from '../link/entry';
import type { SourceFile } from '../syntax/c/unit';
import type { Range } from '../syntax/positions';
import { definedFunctions, definitionOf, functionAround, wordAt, type DefinedFunction } from './code-words';
import { functionTarget, functionTargets, unitOf } from './function-target';
import { callsOf } from './name-uses';
import { calledFor, farAmong } from './navigation';
import { indexOf } from './snapshot-index';
import { subjectAt } from './subject';
import type { Mentions, View } from './view';

/** A function in the hierarchy. */
export interface HierarchyItem {
  readonly file: string;
  readonly name: string;
  readonly range: Range;
  readonly selection: Range;
  /** What the table says of it: `INIT · slot 3`, `notifies INIT, FREE`. */
  readonly detail: string;
}

export interface HierarchyCall {
  readonly item: HierarchyItem;
  /** In the caller's file, which is the item's for incoming calls and the asked function's for outgoing ones. */
  readonly places: readonly Range[];
}

/** The function that {@link hierarchyItemAt} finds only in the whole tree. */
export function farItem(view: View, path: string, offset: number): readonly string[] {
  const subject = subjectAt(view, path, offset);
  return subject?.kind === 'watcher' || (subject?.kind === 'registration' && subject.part === 'function')
    ? farAmong(view, subject.entries)
    : [];
}

/** The function that a hierarchy would start from; `undefined`: it has nothing to do with a table. */
export function hierarchyItemAt(
  view: View,
  path: string,
  offset: number,
  mentions: Mentions,
): HierarchyItem | undefined {
  const file = view.source(path);
  if (!file) return undefined;
  const subject = subjectAt(view, path, offset);
  if (subject?.kind === 'watcher' || (subject?.kind === 'registration' && subject.part === 'function')) {
    const [entry] = subject.entries;
    return entry && watcherItem(view, entry, mentions);
  }
  if (subject?.kind === 'call-site') {
    const around = functionAround(file, offset);
    return around && itemOf(view, file, around);
  }
  const word = wordAt(file, offset);
  if (subject || word?.kind !== 'name') return undefined;
  // A function that notifies, in its own definition or where its file calls it.
  if (
    !indexOf(view.snapshot)
      .sitesIn(path)
      .some(({ caller }) => caller === word.text)
  )
    return undefined;
  const definition = definitionOf(file, word.text);
  return definition && itemOf(view, file, definition);
}

export function itemNamed(view: View, path: string, name: string): HierarchyItem | undefined {
  const file = view.source(path);
  const definition = definitionOf(file, name);
  return file && definition && itemOf(view, file, definition);
}

function itemOf(view: View, file: SourceFile, { name, range, nameRange }: DefinedFunction): HierarchyItem {
  const index = indexOf(view.snapshot);
  const registered = index
    .entriesOf(name)
    .filter((entry) => functionTarget(view, entry, [file.path])?.file === file.path)
    .map(
      (entry) => `${entry.event}${entry.slot === undefined ? ` (${entry.status})` : ` · slot ${entry.slot}`}`,
    );
  const notified = index
    .sitesIn(file.path)
    .flatMap(({ caller, event }) => (caller === name && event !== undefined ? [event] : []));
  const facts = [
    ...new Set(registered),
    ...(notified.length === 0 ? [] : [`notifies ${[...new Set(notified)].join(', ')}`]),
  ];
  return { file: file.path, name, range, selection: nameRange, detail: facts.join(', ') };
}

function watcherItem(view: View, entry: TableEntry, mentions: Mentions): HierarchyItem {
  const target = functionTarget(view, entry, mentions.get(entry.function));
  const file = target && view.source(target.file);
  const definition = file && definitionOf(file, entry.function);
  if (file && definition) return itemOf(view, file, definition);
  // Its definition is not known: the registration stands in.
  return {
    file: entry.place.file,
    name: entry.function,
    range: entry.range,
    selection: entry.range,
    detail: `${entry.event}${entry.slot === undefined ? '' : ` · slot ${entry.slot}`}`,
  };
}

/**
 * Who calls a function: through a table the functions that notify its events, and directly those in its own file and in
 * `mentioning`, the files of the tree in which its name stands.
 */
export function incomingCalls(
  view: View,
  path: string,
  name: string,
  mentioning: readonly string[],
): readonly HierarchyCall[] {
  const index = indexOf(view.snapshot);
  const calls = new Map<string, { readonly item: HierarchyItem; readonly places: Range[] }>();
  const add = (file: SourceFile, place: Range): void => {
    const caller = functionAround(file, place.start);
    if (!caller) return;
    const key = `${file.path}:${caller.nameRange.start}`;
    const known = calls.get(key) ?? { item: itemOf(view, file, caller), places: [] };
    calls.set(key, known);
    if (!known.places.some(({ start }) => start === place.start)) known.places.push(place);
  };
  // Where its definition is not known, the registration stands in for it.
  const entries = index.entriesOf(name).filter((entry) => {
    const targets = functionTargets(view, entry, [path, ...mentioning]);
    return targets.length === 0 ? entry.place.file === path : targets.some(({ file }) => file === path);
  });
  const events = new Set(entries.map(({ event }) => event));
  for (const event of events)
    for (const site of index.sitesOf(event)) {
      const file = view.source(site.file);
      if (file) add(file, site.range);
    }
  const own = definitionOf(view.source(path), name);
  const unit = entries.flatMap((entry) => [...unitOf(view, entry)]);
  for (const other of new Set([path, ...unit, ...(own?.isStatic === true ? [] : mentioning)])) {
    const file = view.source(other);
    // Another file's own function of this name hides ours.
    if (!file || (other !== path && definitionOf(file, name)?.isStatic === true)) continue;
    for (const place of callsOf(file, name)) add(file, place);
  }
  return [...calls.values()];
}

/** The functions that {@link outgoingCalls} finds only in the whole tree. */
export function farCallees(view: View, path: string, name: string): readonly string[] {
  const events = new Set(
    indexOf(view.snapshot)
      .sitesIn(path)
      .flatMap(({ caller, event }) => (caller === name && event !== undefined ? [event] : [])),
  );
  return farAmong(
    view,
    [...events].flatMap((event) => calledFor(view, event)),
  );
}

/**
 * Whom a function calls, in the order of the source: where it notifies, the watchers of the event in dispatch order;
 * otherwise the functions of its own file.
 */
export function outgoingCalls(
  view: View,
  path: string,
  name: string,
  mentions: Mentions,
): readonly HierarchyCall[] {
  const file = view.source(path);
  const definition = definitionOf(file, name);
  if (!file || !definition) return [];
  const inside = ({ start, end }: Range): boolean => definition.body <= start && end <= definition.range.end;
  const steps: { readonly place: Range; readonly items: readonly HierarchyItem[] }[] = [];
  for (const site of indexOf(view.snapshot).sitesIn(path)) {
    if (!inside(site.range)) continue;
    const called = site.event === undefined ? [] : calledFor(view, site.event);
    steps.push({ place: site.range, items: called.map((entry) => watcherItem(view, entry, mentions)) });
  }
  const body = file.text.slice(definition.body, definition.range.end);
  for (const other of definedFunctions(file)) {
    if (other.name === name || !body.includes(other.name)) continue;
    const item = itemOf(view, file, other);
    for (const place of callsOf(file, other.name)) if (inside(place)) steps.push({ place, items: [item] });
  }
  const calls = new Map<string, { readonly item: HierarchyItem; readonly places: Range[] }>();
  for (const { place, items } of steps.sort((a, b) => a.place.start - b.place.start))
    for (const item of items) {
      const key = `${item.file}:${item.selection.start}`;
      const known = calls.get(key) ?? { item, places: [] };
      calls.set(key, known);
      known.places.push(place);
    }
  return [...calls.values()];
}
