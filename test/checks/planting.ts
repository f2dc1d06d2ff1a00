/** The texts of a tree by path; a change is another map. */
export type Files = ReadonlyMap<string, string>;

/** An error of one kind, to be planted at a place that chance picks. */
export interface Mutation {
  readonly name: string;
  /** The rule that has to find it. */
  readonly rule: string;
  /** What gcc is asked about too: `undefined` where nothing but the whole tree shows it. */
  readonly plant: (files: Files, random: Random) => Planted | undefined;
}

export interface Planted {
  readonly files: Files;
  /** What was done where, for a reader. */
  readonly text: string;
}

export interface Random {
  /** A whole number below `limit`. */
  readonly below: (limit: number) => number;
  readonly pick: <T>(values: readonly T[]) => T | undefined;
}

/** The same numbers for the same seed (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (values) => values[below(values.length)] };
}

export interface Spot {
  readonly file: string;
  readonly match: RegExpMatchArray;
}

/** Every place of a pattern (with `g`) in the C files that are built, in order of path. */
export function spots(
  files: Files,
  pattern: RegExp,
  only: (file: string) => boolean = isBuilt,
): readonly Spot[] {
  return [...files]
    .filter(([file]) => only(file))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([file, text]) => [...text.matchAll(pattern)].map((match) => ({ file, match })));
}

/** In the example kernel's configuration CPUSETS is off and CRATE a module. */
export const isBuilt = (file: string): boolean =>
  file.endsWith('.c') && !/cpuset|crate|auditfilter/.test(file);

export const inFile =
  (wanted: string) =>
  (file: string): boolean =>
    file === wanted;

export function replaced(files: Files, { file, match }: Spot, text: string): Planted {
  const before = files.get(file) ?? '';
  const at = match.index ?? 0;
  const line = before.slice(0, at).split('\n').length;
  return {
    files: new Map(files).set(file, before.slice(0, at) + text + before.slice(at + match[0].length)),
    text: `${file}:${String(line)}: ${match[0].trim()} → ${text.trim() || '(nothing)'}`,
  };
}

/** Replaces one of the places of a pattern. */
export const substitute =
  (
    pattern: RegExp,
    text: (match: RegExpMatchArray, random: Random) => string,
    only?: (file: string) => boolean,
  ) =>
  (files: Files, chance: Random): Planted | undefined => {
    const spot = chance.pick(spots(files, pattern, only));
    return spot && replaced(files, spot, text(spot.match, chance));
  };

export const edited = (files: Files, file: string, from: string | RegExp, to: string): Files => {
  const before = files.get(file) ?? '';
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file}: nothing to change for ${String(from)}`);
  return new Map(files).set(file, after);
};

/** A word with two neighbouring letters swapped, or one letter twice. */
export function misspelt(word: string, chance: Random): string {
  for (let tries = 0; tries < 20; tries++) {
    const at = chance.below(word.length - 1);
    const swapped = word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
    const doubled = word.slice(0, at + 1) + word.slice(at);
    const result = chance.below(2) === 0 ? swapped : doubled;
    if (result !== word) return result;
  }
  return `${word}x`;
}
