import type { InputLog, SearchedFiles } from './input-log';
import { eachShortPath, pathList, shortPath, type PathList } from './path-list';
import { askAhead, factsPerPath, statFiles, worthAThread, type AskedAhead } from './stat-files';

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

const folderName = (root: string, folder: string): string => (folder === '' ? `${root}/` : `${folder}/`);

/** What a search looked at, as it is kept. */
const namesIn = ({ root, files, folders = [] }: SearchedFiles): readonly string[] => [
  ...files,
  ...folders.map((folder) => folderName(root, folder)),
];

/**
 * A log whose files are asked about by another thread, as soon as it is told that many were searched. `ahead`: those, for
 * {@link inputsOf}. What changes after it was asked about is found changed by the next run.
 */
export function askingLog(
  log: InputLog,
  worthAsking = worthAThread,
): {
  readonly log: InputLog;
  readonly ahead: () => AskedAhead | undefined;
} {
  let ahead: AskedAhead | undefined;
  return {
    ahead: () => ahead,
    log: {
      ...log,
      searched(search) {
        if (log.searches.length === 0 && search.files.length >= worthAsking) {
          const paths = pathList(search.root, namesIn(search));
          ahead = paths && askAhead(paths);
        }
        log.searched(search);
      },
    },
  };
}

/**
 * What was logged, as it is now. `earlier`: inputs that count as well, as they were found to be before anything was
 * logged. `ahead`: those of the first search. `undefined`: a name that cannot be kept, or trees side by side.
 */
export function inputsOf(log: Logged, earlier?: KeptInputs, ahead?: AskedAhead): KeptInputs | undefined {
  const searches = log.searches ?? [];
  const root = earlier?.paths.root ?? searches[0]?.root ?? '';
  if (searches.some((search) => search.root !== root)) return undefined;
  /** Everything that was logged, with its place in the list; -1: it has none yet. */
  const places = new Map<string, number>();
  let ofFirst = 0;
  for (const [index, search] of searches.entries()) {
    for (const name of namesIn(search)) places.set(name, -1);
    if (index === 0) ofFirst = places.size;
  }
  for (const path of log.files) places.set(shortPath(root, path), -1);
  for (const path of log.folders.keys()) places.set(`${shortPath(root, path)}/`, -1);
  let count = 0;
  if (earlier)
    for (const name of eachShortPath(earlier.paths)) {
      if (places.has(name)) places.set(name, count);
      count++;
    }
  const before = count;
  const added: string[] = [];
  for (const [name, place] of places)
    if (place < 0) {
      places.set(name, count++);
      added.push(name);
    }
  const placeOf = (name: string): number => places.get(name) ?? 0;
  const read = extended(new Uint8Array(count), earlier?.read);
  for (const path of log.files) read[placeOf(shortPath(root, path))] = 1;
  const listings = extended(new Float64Array(count), earlier?.listings);
  for (const [path, listing] of log.folders) {
    const place = placeOf(`${shortPath(root, path)}/`);
    listings[place] = place < before && listings[place] !== listing ? 0 : listing;
  }
  const addedPaths = pathList(root, added);
  const paths =
    earlier === undefined
      ? addedPaths
      : added.length === 0
        ? earlier.paths
        : pathList(root, [...eachShortPath(earlier.paths), ...added]);
  // They stand first, in the same order.
  const asked = earlier === undefined && ahead?.paths.count === ofFirst ? ahead : undefined;
  const otherPaths = asked ? pathList(root, added.slice(ofFirst)) : addedPaths;
  if (!paths || !otherPaths) return undefined;
  const facts = extended(new Float64Array(count * factsPerPath), earlier?.facts ?? asked?.facts());
  facts.set(statFiles(otherPaths), (count - otherPaths.count) * factsPerPath);
  const merged = mergedSearches(earlier?.searches ?? [], searches, count, placeOf);
  return { paths, facts, listings, read, searches: merged };
}

function extended<T extends Float64Array | Uint8Array>(into: T, from: T | undefined): T {
  if (from) into.set(from);
  return into;
}

/** What each search found, those with the same needles as one; a new one stands for the earlier one. */
function mergedSearches(
  earlier: readonly KeptSearch[],
  searches: readonly SearchedFiles[],
  count: number,
  placeOf: (name: string) => number,
): readonly KeptSearch[] {
  const merged = new Map<string, KeptSearch>();
  for (const search of earlier) {
    merged.set(searchKey(search), {
      ...search,
      found: extended(new Float64Array(count), search.found),
    });
  }
  for (const search of searches) {
    const { root, needles, includes, files, found: marks, folders = [] } = search;
    const key = searchKey(search);
    const { found } = merged.get(key) ?? { found: new Float64Array(count) };
    files.forEach((file, index) => {
      const mark = marks[index] ?? 0;
      found[placeOf(file)] = mark === 0 ? -1 : mark;
    });
    for (const folder of folders) found[placeOf(folderName(root, folder))] = 1;
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
