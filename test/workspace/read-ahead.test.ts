import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inputLog } from '../../server/src/source/input-log';
import { shownPart } from '../../server/src/watchers/snapshot';
import { openKernel } from '../../server/src/workspace/open-kernel';
import { readAhead } from '../../server/src/workspace/read-ahead';
import { kernelFiles, takeSnapshotOf } from '../../server/src/workspace/take-snapshot';
import { copyOfExample } from '../cli/kernel-under-test';

interface Seen {
  readonly shown: unknown;
  /** The files that the answer counts as read, sorted. */
  readonly read: readonly string[];
  readonly steps: number;
}

async function seen(root: string, isAhead: boolean): Promise<Seen> {
  const log = inputLog();
  const kernel = openKernel({ root }, root, undefined, log);
  ok(!('failure' in kernel));
  const family = kernel.project.families.find(({ name }) => name === 'task-watchers');
  ok(family);
  const files = kernelFiles(kernel);
  const steps = isAhead ? [...readAhead(kernel, files, () => undefined)].length : 0;
  const { snapshot } = await takeSnapshotOf(kernel, family, files, {
    scope: 'tree',
    report: () => undefined,
  });
  const read = [...log.files].map((path) => relative(root, path)).sort();
  return { shown: JSON.parse(JSON.stringify(shownPart(snapshot))), read, steps };
}

describe('files that are read ahead', () => {
  let root: string;
  beforeEach(() => {
    root = copyOfExample();
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const same = async (): Promise<void> => {
    const plain = await seen(root, false);
    const ahead = await seen(root, true);
    ok(ahead.steps > 1);
    deepEqual(ahead.shown, plain.shown);
    deepEqual(ahead.read, plain.read);
  };

  it('count as read only where they are asked for', same);

  it('are not spoken of where they cannot be read', async () => {
    const first = join(root, 'init/main.c');
    writeFileSync(first, `#include "odd.h"\n#include "none.h"\n${readFileSync(first, 'utf8')}`);
    writeFileSync(join(root, 'init/odd.h'), '#define A \0\n');
    await same();
  });
});
