/** `a/../b` to `b`; what leaves the root becomes empty. */
export function normalise(path: string): string {
  if (!path.includes('./') && !path.includes('//') && !path.endsWith('.')) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.length === 0) return '';
      parts.pop();
    } else parts.push(part);
  }
  return parts.join('/');
}

/** A path written against a folder; the root's own name is empty. */
export const pathIn = (folder: string, text: string): string =>
  normalise(folder === '' ? text : `${folder}/${text}`);

/** What an include says: `#include_next` in a file goes on after that file. */
export interface IncludeSpec {
  readonly text: string;
  readonly form: 'quote' | 'angle';
  /** The including file. */
  readonly from: string;
  readonly next: boolean;
}

/** The first file that an include means, the including file's own folder first for the quoted form. */
export function findInclude(
  { text, form, from, next }: IncludeSpec,
  includePaths: readonly string[],
  exists: (path: string) => boolean,
): string | undefined {
  const candidates: string[] = [];
  if (form === 'quote' && !next) candidates.push(normalise(folderOf(from) + text));
  for (const path of includePaths) candidates.push(pathIn(path, text));
  const after = next ? candidates.indexOf(from) : -1;
  return candidates.slice(after + 1).find((path) => path !== '' && exists(path));
}

/** With its slash; empty for the root. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
