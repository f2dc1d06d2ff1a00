import type { LaidTable } from '../link/tables';
import type { Note } from '../syntax/note';
import { sectionsOf } from './assemble';
import type { Family, FamilyEvent } from './family';

/** Whether the linker script has a place for an event's table. */
export const isLaid = (laid: readonly LaidTable[], { name }: FamilyEvent): boolean =>
  (laid.find(({ event }) => event === name)?.patterns.length ?? 0) > 0;

/**
 * The tables that the linker script of the tree has no place for. `others`: names of all families, for a person who asked
 * for the wrong one.
 */
export function absentTables(
  family: Family,
  laid: readonly LaidTable[],
  others: readonly string[],
): readonly Note[] {
  const absent = family.events.filter((event) => !isLaid(laid, event));
  if (absent.length === family.events.length)
    return [
      {
        message: `this tree has no table of ${family.name}: no pattern of its linker script takes ${sectionsText(family)}${otherFamilies(family, others)}`,
      },
    ];
  return absent
    .filter(({ mayBeAbsent }) => mayBeAbsent !== true)
    .map(({ name }) => ({
      message: `this tree has no table of ${name}: no pattern of its linker script takes ${sectionsOf(family, name).join(' or ')}`,
    }));
}

/** The same where no configuration says which linker script, and no file of the tree holds a needle. */
export const absentNames = (family: Family, others: readonly string[]): Note => ({
  message: `nothing of ${family.name} is in this tree: no file holds ${family.needles.join(' or ')}${otherFamilies(family, others)}`,
});

function otherFamilies(family: Family, others: readonly string[]): string {
  const names = others.filter((name) => name !== family.name);
  return names.length === 0 ? '' : `; other families: ${names.join(', ')}`;
}

/** `.task_watchers.* or .task.*`, or the sections one by one. */
const sectionsText = ({ sections, events }: Family): string =>
  [
    ...sections.map(({ template }) => template.replace('{event}', '*')),
    ...events.flatMap(({ section }) => section ?? []),
  ].join(' or ');
