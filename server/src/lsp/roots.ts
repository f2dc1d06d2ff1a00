import { dirname, resolve } from 'node:path';
import { findRootAbove } from '../source/root';
import { openSession, type Session, type SessionListener } from '../workspace/session';
import type { KernelChoice } from '../workspace/open-kernel';
import { relativeTo } from './uris';

/** A file of an opened kernel. */
export interface Located {
  readonly session: Session;
  /** Relative to the session's root. */
  readonly path: string;
}

/** The kernels that are open, each once, however many folders and documents lie in it. */
export interface Roots {
  /** A workspace folder came. Its kernel may lie above it. Returns the kernel's root; `undefined`: there is none. */
  addFolder(path: string): string | undefined;
  /** A workspace folder went. Returns the root of the kernel that is closed with it, if one is. */
  removeFolder(path: string): string | undefined;
  /** Looks for kernels where there were none: a tree may have been put there since. */
  lookAgain(): void;
  /** Opens the kernel around a file where that is not done yet. */
  locate(path: string): Located | undefined;
  /** The same without opening any. */
  known(path: string): Located | undefined;
  sessions(): readonly Session[];
  byRoot(root: string): Session | undefined;
  closeAll(): void;
}

export function roots(
  choiceFor: (root: string) => Omit<KernelChoice, 'root'>,
  families: () => readonly string[],
  listenerFor: (root: string) => SessionListener,
  opened: () => void,
): Roots {
  const sessions = new Map<string, Session>();
  const folders = new Map<string, string | undefined>();
  /** Folders of files, with the root above them. Where there is none, one may come. */
  const above = new Map<string, string>();

  const open = (root: string): Session => {
    const known = sessions.get(root);
    if (known) return known;
    const session = openSession(root, choiceFor(root), families(), listenerFor(root));
    sessions.set(root, session);
    opened();
    return session;
  };
  const known = (path: string): Located | undefined => {
    let best: Located | undefined;
    for (const session of sessions.values()) {
      const inside = relativeTo(session.root, path);
      if (inside !== undefined && session.root.length > (best?.session.root.length ?? -1))
        best = { session, path: inside };
    }
    return best;
  };
  const lookAgain = (): void => {
    for (const [folder, before] of folders) {
      const root = before ?? findRootAbove(folder);
      if (before !== undefined || root === undefined) continue;
      folders.set(folder, root);
      open(root);
    }
  };
  return {
    addFolder(folder) {
      const path = resolve(folder);
      const root = findRootAbove(path);
      folders.set(path, root);
      above.clear();
      if (root !== undefined) open(root);
      return root;
    },
    removeFolder(folder) {
      const path = resolve(folder);
      lookAgain();
      const root = folders.get(path);
      folders.delete(path);
      if (root === undefined || [...folders.values()].includes(root)) return undefined;
      sessions.get(root)?.close();
      sessions.delete(root);
      return root;
    },
    lookAgain,
    locate(path) {
      const folder = dirname(path);
      const root = above.get(folder) ?? findRootAbove(folder);
      if (root !== undefined) {
        above.set(folder, root);
        open(root);
      }
      return known(path);
    },
    known,
    sessions: () => [...sessions.values()],
    byRoot: (root) => sessions.get(root.length > 1 ? root.replace(/[\\/]+$/, '') : root),
    closeAll() {
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
}
