import type { PlannedObject } from '../kbuild/link-plan';
import type { Note } from '../syntax/note';
import type { Contribution } from '../watchers/assemble';
import { isMissed, type Candidates } from './find-candidates';
import type { Kernel } from './open-kernel';

/** Why what an object registers is not known: text of it could not be read. */
export function unreadTexts(
  { tree }: Kernel,
  { unread, doubtful, hits }: Candidates,
): (object: PlannedObject) => string | undefined {
  const problems = tree.problems();
  if (unread.size === 0 && problems.length === 0) return () => undefined;
  const files = new Set([...unread, ...problems.map(({ file }) => file)]);
  const isAnywhere = problems.some(
    (one) => one.file.endsWith('.h') && !unread.has(one.file) && isMissed(one, new Set(hits)),
  );
  return ({ path, source }) => {
    const stem = path.slice(0, -1);
    const own = (source === undefined ? [`${stem}c`, `${stem}S`] : [source]).find((file) => files.has(file));
    if (own !== undefined) return `${own} cannot be read, and may register something`;
    if (doubtful !== 'all' && !isAnywhere && !doubtful.has(source ?? '')) return undefined;
    return `what ${source ?? path} includes cannot be read, and may change what is registered`;
  };
}

/** Notes about what could not be read, beside those that there are. */
export const unreadNotes = (
  { tree, plan }: Kernel,
  { hits }: Candidates,
  notes: readonly Note[],
): readonly Note[] =>
  tree.problems().flatMap(({ file, reason }): readonly Note[] => {
    if ([...notes, ...plan.notes].some((note) => note.file === file && note.isUnread === true)) return [];
    return [
      { file, message: reason, ...(isMissed({ file, reason }, new Set(hits)) ? { isUnread: true } : {}) },
    ];
  });

/** What is assumed of an entry about which something that cannot be read may say more. */
export const unreadInclude = 'a file that it includes cannot be read';
export const unreadMakefile = 'a makefile that may name it cannot be read';

/** Only the linker script says whether there is a table. */
export const withoutScript = (contribution: Contribution): Contribution =>
  contribution.status === undefined
    ? { ...contribution, status: 'conditional', assumptions: ['the linker script is not known'] }
    : contribution;
