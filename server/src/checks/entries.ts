import type { TableEntry } from '../link/entry';
import type { Family, FamilyEvent } from '../watchers/family';
import type { CallSite, Snapshot } from '../watchers/snapshot';

/** Every registration of a known event, each object's own copy of one in a header included. */
export const tableEntries = (snapshot: Snapshot): readonly TableEntry[] =>
  snapshot.tables.flatMap(({ entries }) => entries);

/** Every registration as written, once. */
export function writtenEntries(snapshot: Snapshot): readonly TableEntry[] {
  const all = [...tableEntries(snapshot), ...snapshot.unknownEvents, ...snapshot.unseenMacros];
  return [...new Map(all.map((entry) => [writtenAt(entry), entry])).values()];
}

/** Equal for the copies of one registration. */
export const writtenAt = (entry: TableEntry): string =>
  `${entry.place.file}:${entry.range.start}:${entry.section}:${entry.function}`;

/** Events whose notification may fail. */
export const failingEvents = ({ family }: Snapshot): readonly FamilyEvent[] =>
  family.events.filter(({ mayFail }) => mayFail === true);

/** Events that give back what a failing one took: name by name of the one undone. */
export const undoingEvents = (family: Family): ReadonlyMap<string, string> =>
  new Map(family.events.flatMap(({ name, undoneBy }) => (undoneBy === undefined ? [] : [[undoneBy, name]])));

/** Calls that are compiled, or may be without a configuration. */
export const liveCalls = (snapshot: Snapshot): readonly CallSite[] =>
  snapshot.callSites.filter(
    ({ status }) => status === 'linked' || status === 'archive-member' || status === 'conditional',
  );

/** `an INIT watcher`, `a FREE watcher`. */
export const withArticle = (word: string): string => `${/^[AEIOU]/i.test(word) ? 'an' : 'a'} ${word}`;
