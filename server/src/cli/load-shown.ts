import { resolve } from 'node:path';
import { cacheFolder, keepAnswer, keptAnswer, questionKey } from '../source/answer-cache';
import { inputLog } from '../source/input-log';
import { chooseRoot } from '../source/root';
import { version } from '../version';
import { shownPart, type ShownSnapshot } from '../watchers/snapshot';
import type { Scope } from '../workspace/take-snapshot';
import { orFail } from './failure';
import type { Settings } from './settings';

/**
 * What tables and lists show: as it was kept by an earlier run, if nothing that it was made from has changed since, else
 * made anew and kept.
 */
export async function loadShown(settings: Settings, scope: Scope): Promise<ShownSnapshot> {
  const folder = cacheFolder();
  const key = settings.cache ? keyOf(settings, scope) : undefined;
  const kept = key === undefined ? undefined : keptAnswer(folder, key);
  if (isShown(kept)) return kept;
  const began = Date.now();
  const log = key === undefined ? undefined : inputLog();
  const { snapshots } = await import('./kernel-commands');
  const { loadSnapshot } = await snapshots();
  const shown = shownPart(await loadSnapshot(settings, scope, log));
  if (key !== undefined && log) keepAnswer(folder, key, shown, log, began);
  return shown;
}

/** Everything that decides the answer, beside the files. */
function keyOf({ root, config, build, arch, family }: Settings, scope: Scope): string {
  const absolute = (path: string | undefined): string | null => (path === undefined ? null : resolve(path));
  const chosen = orFail(chooseRoot(root, process.cwd()));
  // The words as given are shown in messages.
  const given = [config ?? null, build ?? null];
  const where = [chosen.root, absolute(config), absolute(build)];
  return questionKey(version, [process.arch, where, given, arch ?? null, family, scope]);
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
