import type { Dirent } from 'node:fs';
import type { Changes, SearchedAgain } from './changed-inputs';
import { withoutFiles } from './include-names';
import type { InputLog } from './input-log';
import { searchKey, type KeptInputs, type KeptSearch } from './kept-inputs';
import { eachShortPath } from './path-list';
import { foreign, isFileLink, isSource, scanner, withoutObjects } from './scan-files';
import { mergedOutcomes, type SearchOutcome } from './search-outcome';

/** An earlier search, as it would turn out now. */
export interface RenewedSearch {
  /** Nothing is found that was not found before, and nothing has gone. */
  readonly isSame: boolean;
  /** What was looked at. */
  readonly files: () => ReadonlySet<string>;
  readonly outcome: () => SearchOutcome;
}

export interface SearchedFor {
  readonly needles: readonly string[];
  readonly includes: boolean;
  /** Of a search that goes through all other folders; `undefined`: only files that are named are searched. */
  readonly exclude: readonly string[] | undefined;
}

/** Searches that need not be made again; `undefined`: this one must. */
export type KnownSearches = (search: SearchedFor) => RenewedSearch | undefined;

/** Folders so far up hold so much that one look at the whole tree is as quick. */
const deepEnough = (folder: string): boolean => folder.includes('/');

/**
 * What a search that an earlier run made would find now: only what changed is searched again. `whole`: it went through
 * all folders but those in `exclude`; else new files are none of its business. `undefined`: only a new search can tell.
 */
export function renewedSearch(
  kept: KeptInputs,
  changes: Changes,
  search: KeptSearch & { readonly skipped: ReadonlySet<string>; readonly outcome: () => SearchOutcome },
  whole: { readonly exclude: readonly string[] } | undefined,
  log: InputLog | undefined,
): RenewedSearch | undefined {
  const { needles, includes } = search;
  const again = changes.searched.get(searchKey(search));
  if (!again || again.scan.problems.length > 0) return undefined;
  const { root } = kept.paths;
  const scan = scanner(root, needles, whole?.exclude ?? [], { logged: true, includes });
  if (whole && changes.folders.size > 0) {
    const seen = { ...lookedAt(kept, search), root, exclude: whole.exclude };
    for (const [folder, entries] of changes.folders) {
      if (!seen.folders.has(folder)) continue;
      const found = newIn(folder, entries ?? [], seen);
      if (found === undefined || search.skipped.has(folder)) return undefined;
      for (const path of found.files) scan.file(path);
      for (const path of found.folders) scan.folder(path, { deep: true });
    }
  }
  const fresh = scan.result();
  if (fresh.problems.length > 0 || fresh.skipped.length > 0) return undefined;
  const { looked } = fresh;
  log?.searched({ root, needles, includes, ...looked });
  looked.folders.forEach((folder, index) => log?.folder(`${root}/${folder}`, looked.listings[index]));
  const isSame = again.isSame && looked.files.length === 0;
  return {
    isSame,
    files() {
      const { files } = lookedAt(kept, search);
      for (const gone of again.changed) files.delete(gone);
      for (const file of [...again.scan.looked.files, ...looked.files]) files.add(file);
      return files;
    },
    outcome: () => (isSame ? search.outcome() : renewed(search.outcome(), again, fresh)),
  };
}

/** An outcome, with what some files hold now, and what was found in new ones. */
function renewed(
  outcome: SearchOutcome,
  { changed, scan }: SearchedAgain,
  fresh: SearchOutcome,
): SearchOutcome {
  const isOther = ({ file }: { readonly file: string }): boolean => !changed.has(file);
  return mergedOutcomes([
    {
      hits: outcome.hits.filter(isOther),
      problems: outcome.problems.filter(isOther),
      skipped: outcome.skipped,
      includes: withoutFiles(outcome.includes, changed),
    },
    scan,
    fresh,
  ]);
}

/** The files that a search looked at, and the folders of which it looked at all files. */
function lookedAt(
  { paths }: KeptInputs,
  { found }: KeptSearch,
): { readonly files: Set<string>; readonly folders: Set<string> } {
  const files = new Set<string>();
  const folders = new Set<string>();
  let index = 0;
  for (const name of eachShortPath(paths)) {
    if ((found[index++] ?? 0) === 0) continue;
    if (!name.endsWith('/')) files.add(name);
    else folders.add(name === `${paths.root}/` ? '' : name.slice(0, -1));
  }
  return { files, folders };
}

interface Seen {
  readonly root: string;
  readonly exclude: readonly string[];
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

/** The sources and folders that came into a folder. `undefined`: too much may hang on it. */
function newIn(
  folder: string,
  entries: readonly Dirent[],
  { root, exclude, files, folders }: Seen,
): { readonly files: readonly string[]; readonly folders: readonly string[] } | undefined {
  if (folder !== '' && foreign(entries) !== undefined) return undefined;
  const came = { files: [] as string[], folders: [] as string[] };
  for (const entry of entries) {
    const { name } = entry;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (entry.isDirectory()) {
      if (folders.has(path) || name.startsWith('.') || isExcluded(path, exclude)) continue;
      if (!deepEnough(folder)) return undefined;
      came.folders.push(path);
    } else if (entry.isSymbolicLink() && folders.has(path)) {
      // Links to folders are not followed, but what was behind the folder's name is still found there.
      return undefined;
    } else if (isSource(name) && !files.has(path) && (entry.isFile() || isFileLink(`${root}/${path}`)))
      came.files.push(path);
  }
  return came;
}

const isExcluded = (path: string, exclude: readonly string[]): boolean =>
  withoutObjects.has(path) || exclude.some((one) => one.replace(/^\.\/|\/+$/g, '') === path);
