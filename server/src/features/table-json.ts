import type { EventTable, TableEntry } from '../link/entry';
import type { CallSite, Snapshot } from '../watchers/snapshot';

/** `table --format json`, schema 1. Files are relative to the root, lines 1-based. Fields are only ever added. */
export function tableJson(snapshot: Snapshot, tables: readonly EventTable[], all: boolean): unknown {
  return {
    schema: 1,
    root: snapshot.root,
    family: snapshot.family.name,
    config: snapshot.configFile ?? null,
    arch: snapshot.plan.arch,
    order: snapshot.plan.source,
    events: tables.map((table) => ({
      name: table.event,
      index: table.index,
      section: table.section,
      start: table.start ?? null,
      stop: table.stop ?? null,
      entries: shownEntries(table, all).map(entryJson),
    })),
    callSites: snapshot.callSites
      .filter(({ event }) => tables.some((table) => table.event === event))
      .map(callSiteJson),
    notes: snapshot.notes,
  };
}

/** What a table shows: the linked entries and the conditional ones; with `all` the others too. */
export function shownEntries(table: EventTable, all: boolean): readonly TableEntry[] {
  return all
    ? table.entries
    : table.entries.filter(({ status }) => status === 'linked' || status === 'conditional');
}

export function entryJson(entry: TableEntry): object {
  return {
    slot: entry.slot ?? null,
    function: entry.function,
    file: entry.place.file,
    line: entry.place.line,
    object: entry.object ?? null,
    status: entry.status,
    guards: entry.allGuards,
    section: entry.section,
    variable: entry.variable,
    macro: entry.macro ?? null,
    assumptions: entry.assumptions,
    why: entry.why.map(({ file, line, text }) => ({ file, line, text })),
  };
}

export function callSiteJson(site: CallSite): object {
  return {
    event: site.event ?? null,
    file: site.file,
    line: site.line,
    caller: site.caller ?? null,
    val: site.val ?? null,
    result: site.result,
    status: site.status,
    object: site.object ?? null,
    guards: site.guards,
  };
}
