import { isAbsolute } from 'node:path';

/** Many paths, as they are kept on disk and given to threads: half of their bytes would else be the same root. */
export interface PathList {
  readonly root: string;
  readonly count: number;
  /** UTF-8, joined by newlines; without the root where they begin with it. */
  readonly bytes: Uint8Array;
}

/** A path as it is kept: relative to the root, if it is below it. */
export function shortPath(root: string, path: string): string {
  const isBelow = root !== '' && path.length > root.length + 1 && path.startsWith(`${root}/`);
  return isBelow ? path.slice(root.length + 1) : path;
}

/** Paths, absolute or relative to the root; folders may end in a slash. `undefined`: one of them holds a newline. */
export function pathList(root: string, paths: readonly string[]): PathList | undefined {
  const joined = paths.map((path) => shortPath(root, path)).join('\n');
  let breaks = paths.length === 0 ? 0 : 1;
  for (let at = joined.indexOf('\n'); at >= 0; at = joined.indexOf('\n', at + 1)) breaks++;
  return breaks === paths.length ? { root, count: paths.length, bytes: Buffer.from(joined) } : undefined;
}

/** The paths as they are kept: relative to the root, or absolute. */
export function shortPaths({ count, bytes }: PathList): readonly string[] {
  if (count === 0) return [];
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString().split('\n');
}

/** The paths, absolute. */
export function listed(list: PathList): readonly string[] {
  const paths = shortPaths(list);
  return list.root === '' ? paths : paths.map((path) => (isAbsolute(path) ? path : `${list.root}/${path}`));
}
