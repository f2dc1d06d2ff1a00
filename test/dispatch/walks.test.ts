import { deepEqual, equal, ok } from 'node:assert/strict';
import { simulateDispatch } from '../../server/src/dispatch/simulate';
import { change, write } from '../checks/kernel-under-check';
import { compareWalk, type Walk } from './against-gcc';
import { dispatched, inCopy } from './simulated';

const walk = (inner: string): string => `	const task_watcher_fn *watcher;
	int ret = 0;

	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		${inner}
	}
	return ret;`;

const ofInit = `extern const task_watcher_fn __start_task_watchers_init[], __start_task_watchers_clone[];
int walk_it(unsigned long val, struct task_struct *tsk)
{
	const task_watcher_fn *at;
	int ret = 0;

	for (at = __start_task_watchers_init; at < __start_task_watchers_clone; at++)
		ret = (*at)(val, tsk) ?: ret;
	return ret;
}`;

const standard = `int err = (*watcher)(val, tsk);

		if (err < 0 && !ret)
			ret = err;`;

// GCC's compiled code says what runs, and what comes back.
describe('dispatch: walks that leave the code that is followed', function () {
  this.timeout(60_000);
  const walks: readonly (readonly [what: string, body: string, more: Walk])[] = [
    [
      'a function of another file walks',
      '\tif (ev == 0)\n\t\treturn walk_it(val, tsk);\n\treturn 0;',
      { before: 'int walk_it(unsigned long val, struct task_struct *tsk);', elsewhere: ofInit },
    ],
    [
      'one is given the watcher',
      walk('ret = run_one(*watcher, val, tsk);'),
      {
        before: 'int run_one(task_watcher_fn fn, unsigned long val, struct task_struct *tsk);',
        elsewhere:
          'int run_one(task_watcher_fn fn, unsigned long val, struct task_struct *tsk)\n{\n\treturn fn(val, tsk);\n}',
      },
    ],
    [
      'one is given the place',
      walk('run_one(watcher);'),
      {
        before: 'void run_one(const task_watcher_fn *at);',
        elsewhere: 'void run_one(const task_watcher_fn *at)\n{\n\t(*at)(0, 0);\n}',
      },
    ],
    [
      'one moves the place on',
      walk(`${standard}\n\t\tskip(&watcher);`),
      {
        before: 'void skip(const task_watcher_fn **at);',
        elsewhere: 'void skip(const task_watcher_fn **at)\n{\n\t(*at)++;\n}',
      },
    ],
    [
      'a macro calls',
      walk('ret = RUN(watcher, val, tsk);'),
      { before: '#define RUN(at, v, t) (*(at))(v, t)' },
    ],
    ['a macro that is a statement calls', walk('RUN;'), { before: '#define RUN ret = (*watcher)(val, tsk)' }],
    [
      'a function that calls itself',
      '\treturn go(twtable[ev], twtable[ev + 1], val, tsk);',
      {
        before: `static int go(const task_watcher_fn *at, const task_watcher_fn *end, unsigned long val,
	      struct task_struct *tsk)
{
	int err;

	if (at >= end)
		return 0;
	err = (*at)(val, tsk);
	return err ?: go(at + 1, end, val, tsk);
}`,
      },
    ],
    ['each watcher is called twice', walk('(*watcher)(val, tsk);\n\t\t(*watcher)(val, tsk);'), {}],
    [
      'what is passed changes',
      walk(`${standard}\n\t\tval |= 1;`),
      { first: 'if (val & 1)\n\t\ttaken = -13;' },
    ],
    [
      'another number is passed',
      walk('ret = (*watcher)(3, tsk) ?: ret;'),
      { first: 'if (val == 3)\n\t\ttaken = -13;' },
    ],
    [
      'no task is passed',
      walk('ret = (*watcher)(val, NULL) ?: ret;'),
      { first: 'if (!tsk)\n\t\ttaken = -13;' },
    ],
  ];
  for (const [what, body, more] of walks)
    it(what, async () => {
      const { wrong, pairs } = await compareWalk(body, more);
      deepEqual(wrong, []);
      equal(pairs, 6);
    });

  it('says which call it does not follow', () =>
    inCopy(
      (root) => {
        change(root, 'kernel/task_watchers.c', (text) =>
          text
            .replace('(*watcher)(val, tsk)', 'run_one(*watcher, val, tsk)')
            .replace(
              '/* Calls every',
              'int run_one(task_watcher_fn fn, unsigned long val, struct task_struct *tsk);\n/* Calls every',
            ),
        );
      },
      (reader) => {
        const { steps, certain, notes } = dispatched(reader, { event: 'INIT' });
        ok(steps.every(({ called }) => called === 'maybe'));
        equal(certain, false);
        ok(notes.includes('run_one() is given a place in the table, and is not followed'));
      },
    ));

  const layProbes = (root: string, more: Readonly<Record<string, number>>): void => {
    write(
      root,
      '.task-watchers.json',
      JSON.stringify({
        families: [
          {
            name: 'probes',
            events: [
              { name: 'go', section: '.probes.go', constant: 'PROBE_GO', start: '__start_probes_go' },
              {
                name: 'halt',
                section: '.probes.halt',
                constant: 'PROBE_HALT',
                start: '__start_probes_halt',
                stop: '__stop_probes',
              },
            ],
            macros: ['probe_func'],
            dispatchers: [{ function: 'call_probes', eventArgument: 0, ...more }],
          },
        ],
      }),
    );
    change(root, 'include/asm-generic/vmlinux.lds.h', (text) =>
      text.replace(
        '__stop_task_watchers_free = .; \\',
        '$&\n\t} \\\n\t.probes : { \\\n\t\t__start_probes_go = .; KEEP(*(.probes.go)) \\\n\t\t__start_probes_halt = .; KEEP(*(.probes.halt)) \\\n\t\t__stop_probes = .; \\',
      ),
    );
    write(
      root,
      'kernel/probes.c',
      `#include <linux/errno.h>
#include <linux/sched.h>
enum { PROBE_GO, PROBE_HALT };
typedef int (*probe_fn)(struct task_struct *tsk, long how);
#define probe_func(ev, fn) \\
	static probe_fn const __probe_##fn __attribute__((used, section(".probes." #ev))) = fn
extern const probe_fn __start_probes_go[], __start_probes_halt[], __stop_probes[];
static const probe_fn *const probes[] = { __start_probes_go, __start_probes_halt, __stop_probes };

static int by_how(struct task_struct *tsk, long how)
{
	return how < 0 ? -EINVAL : how;
}
probe_func(go, by_how);

int call_probes(unsigned int ev, struct task_struct *tsk, long how)
{
	const probe_fn *at;
	int err;

	for (at = probes[ev]; at < probes[ev + 1]; at++) {
		err = (*at)(tsk, how);
		if (err)
			return err;
	}
	return 0;
}
`.replaceAll('\\\\', '\\'),
    );
    change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += probes.o\n`);
  };

  it('watchers of another family get what their dispatcher passes', () =>
    inCopy(
      (root) => {
        layProbes(root, { taskArgument: 1, valArgument: 2 });
      },
      (reader) => {
        const told = (val: string): unknown => {
          const { steps, result } = dispatched(reader, { event: 'go', val });
          return [
            steps.map(({ returns }) => returns.map(({ text }) => text)),
            result.map(({ text }) => text),
          ];
        };
        deepEqual(told('5'), [[['5']], ['5']]);
        deepEqual(told('-3'), [[['-EINVAL']], ['-EINVAL']]);
      },
      'probes',
    ));

  it('a dispatcher that takes no val is given none', () =>
    inCopy(
      (root) => {
        layProbes(root, { taskArgument: 1 });
      },
      (reader) => {
        deepEqual(simulateDispatch(reader, { event: 'go', val: '5' }), {
          problem: 'val 5: call_probes() takes no val',
        });
        equal(dispatched(reader, { event: 'go' }).result.length, 2);
      },
      'probes',
    ));
});
