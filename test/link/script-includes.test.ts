import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, builtTables, predictKernel, writeKernel } from './kernels/kernel-tables';
import { smallKernel, watchers } from './kernels/small-kernel';

describe('INCLUDE of a linker script, which is not followed', () => {
  const root = mkdtempSync(join(tmpdir(), 'script-includes-'));
  after(() => {
    rmSync(root, { recursive: true });
  });

  it('leaves nothing behind it a slot: it takes what it likes', async () => {
    const unit = (name: string): string =>
      `#include <linux/task_watchers.h>\n${watchers(name)}task_watcher_func(init, ${name});\n`;
    const kernel = smallKernel({
      units: { 'a.c': unit('a1'), 'b.c': unit('b1'), 'c.c': unit('c1') },
      pattern: (section) => `*b.o(${section}) INCLUDE kernel/more.lds *(${section})`,
    });
    const files = new Map([...kernel.files, ['kernel/more.lds', '*c.o(.task_watchers.init)\n']]);
    writeKernel(root, { ...kernel, files });
    const [init] = (await predictKernel(root, 'linked')).events;
    await buildKernel(root);
    const real = ['b.c: __task_watcher_init_b1 = b1', 'c.c: __task_watcher_init_c1 = c1'];
    assert.deepEqual(builtTables(root, kernel).rows.get('INIT')?.slice(0, 2), real);
    assert.deepEqual(
      init?.entries.map((entry) => [entry.function, entry.slot]),
      [
        ['b1', 0],
        ['a1', null],
        ['c1', null],
      ],
    );
  });
});
