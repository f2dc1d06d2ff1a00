import type { Dice } from './dice';
import { shapes, shapesPrologue, type Writer } from './generated-shapes';

/** One watcher's file: functions with everything that decides a return value, registered for INIT, some for FREE too. */
export function watcherFile(index: number, dice: Dice): string {
  const { roll, pick } = dice;
  const name = `watch_${String(index)}`;
  const helper = roll(2) === 0;
  const lines: string[] = [];
  const flag = (): string =>
    pick(['CLONE_VM', 'CLONE_FILES', 'CLONE_THREAD', 'CLONE_SYSVSEM', 'CLONE_SETTLS']);
  const error = (): string => pick(['-ENOMEM', '-EINVAL', '-EBUSY', '-EPERM', '-EAGAIN']);
  const test = (): string =>
    pick([
      `val & ${flag()}`,
      `!(val & ${flag()})`,
      `(val & (${flag()} | CLONE_VM)) == CLONE_VM`,
      'low > 7',
      'narrow < 0',
      `val == ${String(roll(3))}`,
      `unlikely(val >> ${String(1 + roll(20))} & 1)`,
      'tsk->usage > 3',
      `ext_take(${String(roll(4))}) < 0`,
      `(val & ${flag()}) && !(val & ${flag()})`,
      `(val & ${flag()}) || low == ${String(roll(9))}`,
    ]);
  const put = (depth: number, text: string): void => {
    lines.push(`${'\t'.repeat(depth)}${text}`);
  };
  const leave = (): string =>
    pick(['return 0;', `return ${error()};`, 'goto out;', `return err;`, 'return 1;']);
  let serial = 0;
  const writer = (depth: number, budget: number): Writer => ({
    ...{ roll, pick, put, depth, test, error, leave, flag, index },
    inner: (deeper) => {
      statement(deeper, budget - 1);
    },
    serial: () => String(serial++),
  });
  function statement(depth: number, budget: number): void {
    if (budget > 0 && roll(3) === 0) {
      pick(shapes)(writer(depth, budget));
      return;
    }
    switch (budget <= 0 ? 3 + roll(5) : roll(12)) {
      case 0:
      case 1: {
        put(depth, `if (${test()}) {`);
        block(depth + 1, budget - 1);
        if (roll(2) === 0) {
          put(depth, '} else {');
          block(depth + 1, budget - 1);
        }
        put(depth, '}');
        break;
      }
      case 2: {
        put(depth, `switch (${pick(['val & 3', 'low % 3', 'val & CLONE_VM'])}) {`);
        for (const label of ['case 0:', 'case 1:', 'case CLONE_VM:'].slice(roll(2))) {
          put(depth, label);
          statement(depth + 1, budget - 1);
          if (roll(3) > 0) put(depth + 1, 'break;');
        }
        if (roll(2) === 0) {
          put(depth, 'default:');
          statement(depth + 1, budget - 1);
          put(depth + 1, 'break;');
        }
        put(depth, '}');
        break;
      }
      case 3:
        put(depth, `p = kzalloc(${String(8 << roll(4))});`);
        put(depth, 'if (!p)');
        put(depth + 1, pick(['return -ENOMEM;', 'goto out;', 'err = -ENOMEM;']));
        break;
      case 4:
        put(depth, `err = ext_take(${String(roll(5))});`);
        if (roll(2) === 0) {
          put(depth, pick(['if (err)', 'if (err < 0)', 'if (unlikely(err != 0))']));
          put(depth + 1, pick(['return err;', 'goto out;', `return ${error()};`]));
        }
        break;
      case 5:
        put(
          depth,
          `err = ${pick([error(), '0', '1', `${test()} ? ${error()} : 0`, `(${test()}) ? 0 : err`])};`,
        );
        break;
      case 6:
        put(depth, `p = ext_pointer(${String(roll(3))});`);
        put(depth, 'if (IS_ERR(p))');
        put(depth + 1, pick(['return PTR_ERR(p);', 'return 0;', `return ${error()};`]));
        break;
      case 7:
        if (helper) {
          put(depth, `err = help_${String(index)}(val ${pick(['', '>> 8', '& 0xff'])}, tsk);`);
          put(depth, pick(['if (err < 0)', 'if (err)', 'if (err == -EINVAL)']));
          put(depth + 1, pick(['return err;', 'goto out;', 'err = 0;']));
        } else put(depth, 'tsk->usage = low;');
        break;
      case 8:
        put(depth, `for (i = 0; i < ${pick(['2', '3', 'low & 3', '5'])}; i++) {`);
        put(depth + 1, pick([`err = ext_take(i);`, `low += i;`, 'err -= i;']));
        put(depth + 1, pick(['if (err)', 'if (low == 4)', `if (${test()})`]));
        put(depth + 2, pick(['break;', 'return err;', 'continue;']));
        put(depth, '}');
        break;
      case 9:
        put(
          depth,
          pick(['low = val >> 3;', 'low &= 0x1f;', 'low ^= 5;', 'narrow = val;', 'narrow -= 100;', 'low--;']),
        );
        break;
      case 10:
        put(depth, `if (${test()})`);
        put(depth + 1, leave());
        break;
      default:
        put(depth, 'tsk->usage++;');
        put(depth, pick(['if (tsk->usage > 2)', 'if (tsk->tls)', 'if (tsk->usage == low)']));
        put(depth + 1, pick(['tsk->tls = 1;', 'return 0;', `err = ${error()};`]));
    }
  }
  function block(depth: number, budget: number): void {
    for (let left = 1 + roll(2); left > 0; left--) statement(depth, budget);
  }
  const body = (): void => {
    put(1, 'unsigned int low = val;');
    put(1, 'int narrow = (int)val - 50;');
    put(1, 'int err = 0, i;');
    put(1, 'void *p = NULL;');
    put(1, 'int *where;');
    put(1, 'int many[8] = { 0 };');
    put(0, '');
    if (roll(4) === 0) put(1, 'where = &err;');
    else put(1, 'where = &i;');
    put(1, `log_enter(${String(index)}, val);`);
    for (let left = 2 + roll(4); left > 0; left--) statement(1, 2);
    put(0, 'out:');
    put(1, pick(['return err;', 'return 0;', 'return err < 0 ? err : 0;', 'return p ? 0 : err;']));
  };
  put(0, '#include <linux/err.h>');
  put(0, '#include <linux/sched.h>');
  put(0, '#include <linux/slab.h>');
  put(0, '#include <linux/task_watchers.h>');
  put(0, '#include <linux/harness.h>');
  put(0, '');
  put(0, shapesPrologue(index, dice));
  if (helper) {
    put(0, `static int help_${String(index)}(unsigned long bits, struct task_struct *tsk)`);
    put(0, '{');
    put(1, `if (bits & ${pick(['1', '2', '0x400', 'CLONE_VM'])})`);
    put(2, `return ${error()};`);
    put(1, pick(['return tsk->usage > 5 ? 1 : 0;', 'return 0;', 'return ext_take(7);']));
    put(0, '}');
    put(0, '');
  }
  put(0, `static int take_${String(index)}(unsigned long val, struct task_struct *tsk)`);
  put(0, '{');
  body();
  put(0, '}');
  put(0, '');
  put(0, `static int ${name}(unsigned long val, struct task_struct *tsk)`);
  put(0, '{');
  put(1, `int taken = take_${String(index)}(val, tsk);`);
  put(0, '');
  put(1, `log_leave(${String(index)}, taken);`);
  put(1, 'return taken;');
  put(0, '}');
  put(0, `task_watcher_func(init, ${name});`);
  if (roll(2) === 0) {
    put(0, '');
    put(0, `static int undo_${String(index)}(unsigned long val, struct task_struct *tsk)`);
    put(0, '{');
    put(1, `log_enter(${String(100 + index)}, val);`);
    put(1, 'return 0;');
    put(0, '}');
    put(0, `task_watcher_func(free, undo_${String(index)});`);
  }
  return `${lines.join('\n')}\n`;
}

