import { prescanTree } from '../source/prescan';
import type { Kernel } from './open-kernel';

/** The files of the tree in which each name stands, as a text search finds them (inside longer words too), sorted. */
export async function findMentions(
  kernel: Kernel,
  names: readonly string[],
  report: (done: number, total: number) => void,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (names.length === 0) return new Map();
  const { hits } = await prescanTree(kernel.root, names, { exclude: kernel.project.exclude, report });
  const found = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const hit of hits) for (const needle of hit.needles) found.get(names[needle] ?? '')?.push(hit.file);
  return found;
}
