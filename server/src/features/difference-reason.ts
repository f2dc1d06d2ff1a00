import type { WhyStep } from '../kbuild/link-plan';
import type { TableComparison, TableDifference } from '../link/compare';
import type { EntryStatus, TableEntry } from '../link/entry';
import type { Place } from '../syntax/positions';
import type { Snapshot } from '../watchers/snapshot';
import { reason } from './reason';

/** Which rule put an entry where the prediction has it, or kept it out. */
export interface DifferenceReason {
  /** One line: the makefile line, the `#if`, or the pattern of the linker script that decides. */
  readonly text: string;
  /** The registration; `undefined`: none was found. */
  readonly place: Place | undefined;
  readonly object: string | undefined;
  /** What the prediction makes of it; `undefined`: nothing. */
  readonly status: EntryStatus | undefined;
  /** Makefile lines from the top Makefile down to the object. */
  readonly why: readonly WhyStep[];
}

/** True where only a look at the whole tree can say why an entry was not predicted. */
export function needsWholeTree(comparisons: readonly TableComparison[]): boolean {
  return comparisons.some(({ differences }) =>
    differences.some((difference) => difference.kind === 'extra' && difference.outside === undefined),
  );
}

/** `whole`: a snapshot of the whole tree, where {@link needsWholeTree} asks for one. */
export function differenceReason(
  event: string,
  difference: TableDifference,
  snapshot: Snapshot,
  whole: Snapshot = snapshot,
): DifferenceReason {
  if (difference.kind === 'extra') return whyExtra(event, difference, whole);
  const { entry, section, by } = difference.predicted;
  const row = snapshot.tables
    .find((table) => table.event === event)
    ?.entries.find((one) => one.variable === entry.variable && one.range.start === entry.range.start);
  const object = row?.object ?? section.object;
  const why = row?.why ?? [];
  const last = why.at(-1);
  const placed =
    last === undefined
      ? `${object} is linked, no makefile line says why`
      : `${last.file}:${last.line}: ${last.text}`;
  const pattern = by?.place === undefined ? '' : `, taken by ${by.place.file}:${by.place.line}`;
  return {
    text: `placed by ${placed}${pattern}${difference.kind === 'moved' ? withinObject(snapshot, event, object) : ''}`,
    place: entry.place,
    object,
    status: 'linked',
    why,
  };
}

/** Of several entries of one object, the compiler decides the order. */
function withinObject({ tables, plan }: Snapshot, event: string, path: string): string {
  const same = tables
    .find((table) => table.event === event)
    ?.entries.filter(({ object, status }) => object === path && status === 'linked');
  const object = plan.objects.find((one) => one.path === path);
  if ((same?.length ?? 0) < 2 || !object) return '';
  return `; within it, in the order of ${plan.compiler.kind} -O${plan.flags(object).optimisation}`;
}

function whyExtra(
  event: string,
  { function: called, variable, outside }: TableDifference & { readonly kind: 'extra' },
  { tables }: Snapshot,
): DifferenceReason {
  const is = (row: TableEntry): boolean =>
    variable === undefined ? row.function === called : row.variable === variable;
  const rows = tables.flatMap(({ event: name, entries }) =>
    entries.flatMap((row) => (is(row) ? [{ name, row }] : [])),
  );
  const found = rows.find(({ name }) => name === event) ?? rows[0];
  if (!found) {
    const place = outside?.entry.place;
    const text = outside ? `thought ${outside.why}` : 'no registration of it was found in the tree';
    return { text, place, object: outside?.section.object, status: undefined, why: [] };
  }
  const { name, row } = found;
  const text =
    row.status === 'linked' ? `predicted in ${name} instead` : `thought ${row.status}: ${reason(row)}`;
  return { text, place: row.place, object: row.object, status: row.status, why: row.why };
}
