import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InputLog, SearchedFiles } from './input-log';
import { listingMark, type Mark } from './mark';
import { scanner } from './scan-files';
import { listed, pathList, type PathList } from './path-list';
import { factsPerPath, statFiles } from './stat-files';

/** Files and folders that an answer was made from, as they were then. */
export interface KeptInputs {
  readonly paths: PathList;
  /** {@link factsPerPath} for each. */
  readonly facts: Float64Array;
  /** What a folder held; 0 for files, and where any change counts. */
  readonly listings: Float64Array;
  readonly searches: readonly KeptSearch[];
}

/** Of files that were only searched counts what was found. */
interface KeptSearch {
  readonly root: string;
  readonly needles: readonly string[];
  readonly includes: boolean;
  /** For each path what was found in it; 0: it was not searched, or its whole text counts; -1: cannot be told again. */
  readonly found: Float64Array;
}

/** More changed files than this, and one look at the whole tree, in several threads, is not much slower. */
const mostChanged = 2000;

type Logged = Pick<InputLog, 'files' | 'folders'> & { readonly searches?: readonly SearchedFiles[] };

/** What was logged, as it is now. `undefined`: a name that cannot be kept. */
export function inputsOf(log: Logged): KeptInputs | undefined {
  const root = log.searches?.[0]?.root ?? '';
  const places = new Map<string, number>();
  const listings: number[] = [];
  const add = (path: string, listing: Mark): void => {
    if (places.has(path)) return;
    places.set(path, places.size);
    listings.push(listing);
  };
  const searches = log.searches ?? [];
  for (const path of log.files) add(path, 0);
  for (const { root, files } of searches) for (const file of files) add(join(root, file), 0);
  for (const [path, listing] of log.folders) add(`${path}/`, listing);
  const paths = pathList(root, [...places.keys()]);
  if (!paths) return undefined;
  const { count } = paths;
  return {
    paths,
    facts: statFiles(paths),
    listings: Float64Array.from(listings),
    searches: searches.map(({ root, needles, includes, files, found }) => {
      const marks = new Float64Array(count);
      files.forEach((file, index) => {
        const path = join(root, file);
        const mark = found[index] ?? 0;
        if (!log.files.has(path)) marks[places.get(path) ?? 0] = mark === 0 ? -1 : mark;
      });
      return { root, needles, includes, found: marks };
    }),
  };
}

/** When the last of them changed: milliseconds since 1970. */
export function newestOf({ facts }: KeptInputs): number {
  let newest = 0;
  for (let at = 0; at < facts.length; at += factsPerPath)
    newest = Math.max(newest, facts[at + 2] ?? 0, facts[at + 3] ?? 0);
  return newest;
}

/**
 * The inputs as they are now, if an answer made from them must still be the same; `undefined`: it may be another. A
 * file that was only searched may change as long as the search finds the same in it, and a folder as long as it holds
 * the same names.
 */
export function stillHolds(kept: KeptInputs): KeptInputs | undefined {
  const { paths, facts: before, listings, searches } = kept;
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
  if (changed.length === 0) return kept;
  if (changed.length > mostChanged) return undefined;
  const list = listed(paths);
  const files: number[] = [];
  for (const index of changed) {
    const path = list[index] ?? '';
    if (!path.endsWith('/')) files.push(index);
    else if ((listings[index] ?? 0) === 0 || listingNow(path) !== listings[index]) return undefined;
  }
  // One that no search of which the outcome is known has seen.
  if (files.some((index) => searches.every(({ found }) => (found[index] ?? 0) === 0))) return undefined;
  for (const { root, needles, includes, found } of searches) {
    const again = files.filter((index) => (found[index] ?? 0) !== 0);
    if (again.length === 0) continue;
    const scan = scanner(root, needles, [], { logged: true, includes });
    for (const index of again) scan.file((list[index] ?? '').slice(root.length + 1));
    const { looked } = scan.result();
    if (again.some((index, at) => looked.found[at] !== found[index])) return undefined;
  }
  return { ...kept, facts };
}

function listingNow(path: string): Mark {
  try {
    return listingMark(readdirSync(path, { withFileTypes: true }));
  } catch {
    return 0;
  }
}
