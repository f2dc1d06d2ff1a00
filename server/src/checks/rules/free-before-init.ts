import type { Range } from '../../syntax/positions';
import { failingEvents } from '../entries';
import { newLabelFixes } from '../flow/give-back-fix';
import { followForks, forkProblems } from '../flow/fork-paths';
import type { Code } from '../flow/code';
import type { TooEarly } from '../flow/init-walk';
import type { Problem, Rule } from '../rule';

export const freeBeforeInit: Rule = {
  name: 'free-before-init',
  severity: 'error',
  title: 'FREE is reached for a task that never saw INIT',
  finds: 'A path reaches a FREE notification for a task that no INIT notification has seen.',
  why: `A new task starts as a copy of its parent: until an INIT watcher has set it, each pointer in it is the parent’s. A
\`goto\` from before the INIT notification to a label above the FREE notification makes every FREE watcher give back what
belongs to the parent: its keyrings, its audit context, a reference of its cpuset. The path has to enter the chain of
labels below the notification. Nothing is reported where a test on the error path may know whether INIT ran.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_prepare(struct task_struct *p);
int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	int retval;

	retval = sample_prepare(p);
	if (retval < 0)
		goto bad_fork_cleanup;
	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	if (retval < 0)
		goto bad_fork_cleanup;
	return 0;

bad_fork_cleanup:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	/* ^ free-before-init */
	return retval;
}
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_prepare(struct task_struct *p);
int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	int retval;

	retval = sample_prepare(p);
	if (retval < 0)
		goto bad_fork_out;
	retval = notify_task_watchers(WATCH_TASK_INIT, 0, p);
	if (retval < 0)
		goto bad_fork_cleanup;
	return 0;

bad_fork_cleanup:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
bad_fork_out:
	return retval;
}
`,
  },
  prepare: followForks,
  find: (context) => {
    const taking = failingEvents(context.snapshot)
      .map(({ name }) => name)
      .join(' and ');
    const byCall = new Map<string, { readonly code: Code; readonly all: TooEarly[] }>();
    for (const problem of forkProblems(context)) {
      if (problem.kind !== 'too-early') continue;
      const { code, tooEarly } = problem;
      const key = `${code.file}:${String(tooEarly.call.range.start)}`;
      const known = byCall.get(key);
      if (known) known.all.push(tooEarly);
      else byCall.set(key, { code, all: [tooEarly] });
    }
    return [...byCall.values()].flatMap(({ code, all }): readonly Problem[] => {
      const [first] = all;
      if (!first) return [];
      const jumps = new Map<number, { readonly range: Range; readonly label: string }>();
      for (const { jump } of all) if (jump) jumps.set(jump.range.start, jump);
      const sorted = [...jumps.values()].sort((one, other) => one.range.start - other.range.start);
      const name = first.call.callee.kind === 'identifier' ? first.call.callee.name : 'it';
      return [
        {
          file: code.file,
          range: first.call.range,
          message: `${name}() is reached here for a task that no ${taking} notification has seen: watchers then give back what is not its own`,
          related: sorted.map(({ range, label }) => ({
            file: code.file,
            range,
            message: `from here, before ${taking}, by way of ${label}`,
          })),
          fixes: all.some(({ isShared }) => isShared)
            ? []
            : newLabelFixes(
                context,
                code,
                first.call,
                sorted.map(({ range }) => range),
              ),
        },
      ];
    });
  },
};
