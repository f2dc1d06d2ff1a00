import type { Snapshot } from '../watchers/snapshot';
import { openKernel } from '../workspace/open-kernel';
import { takeSnapshot, type Scope } from '../workspace/take-snapshot';
import { Failure, orFail } from './failure';
import { progressLine } from './progress';
import type { Settings } from './settings';

/** Opens the kernel that the settings name and takes one family's snapshot, with progress on a terminal. */
export async function loadSnapshot(settings: Settings, scope: Scope): Promise<Snapshot> {
  const progress = progressLine(!settings.quiet);
  try {
    progress.report('reading makefiles', 0, 0);
    const kernel = orFail(openKernel(settings));
    const family = kernel.project.families.find(({ name }) => name === settings.family);
    if (family === undefined) {
      const known = kernel.project.families.map(({ name }) => name).join(', ');
      throw new Failure(`no family ${settings.family}; there are: ${known}`);
    }
    return await takeSnapshot(kernel, family, { scope, report: progress.report });
  } finally {
    progress.end();
  }
}
