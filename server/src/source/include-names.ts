/**
 * Which files a file's includes may name, found while it is scanned: a hash of each one's base name, some five million
 * bytes for a whole kernel. Who includes a file can then be told without another look at the tree.
 *
 * What is found is more than the includes, never less: also what stands in comments, and what has the same hash.
 */
export interface IncludeNames {
  readonly files: readonly string[];
  /** For each file the end of its part of `names`. */
  readonly ends: Uint32Array;
  readonly names: Uint32Array;
}

export const noIncludeNames: IncludeNames = { files: [], ends: new Uint32Array(), names: new Uint32Array() };

/** The words that begin such a directive. */
export const includeWords = ['include', '#import'];

/** A longer line goes unnoticed where a piece of the file ends in it. */
export const longestInclude = 4096;

/** Stands for an include whose name is broken by a comment or a continued line: it may be any. */
const anyName = 0;
/** Stands for a name that ends in `.c`, beside its own hash. */
const anySource = 1;
/** Stands for a name in quotes that goes through folders, beside its own hash: it may lead anywhere. */
const byFolder = 2;

/** The files that may include one of these base names, sorted, with the indices of the names. */
export function mayInclude(
  { files, ends, names }: IncludeNames,
  baseNames: readonly string[],
): readonly { readonly file: string; readonly needles: readonly number[] }[] {
  const byHash = new Map<number, number[]>();
  baseNames.forEach((name, index) => {
    const hash = hashOf(name);
    byHash.set(hash, [...(byHash.get(hash) ?? []), index]);
  });
  const every = baseNames.map((_, index) => index);
  let at = 0;
  const including: { readonly file: string; readonly needles: readonly number[] }[] = [];
  files.forEach((file, index) => {
    const end = ends[index] ?? 0;
    let found: Set<number> | undefined;
    for (; at < end; at++) {
      const name = names[at] ?? anyName;
      const meant = name === anyName ? every : byHash.get(name);
      if (meant) for (const one of meant) (found ??= new Set()).add(one);
    }
    if (found) including.push({ file, needles: [...found].sort((a, b) => a - b) });
  });
  return including.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** The files that may include a `.c` file, sorted. */
export function mayIncludeSources(names: IncludeNames): readonly string[] {
  return withMark(names, (name) => name <= anySource);
}

/** The files that may include something through a folder that they name in quotes, sorted. */
export function mayIncludeByFolder(names: IncludeNames): readonly string[] {
  return withMark(names, (name) => name === anyName || name === byFolder);
}

function withMark(
  { files, ends, names }: IncludeNames,
  isMark: (name: number) => boolean,
): readonly string[] {
  let at = 0;
  const including = files.filter((_, index) => {
    const end = ends[index] ?? 0;
    let found = false;
    for (; at < end; at++) if (isMark(names[at] ?? anyName)) found = true;
    return found;
  });
  return including.sort();
}

/** What several threads, or several looks at different files, found. */
export function mergedIncludeNames(all: readonly IncludeNames[]): IncludeNames {
  const parts = all.filter(({ files }) => files.length > 0);
  const [only = noIncludeNames] = parts;
  if (parts.length < 2) return only;
  const sizeOf = (of: (part: IncludeNames) => { readonly length: number }): number =>
    parts.reduce((sum, part) => sum + of(part).length, 0);
  const ends = new Uint32Array(sizeOf((part) => part.ends));
  const names = new Uint32Array(sizeOf((part) => part.names));
  let file = 0;
  let name = 0;
  for (const part of parts) {
    for (let index = 0; index < part.ends.length; index++)
      ends[file + index] = name + (part.ends[index] ?? 0);
    names.set(part.names, name);
    file += part.ends.length;
    name += part.names.length;
  }
  return { files: new Array<string>().concat(...parts.map(({ files }) => files)), ends, names };
}

/** The same without some files. */
export function withoutFiles(all: IncludeNames, files: ReadonlySet<string>): IncludeNames {
  if (!all.files.some((file) => files.has(file))) return all;
  const names = new Uint32Array(all.names.length);
  const ends: number[] = [];
  const left: string[] = [];
  let from = 0;
  let length = 0;
  all.files.forEach((file, index) => {
    const to = all.ends[index] ?? from;
    if (!files.has(file)) {
      names.set(all.names.subarray(from, to), length);
      length += to - from;
      left.push(file);
      ends.push(length);
    }
    from = to;
  });
  return { files: left, ends: Uint32Array.from(ends), names: names.slice(0, length) };
}

// FNV-1a, 32 bits.
const emptyHash = 0x811c9dc5;
const mixed = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);
const finished = (hash: number): number => Math.max(byFolder + 1, hash >>> 0);

function hashOf(name: string): number {
  let hash = emptyHash;
  for (const byte of Buffer.from(name)) hash = mixed(hash, byte);
  return finished(hash);
}
