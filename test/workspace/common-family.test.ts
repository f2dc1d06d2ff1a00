import { strict as assert } from 'node:assert';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checking } from '../../server/src/lsp/checking';
import { openSession } from '../../server/src/workspace/session';
import { copyOfExample } from '../cli/kernel-under-test';

describe('a family that half of the tree has to do with', () => {
  const families = ['initcalls', 'task-watchers'];

  // Those that are told by reading them, and those that are told by how many hold a needle.
  for (const [what, count] of [
    ['hundreds of drivers', 1100],
    ['thousands of drivers', 2100],
  ] as const)
    it(`is shown as far as it is built, and keeps the others from nothing: ${what}`, async function () {
      this.timeout(60000);
      const folder = copyOfExample();
      mkdirSync(join(folder, 'drivers/many'));
      // Nothing builds them: as most drivers of a real kernel.
      for (let at = 0; at < count; at++)
        writeFileSync(
          join(folder, `drivers/many/driver${at}.c`),
          `#include <linux/init.h>\nstatic int __init start${at}(void) { return 0; }\nmodule_init(start${at});\n`,
        );
      const session = openSession(folder, {}, families, { state: () => undefined, changed: () => undefined });
      try {
        const common = await session.settledView('initcalls');
        // Who waited for all of it is told no more that something is looked for.
        assert.deepEqual(session.state(), { kind: 'ready' });
        assert.deepEqual([common?.complete, common?.isPartial], [false, true]);
        const entries = common?.snapshot.tables.flatMap((table) => table.entries) ?? [];
        assert.ok(entries.some(({ function: name, slot }) => name === 'fork_init' && slot !== undefined));
        assert.ok(!entries.some(({ place }) => place.file.startsWith('drivers/many/')));
        const rare = await session.settledView('task-watchers');
        assert.deepEqual([rare?.complete, rare?.isPartial], [true, false]);
        const settings = {};
        const found = await checking(session, {
          families: () => families,
          settings: () => settings,
          outdated: () => undefined,
          quiet: () => Infinity,
          log: (message) => {
            assert.fail(message);
          },
        }).current();
        assert.deepEqual(
          found?.views.map(({ snapshot }) => snapshot.family.name),
          ['task-watchers'],
        );
        assert.deepEqual(session.state(), { kind: 'ready' });
      } finally {
        session.close();
        rmSync(folder, { recursive: true });
      }
    });
});
