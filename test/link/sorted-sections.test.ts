import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialectA, dialectB, type Dialect } from './kernels/dialect';
import { buildKernel, builtTables, differences, predictKernel, writeKernel } from './kernels/kernel-tables';
import { smallKernel, watchers, type SmallKernel } from './kernels/small-kernel';

const prio = `#define watch_first(ev, prio, fn) \\
	static task_watcher_fn __task_watcher_##ev##_##fn __used __section(".task_watchers." #ev "." #prio) = fn
`;
const include = '#include <linux/task_watchers.h>\n';
const pointer = (name: string, section: string): string =>
  `static task_watcher_fn raw_${name} __used __section("${section}") = ${name};\n`;

const units = {
  'a.c': `${include}${watchers('a1', 'a2', 'a3', 'a4')}
watch_first(init, 50, a1);
watch_first(init, 10, a2);
task_watcher_func(init, a3);
watch_first(init, 50, a4);
watch_first(free, 9, a1);
`,
  'b.c': `${include}${watchers('b1', 'b2', 'b3')}
watch_first(init, 100, b1);
watch_first(init, 050, b2);
task_watcher_func(init, b3);
watch_first(free, 10, b1);
task_watcher_func(free, b2);
`,
};

describe('sections whose names say how they are to be sorted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sorted-sections-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  let count = 0;
  const check = async (kernel: SmallKernel): Promise<void> => {
    const root = join(folder, String(count++));
    const written = smallKernel(kernel);
    writeKernel(root, written);
    const predicted = await predictKernel(root, 'linked');
    await buildKernel(root);
    assert.deepEqual(differences(predicted, builtTables(root, written)), []);
  };

  for (const pattern of [
    '*(SORT(%.*)) *(%)',
    '*(% SORT(%.*))',
    '*(SORT_BY_NAME(%*))',
    'KEEP(*(SORT_BY_INIT_PRIORITY(%.*))) KEEP(*(%))',
    '*(SORT_BY_INIT_PRIORITY(%*))',
    '*(%.*) *(%)',
    'SORT(*)(SORT(%.*)) *(%)',
    '*(%.10) *(%.50 %)',
    '*(%)',
  ])
    it(`come where ld puts them, if any pattern takes them: ${pattern}`, () =>
      check({ units, header: prio, pattern: (section) => pattern.replaceAll('%', section) }));

  it('are found at -O0 and in another dialect', async () => {
    const pattern = (section: string): string => `*(SORT(${section}.*)) *(${section})`;
    await check({ units, header: prio, pattern, optimise: 'NOTHING' });
    const dialect = dialectB(false);
    const text = `#include <linux/init.h>
${watchers('a1', 'a2', 'a3')}${pointer('a1', '.task.INIT.50')}${pointer('a2', '.task.INIT.5')}
DEFINE_TASK_INITCALL(a3);
`;
    await check({ units: { 'a.c': text }, dialect, pattern });
  });

  it('are found between boundary symbols of any name', () => {
    const dialect: Dialect = { ...dialectA(false), boundary: (event, edge) => `tw_${edge}_${event}` };
    const sorted = {
      'a.c': `${include}${watchers('a1', 'a2')}watch_first(init, 50, a1);\nwatch_first(init, 10, a2);\n`,
    };
    return check({ units: sorted, header: prio, dialect, pattern: (section) => `*(SORT(${section}.*))` });
  });

  it('have no slots where numbers and names give no order that both allow', async () => {
    const names = ['50', '050', '7', 'x', '5.9', '6x'];
    const section = dialectA(false).section('init');
    const text =
      include +
      watchers(...names.map((_, at) => `w${at}`)) +
      names.map((name, at) => pointer(`w${at}`, `${section}.${name}`)).join('');
    const kernel = smallKernel({
      units: { 'a.c': text },
      pattern: (one) => `*(SORT_BY_INIT_PRIORITY(${one}.*))`,
    });
    const root = join(folder, 'unsortable');
    writeKernel(root, kernel);
    const predicted = await predictKernel(root, 'linked');
    assert.deepEqual(
      predicted.events[0]?.entries.map(({ slot, status }) => [slot, status]),
      names.map(() => [null, 'linked']),
    );
  });
});
