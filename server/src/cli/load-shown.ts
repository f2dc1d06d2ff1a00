import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../source/cache-folder';
import { inputLog } from '../source/input-log';
import { askingLog } from '../source/kept-inputs';
import { expectNoPaths } from '../source/stat-files';
import { chooseRoot } from '../source/root';
import { version } from '../version';
import { shownPart, type ShownSnapshot } from '../watchers/snapshot';
import type { Scope } from '../workspace/take-snapshot';
import { orFail } from './failure';
import type { Settings } from './settings';

/**
 * Has `show` print what tables and lists show: as it was kept by an earlier run, if nothing that it was made from has
 * changed since, else made anew, and kept once it is printed. Returns what was shown.
 */
export async function withShown(
  settings: Settings,
  scope: Scope,
  show: (snapshot: ShownSnapshot) => Promise<void>,
): Promise<ShownSnapshot> {
  const folder = settings.cache ? cacheFolder() : undefined;
  if (folder === undefined) {
    const answer = shownPart(await (await ofKernels()).loadSnapshot(settings, scope));
    await show(answer);
    return answer;
  }
  const { keepAnswer, keptAnswer, questionKey } = await import('../source/answer-cache');
  const key = questionKey(version, questionOf(settings, scope));
  const began = Date.now();
  const kept = keptAnswer(folder, key, began);
  if (kept && 'answer' in kept && isShown(kept.answer)) {
    await show(kept.answer);
    return kept.answer;
  }
  expectNoPaths();
  const earlier = kept && 'changes' in kept ? kept : undefined;
  const { log, ahead } = askingLog(inputLog());
  const { loadKept } = await ofKernels();
  const { snapshot, parts, from } = await loadKept(settings, scope, log, earlier);
  const answer = shownPart(snapshot);
  try {
    await show(answer);
    return answer;
  } finally {
    keepAnswer(folder, key, { answer, log, parts: parts(), earlier: from, ahead: ahead() }, began);
  }
}

/** What reads a kernel is loaded only then. */
const ofKernels = (): Promise<typeof import('./load-snapshot')> => import('./load-snapshot');

/** The code that makes answers: of one version there may be several, where somebody works on it. */
function codeIdentity(): readonly number[] {
  return ['program.js', 'load-snapshot.js'].flatMap((name) => {
    const found = statSync(join(__dirname, name), { throwIfNoEntry: false });
    return found ? [found.size, found.mtimeMs] : [];
  });
}

/** Everything that decides the answer, beside the files. */
function questionOf({ root, config, build, arch, family }: Settings, scope: Scope): readonly unknown[] {
  const absolute = (path: string | undefined): string | null => (path === undefined ? null : resolve(path));
  const chosen = orFail(chooseRoot(root, process.cwd()));
  // The words as given are shown in messages.
  const given = [config ?? null, build ?? null];
  const where = [chosen.root, absolute(config), absolute(build)];
  return [codeIdentity(), process.arch, where, given, arch ?? null, family, scope];
}

/** The cache is ours and has a checksum; this guards against a mix-up of its uses. */
function isShown(value: unknown): value is ShownSnapshot {
  return (
    typeof value === 'object' &&
    value !== null &&
    'tables' in value &&
    'callSites' in value &&
    'plan' in value
  );
}
