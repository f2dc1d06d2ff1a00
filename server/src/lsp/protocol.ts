/**
 * What this server speaks beside the Language Server Protocol; docs/protocol.md says it in words. Clients import the
 * types from here.
 */
import type { Location } from 'vscode-languageserver/node';

export type { EntryJson, CallSiteJson, TableJson } from '../features/table-json';
export type { ShownEntry, ShownTables } from '../features/tables';
export type { DispatchResult } from '../dispatch/dispatch-result';

/** Notification of the server: how far it is with a kernel. */
export const statusNotification = 'taskWatchers/status';

export interface StatusParams {
  /** URI of the kernel's root. */
  readonly root: string;
  /** `idle`: the kernel was closed. */
  readonly state: 'indexing' | 'ready' | 'idle' | 'failed';
  readonly message: string;
  /** How much is done, 0 to 1, where that is known. */
  readonly fraction?: number;
  readonly registrations?: number;
  readonly config?: string | null;
  readonly notes?: readonly string[];
}

/** Notification of the server: tables or call sites of a kernel are others now. Comes at most every 100 ms. */
export const changedNotification = 'taskWatchers/changed';

export interface ChangedParams {
  readonly root: string;
}

/** Request of the client: everything that a view of the tables shows. Answer: `ShownTables`, or null. */
export const tablesRequest = 'taskWatchers/tables';

export interface TablesParams {
  readonly root?: string | null;
  readonly family?: string | null;
}

/** Request of the client: the same as the command `taskWatchers.dispatch`. */
export const previewRequest = 'taskWatchers/preview';

/** What every command answers: for people, and for programs. */
export interface CommandResult {
  readonly markdown: string;
  readonly json: unknown;
  /** A page that stands alone, where it was asked for. */
  readonly html?: string;
}

/** Argument of the lens command `taskWatchers.showWatchers`, which the client has. */
export interface ShowWatchersArgument {
  readonly uri: string;
  /** 0-based, as in the protocol. */
  readonly line: number;
  readonly character: number;
  readonly event?: string;
  readonly title: string;
  /** The watchers of the event, in slot order. */
  readonly locations: readonly Location[];
}

/** Argument of the lens command `taskWatchers.previewDispatch`, which the client has. */
export interface PreviewDispatchArgument {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
  readonly event?: string;
}

/** `json` of `taskWatchers.configs`. */
export interface ConfigsJson {
  readonly configs: readonly {
    /** As `taskWatchers.selectConfig` takes it. */
    readonly path: string;
    readonly current: boolean;
    readonly title: string;
    readonly arch?: string;
    readonly buildDir?: string;
  }[];
}

/** Scheme of the virtual documents: `task-watchers:/table/INIT?root=…`. */
export const contentScheme = 'task-watchers';
