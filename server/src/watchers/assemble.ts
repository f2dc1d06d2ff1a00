import type { LinkPlan, PlannedObject, WhyStep } from '../kbuild/link-plan';
import type { EntryStatus, EventTable, TableEntry } from '../link/entry';
import type { LaidTable } from '../link/tables';
import type { SectionEntry } from '../syntax/c/section-entry';
import { eventOfSection, eventsBySection, type Family } from './family';

/** An entry of a unit that became part of an object, or of one that did not. */
export interface Contribution {
  readonly entry: SectionEntry;
  readonly object: PlannedObject | undefined;
  /** Where it is known before the layout: why it is in no table. */
  readonly status: EntryStatus | undefined;
  /** The object's path where `object` is not in the plan. */
  readonly path?: string;
  readonly why?: readonly WhyStep[];
  readonly assumptions?: readonly string[];
}

/** Input section names of one event, in every dialect. */
export function sectionsOf(family: Family, event: string): readonly string[] {
  return [...eventsBySection(family)].filter(([, name]) => name === event).map(([section]) => section);
}

/**
 * The events' tables: what the layout put between the boundaries, by slot, then everything else with the reason. Events
 * that share their boundaries (initcall levels `6` and `6s`) are split by input section.
 */
export function assembleTables(
  family: Family,
  plan: LinkPlan,
  laid: readonly LaidTable[],
  contributions: readonly Contribution[],
): readonly EventTable[] {
  const objects = new Map(plan.objects.map((object) => [object.path, object]));
  const placed = new Set<SectionEntry>();
  const rows = new Map<string, TableEntry[]>(family.events.map(({ name }) => [name, []]));
  const add = (event: string, row: TableEntry): void => {
    const known = rows.get(event);
    if (known) known.push(row);
  };
  for (const table of laid) {
    let others = 0;
    for (const { entry, section, slot: laidSlot } of table.entries) {
      // Known by the symbols, not by the section: an odd pattern between two boundaries feeds this table too.
      const own = eventOfSection(family, section.name);
      if (own !== table.event && own !== undefined && sharesBoundaries(laid, table, own)) {
        others++;
        continue;
      }
      placed.add(entry);
      add(table.event, {
        ...linkedRow(entry, table.event, objects.get(section.object)),
        // Not counted here: numbers that the linker script puts between the entries take slots too.
        slot: laidSlot === undefined ? undefined : laidSlot - others,
        assumptions: laidSlot === undefined && table.orderUnknown !== undefined ? [table.orderUnknown] : [],
      });
    }
    for (const { entry, section, why } of table.outside) {
      if (placed.has(entry) || eventOfSection(family, section.name) !== table.event) continue;
      if (why === 'elsewhere' && laid.some(({ entries }) => entries.some((other) => other.entry === entry)))
        continue;
      placed.add(entry);
      add(table.event, {
        ...linkedRow(entry, table.event, objects.get(section.object)),
        status: 'orphan',
        slot: undefined,
      });
    }
  }
  for (const contribution of contributions) {
    if (placed.has(contribution.entry)) continue;
    const event = eventOfSection(family, contribution.entry.section);
    if (event !== undefined) add(event, unlinkedRow(contribution, event));
  }
  return family.events.map(({ name }, index) => {
    const table = laid.find(({ event }) => event === name);
    return {
      event: name,
      index,
      section: patternOf(table) ?? sectionsUsed(rows.get(name) ?? []) ?? sectionsOf(family, name)[0] ?? '',
      start: table?.start,
      stop: table?.stop,
      entries: inOrder(rows.get(name) ?? []),
    };
  });
}

function patternOf(table: LaidTable | undefined): string | undefined {
  return table === undefined || table.patterns.length === 0 ? undefined : table.patterns.join(' ');
}

/** Where no script says it: what the registrations name. */
function sectionsUsed(rows: readonly TableEntry[]): string | undefined {
  const used = [...new Set(rows.map(({ section }) => section))];
  return used.length === 0 ? undefined : used.join(' ');
}

function sharesBoundaries(laid: readonly LaidTable[], table: LaidTable, event: string): boolean {
  const other = laid.find((candidate) => candidate.event === event);
  return other?.start === table.start && other?.stop === table.stop;
}

function linkedRow(entry: SectionEntry, event: string, object: PlannedObject | undefined): TableEntry {
  const why = object?.why ?? [];
  return {
    ...entry,
    event,
    status: 'linked',
    slot: undefined,
    object: object?.path,
    why,
    allGuards: allGuards(why, entry.guards),
    assumptions: [],
  };
}

/** A registration that is in no table, or of which nothing but its guards is known. */
export function unlinkedRow(contribution: Contribution, event: string): TableEntry {
  const { entry, object, status, path, assumptions = [] } = contribution;
  const why = contribution.why ?? object?.why ?? [];
  return {
    ...entry,
    event,
    status: status ?? 'orphan',
    slot: undefined,
    object: object?.path ?? path,
    why,
    allGuards: allGuards(why, entry.guards),
    assumptions,
  };
}

function allGuards(why: readonly WhyStep[], guards: readonly string[]): readonly string[] {
  return [...new Set([...why.flatMap((step) => step.guards), ...guards])];
}

function inOrder(rows: readonly TableEntry[]): readonly TableEntry[] {
  const rank = (row: TableEntry): number =>
    row.status === 'linked' ? 0 : row.status === 'conditional' ? 1 : 2;
  return [...rows].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.slot ?? Infinity) - (b.slot ?? Infinity) ||
      (a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : a.place.line - b.place.line),
  );
}
