import { generatedHeaders } from '../syntax/c/kernel-includes';
import { scanC } from '../syntax/c/scan';
import type { SourceFile, UnitFiles } from '../syntax/c/unit';
import { lineStarts } from '../syntax/positions';
import type { TreeReader } from '../source/tree-reader';

/** Facts of the tree's C files, each read and scanned once. What a finished build generated stands behind the tree. */
export function sourceFiles(
  tree: TreeReader,
  build: TreeReader | undefined,
  arch: string,
  srcarch: string,
): UnitFiles {
  const known = new Map<string, SourceFile | undefined>();
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
    exists,
    ...generatedHeaders(arch, srcarch, exists),
    source(path) {
      if (known.has(path)) return known.get(path);
      const text = tree.read(path) ?? build?.read(path);
      const file =
        text === undefined ? undefined : { path, text, facts: scanC(text), lineStarts: lineStarts(text) };
      known.set(path, file);
      return file;
    },
  };
}
