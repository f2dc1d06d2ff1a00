import { diskTree, type Difference, type DiskTree } from '../source/disk-tree';
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

  /**
   * Lists the folders of the paths again, and all above them: at once, since it is from the listings that the next
   * change learns what there was. What else came or went meanwhile is as if it was told: its event comes too late.
   */
  const listAgain = (folders: ReadonlySet<string>): readonly Difference[] => {
    const above = new Set([...onDisk].flatMap(foldersAbove));
    const found = [...above].flatMap((folder) => disk.listAgain(folder));
    const gone = found.flatMap(({ path, before }) => (before === 'directory' ? [path] : []));
    return [
      ...found,
      ...[...new Set([...folders, ...gone])].flatMap((folder) => disk.listAgainBelow(folder)),
    ].filter(({ path, before }) => before === 'directory' || isRead(path) || decides.test(path));
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
          for (const file of filesBelow(files, path)) onDisk.add(file);
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
      for (const { path, before } of listAgain(wasFolder)) {
        if (before === 'directory') wasFolder.add(path);
        for (const one of before === 'directory' ? [path, ...filesBelow(files, path)] : [path])
          if (!texts.has(one) && !paths.has(one)) {
            paths.add(one);
            existed.set(one, one === path ? before === 'file' : true);
          }
      }
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

/** The path's folder, and all above it; the root is ''. */
function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, count) => parts.slice(0, count).join('/'));
}

const filesBelow = (files: RememberedFiles | undefined, folder: string): readonly string[] =>
  [...(files?.facts.keys() ?? [])].filter((file) => file.startsWith(`${folder}/`));

/** Files that units are made of. */
export const isRead = (path: string): boolean => /\.[chS]$/.test(path);
