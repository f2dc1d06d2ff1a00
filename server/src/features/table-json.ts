import type { EventTable, TableEntry } from '../link/entry';
import type { CallSite, ShownSnapshot } from '../watchers/snapshot';

/** One registration, linked or not. File relative to the root, line 1-based. */
export interface EntryJson {
  /** 0-based; `null` where it is in no table, or its place there is not known. */
  readonly slot: number | null;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly object: string | null;
  readonly status: TableEntry['status'];
  readonly guards: readonly string[];
  readonly section: string;
  readonly variable: string;
  readonly macro: string | null;
  readonly assumptions: readonly string[];
  readonly why: readonly { readonly file: string; readonly line: number; readonly text: string }[];
}

export interface CallSiteJson {
  readonly event: string | null;
  readonly file: string;
  readonly line: number;
  readonly caller: string | null;
  readonly val: string | null;
  readonly result: CallSite['result'];
  readonly status: CallSite['status'];
  readonly object: string | null;
  readonly guards: readonly string[];
}

export interface TableJson {
  readonly schema: 1;
  readonly root: string;
  readonly family: string;
  readonly config: string | null;
  readonly arch: string;
  /** Where the order comes from: `makefiles`, a finished build's `artefacts`, or `none`. */
  readonly order: ShownSnapshot['plan']['source'];
  readonly events: readonly {
    readonly name: string;
    readonly index: number;
    readonly section: string;
    readonly start: string | null;
    readonly stop: string | null;
    readonly entries: readonly EntryJson[];
  }[];
  readonly callSites: readonly CallSiteJson[];
  readonly notes: ShownSnapshot['notes'];
}

/** `table --format json`, schema 1. Files are relative to the root, lines 1-based. Fields are only ever added. */
export function tableJson(snapshot: ShownSnapshot, tables: readonly EventTable[], all: boolean): TableJson {
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

export function entryJson(entry: TableEntry): EntryJson {
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

export function callSiteJson(site: CallSite): CallSiteJson {
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
