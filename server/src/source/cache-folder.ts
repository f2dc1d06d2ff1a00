import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** `XDG_CACHE_HOME`, or what the system has for it; in a folder of ours. `undefined`: nothing says where it is. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (xdg?.startsWith('/')) return join(xdg, 'task-watchers');
  if (process.platform === 'win32' && local !== undefined) return join(local, 'task-watchers', 'cache');
  const home = homeFolder();
  // HOME may be empty: what is kept must not land in the current folder.
  if (home === undefined || !isAbsolute(home)) return undefined;
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'task-watchers');
  return join(home, '.cache', 'task-watchers');
}

/** Whether an earlier run may have left anything. */
export function hasCacheFolder(): boolean {
  const folder = cacheFolder();
  return folder !== undefined && existsSync(folder);
}

/** A user may have none. */
function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
