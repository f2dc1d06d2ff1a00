import { deepEqual, equal } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareWalk } from './against-gcc';
import { leftOut } from './compiled';
import { dispatcherFile } from './generated-code';
import { dispatched, inCopy } from './simulated';

// Each was once answered wrongly. GCC's compiled code says what is right.
describe('dispatch: claims that compiled code bears out', function () {
  this.timeout(60_000);
  it('a walk that goes through what is not followed', async () => {
    const { wrong } = await compareWalk(
      `	const task_watcher_fn *watcher = twtable[ev];
	int ret = 0;

	while (watcher < twtable[ev + 1])
		step(&watcher, val, tsk, &ret);
	return ret;`,
      {
        before: `static void step(const task_watcher_fn **at, unsigned long val, struct task_struct *tsk, int *ret)
{
	int err = (**at)(val, tsk);

	(*at)++;
	if (err && !*ret)
		*ret = err;
}`,
      },
    );
    deepEqual(wrong, []);
  });

  it('a loop round knows nothing of what the round before derived', async () => {
    const { wrong } = await compareWalk(`	const task_watcher_fn *watcher;
	int odd = 0;

	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		(*watcher)(val, tsk);
		if (ext_take(5) & 1)
			odd++;
	}
	return odd == 1 ? -EINVAL : 0;`);
    deepEqual(wrong, []);
  });

  it('errors in an unsigned long', async () => {
    const before = `#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
unsigned long ext_word(void);`;
    for (const test of ['IS_ERR_VALUE(addr)', 'IS_ERR((void *)addr)'])
      deepEqual(
        await leftOut(before, `\tunsigned long addr = ext_word();\n\n\treturn ${test} ? -EINVAL : 0;`, {
          taken: [[0], [-12], [5]],
        }),
        [],
        test,
      );
  });

  it('a dispatcher whose result is no plain number', async () => {
    for (const [keep, before] of [
      ['keep(&ret, err);', 'static void keep(int *ret, int err)\n{\n\tif (!*ret)\n\t\t*ret = err;\n}'],
      ['ret = least(ret, err);', '#define least(a, b) ((a) < (b) ? (a) : (b))'],
    ] as const) {
      const body = `	const task_watcher_fn *watcher;
	int ret = 0;

	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		int err = (*watcher)(val, tsk);

		${keep}
	}
	return ret;`;
      deepEqual((await compareWalk(body, { before })).wrong, []);
      await inCopy(
        (root) => {
          const text = dispatcherFile(body).replace(
            '\nint notify_task',
            () => `\n${before}\nint notify_task`,
          );
          writeFileSync(join(root, 'kernel/task_watchers.c'), text);
        },
        (reader) => {
          equal(
            dispatched(reader, { event: 'INIT' }).dispatcher?.semantics,
            'its code could not be followed',
          );
        },
      );
    }
  });

  it('ends soon where every call and every choice doubles the ways', async () => {
    const levels = Array.from(
      { length: 5 },
      (_, level) => `static int level_${String(level)}(int which)
{
	int sum = 0;

	for (int i = 0; i < 8; i++)
		if (ext_take(which + i))
			sum += ${level === 0 ? 'ext_take(i)' : `level_${String(level - 1)}(i)`};
	return sum;
}`,
    );
    deepEqual(await leftOut(levels.join('\n'), '\treturn level_4(1);', { taken: [[0]] }), []);
    const choices = Array.from(
      { length: 24 },
      (_, bit) => `(ext_take(${String(bit)}) ? ${String(1 << bit)} : 0)`,
    );
    deepEqual(await leftOut('', `\treturn ${choices.join(' | ')};`, { taken: [[0], [1]] }), []);
  });

  for (const [what, before, body, more] of [
    ['a sum without brackets', '#define A 2 + 3', '\treturn A * 2 == 10 ? 0 : -EINVAL;'],
    ['flags without brackets', '#define TWO 1 | 4', '\treturn val & TWO ? 1 : 0;', { val: '2' }],
    ['an argument that is never used', '#define DBG(x)', '\tint n = 0;\n\n\tDBG(n++);\n\treturn n;'],
    [
      'an argument that is used twice',
      '#define TWICE(x) ((x) + (x))',
      '\tint n = 0;\n\n\tTWICE(n++);\n\treturn n;',
    ],
    [
      'an argument that leaves',
      '#define ON_ERR(x, what) if (x) { what; }',
      '\tON_ERR(ext_take(1), return -EINVAL);\n\treturn 0;',
      { taken: [[0], [1]] },
    ],
    [
      'a macro that breaks',
      '#define STOP(x) if (x) break',
      '\tint i;\n\n\tfor (i = 0; i < 2; i++) {\n\t\tSTOP(val == 0);\n\t}\n\treturn i;',
    ],
    [
      'a macro seven deep that returns',
      `#define M0(x) if (x) return -EINVAL\n${[1, 2, 3, 4, 5, 6, 7]
        .map((n) => `#define M${String(n)}(x) M${String(n - 1)}(x)`)
        .join('\n')}`,
      '\tM7(ext_take(1));\n\treturn 0;',
      { taken: [[0], [1]] },
    ],
    [
      'an enum with a negative member',
      'enum mood { BAD = -1, GOOD };',
      '\tenum mood m = ext_take(1);\n\n\treturn m < 0 ? -EINVAL : 0;',
      { taken: [[-1], [0]] },
    ],
    [
      'one operand, evaluated once',
      'static int next(int *n) { return ++*n; }',
      '\tint n = 0;\n\tint got = n++ ?: 5;\n\n\tgot = n++ ?: 7;\n\treturn n * 10 + got;',
    ],
  ] as const)
    it(what, async () => {
      deepEqual(await leftOut(before, body, more), []);
    });
});
