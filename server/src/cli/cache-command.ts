import { clearAnswers, keptAnswers } from '../source/cache-files';
import { cacheFolder } from '../source/cache-folder';
import { exitStatus } from './exit-status';
import { Failure } from './failure';
import { print } from './terminal';

/** `cache`: where answers are kept and how much they take; `cache clear` removes them. */
export async function runCache(action: string): Promise<number> {
  const folder = cacheFolder();
  if (folder === undefined)
    throw new Failure('no home folder, so nothing is kept; set HOME or XDG_CACHE_HOME to an absolute path');
  const kept = keptAnswers(folder);
  const bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  const amount = `${String(kept.length)} answer${kept.length === 1 ? '' : 's'}, ${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  switch (action) {
    case 'show':
      await print(`${folder}: ${amount}\n`);
      return exitStatus.fine;
    case 'clear': {
      const removed = clearAnswers(folder);
      await print(`${folder}: ${String(removed)} of ${amount} removed\n`);
      return exitStatus.fine;
    }
    default:
      throw new Failure(`cache ${action}: say show or clear`);
  }
}
