import { ok } from 'node:assert/strict';
import { relative } from 'node:path';
import { keepAnswer, keptAnswer, questionKey } from '../../server/src/source/answer-cache';
import { inputLog, type InputLog } from '../../server/src/source/input-log';
import { shownPart } from '../../server/src/watchers/snapshot';
import { partsKeeper, type PartsKeeper } from '../../server/src/workspace/keep-parts';
import { openKernel } from '../../server/src/workspace/open-kernel';
import { takeSnapshot, type Scope } from '../../server/src/workspace/take-snapshot';

const key = questionKey('test', []);
/** As if long after the last change: what tests make is younger than any real tree. */
const later = (): number => Date.now() + 10_000;
/** Without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What is shown, and the files that were read for it, relative to the root, sorted. */
export interface Shown {
  readonly shown: unknown;
  readonly read: readonly string[];
}

async function snapshot(root: string, scope: Scope, log: InputLog, keeper?: PartsKeeper): Promise<unknown> {
  const kernel = openKernel({ root }, root, keeper?.openTree, log, keeper?.plan);
  if ('failure' in kernel) return kernel;
  const family = kernel.project.families.find(({ name }) => name === 'task-watchers');
  ok(family);
  const options = { scope, earlier: keeper?.work, report: () => undefined };
  return shownPart(await takeSnapshot(kernel, family, options));
}

const filesOf = (root: string, log: InputLog): readonly string[] =>
  [...log.files].map((path) => relative(root, path)).sort();

export async function fromScratch(root: string, scope: Scope): Promise<Shown> {
  const log = inputLog();
  return { shown: plain(await snapshot(root, scope, log)), read: filesOf(root, log) };
}

/** The answer that is given again, if one is. */
export function given(cache: string): unknown {
  const found = keptAnswer(cache, key, later());
  return found && 'answer' in found ? plain(found.answer) : undefined;
}

/** With what an earlier run kept, as `table` does; and kept for the next. */
export async function withKept(root: string, cache: string, scope: Scope): Promise<Shown> {
  const found = keptAnswer(cache, key, later());
  if (found && 'answer' in found) return { shown: plain(found.answer), read: [] };
  const log = inputLog();
  const keeper = partsKeeper(found, log);
  const answer = await snapshot(root, scope, log, keeper);
  const toKeep = { answer, log, parts: keeper.parts(), earlier: found?.changes.inputs };
  ok(keepAnswer(cache, key, toKeep, later()));
  return { shown: plain(answer), read: filesOf(root, log) };
}
