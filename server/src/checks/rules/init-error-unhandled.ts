import { errorPathFixes } from '../flow/error-path-fix';
import { isThrownAway } from '../flow/call-places';
import { followForks, forkProblems } from '../flow/fork-paths';
import { failingEvents } from '../entries';
import type { Problem, Rule } from '../rule';

export const initErrorUnhandled: Rule = {
  name: 'init-error-unhandled',
  severity: 'error',
  title: 'The result of notifying INIT is never tested',
  finds:
    'The result of notifying INIT is stored, but on some path nothing tests it before it is overwritten or the function goes on.',
  why: `A negative result means that an INIT watcher could not set up the new task. The result has to send fork the other
way: to the label that undoes what was done. A variable that is set again before anybody looks at it, a test that a
negative number passes just as 0 does (\`> 0\`, \`== 1\`), an \`unsigned\` variable compared with \`< 0\`, or a branch that
only prints, lose the error as surely as throwing it away. The rule follows every path through the function twice, once
as if the notification had failed and once as if it had not: where both take the same way to the end, nothing was tested.
A result in a member or a global is followed too; where the function leaves it there, its callers may look, and nothing is
reported. Nor is it where a function or a macro is handed the result.`,
  bad: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_prepare(struct task_struct *p);
int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	int retval;

	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	/*       ^ init-error-unhandled */
	retval = sample_prepare(p);
	if (retval < 0)
		goto bad_fork_cleanup;
	return 0;

bad_fork_cleanup:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;
}
`,
  },
  good: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_prepare(struct task_struct *p);
int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	int retval;

	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	if (retval < 0)
		goto bad_fork_cleanup;
	retval = sample_prepare(p);
	if (retval < 0)
		goto bad_fork_cleanup;
	return 0;

bad_fork_cleanup:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;
}
`,
  },
  prepare: followForks,
  find: (context) => {
    const events = failingEvents(context.snapshot)
      .map(({ name }) => name)
      .join(' and ');
    const told = new Set<string>();
    return forkProblems(context).flatMap((problem): readonly Problem[] => {
      if (problem.kind !== 'lost' || isThrownAway(problem.code, problem.lost.call)) return [];
      // Lost in several ways, it is mended in one place.
      const place = `${problem.code.file}:${String(problem.lost.call.range.start)}`;
      if (told.has(place)) return [];
      told.add(place);
      const { code, lost } = problem;
      return [
        {
          file: code.file,
          range: lost.call.range,
          message: `the result of ${problem.taking}() for ${events} ${said[lost.how]}: a negative one goes unnoticed`,
          related: [{ file: code.file, range: lost.at, message: lostBy[lost.how] }],
          fixes: errorPathFixes(context, code, lost.call, lost.how),
        },
      ];
    });
  },
};

const said = {
  overwritten: 'is lost before any test of it',
  left: 'is not tested on every path to the end of the function',
  'goes-on': 'is tested, but the function goes on all the same',
  'made-positive': 'is made positive, and ERR_PTR() of a positive number is no error',
  'no-error': 'is tested, but what is returned then is no error',
} as const;

const lostBy = {
  overwritten: 'from here on nothing holds it',
  left: 'the function ends here without having tested it',
  'goes-on': 'the function returns here what it returns when nothing failed',
  'made-positive': 'IS_ERR() does not see this',
  'no-error': 'ERR_PTR() of 0 is NULL, which IS_ERR() does not see',
} as const;
