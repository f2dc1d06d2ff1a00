import { checkContext } from '../checks/check-context';
import type { CodeReader } from '../watchers/code-reader';
import { cParser } from '../workspace/c-parser-files';
import { kernelFiles, takeSnapshotOf, type Scope } from '../workspace/take-snapshot';
import { lookAhead, openFamily } from './load-snapshot';
import { progressLine } from './progress';
import type { Settings } from './settings';

/** Opens the kernel that the settings name and takes one family's snapshot, with the code beside it. */
export async function loadCode(settings: Settings, scope: Scope): Promise<CodeReader> {
  const progress = progressLine(!settings.quiet);
  try {
    const ahead = lookAhead(settings, () => scope);
    const { kernel, family } = openFamily(settings, progress);
    const files = kernelFiles(kernel);
    const options = { scope, ahead, report: progress.report };
    const { snapshot } = await takeSnapshotOf(kernel, family, files, options);
    return checkContext(snapshot, { source: (path) => files.source(path), parser: await cParser() });
  } finally {
    progress.end();
  }
}
