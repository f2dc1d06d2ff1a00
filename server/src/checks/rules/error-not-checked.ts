import { failingEvents, liveCalls, withArticle } from '../entries';
import { codeOf } from '../flow/code';
import { followFailures } from '../flow/failures';
import { negative } from '../flow/signs';
import type { Problem, Rule } from '../rule';
import { eventsOf, watcherFunctions } from '../watcher-functions';

export const errorNotChecked: Rule = {
  name: 'error-not-checked',
  severity: 'hint',
  title: 'Nobody looks at this error',
  finds: 'A watcher of another event than INIT can return an error, and no call site looks at the result.',
  why: `Only fork can still be called off when a watcher fails. Exec, exit and the rest go on whatever the watchers return, and
their call sites throw the result away. An error that is returned there is lost: what failed has to be dealt with in the
watcher itself, or the function should be a watcher of INIT.`,
  bad: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

static int sample_exec(unsigned long val, struct task_struct *tsk)
{
	struct key *ring = kzalloc(16);

	if (!ring)
		return -ENOMEM;
	/*      ^ error-not-checked */
	tsk->thread_keyring = ring;
	return 0;
}
task_watcher_func(exec, sample_exec);
`,
  },
  good: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

static int sample_exec(unsigned long val, struct task_struct *tsk)
{
	struct key *ring = kzalloc(16);

	if (ring)
		tsk->thread_keyring = ring;
	return 0;
}
task_watcher_func(exec, sample_exec);
`,
  },
  find: (context) => {
    const { snapshot } = context;
    const failing = new Set(failingEvents(snapshot).map(({ name }) => name));
    // A family without such an event says nothing about results.
    if (failing.size === 0) return [];
    const calls = liveCalls(snapshot);
    const isIgnored = (event: string): boolean => {
      const own = calls.filter((call) => call.event === event);
      return own.length > 0 && own.every(({ result }) => result === 'discarded' || result === 'void-cast');
    };
    return watcherFunctions(context).flatMap((watcher): readonly Problem[] => {
      const events = eventsOf(context, watcher);
      if (events.length === 0 || events.some((event) => failing.has(event) || !isIgnored(event))) return [];
      const { file, fact } = watcher;
      const exits = codeOf(context, file.path, fact)
        .flatMap((code) => followFailures(context, code, true) ?? [])
        .filter(({ signs, node }) => signs === negative && node.kind === 'return')
        .sort((one, other) => one.node.range.start - other.node.range.start);
      const [first] = exits;
      if (!first) return [];
      const names = events.join(' and ');
      return [
        {
          file: file.path,
          range: first.node.range,
          message: `${fact.name}() returns an error here, but nothing looks at the result of ${withArticle(names)} notification`,
          related: calls
            .filter(({ event }) => event !== undefined && events.includes(event))
            .slice(0, 3)
            .map((call) => ({ file: call.file, range: call.range, message: 'thrown away here' })),
        },
      ];
    });
  },
};
