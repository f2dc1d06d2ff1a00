import type { SmallKernel } from './small-kernels';

/**
 * Slips as people made them when they turned direct calls into watchers, each with its right twin: in code of our own,
 * for the subsystems and call sites of 2006.
 */

const head = `// SPDX-License-Identifier: MIT
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

`;

const sample = (name: string, code: string, finds: readonly string[] = []): SmallKernel => ({
  name: `2006: ${name}`,
  files: { 'kernel/sample.c': `${head}${code}` },
  finds: finds.map((find) => `kernel/sample.c ${find}`),
});

const december = (name: string, code: string, finds: readonly string[] = []): SmallKernel => ({
  ...sample(`December, ${name}`, code, finds),
  isDecember: true,
});

const watcher = (name: string, body = '\ttsk->usage = 0;\n\treturn 0;\n', words = 'static int'): string =>
  `${words} ${name}(unsigned long val, struct task_struct *tsk)\n{\n${body}}\n`;

const frees = `${watcher('gives_back', '\tkfree(tsk->audit_context);\n\ttsk->audit_context = NULL;\n\treturn 0;\n')}task_watcher_func(free, gives_back);\n`;

/** An INIT watcher with this body, and a FREE watcher. */
const init = (name: string, body: string, finds: readonly string[] = [], before = ''): SmallKernel =>
  sample(
    name,
    `struct delays { int count; };\n${before}${watcher('takes', body)}task_watcher_func(init, takes);\n${frees}`,
    finds,
  );

/** A function that forks. */
const fork = (name: string, code: string, finds: readonly string[] = [], before = ''): SmallKernel =>
  sample(
    name,
    `int prepare(struct task_struct *p);\nvoid forget(struct task_struct *p);\n${before}struct task_struct *fork_one(unsigned long flags, struct task_struct *p);\nstruct task_struct *fork_one(unsigned long flags, struct task_struct *p)\n{\n\tint retval;\n\n${code}}\n`,
    finds,
  );

const notifyInit = 'notify_task_watchers(WATCH_TASK_INIT, flags, p)';
const goodEnd = `	return p;
bad_free:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
bad:
	return ERR_PTR(retval);
`;

