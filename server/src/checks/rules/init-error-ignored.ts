import { failingEvents, liveCalls } from '../entries';
import type { Rule } from '../rule';

export const initErrorIgnored: Rule = {
  name: 'init-error-ignored',
  severity: 'error',
  title: 'The result of notifying INIT is thrown away',
  finds: 'A call notifies INIT and does nothing with the result.',
  why: `INIT is the one event whose result counts: an INIT watcher that cannot get what it needs for the new task returns a
negative number, and then fork must fail and undo what was done. With the result thrown away the task starts without
what the watcher was to set up, and whoever uses it later meets a task that it does not know.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	notify_task_watchers(WATCH_TASK_INIT, 0, p);
	/* ^ init-error-ignored */
	return 0;
}
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	int retval;

	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	if (retval < 0)
		notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;
}
`,
  },
  find: ({ snapshot }) => {
    const names = new Set(failingEvents(snapshot).map(({ name }) => name));
    const [noun] = snapshot.family.noun;
    return liveCalls(snapshot).flatMap(({ event, result, file, range, dispatcher }) =>
      event !== undefined && names.has(event) && (result === 'discarded' || result === 'void-cast')
        ? [
            {
              file,
              range,
              message: `the result of ${dispatcher}() for ${event} is thrown away: ${noun === 'watcher' ? 'a watcher' : `an ${noun}`} that fails goes unnoticed`,
            },
          ]
        : [],
    );
  },
};
