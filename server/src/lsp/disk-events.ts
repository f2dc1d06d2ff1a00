import { configFilesOf } from '../workspace/open-kernel';
import type { Session } from '../workspace/session';
import type { Roots } from './roots';
import { pathOf } from './uris';

/** Quiet time, in milliseconds, after which file events count as one change: a checkout makes thousands. */
const quietTime = 100;
/** A storm that does not end is worked in this often. */
const longestWait = 2000;
/** More files than this at once, and everything is looked at again. */
const mostFiles = 500;

export interface DiskEvents {
  changed(uris: readonly string[]): void;
  stop(): void;
}

/** Gathers what clients tell of files on disk, and hands it on when it is quiet. */
export function diskEvents(kernels: Roots): DiskEvents {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let first = 0;
  const flush = (): void => {
    timer = undefined;
    const configured = new Set<Session>();
    const byRoot = new Map<string, string[]>();
    kernels.lookAgain();
    for (const uri of waiting) {
      const path = pathOf(uri);
      // It may lie anywhere, and have any name.
      for (const session of kernels.sessions())
        if (path !== undefined && configFilesOf(session.root, session.choice()).includes(path))
          configured.add(session);
      const located = path === undefined ? undefined : kernels.known(path);
      if (!located) continue;
      const own = byRoot.get(located.session.root);
      if (own) own.push(located.path);
      else byRoot.set(located.session.root, [located.path]);
    }
    waiting.clear();
    for (const session of configured) session.choose(session.choice());
    for (const [root, paths] of byRoot)
      kernels.byRoot(root)?.changedOnDisk(paths.length > mostFiles ? 'everything' : paths);
  };
  return {
    changed(uris) {
      if (waiting.size === 0) first = performance.now();
      for (const uri of uris) waiting.add(uri);
      clearTimeout(timer);
      const left = Math.max(0, first + longestWait - performance.now());
      timer = setTimeout(flush, Math.min(quietTime, left));
    },
    stop() {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}
