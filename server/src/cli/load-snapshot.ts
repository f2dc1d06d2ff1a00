import type { EarlierRun } from '../source/answer-cache';
import type { InputLog } from '../source/input-log';
import type { KeptInputs } from '../source/kept-inputs';
import { FileChanged } from '../source/tree-reader';
import type { RunningScan } from '../source/prescan';
import { chooseRoot } from '../source/root';
import { orMeant } from '../syntax/nearest-name';
import type { Family } from '../watchers/family';
import type { Snapshot } from '../watchers/snapshot';
import { beginCandidates } from '../workspace/first-look';
import type { PartsKeeper } from '../workspace/keep-parts';
import { findProject, openKernel, type Kernel } from '../workspace/open-kernel';
import { takeSnapshot, type Scope } from '../workspace/take-snapshot';
import { letYoungGenerationGrow, setEngineFlags } from './engine-flags';
import { Failure, orFail } from './failure';
import { progressLine, type ProgressLine } from './progress';
import type { Settings } from './settings';

const manyFiles = 200;

/** The kernel and the family that the settings name. */
export function openFamily(
  settings: Settings,
  progress: ProgressLine,
  log?: InputLog,
  keeper?: PartsKeeper,
): { readonly kernel: Kernel; readonly family: Family } {
  progress.report('reading makefiles', 0, 0);
  setEngineFlags();
  const kernel = orFail(openKernel(settings, undefined, keeper?.openTree, log, keeper?.plan));
  const family = kernel.project.families.find(({ name }) => name === settings.family);
  if (family === undefined) {
    const known = kernel.project.families.map(({ name }) => name);
    throw new Failure(`no family ${settings.family}; ${orMeant(settings.family, known)}`);
  }
  return { kernel, family };
}

/**
 * Opens the kernel that the settings name and takes one family's snapshot, with progress on a terminal. `log`: told of
 * everything that is looked at; `keeper`: of the same log.
 */
export async function loadSnapshot(
  settings: Settings,
  scope: Scope,
  log?: InputLog,
  keeper?: PartsKeeper,
): Promise<Snapshot> {
  const progress = progressLine(!settings.quiet);
  try {
    const ahead = keeper?.knowsSearches === true ? undefined : lookAhead(settings, () => scope, log);
    const { kernel, family } = openFamily(settings, progress, log, keeper);
    // As large as the makefiles made it, until it is known how many files there will be.
    if (ahead) letYoungGenerationGrow(false);
    return await takeSnapshot(kernel, family, {
      scope,
      report: progress.report,
      onFound: (files) => {
        letYoungGenerationGrow(files > manyFiles);
      },
      ahead,
      earlier: keeper?.work,
    });
  } finally {
    progress.end();
  }
}

/** A snapshot with what the next run may make one from; `from`: what went into it beside what was logged. */
export async function loadKept(
  settings: Settings,
  scope: Scope,
  log: InputLog,
  earlier: EarlierRun | undefined,
): Promise<{
  readonly snapshot: Snapshot;
  readonly parts: () => unknown;
  readonly from: KeptInputs | undefined;
}> {
  // What a build left is not kept in parts.
  if (settings.build !== undefined)
    return { snapshot: await loadSnapshot(settings, scope, log), parts: () => undefined, from: undefined };
  const { partsKeeper } = await import('../workspace/keep-parts');
  const keeper = partsKeeper(earlier, log);
  const snapshot = await loadSnapshot(settings, scope, log, keeper);
  return { snapshot, parts: () => partsOf(keeper), from: earlier?.changes.inputs };
}

/** A file that changes now has no part in the answer that was made: it is only not kept. */
function partsOf(keeper: PartsKeeper): unknown {
  try {
    return keeper.parts();
  } catch (error) {
    if (error instanceof FileChanged) return undefined;
    throw error;
  }
}

/** Makefiles are read by one thread: meanwhile others can look at files. What is wrong is said when the kernel is opened. */
export function lookAhead(
  settings: Settings,
  scopeOf: (family: Family) => Scope,
  log?: InputLog,
): RunningScan | undefined {
  const chosen = chooseRoot(settings.root, process.cwd());
  if ('failure' in chosen) return undefined;
  const project = findProject(chosen.root);
  if ('failure' in project) return undefined;
  const family = project.families.find(({ name }) => name === settings.family);
  return family && beginCandidates(chosen.root, family, project.exclude, scopeOf(family), log);
}
