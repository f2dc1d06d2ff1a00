import type { SectionEntry } from '../syntax/c/section-entry';
import type { WhyStep } from '../kbuild/link-plan';

/** What became of a registration. Only `linked` entries have a slot. */
export type EntryStatus =
  | 'linked'
  | 'module'
  | 'not-built'
  | 'compiled-out'
  | 'archive-member'
  | 'orphan'
  | 'no-effect'
  /** Without a .config (or with an unknown the order hangs on): in the table if its guards hold. */
  | 'conditional';

/** One row of an event's table, linked or not. */
export interface TableEntry extends SectionEntry {
  readonly event: string;
  readonly status: EntryStatus;
  /** 0-based position in its event's table, as `vmlinux` holds it; `undefined` unless `linked` and the order is known. */
  readonly slot: number | undefined;
  /** `kernel/auditsc.o`; `undefined` when no makefile names its source. */
  readonly object: string | undefined;
  /** Makefile lines that link it, or fail to. */
  readonly why: readonly WhyStep[];
  /** All conditions: makefile guards first, then preprocessor guards. */
  readonly allGuards: readonly string[];
  /** What was assumed for this entry; empty when nothing was. */
  readonly assumptions: readonly string[];
}

/** One event's table. */
export interface EventTable {
  /** `INIT`; for initcalls `early`, `0`, `0s`, … */
  readonly event: string;
  /** Position of the event in the family. */
  readonly index: number;
  /** The input section pattern(s) that feed it, as the linker script says. */
  readonly section: string;
  /** Boundary symbols: the table is [start, stop). */
  readonly start: string | undefined;
  readonly stop: string | undefined;
  /** Linked entries first, by slot; then the others, by file and line. */
  readonly entries: readonly TableEntry[];
}
