import type { InputLog, SearchedFiles } from './input-log';
import type { Mark } from './mark';
import { pathList, shortPath, shortPaths, type PathList } from './path-list';
import { factsPerPath, statFiles } from './stat-files';

/** Files and folders that an answer was made from, as they were then. */
export interface KeptInputs {
  readonly paths: PathList;
  /** {@link factsPerPath} for each. */
  readonly facts: Float64Array;
  /** What a folder held; 0 for files, and where any change counts. */
  readonly listings: Float64Array;
  /** 1: the whole text counts, or that it is there. */
  readonly read: Uint8Array;
  readonly searches: readonly KeptSearch[];
}

/** Of files that were only searched counts what was found. */
export interface KeptSearch {
  readonly needles: readonly string[];
  /** Whether what the files include was collected, too. */
  readonly includes: boolean;
  /**
   * For each path what was found in it; 0: it was not searched; -1: it was, but what was found cannot be told again;
   * for folders 1: all files in it were searched.
   */
  readonly found: Float64Array;
}

export type Logged = Pick<InputLog, 'files' | 'folders'> & { readonly searches?: readonly SearchedFiles[] };

/**
 * What was logged, as it is now. `earlier`: inputs that count as well, as they were found to be before anything was
 * logged. `undefined`: a name that cannot be kept, or trees side by side.
 */
export function inputsOf(log: Logged, earlier?: KeptInputs): KeptInputs | undefined {
  const searches = log.searches ?? [];
  const root = earlier?.paths.root ?? searches[0]?.root ?? '';
  if (searches.some((search) => search.root !== root)) return undefined;
  const start = `${root}/`;
  const short = (path: string): string => shortPath(root, path);
  const names = earlier ? [...shortPaths(earlier.paths)] : [];
  const places = new Map(names.map((name, index) => [name, index]));
  const before = names.length;
  const placeOf = (name: string): number => {
    let place = places.get(name);
    if (place === undefined) {
      place = names.length;
      places.set(name, place);
      names.push(name);
    }
    return place;
  };
  const listings: Mark[] = [...(earlier?.listings ?? [])];
  const read: number[] = [...(earlier?.read ?? [])];
  for (const path of log.files) read[placeOf(short(path))] = 1;
  for (const [path, listing] of log.folders) {
    const place = placeOf(`${short(path)}/`);
    listings[place] = place < before && listings[place] !== listing ? 0 : listing;
  }
  for (const { files, folders = [] } of searches) {
    for (const file of files) placeOf(file);
    for (const folder of folders) placeOf(folder === '' ? start : `${folder}/`);
  }
  const paths = pathList(root, names);
  const added = pathList(root, names.slice(before));
  if (!paths || !added) return undefined;
  const count = names.length;
  return {
    paths,
    facts: earlier ? joinedFacts(earlier.facts, statFiles(added)) : statFiles(paths),
    listings: filled(new Float64Array(count), listings),
    read: filled(new Uint8Array(count), read),
    searches: mergedSearches(
      earlier?.searches ?? [],
      searches,
      count,
      (name) => places.get(name) ?? 0,
      start,
    ),
  };
}

function joinedFacts(one: Float64Array, other: Float64Array): Float64Array {
  const joined = new Float64Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}

function filled<T extends Float64Array | Uint8Array>(into: T, values: readonly number[]): T {
  values.forEach((value, index) => (into[index] = value));
  return into;
}

/** What each search found, those with the same needles as one; a new one stands for the earlier one. */
function mergedSearches(
  earlier: readonly KeptSearch[],
  searches: readonly SearchedFiles[],
  count: number,
  placeOf: (name: string) => number,
  root: string,
): readonly KeptSearch[] {
  const merged = new Map<string, KeptSearch>();
  for (const search of earlier) {
    const found = new Float64Array(count);
    found.set(search.found);
    merged.set(searchKey(search), { ...search, found });
  }
  for (const search of searches) {
    const { needles, includes, files, found: marks, folders = [] } = search;
    const key = searchKey(search);
    const { found } = merged.get(key) ?? { found: new Float64Array(count) };
    files.forEach((file, index) => {
      const mark = marks[index] ?? 0;
      found[placeOf(file)] = mark === 0 ? -1 : mark;
    });
    for (const folder of folders) found[placeOf(folder === '' ? root : `${folder}/`)] = 1;
    merged.set(key, { needles, includes, found });
  }
  return [...merged.values()];
}

export const searchKey = ({ needles, includes }: Pick<KeptSearch, 'needles' | 'includes'>): string =>
  `${includes ? 'i' : ''}|${needles.join('\n')}`;

/** When the last of them changed: milliseconds since 1970. */
export function newestOf({ facts }: Pick<KeptInputs, 'facts'>): number {
  let newest = 0;
  for (let at = 0; at < facts.length; at += factsPerPath) {
    const modified = facts[at + 2] ?? 0;
    const changed = facts[at + 3] ?? 0;
    if (modified > newest) newest = modified;
    if (changed > newest) newest = changed;
  }
  return newest;
}
