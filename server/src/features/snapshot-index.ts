import type { TableEntry } from '../link/entry';
import { eventsBySection, spell } from '../watchers/family';
import type { CallSite, Snapshot } from '../watchers/snapshot';

/** Look-ups that every feature needs, made once for a snapshot. */
export interface SnapshotIndex {
  /** Entries of all tables, and those whose event does not exist. */
  readonly entries: readonly TableEntry[];
  readonly entriesIn: (file: string) => readonly TableEntry[];
  readonly entriesOf: (functionName: string) => readonly TableEntry[];
  readonly sitesIn: (file: string) => readonly CallSite[];
  readonly sitesOf: (event: string) => readonly CallSite[];
  /** The event that an exact section name feeds. */
  readonly eventOfSection: ReadonlyMap<string, string>;
  /** Boundary symbols: the table that starts there, or else the one that stops there. */
  readonly boundaries: ReadonlyMap<string, { readonly event: string; readonly side: 'start' | 'stop' }>;
  readonly eventOfConstant: ReadonlyMap<string, string>;
  /** How an event may be spelt as a macro's argument: `init`, `INIT`. */
  readonly eventOfSpelling: ReadonlyMap<string, string>;
  readonly dispatchers: ReadonlySet<string>;
  /** The sources of the objects that are linked; empty without a configuration. */
  readonly linkedSources: ReadonlySet<string>;
}

const cache = new WeakMap<Snapshot, SnapshotIndex>();

export function indexOf(snapshot: Snapshot): SnapshotIndex {
  const known = cache.get(snapshot);
  if (known) return known;
  const made = makeIndex(snapshot);
  cache.set(snapshot, made);
  return made;
}

function makeIndex(snapshot: Snapshot): SnapshotIndex {
  const { family, tables, laid, callSites, unknownEvents, plan } = snapshot;
  const entries = [...tables.flatMap((table) => table.entries), ...unknownEvents];
  const byFile = grouped(entries, ({ place }) => place.file);
  const byFunction = grouped(entries, (entry) => entry.function);
  const sitesByFile = grouped(callSites, ({ file }) => file);
  const sitesByEvent = grouped(callSites, ({ event }) => event ?? '');
  const boundaries = new Map<string, { event: string; side: 'start' | 'stop' }>();
  const bound = (symbol: string | undefined, event: string, side: 'start' | 'stop'): void => {
    if (symbol !== undefined && !boundaries.has(symbol)) boundaries.set(symbol, { event, side });
  };
  for (const { event, start } of laid) bound(start, event, 'start');
  for (const { event, stop } of laid) bound(stop, event, 'stop');
  // Without a layout (no configuration), the family's own shapes.
  for (const event of family.events) {
    bound(event.start, event.name, 'start');
    for (const shape of family.boundaries)
      bound(shape.start.replace('{event}', spell(event.name, shape.spelling)), event.name, 'start');
  }
  const last = family.events.at(-1);
  for (const shape of family.boundaries) if (last) bound(shape.end, last.name, 'stop');
  for (const event of family.events) bound(event.stop, event.name, 'stop');
  return {
    entries,
    entriesIn: (file) => byFile.get(file) ?? [],
    entriesOf: (name) => byFunction.get(name) ?? [],
    sitesIn: (file) => sitesByFile.get(file) ?? [],
    sitesOf: (event) => sitesByEvent.get(event) ?? [],
    eventOfSection: eventsBySection(family),
    boundaries,
    eventOfConstant: new Map(
      family.events.flatMap(({ name, constant }) => (constant === undefined ? [] : [[constant, name]])),
    ),
    eventOfSpelling: new Map(
      family.events.flatMap(({ name }) =>
        [...family.sections.map(({ spelling }) => spell(name, spelling)), name].map(
          (spelt): [string, string] => [spelt, name],
        ),
      ),
    ),
    dispatchers: new Set(family.dispatchers.map((dispatcher) => dispatcher.function)),
    linkedSources: new Set(plan.objects.flatMap(({ source }) => source ?? [])),
  };
}

function grouped<T>(values: readonly T[], key: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
