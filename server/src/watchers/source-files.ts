import { generatedHeaders } from '../syntax/c/kernel-includes';
import { rememberLast } from '../syntax/c/remember-last';
import { scanC } from '../syntax/c/scan';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import { lineStarts } from '../syntax/positions';
import type { TreeReader } from '../source/tree-reader';

/** Files that may be read again. */
export interface RememberedFiles extends UnitFiles {
  /** What is known of a file so far; `undefined`: nothing, or that there is none. */
  known(path: string): SourceFile | undefined;
  /** Its text is another now. That a file came or went needs a new view: what includes mean is kept with this one. */
  forget(path: string): void;
  /** All that was read so far. */
  readonly facts: ReadonlyMap<string, SourceFile | undefined>;
}

/**
 * Facts of the tree's C files, each read and scanned once. What a finished build generated stands behind the tree.
 * `before`: facts that still hold.
 */
export function sourceFiles(
  tree: TreeReader,
  build: TreeReader | undefined,
  arch: string,
  srcarch: string,
  before: Iterable<readonly [string, SourceFile | undefined]> = [],
): RememberedFiles {
  const known = new Map<string, SourceFile | undefined>(before);
  const present = new Map<string, boolean>();
  const exists = (path: string): boolean => {
    let answer = present.get(path);
    if (answer === undefined) {
      answer = tree.kind(path) === 'file' || build?.kind(path) === 'file';
      present.set(path, answer);
    }
    return answer;
  };
  return {
    facts: known,
    known: (path) => known.get(path),
    forget: (path) => {
      known.delete(path);
    },
    exists,
    ...generatedHeaders(arch, srcarch, exists),
    source(path) {
      if (known.has(path)) return known.get(path);
      const text = tree.read(path) ?? build?.read(path);
      const file = text === undefined ? undefined : sourceFile(path, text);
      known.set(path, file);
      return file;
    },
  };
}

const linesOf = rememberLast<readonly number[]>(128);

/** Hardly any file is ever asked for its lines, and few are asked again. */
function sourceFile(path: string, text: string): SourceFile {
  const file: SourceFile = {
    path,
    text,
    facts: scanC(text),
    get lineStarts() {
      return linesOf(file, () => lineStarts(text));
    },
  };
  return file;
}
