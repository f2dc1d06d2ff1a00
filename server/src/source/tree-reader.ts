/**
 * The only way in which anything below `source/` sees files: an immutable view of one kernel tree (with the editor's
 * unsaved buffers laid over it, where there is an editor). Paths are relative to the root, `/` as separator, no `./`,
 * no `..`. Nothing here throws: what cannot be read is `undefined`, and the reason is kept in `problems()`.
 */
export interface TreeReader {
  /** Absolute path of the root, for messages only. */
  readonly root: string;
  /** The whole text: UTF-8, or Latin-1 where it is not valid UTF-8; CRLF kept. `undefined`: no such file, or unreadable. */
  read(path: string): string | undefined;
  /**
   * A text that was read before, once more; `undefined`: it is another now. Absent: texts must be kept, since what an
   * editor shows is made from one version of each.
   */
  again?(path: string): string | undefined;
  /**
   * The bytes of a text of ASCII characters, until anything else is read; `undefined`: it has to be read as a text. For
   * whoever hardly needs one.
   */
  bytes?(path: string): Uint8Array | undefined;
  /**
   * A text that may be asked for later, for somebody with nothing better to do yet: it is not noted down that it was read,
   * or could not be. `take`: now it was asked for.
   */
  glance?(path: string): { readonly text: string; readonly take: () => void } | undefined;
  /** What the path is, links to files followed (links to directories are not: they are the loops). */
  kind(path: string): 'file' | 'directory' | undefined;
  /** Names in a directory, sorted by code unit, directories with a trailing `/`. Empty when it cannot be read. */
  list(directory: string): readonly string[];
  /** The texts that an editor laid over the tree, by path; a scan of the disk does not see them. */
  readonly overlaid?: ReadonlyMap<string, string>;
  /** Why what is there, and was asked for with `read`, could not be read. */
  problems(): readonly { readonly file: string; readonly reason: string }[];
}

/** Why what has that name cannot be read; `undefined`: it can, or there is nothing. */
export const unreadableBecause = (tree: TreeReader, path: string): string | undefined =>
  tree.read(path) === undefined ? tree.problems().find(({ file }) => file === path)?.reason : undefined;

/** A file that a command had read was written to before the command was done with it. Shown as it is. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
  constructor(path: string) {
    super(`${path} was changed while it was read: run the command again`);
  }
}

/** A tree held in memory: fixtures in tests, and generated trees. */
export function memoryTree(files: ReadonlyMap<string, string>, root = '/memory'): TreeReader {
  const directories = new Map<string, Set<string>>([['', new Set()]]);
  for (const path of files.keys()) {
    const parts = path.split('/');
    parts.forEach((part, index) => {
      const parent = parts.slice(0, index).join('/');
      const names = directories.get(parent) ?? new Set();
      names.add(index === parts.length - 1 ? part : `${part}/`);
      directories.set(parent, names);
    });
  }
  return {
    root,
    read: (path) => files.get(path),
    kind: (path) => (files.has(path) ? 'file' : directories.has(path) ? 'directory' : undefined),
    list: (directory) => [...(directories.get(directory) ?? [])].sort(),
    problems: () => [],
  };
}
