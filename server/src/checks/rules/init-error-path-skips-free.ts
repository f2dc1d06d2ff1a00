import { failingEvents, tableEntries, undoingEvents } from '../entries';
import { giveBackFixes } from '../flow/give-back-fix';
import { followForks, forkProblems } from '../flow/fork-paths';
import type { Problem, Rule } from '../rule';

export const initErrorPathSkipsFree: Rule = {
  name: 'init-error-path-skips-free',
  severity: 'warning',
  title: 'The error path never notifies FREE',
  finds: 'A path on which fork fails after INIT was notified leaves the function without notifying FREE.',
  why: `When INIT fails, the watchers in front of the one that failed have already taken what they need for the task, and
with most dispatchers those behind it too. Only FREE gives it back. The same holds for everything that fails after INIT.
A function that hands the result up to its callers is not reported as long as they notify FREE. FREE counts by way of
other functions of the file, too. Nothing is reported where a test on the error path decides whether to notify FREE (\`if
(started) …\`), or where the end of a scope may (\`__free()\`, \`cleanup\`).`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	int retval;

	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	/*       ^ init-error-path-skips-free */
	if (retval < 0)
		goto out;
	p->usage = 1;
	retval = 0;
out:
	return retval;
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
		goto out_free;
	p->usage = 1;
	return 0;

out_free:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	return retval;
}
`,
  },
  prepare: followForks,
  find: (context) => {
    const { snapshot } = context;
    const taking = failingEvents(snapshot).map(({ name }) => name);
    const undoing = [...undoingEvents(snapshot.family)].flatMap(([back, from]) =>
      taking.includes(from) ? [back] : [],
    );
    // Without anybody who gives back nothing is lost.
    if (!tableEntries(snapshot).some(({ event }) => undoing.includes(event))) return [];
    return forkProblems(context).flatMap((problem): readonly Problem[] => {
      if (problem.kind !== 'skipped') return [];
      const { code, skipped } = problem;
      const back = undoing.join(' and ');
      const isFailure = skipped.after === 'failure';
      return [
        {
          file: code.file,
          range: isFailure ? skipped.call.range : skipped.at,
          message: isFailure
            ? `where this fails, ${code.fact.name}() ends without notifying ${back}: what ${taking.join(' and ')} watchers took leaks`
            : `${code.fact.name}() fails here after ${taking.join(' and ')} was notified, without notifying ${back}: what its watchers took leaks`,
          related: [
            isFailure
              ? { file: code.file, range: skipped.at, message: 'it ends here' }
              : {
                  file: code.file,
                  range: skipped.call.range,
                  message: `${taking.join(' and ')} is notified here`,
                },
          ],
          fixes: giveBackFixes(context, code, skipped),
        },
      ];
    });
  },
};
