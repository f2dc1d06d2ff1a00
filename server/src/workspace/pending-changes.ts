import { diskTree, type DiskTree } from '../source/disk-tree';
import { overlayTree } from '../source/overlay-tree';
import type { TreeReader } from '../source/tree-reader';
import type { RememberedFiles } from '../watchers/source-files';
import type { Kernel } from './open-kernel';
import type { FileChange } from './revise-candidates';

/** Edits and file events that were told, until they are worked in. Paths are relative to the root. */
export interface PendingChanges {
  /** An unsaved buffer; `undefined` text: closed, the disk counts again. */
  edit(path: string, text: string | undefined): void;
  /** Files that changed, came or went on disk; `everything`: too many to name. */
  changedOnDisk(paths: readonly string[] | 'everything'): void;
  isEmpty(): boolean;
  /** The tree with the unsaved buffers over it. */
  tree(): TreeReader;
  /** Works all of them into `files`, and says what they mean. */
  take(kernel: Kernel | undefined, files: RememberedFiles | undefined): TakenChanges;
}

export interface TakenChanges {
  readonly changes: readonly FileChange[];
  /** The makefiles may say something else now. */
  readonly kernelDue: boolean;
  /** Nothing that was known of the disk holds any more. */
  readonly everything: boolean;
}

/** Files that decide what is built, and how. */
const decides =
  /(?:^|\/)(?:Makefile|Kbuild|Kconfig)[^/]*$|\.mk$|(?:^|\/)\.(?:config|task-watchers\.json)$|^scripts\//;

export function pendingChanges(root: string): PendingChanges {
  const texts = new Map<string, string>();
  const edits = new Map<string, string | undefined>();
  const onDisk = new Set<string>();
  let disk: DiskTree = diskTree(root);
  let everythingDue = false;

  /** What the tree knows of the paths is forgotten, and of the folders above them. */
  const forgetPaths = (kernel: Kernel | undefined): void => {
    for (const path of onDisk) {
      if (kernel?.tree.kind(path) === 'directory') disk.forgetBelow(path);
      for (let at = path.lastIndexOf('/'); ; at = path.lastIndexOf('/', at - 1)) {
        disk.forget(path.slice(0, Math.max(at, 0)));
        if (at < 0) break;
      }
    }
  };

  return {
    edit(path, text) {
      edits.set(path, text);
    },
    changedOnDisk(paths) {
      if (paths === 'everything') everythingDue = true;
      else for (const path of paths) onDisk.add(path);
    },
    isEmpty: () => edits.size === 0 && onDisk.size === 0 && !everythingDue,
    tree: () => overlayTree(disk, texts),
    take(kernel, known) {
      const everything = everythingDue;
      const files = everything ? undefined : known;
      if (everything) {
        everythingDue = false;
        disk = diskTree(root);
        onDisk.clear();
      }
      // A folder that came or went as a whole: its files did.
      for (const path of [...onDisk])
        if (kernel?.tree.kind(path) === 'directory')
          for (const file of files?.facts.keys() ?? []) if (file.startsWith(`${path}/`)) onDisk.add(file);
      const paths = new Set([...edits.keys(), ...onDisk]);
      if (paths.size === 0) return { changes: [], kernelDue: everything, everything };
      let kernelDue = everything || !kernel;
      // What an editor opens, it usually opens as it is on disk.
      for (const path of edits.keys()) if (isRead(path) && !onDisk.has(path)) files?.source(path);
      const wasFolder = new Set([...onDisk].filter((path) => kernel?.tree.kind(path) === 'directory'));
      const existed = new Map([...paths].map((path) => [path, kernel?.tree.kind(path) === 'file']));
      for (const [path, text] of edits)
        if (text === undefined) texts.delete(path);
        else texts.set(path, text);
      forgetPaths(kernel);
      edits.clear();
      onDisk.clear();
      const changes: FileChange[] = [];
      for (const path of paths) {
        const exists = kernel?.tree.kind(path) === 'file';
        const before = files?.known(path);
        if (decides.test(path) || existed.get(path) !== exists || wasFolder.has(path)) kernelDue = true;
        files?.forget(path);
        const after = exists && isRead(path) ? files?.source(path) : undefined;
        if (before?.text !== after?.text || existed.get(path) !== exists || !isRead(path))
          changes.push({ path, before, after });
      }
      return { changes, kernelDue, everything };
    },
  };
}

/** Files that units are made of. */
export const isRead = (path: string): boolean => /\.[chS]$/.test(path);
