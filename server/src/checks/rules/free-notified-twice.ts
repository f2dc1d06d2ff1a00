import { undoingEvents } from '../entries';
import { givenBackTwice } from '../flow/given-back-twice';
import type { Problem, Rule } from '../rule';

export const freeNotifiedTwice: Rule = {
  name: 'free-notified-twice',
  severity: 'warning',
  title: 'FREE is notified twice for one task',
  finds: 'On one path two FREE notifications follow each other for the same task, with no INIT between them.',
  why: `A FREE watcher gives back what its task has: a second notification makes it give back what it no longer owns, unless
every watcher leaves NULL behind. It happens where an error path notifies FREE itself and then calls a function that does
the same, or falls through from one label that notifies to another.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

void sample_drop(struct task_struct *p);
int sample_fork(struct task_struct *p);
void sample_drop(struct task_struct *p)
{
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	p->usage = 0;
}

int sample_fork(struct task_struct *p)
{
	int retval;

	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	if (retval < 0)
		goto bad_fork_cleanup;
	return 0;

bad_fork_cleanup:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	sample_drop(p);
	/* ^ free-notified-twice */
	return retval;
}
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

void sample_drop(struct task_struct *p);
int sample_fork(struct task_struct *p);
void sample_drop(struct task_struct *p)
{
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	p->usage = 0;
}

int sample_fork(struct task_struct *p)
{
	int retval;

	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	if (retval < 0)
		goto bad_fork_cleanup;
	return 0;

bad_fork_cleanup:
	sample_drop(p);
	return retval;
}
`,
  },
  find: (context) => {
    const back = [...undoingEvents(context.snapshot.family).keys()].join(' and ');
    if (back === '') return [];
    return givenBackTwice(context).map(({ code: { file }, first, second }): Problem => ({
      file,
      range: second.range,
      message: `${back} has been notified for this task before on this way: its ${context.snapshot.family.noun[1]} give back a second time`,
      related: [{ file, range: first.range, message: `${back} is notified here first` }],
    }));
  },
};
