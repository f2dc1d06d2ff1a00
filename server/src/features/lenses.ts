import type { TableEntry } from '../link/entry';
import type { Range } from '../syntax/positions';
import type { CallSite } from '../watchers/snapshot';
import { registeredElsewhere } from './function-target';
import { reason } from './reason';
import { indexOf } from './snapshot-index';
import type { View } from './view';

export interface Lens {
  readonly range: Range;
  /** Useful without the command: `INIT · slot 3 of 9`. */
  readonly title: string;
  /** The event whose watchers it is about; `undefined`: the event does not exist. */
  readonly event: string | undefined;
  readonly kind: 'registration' | 'watchers' | 'preview';
}

/** The lenses of one file, by place. */
export function lenses(view: View, path: string): readonly Lens[] {
  const index = indexOf(view.snapshot);
  const byPlace = new Map<number, TableEntry[]>();
  for (const entry of index.entriesIn(path)) {
    const same = byPlace.get(entry.range.start);
    if (same) same.push(entry);
    else byPlace.set(entry.range.start, [entry]);
  }
  const registrations = [...byPlace.values()].flatMap((entries) => {
    const seen = new Set<string>();
    return entries.flatMap((entry): readonly Lens[] => {
      const title = registrationTitle(view, entry);
      if (seen.has(title)) return [];
      seen.add(title);
      return [{ range: entry.range, title, event: eventWithTable(view, entry), kind: 'registration' }];
    });
  });
  const elsewhere = registeredElsewhere(view, path).flatMap(({ defined, entries }) =>
    entries.map((entry): Lens => {
      const { file, line } = entry.place;
      const title = `${registrationTitle(view, entry)} · registered in ${file}:${line}`;
      return { range: defined.nameRange, title, event: eventWithTable(view, entry), kind: 'registration' };
    }),
  );
  const sites = index.sitesIn(path).flatMap((site): readonly Lens[] => {
    const title = siteTitle(view, site);
    if (title === undefined) return [];
    return [
      { range: site.range, title, event: site.event, kind: 'watchers' },
      { range: site.range, title: 'preview', event: site.event, kind: 'preview' },
    ];
  });
  return [...registrations, ...elsewhere, ...sites].sort((a, b) => a.range.start - b.range.start);
}

const eventWithTable = (view: View, entry: TableEntry): string | undefined =>
  view.snapshot.tables.find(({ event }) => event === entry.event)?.event;

/** `INIT · slot 3 of 9`, or why there is no slot. */
export function registrationTitle(view: View, entry: TableEntry): string {
  const table = view.snapshot.tables.find(({ event }) => event === entry.event);
  if (!table) return `${entry.event} · no such event in ${view.snapshot.family.name}`;
  const size = table.entries.filter(({ status }) => status === 'linked').length;
  if (entry.slot !== undefined) return `${entry.event} · slot ${entry.slot} of ${size}`;
  if (entry.status === 'linked')
    return `${entry.event} · slot unknown, one of ${size}${entry.assumptions[0] === undefined ? '' : `: ${entry.assumptions[0]}`}`;
  if (entry.status === 'conditional') {
    const guards = entry.allGuards.length === 0 ? '' : ` if ${entry.allGuards.join(' && ')}`;
    return `${entry.event} · registered${guards} · ${entry.assumptions[0] ?? 'no .config'}, so no slot`;
  }
  return `${entry.event} · not in the table: ${reason(entry)}`;
}

function siteTitle(view: View, site: CallSite): string | undefined {
  const { family, tables } = view.snapshot;
  if (site.event === undefined) return undefined;
  const table = tables.find(({ event }) => event === site.event);
  const linked = (table?.entries ?? []).filter(({ status }) => status === 'linked').length;
  const conditional = (table?.entries ?? []).filter(({ status }) => status === 'conditional').length;
  const noun = family.noun[linked + conditional === 1 ? 0 : 1];
  const off =
    site.status === 'linked' || site.status === 'conditional' ? '' : ` · not in this kernel (${site.status})`;
  const condition = view.snapshot.configFile === undefined ? ', each if its guards hold' : '';
  if (conditional > 0) return `dispatches up to ${linked + conditional} ${noun}${condition}${off}`;
  return linked === 0 ? `dispatches no ${family.noun[1]}${off}` : `dispatches ${linked} ${noun}${off}`;
}
