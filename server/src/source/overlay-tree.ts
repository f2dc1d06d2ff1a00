import type { TreeReader } from './tree-reader';

/**
 * A tree with texts laid over it: an editor's unsaved buffers. The map may change later; the tree then shows the
 * change. A buffer for a file that is not on disk makes the file, and the folders above it, exist.
 */
export function overlayTree(base: TreeReader, texts: ReadonlyMap<string, string>): TreeReader {
  const below = (directory: string): readonly string[] => {
    const prefix = directory === '' ? '' : `${directory}/`;
    return [...texts.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  };
  return {
    root: base.root,
    overlaid: texts,
    read: (path) => texts.get(path) ?? base.read(path),
    kind: (path) =>
      texts.has(path) ? 'file' : (base.kind(path) ?? (below(path).length > 0 ? 'directory' : undefined)),
    list(directory) {
      const names = base.list(directory);
      if (texts.size === 0) return names;
      const added = below(directory).map((path) => {
        const slash = path.indexOf('/');
        return slash < 0 ? path : path.slice(0, slash + 1);
      });
      return added.length === 0 ? names : [...new Set([...names, ...added])].sort();
    },
    problems: () => base.problems(),
  };
}
