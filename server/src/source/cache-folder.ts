import { homedir } from 'node:os';
import { join } from 'node:path';

/** `XDG_CACHE_HOME`, or what the system has for it; in a folder of ours. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (xdg?.startsWith('/')) return join(xdg, 'task-watchers');
  if (process.platform === 'win32' && local !== undefined) return join(local, 'task-watchers', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'task-watchers');
  return join(homedir(), '.cache', 'task-watchers');
}
