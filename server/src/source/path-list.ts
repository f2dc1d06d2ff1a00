import { isAbsolute } from 'node:path';

/** Many paths, as they are kept on disk and given to threads: half of their bytes would else be the same root. */
export interface PathList {
  readonly root: string;
  readonly count: number;
  /** UTF-8, joined by newlines; without the root where they begin with it. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` every {@link pathsInPart} paths end, the newline behind them included. */
  readonly ends: Uint32Array;
}

export const pathsInPart = 500;

const slash = 47;

/** A path as it is kept: relative to the root, if it is below it. */
export function shortPath(root: string, path: string): string {
  const isBelow =
    root !== '' &&
    path.length > root.length + 1 &&
    path.charCodeAt(root.length) === slash &&
    path.startsWith(root);
  return isBelow ? path.slice(root.length + 1) : path;
}

/** Paths, absolute or relative to the root; folders may end in a slash. `undefined`: one of them holds a newline. */
export function pathList(root: string, paths: readonly string[]): PathList | undefined {
  const parts: string[] = [];
  for (let from = 0; from < paths.length; from += pathsInPart) {
    const part = paths.slice(from, from + pathsInPart).map((path) => shortPath(root, path));
    if (part.some((path) => path.includes('\n'))) return undefined;
    parts.push(`${part.join('\n')}\n`);
  }
  let end = 0;
  const ends = Uint32Array.from(parts, (part) => (end += Buffer.byteLength(part)));
  return { root, count: paths.length, bytes: Buffer.from(parts.join('')), ends };
}

/** One part of the paths as they are kept: relative to the root, or absolute. */
export function shortPathsIn({ bytes, ends }: PathList, part: number): readonly string[] {
  const from = part === 0 ? 0 : (ends[part - 1] ?? 0);
  const length = Math.max(0, (ends[part] ?? 0) - 1 - from);
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, length)
    .toString()
    .split('\n');
}

/** All of them, without ever holding them all. */
export function* eachShortPath(list: PathList): Generator<string, void> {
  for (let part = 0; part < list.ends.length; part++) yield* shortPathsIn(list, part);
}

/** The paths at these places, in ascending order. */
export function shortPathsAt(list: PathList, places: readonly number[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let part = -1;
  let names: readonly string[] = [];
  for (const place of places) {
    const its = Math.floor(place / pathsInPart);
    if (its !== part) {
      part = its;
      names = shortPathsIn(list, part);
    }
    found.set(place, names[place - part * pathsInPart] ?? '');
  }
  return found;
}

/** A path as it was before it was shortened. */
export const absolutePath = ({ root }: PathList, path: string): string =>
  root === '' || isAbsolute(path) ? path : `${root}/${path}`;
