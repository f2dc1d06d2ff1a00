import { readdirSync, type Dirent } from 'node:fs';
import { searchKey, type KeptInputs, type KeptSearch } from './kept-inputs';
import { listingMark } from './mark';
import { absolutePath, shortPathsAt } from './path-list';
import { scanner, type ScanResult } from './scan-files';
import { factsPerPath, statFiles } from './stat-files';

/** What became of the inputs of an earlier answer. Paths are relative to the root where they are below it. */
export interface Changes {
  /** The inputs as they are now. */
  readonly inputs: KeptInputs;
  /** An answer made from them must still be the same. */
  readonly isSame: boolean;
  /** Files that are other files now, or have another text; those that came or went included. */
  readonly files: ReadonlySet<string>;
  /** Folders that hold other names than before, with what they hold; `undefined`: they cannot be listed. */
  readonly folders: ReadonlyMap<string, readonly Dirent[] | undefined>;
  /** What searching the changed files again found, by {@link searchKey}. */
  readonly searched: ReadonlyMap<string, SearchedAgain>;
}

export interface SearchedAgain {
  /** The files that this search had looked at, those that are gone included. */
  readonly changed: ReadonlySet<string>;
  /** Of those that are there. */
  readonly scan: ScanResult;
  /** The same was found in every one, and none is gone. */
  readonly isSame: boolean;
}

/** More changed files than this, and one look at the whole tree, in several threads, is not much slower. */
const mostChanged = 2000;

/**
 * Looks at the inputs of an earlier answer again. A file that was only searched may change as long as the search finds
 * the same in it, and a folder as long as it holds the same names. `undefined`: too much changed.
 */
export function changesOf(kept: KeptInputs): Changes | undefined {
  const { paths, facts: before, listings, read, searches } = kept;
  const { count } = paths;
  const facts = statFiles(paths);
  const changed: number[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * factsPerPath;
    if (
      facts[at] !== before[at] ||
      facts[at + 1] !== before[at + 1] ||
      facts[at + 2] !== before[at + 2] ||
      facts[at + 3] !== before[at + 3]
    )
      changed.push(index);
  }
  if (changed.length === 0)
    return { inputs: kept, isSame: true, files: new Set(), folders: new Map(), searched: new Map() };
  if (changed.length > mostChanged) return undefined;
  const names = shortPathsAt(paths, changed);
  const listingsNow = Float64Array.from(listings);
  const folders = new Map<string, readonly Dirent[] | undefined>();
  const files: number[] = [];
  for (const index of changed) {
    const name = names.get(index) ?? '';
    if (!name.endsWith('/')) {
      files.push(index);
      continue;
    }
    const entries = entriesOf(absolutePath(paths, name));
    const listing = entries ? listingMark(entries) : 0;
    if (listing !== 0 && listing === listings[index]) continue;
    listingsNow[index] = listing;
    folders.set(name === `${paths.root}/` ? '' : name.slice(0, -1), entries);
  }
  const isThere = (index: number): boolean => facts[index * factsPerPath + 1] !== 0;
  const again = searches.map((search) => searchAgain(search, paths.root, files, names, isThere));
  const wasOnlySearched = (index: number): boolean =>
    read[index] !== 1 && searches.some(({ found }) => (found[index] ?? 0) !== 0);
  return {
    inputs: {
      ...kept,
      facts,
      listings: listingsNow,
      searches: searches.map((search, at) => ({ ...search, found: again[at]?.found ?? search.found })),
    },
    isSame: folders.size === 0 && files.every(wasOnlySearched) && again.every(({ isSame }) => isSame),
    files: new Set(files.map((index) => names.get(index) ?? '')),
    folders,
    searched: new Map(searches.flatMap((search, at) => [[searchKey(search), again[at] ?? nothing]])),
  };
}

const nothing: SearchedAgain = { changed: new Set(), scan: scanner('', [], []).result(), isSame: true };

function searchAgain(
  search: KeptSearch,
  root: string,
  files: readonly number[],
  names: ReadonlyMap<number, string>,
  isThere: (index: number) => boolean,
): SearchedAgain & Pick<KeptSearch, 'found'> {
  const { needles, includes, found } = search;
  const changed = files.filter((index) => (found[index] ?? 0) !== 0);
  if (changed.length === 0) return { ...nothing, found };
  const scan = scanner(root, needles, [], { logged: true, includes });
  const present = changed.filter(isThere);
  for (const index of present) scan.file(names.get(index) ?? '');
  const result = scan.result();
  const now = Float64Array.from(found);
  for (const index of changed) now[index] = 0;
  present.forEach((index, at) => {
    const mark = result.looked.found[at] ?? 0;
    now[index] = mark === 0 ? -1 : mark;
  });
  return {
    changed: new Set(changed.map((index) => names.get(index) ?? '')),
    scan: result,
    isSame: changed.every((index) => now[index] === found[index] && now[index] !== -1),
    found: now,
  };
}

function entriesOf(folder: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
