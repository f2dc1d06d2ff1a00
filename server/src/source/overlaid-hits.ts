import { isSource, withoutObjects, type Hit } from './scan-files';

/** Whether a look at the whole tree comes by a file: not what lies in folders that are left out. */
export function isInTree(path: string, exclude: readonly string[], skipped: readonly string[]): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (!isSource(name) || parts.some((part) => part.startsWith('.'))) return false;
  if (withoutObjects.has(parts[0] ?? '')) return false;
  const under = (folder: string): boolean => path.startsWith(`${folder.replace(/^\.\/|\/+$/g, '')}/`);
  return !exclude.some(under) && !skipped.some(under);
}

/** Corrects what a scan of the disk found for the texts that an editor laid over it. */
export function withOverlaid(
  hits: readonly Hit[],
  needles: readonly string[],
  texts: ReadonlyMap<string, string> | undefined,
  accepts: (path: string) => boolean,
): readonly Hit[] {
  if (texts === undefined || texts.size === 0) return hits;
  const over = [...texts].flatMap(([file, text]): readonly Hit[] => {
    if (!accepts(file)) return [];
    const found = needles.flatMap((needle, index) => (text.includes(needle) ? [index] : []));
    return found.length === 0 ? [] : [{ file, needles: found }];
  });
  return [...hits.filter(({ file }) => !texts.has(file)), ...over].sort((a, b) => (a.file < b.file ? -1 : 1));
}
