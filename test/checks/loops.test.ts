import { rmSync } from 'node:fs';
import { copyOfExample } from '../cli/kernel-under-test';
import { change, findingsIn, write } from './kernel-under-check';

const code = `/* What is computed in a loop from its own last value, or fails again in every turn: each turn must not be a new way. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

#define GFP_KERNEL 1
void *kmalloc(size_t size, int flags);

static int take(struct task_struct *tsk)
{
	tsk->mempolicy = kmalloc(16, GFP_KERNEL);
	if (!tsk->mempolicy)
		return -ENOMEM;
	return 0;
}

static int gathers(unsigned long val, struct task_struct *tsk)
{
	int err = 0, i;

	for (i = 0; i < 4; i++)
		err |= take(tsk);
	return err;
}
task_watcher_func(init, gathers);

static int turns(unsigned long val, struct task_struct *tsk)
{
	int err = take(tsk);

	while (val--)
		err = -err;
	return err;
}
task_watcher_func(init, turns);

static int waits(unsigned long val, struct task_struct *tsk)
{
	void *p;

	while (!(p = kmalloc(3, GFP_KERNEL)))
		if (val)
			return -ENOMEM;
	tsk->mempolicy = p;
	return 0;
}
task_watcher_func(init, waits);

static int tries(unsigned long val, struct task_struct *tsk)
{
	int err;

	while ((err = take(tsk)))
		if (err == -EAGAIN)
			return err;
	return 0;
}
task_watcher_func(init, tries);

/* However many there are. */
int fork_many(struct task_struct *p, unsigned long count);
int fork_many(struct task_struct *p, unsigned long count)
{
	int ret = notify_task_watchers(WATCH_TASK_INIT, 0, p);

	while (count--)
		ret = ret * 2 + sizeof(long);
	if (ret)
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return ret;
}
`;

/** Without bounds, each of these takes all memory there is. */
it('rules come to an end on loops that compute with what failed', async () => {
  const root = copyOfExample();
  write(root, 'kernel/sample.c', code);
  change(root, 'kernel/Makefile', (text) => `${text}\nobj-y += sample.o\n`);
  try {
    await findingsIn(root);
  } finally {
    rmSync(root, { recursive: true });
  }
});
