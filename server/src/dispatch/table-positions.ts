import type { TableEntry } from '../link/entry';
import { boundarySymbols, atEnd } from '../watchers/dispatcher-table';
import type { Snapshot } from '../watchers/snapshot';

/** All tables of a family as they lie in memory, one after the other. Positions count entries from the first. */
export interface TablePositions {
  readonly entries: readonly TableEntry[];
  /** Position at which an event's table begins. */
  readonly starts: ReadonlyMap<string, number>;
  /** Position that a boundary symbol stands for. */
  readonly symbols: ReadonlyMap<string, number>;
  /** Why the positions may be wrong; empty where they are what vmlinux has. */
  readonly doubts: readonly string[];
}

/** What each boundary symbol points at, from the laid-out tables. */
export function tablePositions(snapshot: Snapshot): TablePositions {
  const { laid, tables } = snapshot;
  const doubts: string[] = [];
  const places = new Map(laid.map((table) => [table.event, table.startPlace]));
  const inOneFile = new Set(laid.map(({ startPlace }) => startPlace?.file)).size === 1;
  const inScriptOrder = inOneFile
    ? tables.toSorted((a, b) => (places.get(a.event)?.line ?? 0) - (places.get(b.event)?.line ?? 0))
    : tables;
  const entries: TableEntry[] = [];
  const starts = new Map<string, number>();
  for (const table of inScriptOrder) {
    starts.set(table.event, entries.length);
    const linked = table.entries.filter(({ status }) => status === 'linked');
    if (linked.some(({ slot }) => slot === undefined))
      doubts.push(`the order of ${table.event} is not known, so its first failure is not either`);
    entries.push(...linked);
  }
  for (const { event, problems, orderUnknown, entries: own } of laid) {
    if (problems.length > 0) doubts.push(`the boundaries of ${event} are not as they should be`);
    if (orderUnknown !== undefined) doubts.push(orderUnknown);
    const shown = tables.find((table) => table.event === event);
    const linked = shown?.entries.filter(({ status }) => status === 'linked').length ?? 0;
    if (linked !== own.length) doubts.push(`other entries lie in the table of ${event}`);
  }
  const symbols = new Map<string, number>();
  for (const [symbol, event] of boundarySymbols(snapshot)) {
    const position = event === atEnd ? entries.length : starts.get(event);
    if (position !== undefined) symbols.set(symbol, position);
  }
  for (const { event, start } of tables) {
    const position = starts.get(event);
    if (start !== undefined && position !== undefined) symbols.set(start, position);
  }
  return { entries, starts, symbols, doubts: [...new Set(doubts)] };
}

/** What vmlinux has in the table of an event, in slot order. */
export const linkedEntries = ({ tables }: Snapshot, event: string): readonly TableEntry[] =>
  tables.find((table) => table.event === event)?.entries.filter(({ status }) => status === 'linked') ?? [];
