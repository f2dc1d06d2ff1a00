import { isAbsolute } from 'node:path';

/** Many paths, as they are kept on disk and given to threads: half of their bytes would else be the same root. */
export interface PathList {
  readonly root: string;
  readonly count: number;
  /** UTF-8, joined by newlines; without the root where they begin with it. */
  readonly bytes: Uint8Array;
}

/** Absolute paths; folders may end in a slash. `undefined`: one of them holds a newline. */
export function pathList(root: string, paths: readonly string[]): PathList | undefined {
  if (paths.some((path) => path.includes('\n'))) return undefined;
  const start = `${root}/`;
  const shortened = paths.map((path) =>
    root !== '' && path.length > start.length && path.startsWith(start) ? path.slice(start.length) : path,
  );
  return { root, count: paths.length, bytes: Buffer.from(shortened.join('\n')) };
}

/** The paths, absolute. */
export function listed({ root, count, bytes }: PathList): readonly string[] {
  if (count === 0) return [];
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  const paths = text.split('\n');
  return root === '' ? paths : paths.map((path) => (isAbsolute(path) ? path : `${root}/${path}`));
}