export const slipsOf2006: readonly SmallKernel[] = [
  // INIT watchers.
  init(
    'an error number without its sign',
    '\ttsk->audit_context = kzalloc(8);\n\tif (!tsk->audit_context)\n\t\treturn ENOMEM;\n\treturn 0;\n',
    ['init-watcher-swallows-error: return ENOMEM'],
  ),
  init(
    'an error number with its sign',
    '\ttsk->audit_context = kzalloc(8);\n\tif (!tsk->audit_context)\n\t\treturn -ENOMEM;\n\treturn 0;\n',
  ),
  init(
    'what a notifier would return',
    '\ttsk->audit_context = kzalloc(8);\n\tif (!tsk->audit_context)\n\t\treturn NOTIFY_BAD;\n\treturn NOTIFY_OK;\n',
    ['init-watcher-swallows-error: return NOTIFY_BAD'],
    '#define NOTIFY_OK 1\n#define NOTIFY_BAD 0x8002\n',
  ),
  init('an allocation nobody looks at', '\ttsk->audit_context = kzalloc(8);\n\treturn 0;\n', [
    'init-watcher-swallows-error: kzalloc(8)',
  ]),
  init(
    'an allocation that a void function can do without',
    '\tdelays_init(tsk);\n\treturn 0;\n',
    // What a void function does without, its own users are taken to know.
    [],
    'static void delays_init(struct task_struct *tsk)\n{\n\ttsk->audit_context = kzalloc(8);\n\tif (tsk->audit_context)\n\t\ttsk->usage = 1;\n}\n',
  ),
  init(
    'an allocation by a function that says so',
    '\treturn delays_init(tsk);\n',
    [],
    'static int delays_init(struct task_struct *tsk)\n{\n\ttsk->audit_context = kzalloc(8);\n\tif (!tsk->audit_context)\n\t\treturn -ENOMEM;\n\treturn 0;\n}\n',
  ),
  init(
    'the error in a variable that is not returned',
    '\tint err = 0;\n\n\ttsk->audit_context = kzalloc(8);\n\tif (!tsk->audit_context)\n\t\terr = -ENOMEM;\n\treturn 0;\n',
    ['init-watcher-swallows-error: kzalloc(8)'],
  ),
  init(
    'the error in a variable that is returned',
    '\tint err = 0;\n\n\ttsk->audit_context = kzalloc(8);\n\tif (!tsk->audit_context)\n\t\terr = -ENOMEM;\n\treturn err;\n',
  ),
  init(
    'a comparison that takes the result’s place',
    '\tint err;\n\n\tif ((err = attach(tsk) < 0))\n\t\treturn err;\n\treturn 0;\n',
    ['init-watcher-swallows-error: return err'],
    'static int attach(struct task_struct *tsk)\n{\n\ttsk->audit_context = kzalloc(8);\n\treturn tsk->audit_context ? 0 : -ENOMEM;\n}\n',
  ),
  init(
    'a result in brackets, then compared',
    '\tint err;\n\n\tif ((err = attach(tsk)) < 0)\n\t\treturn err;\n\treturn 0;\n',
    [],
    'static int attach(struct task_struct *tsk)\n{\n\ttsk->audit_context = kzalloc(8);\n\treturn tsk->audit_context ? 0 : -ENOMEM;\n}\n',
  ),
  // Types and returns.
  sample(
    'old-style parameters',
    `static int w(val, tsk)\n	unsigned long val;\n	struct task_struct *tsk;\n{\n	tsk->usage = 0;\n	return 0;\n}\ntask_watcher_func(exit, w);\n`,
  ),
  sample(
    'no return type',
    `${watcher('w', '\ttsk->usage = 0;\n\treturn 0;\n', 'static')}task_watcher_func(exit, w);\n`,
  ),
  sample(
    'a void watcher behind a prototype',
    `static void w(unsigned long val, struct task_struct *tsk);\ntask_watcher_func(exit, w);\n${watcher('w', '\ttsk->usage = 0;\n', 'static void')}`,
    ['watcher-signature: static void w(unsigned long val, struct task_struct *tsk)\n'.trim()],
  ),
  // Compatible with the type, as C has it.
  sample('an empty parameter list', `static int w()\n{\n	return 0;\n}\ntask_watcher_func(exit, w);\n`),
  sample(
    'a parameter by value',
    `static int w(unsigned long val, struct task_struct tsk)\n{\n	return 0;\n}\ntask_watcher_func(exit, w);\n`,
    ['watcher-signature: struct task_struct tsk'],
  ),
  sample(
    'a pointer to const',
    `static int w(unsigned long val, const struct task_struct *tsk)\n{\n	return 0;\n}\ntask_watcher_func(exit, w);\n`,
    ['watcher-signature: const struct task_struct *tsk'],
  ),
  sample(
    'a third parameter',
    `static int w(unsigned long val, struct task_struct *tsk, int more)\n{\n	return more;\n}\ntask_watcher_func(exit, w);\n`,
    ['watcher-signature: int more'],
  ),
  sample(
    'a notifier’s callback',
    `struct notifier_block;\nstatic int w(struct notifier_block *self, unsigned long val, void *v)\n{\n	return 0;\n}\ntask_watcher_func(exit, w);\n`,
    ['watcher-signature: struct notifier_block *self'],
  ),
  sample(
    'a void pointer for the task',
    `static int w(unsigned long val, void *v)\n{\n	return 0;\n}\ntask_watcher_func(exit, w);\n`,
    ['watcher-signature: void *v'],
  ),
  sample(
    'no return after a lock is dropped',
    `void lock_it(void);\n${watcher('w', '\tif (!tsk->uid)\n\t\treturn 0;\n\tlock_it();\n\ttsk->usage = 0;\n')}task_watcher_func(exit, w);\n`,
    ['watcher-missing-return: }'],
  ),
  // Sections.
  ...['__init', '__devinit', '__cpuinit', '__exit', '__meminit'].map((word) =>
    sample(
      `a ${word} watcher`,
      `#ifndef ${word}\n#define ${word} __section(".${word.slice(2)}.text")\n#endif\n${watcher('w', undefined, `static int ${word}`)}task_watcher_func(exit, w);\n`,
      ['watcher-in-init-section: w(unsigned long val'],
    ),
  ),
  // Events and functions.
  ...[
    ['WATCH_TASK_INIT', 'unknown-event: task_watcher_func(WATCH_TASK_INIT, w)'],
    ['EXIT', 'orphan-section: task_watcher_func(EXIT, w)'],
    ['create', 'unknown-event: task_watcher_func(create, w)'],
    ['intit', 'unknown-event: task_watcher_func(intit, w)'],
  ].map(([event = '', find = '']) =>
    sample(`registered for ${event}`, `${watcher('w')}task_watcher_func(${event}, w);\n`, [find]),
  ),
  sample('event and function swapped', `${watcher('w')}task_watcher_func(w, exit);\n`, [
    'unknown-event: task_watcher_func(w, exit)',
  ]),
  sample(
    'registered inside a function',
    `${watcher('w')}void set_up(void);\nvoid set_up(void)\n{\n	task_watcher_func(exit, w);\n}\n`,
  ),
  sample(
    'function and registration compiled out',
    `#ifdef CONFIG_NOWHERE\n${watcher('traces_exit')}task_watcher_func(exit, traces_exit);\n#endif\n`,
  ),
  {
    ...sample(
      'registered where the function is compiled out',
      `#ifdef CONFIG_NOWHERE\n${watcher('traces_exit')}#endif\ntask_watcher_func(exit, traces_exit);\n`,
      ['unknown-function: task_watcher_func(exit, traces_exit)'],
    ),
  },
  // Call sites.
  fork(
    'INIT’s result compared before it is stored',
    `	if ((retval = ${notifyInit} < 0))\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
  ),
  fork(
    'INIT’s result stored, then compared',
    `	if ((retval = ${notifyInit}) < 0)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
  ),
  fork(
    'INIT’s result tested, and another one returned',
    `	retval = prepare(p);\n	if (retval)\n		goto bad;\n	if (${notifyInit} < 0)\n		goto bad_free;\n${goodEnd}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
  ),
  fork(
    'INIT’s result tested, and an error set',
    `	retval = prepare(p);\n	if (retval)\n		goto bad;\n	retval = -EAGAIN;\n	if (${notifyInit} < 0)\n		goto bad_free;\n${goodEnd}`,
  ),
  fork(
    'INIT tested the wrong way round',
    `	retval = -ENOMEM;\n	if (!${notifyInit})\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
  ),
  fork(
    'INIT tested for one error only',
    `	retval = ${notifyInit};\n	if (retval == -ENOMEM)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
  ),
  fork(
    'INIT compared with NOTIFY_BAD',
    `	retval = ${notifyInit};\n	if (retval == NOTIFY_BAD)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
    '#define NOTIFY_BAD 0x8002\n',
  ),
  fork(
    'INIT only warned about',
    `	retval = 0;\n	WARN_ON(${notifyInit});\n	if (prepare(p))\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
    '#define WARN_ON(x) (!!(x))\n',
  ),
  fork(
    'INIT by number',
    `	${notifyInit.replace('WATCH_TASK_INIT', '0')};\n	retval = prepare(p);\n	if (retval)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-ignored: notify_task_watchers(0'],
  ),
  fork(
    'INIT in an unsigned char',
    `	unsigned char failed = ${notifyInit};\n\n	retval = -ENOMEM;\n	if (failed < 0)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['init-error-unhandled: notify_task_watchers(WATCH_TASK_INIT'],
  ),
  fork(
    'INIT, and an early way out that forgets FREE',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	retval = prepare(p);\n	if (retval)\n		goto bad;\n${goodEnd}`,
    ['init-error-path-skips-free: return ERR_PTR(retval)'],
  ),
  fork(
    'INIT, every way out through FREE',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	retval = prepare(p);\n	if (retval)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
  ),
  fork(
    'an early way to FREE',
    `	retval = prepare(p);\n	if (retval)\n		goto bad_free;\n	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['free-before-init: notify_task_watchers(WATCH_TASK_FREE'],
  ),
  fork(
    'an event that there is none of',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	notify_task_watchers(WATCH_TASK_FORK, flags, p);\n${goodEnd.replace('bad:\n', '')}`,
    ['unknown-event: WATCH_TASK_FORK'],
  ),
  fork(
    'event and value swapped',
    `	retval = notify_task_watchers(flags, WATCH_TASK_INIT, p);\n	if (retval < 0)\n		goto bad_free;\n${goodEnd.replace('bad:\n', '')}`,
    ['unknown-event: notify_task_watchers(flags'],
  ),
  // Order of events.
  {
    name: '2006: an event missing in the dispatcher’s table',
    edits: [{ file: 'kernel/task_watchers.c', from: '	__start_task_watchers_uid,\n', to: '' }],
    finds: [
      'kernel/task_watchers.c table-order-mismatch: __start_task_watchers_exec,',
      'kernel/task_watchers.c table-order-mismatch: __start_task_watchers_gid,',
    ],
  },
  {
    name: '2006: the end missing in the dispatcher’s table',
    edits: [{ file: 'kernel/task_watchers.c', from: '	__stop_task_watchers_free,\n', to: '' }],
    finds: ['kernel/task_watchers.c table-order-mismatch: '],
  },
  {
    name: '2006: an event of its own number twice',
    edits: [
      {
        file: 'include/linux/task_watchers.h',
        from: '#define WATCH_TASK_GID		4',
        to: '#define WATCH_TASK_GID		3',
      },
    ],
    finds: ['kernel/task_watchers.c table-order-mismatch: __start_task_watchers_gid,'],
  },
  {
    name: '2006: one event too few counted',
    edits: [{ file: 'include/linux/task_watchers.h', from: 'EVENTS	7', to: 'EVENTS	6' }],
    finds: ['include/linux/task_watchers.h table-order-mismatch: NUM_WATCH_TASK_EVENTS'],
  },
  // December.
  december('a call for an event there is none of', `${watcher('w')}DEFINE_TASK_FORKCALL(w);\n`, [
    'misspelt-macro: DEFINE_TASK_FORKCALL(w)',
  ]),
  december(
    'a void watcher',
    `${watcher('w', '\ttsk->usage = 0;\n', 'static void')}DEFINE_TASK_EXITCALL(w);\n`,
    ['watcher-signature: static void w'],
  ),
  december('an int watcher', `${watcher('w')}DEFINE_TASK_EXITCALL(w);\n`),
  december('an __init watcher', `${watcher('w', undefined, 'static int __init')}DEFINE_TASK_EXITCALL(w);\n`, [
    'watcher-in-init-section: w(unsigned long',
  ]),
  december('a misspelt function', `${watcher('exit_w')}DEFINE_TASK_EXITCALL(w_exit);\n`, [
    'unknown-function: DEFINE_TASK_EXITCALL(w_exit)',
  ]),
  // Macros.
  ...[
    'task_watcher_fnc',
    'task_wacther_func',
    'task_watchers_func',
    'TASK_WATCHER_FUNC',
    'taskwatcher_func',
  ].map((macro) =>
    sample(`the macro misspelt: ${macro}`, `${watcher('w')}${macro}(exit, w);\n`, [
      `misspelt-macro: ${macro}(exit, w)`,
    ]),
  ),
  sample(
    'a macro of its own, which registers',
    `#define task_watcher_fnc(ev, fn) task_watcher_func(ev, fn)\n${watcher('w')}task_watcher_fnc(exit, w);\n`,
  ),
  sample(
    'a macro of its own, which does not',
    `#define task_watcher_fn_(ev, fn) extern int unused\n${watcher('w', undefined, 'int')}task_watcher_fn_(exit, w);\n`,
  ),
  december('the macro misspelt', `${watcher('w')}DEFINE_TSK_EXITCALL(w);\n`, [
    'misspelt-macro: DEFINE_TSK_EXITCALL(w)',
  ]),
  // FREE, on more than one label or by way of another function.
  fork(
    'FREE on two labels that fall through',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	retval = prepare(p);\n	if (retval)\n		goto bad_more;\n	return p;\nbad_more:\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\nbad_free:\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	return ERR_PTR(retval);\n`,
    ['free-notified-twice: notify_task_watchers(WATCH_TASK_FREE'],
  ),
  fork(
    'FREE on two labels that do not',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	retval = prepare(p);\n	if (retval)\n		goto bad_more;\n	return p;\nbad_more:\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	return ERR_PTR(retval);\nbad_free:\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	return ERR_PTR(retval);\n`,
  ),
  fork(
    'FREE once under each of two conditions',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	return p;\nbad_free:\n	if (flags & CLONE_VM)\n		notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	forget(p);\n	if (!(flags & CLONE_VM))\n		notify_task_watchers(WATCH_TASK_FREE, flags, p);\n	return ERR_PTR(retval);\n`,
  ),
  fork(
    'FREE, and a function that may notify it',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	return p;\nbad_free:\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	put(p);\n	return ERR_PTR(retval);\n`,
    [],
    'void put(struct task_struct *p);\nvoid put(struct task_struct *p)\n{\n	if (--p->usage == 0)\n		notify_task_watchers(WATCH_TASK_FREE, 0, p);\n}\n',
  ),
  fork(
    'FREE, and a function that notifies it',
    `	retval = ${notifyInit};\n	if (retval < 0)\n		goto bad_free;\n	return p;\nbad_free:\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	drop(p);\n	return ERR_PTR(retval);\n`,
    ['free-notified-twice: drop(p)'],
    'void drop(struct task_struct *p);\nvoid drop(struct task_struct *p)\n{\n	p->usage = 0;\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n}\n',
  ),
  sample(
    'FREE of one task after the other',
    `void reap(struct task_struct *p, struct task_struct *q);\nstruct task_struct *next(struct task_struct *p);\nvoid reap(struct task_struct *p, struct task_struct *q)\n{\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n	notify_task_watchers(WATCH_TASK_FREE, 0, q);\n	p = next(p);\n	notify_task_watchers(WATCH_TASK_FREE, 0, p);\n}\n`,
  ),
  sample(
    'FREE of the same task by a function that never notifies INIT',
    `void reap(struct task_struct *p);\nvoid reap(struct task_struct *p)\n{\n	notify_task_watchers(WATCH_TASK_FREE, p->exit_code, p);\n	if (p->usage)\n		notify_task_watchers(WATCH_TASK_FREE, 0, p);\n}\n`,
    ['free-notified-twice: notify_task_watchers(WATCH_TASK_FREE, 0, p)'],
  ),
];
