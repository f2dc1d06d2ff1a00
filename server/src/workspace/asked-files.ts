import type { SourceFile } from '../syntax/c/unit';
import type { RememberedFiles } from '../watchers/source-files';
import type { FileChange } from './revise-candidates';

/** A file of the tree, relative to its root; `undefined`: there is none. */
export type FileReader = (path: string) => SourceFile | undefined;

/** The files that somebody asked for who keeps what follows from them. */
export interface AskedFiles {
  /** The same function for the same files, so that what hangs on it can be kept. */
  readerOf(files: RememberedFiles): FileReader;
  /** Whether any of the changed files was asked for. */
  concerns(changes: readonly FileChange[]): boolean;
}

export function askedFiles(): AskedFiles {
  const asked = new Set<string>();
  const readers = new WeakMap<RememberedFiles, FileReader>();
  return {
    readerOf(files) {
      let reader = readers.get(files);
      if (!reader) {
        reader = (path) => {
          asked.add(path);
          return files.source(path);
        };
        readers.set(files, reader);
      }
      return reader;
    },
    concerns: (changes) => changes.some(({ path }) => asked.has(path)),
  };
}

/** What reads the files: another function only when files came or went, so that what hangs on that can be kept. */
const readers = new WeakMap<RememberedFiles, FileReader>();

export function readerOf(files: RememberedFiles): FileReader {
  let reader = readers.get(files);
  if (!reader) readers.set(files, (reader = (path) => files.source(path)));
  return reader;
}
