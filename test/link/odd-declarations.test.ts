import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, builtTables, differences, predictKernel, writeKernel } from './kernels/kernel-tables';
import { smallKernel, watchers } from './kernels/small-kernel';

const section = '__section(".task_watchers.init")';

/** Found, and in their slots. */
const placed: Readonly<Record<string, string>> = {
  'a pointer to a structure that is declared with it': `static struct w { int i; } *raw_a2 __used ${section} = (struct w *)a2;`,
};

/** By what they say, beside a pointer that has its slot: as many slots as nobody knows. */
const uncertain: Readonly<Record<string, string>> = {
  'a variable that is not used, but read': `static task_watcher_fn raw_a2 ${section} = a2;\nint reads(void) { return raw_a2(1, 0); }`,
  'a variable that is not used, but pointed to': `static task_watcher_fn raw_a2 ${section} = a2;\ntask_watcher_fn *get(void) { return &raw_a2; }`,
  'a structure': `struct w { task_watcher_fn f, g; };\nstatic struct w raw_a2 __used ${section} = { .f = a2, .g = a1 };`,
  'a structure without a name': `static struct { task_watcher_fn f, g; } raw_a2 __used ${section} = { a2, a1 };`,
  'a structure behind a typedef': `typedef struct { task_watcher_fn f, g; } w_t;\nstatic w_t raw_a2 __used ${section} = { a2, a1 };`,
};

describe('pointers that are declared in odd ways', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odd-declarations-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const kernelOf = (text: string): ReturnType<typeof smallKernel> =>
    smallKernel({
      units: {
        'a.c': `#include <linux/task_watchers.h>\n${watchers('a1', 'a2')}${text}\n`,
        'z.c': `#include <linux/task_watchers.h>\n${watchers('z1')}task_watcher_func(init, z1);\n`,
      },
    });
  let count = 0;

  for (const [name, text] of Object.entries(placed))
    it(`have their slots: ${name}`, async () => {
      const root = join(folder, String(count++));
      const kernel = kernelOf(text);
      writeKernel(root, kernel);
      const predicted = await predictKernel(root, 'linked');
      await buildKernel(root);
      const built = builtTables(root, kernel);
      assert.deepEqual(differences(predicted, built), []);
      assert.equal(built.rows.get('INIT')?.length, 2);
    });

  for (const [name, text] of Object.entries(uncertain))
    it(`leave nothing behind them a slot: ${name}`, async () => {
      const root = join(folder, String(count++));
      writeKernel(root, kernelOf(text));
      const entries = (await predictKernel(root, 'linked')).events[0]?.entries;
      assert.deepEqual(
        entries?.map((entry) => [entry.function, entry.slot, entry.status]),
        [
          ['a2', null, 'linked'],
          ['z1', null, 'linked'],
        ],
      );
      await buildKernel(root);
    });
});