/** Ways to walk the table; the second is the one that was posted in 2006, and loses every error. */
export const dispatcherBodies: readonly [string, ...string[]] = [
  `	const task_watcher_fn *watcher;
	int ret = 0;

	if (ev >= NUM_WATCH_TASK_EVENTS)
		return 0;
	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		int err = (*watcher)(val, tsk);

		if (err < 0 && ret == 0)
			ret = err;
	}
	return ret;`,
  `	const task_watcher_fn *watcher = twtable[ev], *end = twtable[ev + 1];
	int ret_err = 0, err;

	for (; watcher < end; watcher++) {
		err = (*watcher)(val, tsk);
		if (unlikely((err < 0) && (ret_err == NOTIFY_OK)))
			ret_err = err;
	}
	return ret_err;`,
  `	const task_watcher_fn *watcher = twtable[ev];
	int err = 0;

	while (watcher != twtable[ev + 1]) {
		err = (*watcher++)(val, tsk);
		if (err < 0)
			break;
	}
	return err;`,
  `	const task_watcher_fn *watcher = twtable[ev];
	int last = 0;

	while (watcher < twtable[ev + 1]) {
		task_watcher_fn call = *watcher++;
		int err = call(val, tsk);

		if (err)
			last = err;
	}
	return last;`,
  `	long count = twtable[ev + 1] - twtable[ev];
	long at;
	int result = 0;

	for (at = 0; at < count; at++) {
		int err = twtable[ev][at](val, tsk);

		result = err < result ? err : result;
	}
	return result > 0 ? 0 : result;`,
  `	const task_watcher_fn *watcher = twtable[ev];

	if (watcher == twtable[ev + 1])
		return 0;
	do {
		if ((*watcher)(val, tsk) < 0)
			return -ENOMEM;
	} while (++watcher < twtable[ev + 1]);
	return 0;`,
];

