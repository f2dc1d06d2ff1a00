import type { TableEntry } from '../link/entry';
import { indexOf } from './snapshot-index';
import type { View } from './view';

/**
 * The registrations of a file by place, in order: a line may register for several events, and a header's line once in
 * every unit that includes it.
 */
export function registrationsIn(view: View, path: string): readonly (readonly TableEntry[])[] {
  const byPlace = new Map<string, TableEntry[]>();
  for (const entry of indexOf(view.snapshot).entriesIn(path)) {
    const key = `${entry.range.start}:${entry.range.end}`;
    const same = byPlace.get(key);
    if (same) same.push(entry);
    else byPlace.set(key, [entry]);
  }
  return [...byPlace.values()].sort(([a], [b]) => (a?.range.start ?? 0) - (b?.range.start ?? 0));
}
