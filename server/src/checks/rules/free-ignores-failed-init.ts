import { dispatcherSemantics } from '../../dispatch/dispatcher-semantics';
import { findDispatcher } from '../../dispatch/run-dispatcher';
import { treeCode } from '../../dispatch/tree-code';
import type { CheckContext } from '../check-context';
import { failingEvents, undoingEvents } from '../entries';
import { followForks, forkProblems } from '../flow/fork-paths';
import { mayBeError, mayBeNull, memberUses, type MemberUse } from '../flow/member-uses';
import { contentOf } from '../flow/task-content';
import { taskMembers, type TaskMembers } from '../flow/task-members';
import type { Problem, Rule } from '../rule';
import { eventsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const freeIgnoresFailedInit: Rule = {
  name: 'free-ignores-failed-init',
  severity: 'warning',
  title: 'The FREE watcher takes for granted that INIT worked',
  finds:
    'A FREE watcher uses what its INIT watcher sets up without allowing for an INIT that failed or never ran.',
  why: `When INIT fails, fork notifies FREE for the same task: also the FREE watcher whose own INIT watcher failed is
called. What that was to set up is then as it was before: NULL where the task was cleared, the parent’s where the task is
a copy of its parent (as fork makes it), or an error pointer that was stored and left. A FREE watcher has to look before it
follows the pointer; and an INIT watcher that fails has to leave NULL behind, since its FREE watcher cannot tell the
parent’s pointer from its own.`,
  bad: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

struct mempolicy {
	int users;
};

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	struct mempolicy *policy = kzalloc(sizeof(*policy));

	if (!policy)
		return -ENOMEM;
	tsk->mempolicy = policy;
	return 0;
}
task_watcher_func(init, sample_start);

static int sample_stop(unsigned long val, struct task_struct *tsk)
{
	if (--tsk->mempolicy->users == 0)
	/*    ^ free-ignores-failed-init */
		kfree(tsk->mempolicy);
	return 0;
}
task_watcher_func(free, sample_stop);
`,
  },
  good: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

struct mempolicy {
	int users;
};

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	struct mempolicy *policy = kzalloc(sizeof(*policy));

	tsk->mempolicy = policy;
	if (!policy)
		return -ENOMEM;
	return 0;
}
task_watcher_func(init, sample_start);

static int sample_stop(unsigned long val, struct task_struct *tsk)
{
	if (tsk->mempolicy && --tsk->mempolicy->users == 0)
		kfree(tsk->mempolicy);
	return 0;
}
task_watcher_func(free, sample_stop);
`,
  },
  prepare: followForks,
  find: (context) => {
    const taking = new Set(failingEvents(context.snapshot).map(({ name }) => name));
    const undoing = undoingEvents(context.snapshot.family);
    const watchers = watcherFunctions(context);
    const takers = watchers.filter((one) => eventsOf(context, one).some((event) => taking.has(event)));
    const givers = watchers.filter((one) =>
      eventsOf(context, one).some((event) => taking.has(undoing.get(event) ?? '')),
    );
    const isTooEarly =
      forkProblems(context).some(({ kind }) => kind === 'too-early') || stopsAtError(context);
    return givers.flatMap((giver) =>
      takers.flatMap((taker) =>
        taker.file.path === giver.file.path ? problemsOf(context, taker, giver, isTooEarly) : [],
      ),
    );
  },
};

/** Then the INIT watchers behind the one that failed never run. */
function stopsAtError(context: CheckContext): boolean {
  const code = treeCode(context);
  const found = findDispatcher(code);
  return found !== undefined && dispatcherSemantics(code, found).stopsAtError;
}

function problemsOf(
  context: CheckContext,
  taker: WatcherFunction,
  giver: WatcherFunction,
  isTooEarly: boolean,
): readonly Problem[] {
  const members = taskMembers(context, taker);
  if (!members || (!members.canFail && !isTooEarly)) return [];
  const told = new Set<string>();
  return memberUses(context, giver).flatMap((use): readonly Problem[] => {
    const said = wrongWith(context, use, members, taker, isTooEarly);
    if (!said || told.has(use.member)) return [];
    told.add(use.member);
    const taken = members.leftOnFailure.find(({ member }) => member === use.member);
    return [
      {
        file: giver.file.path,
        range: use.range,
        message: `${giver.fact.name}() uses tsk${use.member} here, ${said}`,
        related: taken
          ? [
              {
                file: taker.file.path,
                range: taken.exit.node.range,
                message: `${taker.fact.name}() fails here and ${leftText[taken.leaves]}`,
              },
            ]
          : [{ file: taker.file.path, range: taker.fact.nameRange, message: `${taker.fact.name}() sets it` }],
      },
    ];
  });
}

const leftText = {
  error: 'leaves an error pointer in it',
  null: 'leaves NULL in it',
  untouched: 'does not set it',
} as const;

/** What may be wrong with the member when FREE is notified after a failed INIT; `undefined`: the watcher sees to it. */
function wrongWith(
  context: CheckContext,
  use: MemberUse,
  members: TaskMembers,
  taker: WatcherFunction,
  isTooEarly: boolean,
): string | undefined {
  const left = members.leftOnFailure.filter(({ member }) => member === use.member);
  if (left.some(({ leaves }) => leaves === 'error') && mayBeError(use))
    return `which is an error pointer where ${taker.fact.name}() failed`;
  const isFollowed = use.how === 'dereferenced' && mayBeNull(use);
  if (left.some(({ leaves }) => leaves === 'null') && isFollowed)
    return `which is NULL where ${taker.fact.name}() failed`;
  const isUnset = left.some(({ leaves }) => leaves === 'untouched');
  const isSet = members.set.some(({ member }) => member === use.member);
  if (!isUnset && !(isTooEarly && isSet)) return undefined;
  const content = contentOf(context, use.member);
  if (content === 'parents')
    return isUnset ? `which is still the parent’s where ${taker.fact.name}() failed` : undefined;
  if (!isFollowed) return undefined;
  return isUnset
    ? `which nothing has set where ${taker.fact.name}() failed`
    : `which nothing has set where FREE is notified without ${taker.fact.name}() having run`;
}
