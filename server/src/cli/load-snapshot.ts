import { checkContext } from '../checks/check-context';
import type { InputLog } from '../source/input-log';
import type { CodeReader } from '../watchers/code-reader';
import type { Family } from '../watchers/family';
import type { Snapshot } from '../watchers/snapshot';
import { cParser } from '../workspace/c-parser-files';
import { openKernel, type Kernel } from '../workspace/open-kernel';
import { kernelFiles, takeSnapshot, takeSnapshotOf, type Scope } from '../workspace/take-snapshot';
import { Failure, orFail } from './failure';
import { progressLine, type ProgressLine } from './progress';
import type { Settings } from './settings';

/** The kernel and the family that the settings name. */
export function openFamily(
  settings: Settings,
  progress: ProgressLine,
  log?: InputLog,
): { readonly kernel: Kernel; readonly family: Family } {
  progress.report('reading makefiles', 0, 0);
  const kernel = orFail(openKernel(settings, undefined, undefined, log));
  const family = kernel.project.families.find(({ name }) => name === settings.family);
  if (family === undefined) {
    const known = kernel.project.families.map(({ name }) => name).join(', ');
    throw new Failure(`no family ${settings.family}; there are: ${known}`);
  }
  return { kernel, family };
}

/** Opens the kernel that the settings name and takes one family's snapshot, with progress on a terminal. */
export async function loadSnapshot(settings: Settings, scope: Scope, log?: InputLog): Promise<Snapshot> {
  const progress = progressLine(!settings.quiet);
  try {
    const { kernel, family } = openFamily(settings, progress, log);
    return await takeSnapshot(kernel, family, { scope, report: progress.report });
  } finally {
    progress.end();
  }
}

/** The same, with the code beside it. */
export async function loadCode(settings: Settings, scope: Scope): Promise<CodeReader> {
  const progress = progressLine(!settings.quiet);
  try {
    const { kernel, family } = openFamily(settings, progress);
    const files = kernelFiles(kernel);
    const options = { scope, report: progress.report };
    const { snapshot } = await takeSnapshotOf(kernel, family, files, options);
    return checkContext(snapshot, { source: (path) => files.source(path), parser: await cParser() });
  } finally {
    progress.end();
  }
}
