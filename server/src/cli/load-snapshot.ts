import { checkContext } from '../checks/check-context';
import type { InputLog } from '../source/input-log';
import type { RunningScan } from '../source/prescan';
import { chooseRoot } from '../source/root';
import type { CodeReader } from '../watchers/code-reader';
import type { Family } from '../watchers/family';
import type { Snapshot } from '../watchers/snapshot';
import { cParser } from '../workspace/c-parser-files';
import { beginCandidates } from '../workspace/find-candidates';
import { findProject, openKernel, type Kernel } from '../workspace/open-kernel';
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
    const ahead = lookAhead(settings, scope, log);
    const { kernel, family } = openFamily(settings, progress, log);
    return await takeSnapshot(kernel, family, { scope, report: progress.report, ahead });
  } finally {
    progress.end();
  }
}

/** Makefiles are read by one thread: meanwhile others can look at files. What is wrong is said when the kernel is opened. */
function lookAhead(settings: Settings, scope: Scope, log: InputLog | undefined): RunningScan | undefined {
  const chosen = chooseRoot(settings.root, process.cwd());
  if ('failure' in chosen) return undefined;
  const project = findProject(chosen.root);
  if ('failure' in project) return undefined;
  const family = project.families.find(({ name }) => name === settings.family);
  return family && beginCandidates(chosen.root, family, project.exclude, scope, log);
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
