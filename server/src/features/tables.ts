import type { EventTable, TableEntry } from '../link/entry';
import { lineAt } from '../syntax/positions';
import { findEvent } from '../watchers/family';
import { functionTarget } from './function-target';
import { reason } from './reason';
import { callSiteJson, entryJson, type CallSiteJson, type EntryJson, type TableJson } from './table-json';
import type { View } from './view';

/** The table asked for; all of them without a name; `undefined`: there is no such event. */
export function tablesNamed(view: View, event: string | undefined): readonly EventTable[] | undefined {
  if (event === undefined) return view.snapshot.tables;
  const name = findEvent(view.snapshot.family, event)?.name;
  const table = view.snapshot.tables.find((candidate) => candidate.event === name);
  return table && [table];
}

/** A registration as a view shows it. Columns are 1-based and count UTF-16 code units. */
export interface ShownEntry extends EntryJson {
  readonly event: string;
  readonly column: number;
  /** Why it is not in the table, in one line; empty for what is. */
  readonly reason: string;
  /** Where its function is defined; `null`: not known. */
  readonly definition: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** Answer of `taskWatchers/tables`. */
export interface ShownTables extends Omit<TableJson, 'events' | 'callSites' | 'order'> {
  readonly title: string;
  /** What one entry is called, and several. */
  readonly noun: readonly [string, string];
  /** The families that can be asked for. */
  readonly families: readonly string[];
  /** Nothing is being looked for any more. */
  readonly complete: boolean;
  readonly events: readonly (Omit<TableJson['events'][number], 'entries'> & {
    readonly constant: string | null;
    readonly meaning: string | null;
    readonly val: string | null;
    readonly entries: readonly ShownEntry[];
  })[];
  /** Registrations whose event does not exist. */
  readonly unknown: readonly ShownEntry[];
  readonly callSites: readonly (CallSiteJson & { readonly column: number })[];
}

/**
 * Everything a view of the tables shows: schema 1 of `table --format json` with all entries, each with the column of
 * its registration, why it is not linked, and where its function is. Lines and columns 1-based, columns in UTF-16.
 */
export function tablesForViews(view: View, families: readonly string[], complete: boolean): ShownTables {
  const { snapshot } = view;
  return {
    schema: 1,
    root: snapshot.root,
    family: snapshot.family.name,
    title: snapshot.family.title,
    noun: snapshot.family.noun,
    families,
    config: snapshot.configFile ?? null,
    arch: snapshot.plan.arch,
    complete,
    events: snapshot.tables.map((table) => {
      const event = snapshot.family.events.find(({ name }) => name === table.event);
      return {
        name: table.event,
        index: table.index,
        constant: event?.constant ?? null,
        meaning: event?.meaning ?? null,
        val: event?.val ?? null,
        section: table.section,
        start: table.start ?? null,
        stop: table.stop ?? null,
        entries: table.entries.map((entry) => shownEntry(view, entry)),
      };
    }),
    unknown: snapshot.unknownEvents.map((entry) => shownEntry(view, entry)),
    callSites: snapshot.callSites.map((site) => ({
      ...callSiteJson(site),
      column: columnOf(view, site.file, site.range.start),
    })),
    notes: snapshot.notes,
  };
}

function shownEntry(view: View, entry: TableEntry): ShownEntry {
  const target = functionTarget(view, entry);
  const file = target && view.source(target.file);
  return {
    ...entryJson(entry),
    event: entry.event,
    column: columnOf(view, entry.place.file, entry.range.start),
    reason: reason(entry),
    definition:
      target === undefined || file === undefined
        ? null
        : {
            file: target.file,
            line: lineAt(file.lineStarts, target.range.start),
            column: columnOf(view, target.file, target.range.start),
          },
  };
}

function columnOf(view: View, path: string, offset: number): number {
  const file = view.source(path);
  if (!file) return 1;
  return offset - (file.lineStarts[lineAt(file.lineStarts, offset) - 1] ?? 0) + 1;
}
