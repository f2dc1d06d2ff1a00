import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, builtTables, differences, predictKernel, writeKernel } from './kernels/kernel-tables';
import { smallKernel, watchers, type SmallKernel } from './kernels/small-kernel';

const include = '#include <linux/task_watchers.h>\n';
const raw = (called: string): string =>
  `static task_watcher_fn raw_${called} __used __section(".task_watchers.init") = ${called}`;
const rest = { 'z.c': `${include}${watchers('z1')}task_watcher_func(init, z1);\n` };

/** Functions that another file may call: they are surely emitted. */
const emitted = `${include}${watchers('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7')}
task_watcher_func(init, a1);
void one(int x)
{
	${raw('a2')}; /* ${raw('a1')}; */
	if (x) {
		task_watcher_func(init, a3);
#ifdef CONFIG_NOTHING
		task_watcher_func(init, a1);
#else
		for (; x < 9; x++) { task_watcher_func(free, a3); }
#endif
	}
	const char *text = "task_watcher_func(init, a1);";
	if (0)
		do { ${raw('a4')}; } while (0);
}
${raw('a5')};
struct pair { int a, b; };
struct pair two(int x) { static int count; ${raw('a6')}; return (struct pair){ count++, x }; }
static void __attribute__((used)) three(void) { task_watcher_func(init, a7); }
`;

/** Each may be left out, or come somewhere else. */
const doubtful = {
  'a static function': `static int g(void) { ${raw('a2')}; return 1; }\nint calls_g(void) { return g(); }`,
  'a static function that nobody calls': `static int g(void) { ${raw('a2')}; return 1; }`,
  'an inline function': `extern inline __attribute__((gnu_inline)) int g(void) { ${raw('a2')}; return 1; }`,
  'assembler text in a function':
    'void g(void) { asm volatile(".pushsection .task_watchers.init, \\"aw\\"\\nasm_a2: .quad a2\\n.popsection" : : "i" (0)); }',
};

describe('pointers in functions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'in-functions-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  let count = 0;
  const build = async (
    kernel: SmallKernel,
  ): Promise<readonly [Awaited<ReturnType<typeof predictKernel>>, ReturnType<typeof builtTables>]> => {
    const root = join(folder, String(count++));
    const written = smallKernel(kernel);
    writeKernel(root, written);
    const predicted = await predictKernel(root, 'linked');
    await buildKernel(root);
    return [predicted, builtTables(root, written)];
  };

  for (const optimise of ['PERFORMANCE', 'SIZE', 'NOTHING'] as const)
    it(`come where gcc puts them, optimising for ${optimise}`, async () => {
      const [predicted, built] = await build({ units: { 'a.c': emitted, ...rest }, optimise });
      assert.deepEqual(differences(predicted, built), []);
      assert.equal(built.rows.get('INIT')?.length, 8);
    });

  for (const [name, text] of Object.entries(doubtful))
    it(`in ${name} leave nothing behind them a slot`, async () => {
      const first = `${include}${watchers('a1', 'a2', 'a3')}task_watcher_func(init, a1);\n`;
      const units = {
        'x.c': `${include}${watchers('x1')}task_watcher_func(init, x1);\n`,
        'a.c': `${first}${text}\ntask_watcher_func(init, a3);\n`,
        ...rest,
      };
      const [predicted, built] = await build({ units });
      const init = predicted.events.find((event) => event.name === 'INIT')?.entries ?? [];
      assert.equal(built.rows.get('INIT')?.[0], 'x.c: __task_watcher_init_x1 = x1');
      assert.deepEqual(
        init.map((entry) => [entry.function, entry.slot]),
        [
          ['x1', 0],
          ['a1', null],
          ['a2', null],
          ['a3', null],
          ['z1', null],
        ],
      );
    });

  it('have no slots with clang, which puts functions off, and leaves out what stands behind if (0)', async () => {
    const root = join(folder, 'clang');
    writeKernel(root, smallKernel({ units: { 'a.c': emitted, ...rest }, compiler: 'clang' }));
    const [init] = (await predictKernel(root, 'linked')).events;
    assert.deepEqual(
      init?.entries.map(({ slot }) => slot),
      Array.from({ length: 8 }, () => null),
    );
  });
});