/** What a caller does with the result; `p` is the new task. */
export const callerBodies: readonly [string, ...string[]] = [
  `	retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (retval < 0)
		goto bad_fork;
	if (ext_take(1) < 0) {
		retval = -EAGAIN;
		goto bad_late;
	}
	return 0;
bad_late:
	ext_drop(1);
bad_fork:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;`,
  `	if ((retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p)))
		goto bad_fork;
	return 0;
bad_fork:
	return retval;`,
  `	retval = -EAGAIN;
	if (notify_task_watchers(WATCH_TASK_INIT, clone_flags, p) < 0)
		goto out;
	retval = 0;
out:
	if (retval)
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;`,
  `	notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	return retval;`,
  `	retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (clone_flags & CLONE_THREAD)
		ext_drop(2);
	if (unlikely(retval < 0)) {
		if (clone_flags & CLONE_VM)
			notify_task_watchers(WATCH_TASK_FREE, 0, p);
		return retval == -ENOMEM ? -EAGAIN : retval;
	}
	return 0;`,
];

export const dispatcherFile = (body: string): string => `#include <linux/err.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

#define NOTIFY_OK 1

extern const task_watcher_fn __start_task_watchers_init[];
extern const task_watcher_fn __start_task_watchers_clone[];
extern const task_watcher_fn __start_task_watchers_exec[];
extern const task_watcher_fn __start_task_watchers_uid[];
extern const task_watcher_fn __start_task_watchers_gid[];
extern const task_watcher_fn __start_task_watchers_exit[];
extern const task_watcher_fn __start_task_watchers_free[];
extern const task_watcher_fn __stop_task_watchers_free[];

static const task_watcher_fn *const twtable[NUM_WATCH_TASK_EVENTS + 1] = {
	__start_task_watchers_init, __start_task_watchers_clone, __start_task_watchers_exec,
	__start_task_watchers_uid, __start_task_watchers_gid, __start_task_watchers_exit,
	__start_task_watchers_free, __stop_task_watchers_free,
};

int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)
{
${body}
}
`;

export const callerFile = (body: string): string => `#include <linux/err.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>
#include <linux/harness.h>

int copy_process(unsigned long clone_flags, struct task_struct *p)
{
	int retval = 0;

${body}
}
`;

export const harnessHeader = `#ifndef _LINUX_HARNESS_H
#define _LINUX_HARNESS_H
void log_enter(int watcher, unsigned long val);
void log_leave(int watcher, int result);
int ext_take(int which);
void ext_drop(int which);
void *ext_pointer(int which);
#endif
`;

/**
 * Runs copy_process() in user space, once for each line of input: `val mask`; where bit n of the mask is set, everything
 * that watcher n asks for fails. Prints what was called and what came back, one line each.
 */
export const harnessMain = `#include <stdio.h>
#include <stdlib.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

int real_notify(unsigned int ev, unsigned long val, struct task_struct *tsk);
int copy_process(unsigned long clone_flags, struct task_struct *p);

static unsigned long mask;
static int current_watcher = -1;
static char block[4096];

static int failing(void)
{
	return current_watcher >= 0 && current_watcher < 64 && (mask >> current_watcher & 1);
}

void log_enter(int watcher, unsigned long val)
{
	current_watcher = watcher;
	printf("%d:%lu ", watcher, val);
}

void log_leave(int watcher, int result)
{
	printf("left:%d:%d ", watcher, result);
}

void *kzalloc(size_t size) { return failing() ? NULL : block; }
void kfree(const void *p) { }
int ext_take(int which) { return failing() ? -16 - which : 0; }
void ext_drop(int which) { }
void *ext_pointer(int which) { return failing() ? (void *)(-14L - which) : block; }

int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)
{
	int result;

	printf("notify:%u:%lu ", ev, val);
	result = real_notify(ev, val, tsk);
	current_watcher = -1;
	printf("gave:%d ", result);
	return result;
}

int main(void)
{
	unsigned long val;

	while (scanf("%lu %lu", &val, &mask) == 2) {
		struct task_struct task = { 0 };

		printf("returned:%d\\n", copy_process(val, &task));
	}
	return 0;
}
`;
