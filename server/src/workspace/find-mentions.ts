import { isInTree, withOverlaid } from '../source/overlaid-hits';
import { prescanTree } from '../source/prescan';
import type { Kernel } from './open-kernel';

/** The files of the tree in which each name stands, as a text search finds them (inside longer words too), sorted. */
export async function findMentions(
  { root, project, tree }: Kernel,
  names: readonly string[],
  report: (done: number, total: number) => void,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (names.length === 0) return new Map();
  const { exclude } = project;
  const apart = tree.overlaid !== undefined;
  const { hits, skipped } = await prescanTree(root, names, { exclude, report, apart });
  const passedOver = skipped.map(({ file }) => file);
  const found = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const hit of withOverlaid(hits, names, tree.overlaid, (path) => isInTree(path, exclude, passedOver)))
    for (const needle of hit.needles) found.get(names[needle] ?? '')?.push(hit.file);
  return found;
}
