import type { Mark } from './mark';
import type { SearchOutcome } from './search-outcome';

/** Files that were searched for needles, nothing else, and what the search found in each. */
export interface SearchedFiles {
  readonly root: string;
  readonly needles: readonly string[];
  /** Whether what they include was collected, too. */
  readonly includes: boolean;
  /** Relative to the root. */
  readonly files: readonly string[];
  /** What was found, file by file; 0: something that cannot be told again. */
  readonly found: readonly Mark[];
  /** Folders of which all files were searched. */
  readonly folders?: readonly string[];
  /** The whole outcome. */
  readonly outcome?: SearchOutcome;
}

/**
 * What an answer was made from: every file and folder that was looked at, those that were not there included. As long as
 * they all are as they were, so is the answer. Absolute paths.
 */
export interface InputLog {
  /** Of these the whole text counts, or that they are there. */
  readonly files: ReadonlySet<string>;
  /** With what stands in them; 0: any change of it counts. */
  readonly folders: ReadonlyMap<string, Mark>;
  /** Of the files in these counts what was found in them, unless they are among `files`, too. */
  readonly searches: readonly SearchedFiles[];
  readonly file: (path: string) => void;
  readonly folder: (path: string, listing?: Mark) => void;
  readonly searched: (search: SearchedFiles) => void;
}

export function inputLog(): InputLog {
  const files = new Set<string>();
  const folders = new Map<string, Mark>();
  const searches: SearchedFiles[] = [];
  return {
    files,
    folders,
    searches,
    file: (path) => {
      files.add(path);
    },
    folder: (path, listing = 0) => {
      const before = folders.get(path);
      folders.set(path, before === undefined || before === listing ? listing : 0);
    },
    searched: (search) => {
      searches.push(search);
    },
  };
}
