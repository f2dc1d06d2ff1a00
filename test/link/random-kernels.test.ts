import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, builtTables, differences, predictKernel, writeKernel } from './kernels/kernel-tables';
import { randomKernel } from './kernels/random-kernel';

/** `npm run verify:trees -- 2000` does the same for as many trees as one likes. */
describe('random kernels, from makefiles and C text to the tables that make, gcc and ld build', () => {
  const hasClang = spawnSync('clang', ['--version']).status === 0;
  const folder = mkdtempSync(join(tmpdir(), 'random-kernels-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const seeds of [
    [401, 412],
    [413, 424],
  ] as const)
    it(`seeds ${seeds[0]} to ${seeds[1]} hold exactly the predicted tables`, async () => {
      let entries = 0;
      for (let seed = seeds[0]; seed <= seeds[1]; seed++) {
        const root = join(folder, String(seed));
        const kernel = randomKernel(seed);
        if (kernel.compiler === 'clang' && !hasClang) continue;
        writeKernel(root, kernel);
        const predicted = await predictKernel(root, seed % 2 === 0 ? 'tree' : 'linked');
        await buildKernel(root);
        const built = builtTables(root, kernel);
        assert.deepEqual(differences(predicted, built), [], `seed ${seed}`);
        for (const rows of built.rows.values()) entries += rows.length;
      }
      assert.ok(entries > 300, `only ${entries} entries: the generator has gone quiet`);
    });
});
