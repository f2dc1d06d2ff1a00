import type { LinkPlan } from '../kbuild/link-plan';
import type { EventTable, TableEntry } from '../link/entry';
import type { LaidTable } from '../link/tables';
import type { LeadingMacro } from '../syntax/c/wanted-macros';
import type { LinkerScript } from '../syntax/ldscript/script';
import type { Note } from '../syntax/note';
import type { Place, Range } from '../syntax/positions';
import type { Family } from './family';

/** A call of a family's dispatcher. */
export interface CallSite extends Place {
  /** Event name (`INIT`); `undefined` where the argument is not one of the family's constants. */
  readonly event: string | undefined;
  readonly dispatcher: string;
  /** The enclosing function; `undefined` outside any (a macro's body). */
  readonly caller: string | undefined;
  /** The `val` argument as written, white space folded. */
  readonly val: string | undefined;
  readonly arguments: readonly string[];
  readonly range: Range;
  /** What happens to the result: thrown away, kept in a variable, tested where it stands, or handed to the caller. */
  readonly result: 'discarded' | 'void-cast' | 'assigned' | 'tested' | 'returned' | 'passed';
  /** Preprocessor conditions around it. */
  readonly guards: readonly string[];
  /** Linked, or why not, as for entries. */
  readonly status: 'linked' | 'module' | 'not-built' | 'compiled-out' | 'archive-member' | 'conditional';
  readonly object: string | undefined;
}

/** A registration that names no event of the family: `task_watcher_func(inti, f)`. */
export interface UnknownRegistration extends Place {
  readonly entry: TableEntry;
}

/** Version 1 of the patches (June 2006) used notifier chains: watchers exist, a linker table does not. */
export interface NotifierRegistration extends Place {
  readonly text: string;
}

/** The part of a snapshot that is shown as tables and lists: plain data, that can be kept between runs. */
export type ShownSnapshot = Pick<
  Snapshot,
  | 'root'
  | 'family'
  | 'configFile'
  | 'tables'
  | 'callSites'
  | 'unknownEvents'
  | 'unseenMacros'
  | 'notifiers'
  | 'dialect'
  | 'notes'
> & { readonly plan: Pick<LinkPlan, 'source' | 'arch'> };

/** That part of it. */
export function shownPart(snapshot: Snapshot): ShownSnapshot {
  const { root, family, configFile, tables, callSites, unknownEvents, unseenMacros } = snapshot;
  const { notifiers, dialect, notes, plan } = snapshot;
  return {
    ...{
      root,
      family,
      configFile,
      tables,
      callSites,
      unknownEvents,
      unseenMacros,
      notifiers,
      dialect,
      notes,
    },
    plan: { source: plan.source, arch: plan.arch },
  };
}

/** Everything known about one family in one tree under one configuration: one immutable value. */
export interface Snapshot {
  /** Absolute path, for messages and output only. */
  readonly root: string;
  readonly family: Family;
  /** The configuration file as the user would name it; `undefined`: none, so nothing has an order. */
  readonly configFile: string | undefined;
  /** What it says: `CONFIG_X` to `y`, `m` or a value. */
  readonly config: ReadonlyMap<string, string> | undefined;
  readonly plan: LinkPlan;
  /** In family order. */
  readonly tables: readonly EventTable[];
  /** The tables as the layout has them, for comparing with an ELF file; empty without a configuration. */
  readonly laid: readonly LaidTable[];
  /** The linker script, preprocessed and parsed; `undefined` without a configuration, or where there is none. */
  readonly script: LinkerScript | undefined;
  /** The tree's own macros that lead to the family's sections, wrappers included. */
  readonly macros: readonly LeadingMacro[];
  /** Every file that holds one of the family's needles, sorted: registrations, notifications, headers, dispatcher. */
  readonly candidates: readonly string[];
  /**
   * Registrations in files that this configuration does not build, whose macro is not visible in that unit either:
   * they would have no effect if it did. Those of built files are in the tables with status `no-effect`.
   */
  readonly unseenMacros: readonly TableEntry[];
  readonly callSites: readonly CallSite[];
  /** Registrations in sections of the family's shape whose event does not exist. */
  readonly unknownEvents: readonly TableEntry[];
  /** June 2006 style. */
  readonly notifiers: readonly NotifierRegistration[];
  /** The dialect the tree speaks, with where it was learnt; `undefined`: no table macro in this tree. */
  readonly dialect: { readonly name: string; readonly place: Place | undefined } | undefined;
  readonly notes: readonly Note[];
}
