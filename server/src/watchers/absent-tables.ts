import { globMatches } from '../link/glob';
import type { LinkerScript } from '../syntax/ldscript/script';
import type { Note } from '../syntax/note';
import { sectionsOf } from './assemble';
import type { Family } from './family';

/**
 * The tables that the linker script of the tree has no place for. `others`: names of all families, for a person who asked
 * for the wrong one. Says nothing where the script is not understood as a whole.
 */
export function absentTables(
  family: Family,
  { statements, problems }: LinkerScript,
  others: readonly string[],
): readonly Note[] {
  if (problems.length > 0) return [];
  const globs = statements
    .flatMap((one) => (one.kind === 'output' && one.name !== '/DISCARD/' ? one.contents : []))
    .flatMap((one) => (one.kind === 'input' ? one.sections.map(({ glob }) => glob) : []));
  const isTaken = (section: string): boolean => globs.some((glob) => globMatches(glob, section));
  const absent = family.events.filter(({ name }) => !sectionsOf(family, name).some(isTaken));
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
  message: `nothing of ${family.name} was found in this tree: no source holds ${family.needles.join(' or ')}${otherFamilies(family, others)}`,
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
