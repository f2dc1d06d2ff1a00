import { failingEvents, liveCalls } from '../entries';
import { errorPathFixes } from '../flow/error-path-fix';
import { isThrownAway } from '../flow/call-places';
import { followForks, forkProblems } from '../flow/fork-paths';
import type { Problem, Rule } from '../rule';

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
  prepare: followForks,
  find: (context) => {
    const { snapshot } = context;
    const names = new Set(failingEvents(snapshot).map(({ name }) => name));
    const [noun] = snapshot.family.noun;
    const thrownAway = (dispatcher: string, event: string): string =>
      `the result of ${dispatcher}() for ${event} is thrown away: ${noun === 'watcher' ? 'a watcher' : `an ${noun}`} that fails goes unnoticed`;
    // By the paths of a body where it could be followed: its own calls, and those of helpers that hand the result up.
    const followed = forkProblems(context).flatMap((problem): readonly Problem[] => {
      if (problem.kind !== 'lost' || !isThrownAway(problem.code, problem.lost.call)) return [];
      const { code, lost, taking } = problem;
      return [
        {
          file: code.file,
          range: lost.call.range,
          message: thrownAway(taking, [...names].join(' and ')),
          fixes: errorPathFixes(context, code, lost.call, 'overwritten'),
        },
      ];
    });
    const seen = new Set(followed.map(({ file, range }) => `${file}:${String(range.start)}`));
    const written = liveCalls(snapshot).flatMap(({ event, result, file, range, dispatcher }) =>
      event !== undefined &&
      names.has(event) &&
      (result === 'discarded' || result === 'void-cast') &&
      !seen.has(`${file}:${String(range.start)}`)
        ? [{ file, range, message: thrownAway(dispatcher, event) }]
        : [],
    );
    return [...followed, ...written];
  },
};
