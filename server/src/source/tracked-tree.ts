import type { TreeReader } from './tree-reader';

/** What was asked of a tree. Paths are relative to its root. */
export interface Asked {
  readonly read: Set<string>;
  readonly kinds: Map<string, ReturnType<TreeReader['kind']>>;
  /** Each with the names in it, joined. */
  readonly lists: Map<string, string>;
}

export const nothingAsked = (): Asked => ({ read: new Set(), kinds: new Map(), lists: new Map() });

/** The same tree; what is asked of it is noted down. `matters`: the names that count in a folder. */
export function trackedTree(
  tree: TreeReader,
  asked: Asked,
  matters: (name: string) => boolean = () => true,
): TreeReader {
  return {
    ...tree,
    read(path) {
      asked.read.add(path);
      return tree.read(path);
    },
    kind(path) {
      const known = asked.kinds.get(path);
      if (known !== undefined) return known;
      const kind = tree.kind(path);
      asked.kinds.set(path, kind);
      return kind;
    },
    list(directory) {
      const names = tree.list(directory);
      asked.lists.set(directory, names.filter(matters).join('\n'));
      return names;
    },
  };
}

/** What became of a tree's files and folders. */
export interface TreeChanges {
  /** Files that may have another text, or came or went. */
  readonly files: ReadonlySet<string>;
  /** Folders that hold other names. */
  readonly folders: { has(folder: string): boolean };
}

/** Whether a tree still answers as it did. `matters`: as then. */
export function answersSame(
  tree: TreeReader,
  asked: Asked,
  { files, folders }: TreeChanges,
  matters: (name: string) => boolean = () => true,
): boolean {
  for (const path of asked.read) if (files.has(path)) return false;
  for (const [path, kind] of asked.kinds)
    if ((files.has(path) || folders.has(folderOf(path))) && tree.kind(path) !== kind) return false;
  for (const [directory, names] of asked.lists)
    if (folders.has(directory) && tree.list(directory).filter(matters).join('\n') !== names) return false;
  return true;
}

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export function copyAsked(from: Asked, to: Asked): void {
  for (const path of from.read) to.read.add(path);
  for (const [path, kind] of from.kinds) to.kinds.set(path, kind);
  for (const [directory, names] of from.lists) to.lists.set(directory, names);
}
