import type { MarkMaker } from './mark';

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

export interface IncludeCollector {
  /** An including word ends at `at`; the text ends at `length`. */
  meet(text: Buffer, at: number, length: number): void;
  /** The file of all that was met since the last call. `mark`: told of each. */
  file(path: string, mark?: MarkMaker): void;
  result(): IncludeNames;
}

const Char = { Tab: 9, Newline: 10, Return: 13, Space: 32, Quote: 34, Star: 42, Dot: 46, Slash: 47 } as const;
const angleOpen = 60;
const angleClose = 62;
const backslash = 92;
const next = Buffer.from('_next', 'latin1');

export function includeCollector(): IncludeCollector {
  const files: string[] = [];
  const ends = growing();
  const names = growing();
  let began = 0;
  return {
    meet(text, from, length) {
      let at = from;
      if (text[at] === 95 && text.compare(next, 0, next.length, at, Math.min(at + next.length, length)) === 0)
        at += next.length;
      while (at < length && (text[at] === Char.Space || text[at] === Char.Tab)) at++;
      const open = text[at] ?? 0;
      const close = open === Char.Quote ? Char.Quote : open === angleOpen ? angleClose : 0;
      if (close === 0 || at >= length) {
        const after = text[at + 1] ?? 0;
        if (
          (open === Char.Slash && after === Char.Star) ||
          (open === backslash && (after === Char.Newline || after === Char.Return))
        )
          names.push(anyName);
        return;
      }
      let hash = emptyHash;
      for (at++; at < length; at++) {
        const byte = text[at] ?? 0;
        if (byte === close) break;
        if (byte === Char.Newline) return;
        if (byte === backslash && (text[at + 1] === Char.Newline || text[at + 1] === Char.Return)) {
          names.push(anyName);
          return;
        }
        hash = byte === Char.Slash ? emptyHash : mixed(hash, byte);
      }
      if (at >= length) return;
      names.push(finished(hash));
      if (text[at - 1] === 99 && text[at - 2] === Char.Dot) names.push(anySource);
    },
    file(path, mark) {
      if (names.length() === began) return;
      if (mark) for (let at = began; at < names.length(); at++) mark.number(names.at(at));
      files.push(path);
      began = names.length();
      ends.push(began);
    },
    result: () => ({ files, ends: ends.values(), names: names.values() }),
  };
}

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
export function mayIncludeSources({ files, ends, names }: IncludeNames): readonly string[] {
  let at = 0;
  const including = files.filter((_, index) => {
    const end = ends[index] ?? 0;
    let found = false;
    for (; at < end; at++) if ((names[at] ?? anyName) <= anySource) found = true;
    return found;
  });
  return including.sort();
}

/** What several threads, or several looks at different files, found. */
export function mergedIncludeNames(parts: readonly IncludeNames[]): IncludeNames {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
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
const finished = (hash: number): number => Math.max(anySource + 1, hash >>> 0);

function hashOf(name: string): number {
  let hash = emptyHash;
  for (const byte of Buffer.from(name)) hash = mixed(hash, byte);
  return finished(hash);
}

function growing(): {
  readonly push: (value: number) => void;
  readonly length: () => number;
  readonly at: (index: number) => number;
  readonly values: () => Uint32Array;
} {
  let held = new Uint32Array(1024);
  let length = 0;
  return {
    push(value) {
      if (length === held.length) {
        const larger = new Uint32Array(length * 2);
        larger.set(held);
        held = larger;
      }
      held[length++] = value;
    },
    length: () => length,
    at: (index) => held[index] ?? 0,
    values: () => held.slice(0, length),
  };
}
