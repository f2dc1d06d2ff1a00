import { expressionsWithin, type FlowNode } from '../../syntax/c/flow/control-flow';
import type { Expression } from '../../syntax/c/function-body';
import type { FunctionFact } from '../../syntax/c/tree/functions';
import { dispatcherSemantics } from '../../dispatch/dispatcher-semantics';
import { findDispatcher } from '../../dispatch/run-dispatcher';
import { treeCode } from '../../dispatch/tree-code';
import type { CheckContext } from '../check-context';
import { failingEvents } from '../entries';
import { codeOf, type Code } from '../flow/code';
import type { Fix, Problem, Rule } from '../rule';

export const dispatcherDropsError: Rule = {
  name: 'dispatcher-drops-error',
  severity: 'error',
  title: 'The dispatcher loses the errors of watchers',
  finds: 'In simulation, a watcher’s failure does not reach the caller of the dispatcher.',
  why: `The dispatcher calls the watchers and should tell its caller of the first one that failed. The rule runs the tree’s
own dispatcher over three watchers that fail one after the other, and looks at what comes out. A comparison with the wrong
constant is enough to lose them all: \`NOTIFY_OK\` is 1, not 0, so \`ret == NOTIFY_OK\` is never true for a \`ret\` that
starts at 0. Every INIT failure is then lost without a sound, however carefully fork looks at the result.`,
  bad: {
    file: 'kernel/task_watchers.c',
    code: `// SPDX-License-Identifier: MIT
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

/* Event ev is what lies between twtable[ev] and twtable[ev + 1]. */
static const task_watcher_fn *const twtable[NUM_WATCH_TASK_EVENTS + 1] = {
	__start_task_watchers_init,
	__start_task_watchers_clone,
	__start_task_watchers_exec,
	__start_task_watchers_uid,
	__start_task_watchers_gid,
	__start_task_watchers_exit,
	__start_task_watchers_free,
	__stop_task_watchers_free,
};

/* Calls every watcher of an event; returns the first error, or 0. */
int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)
{
	const task_watcher_fn *watcher;
	int ret = 0;

	if (ev >= NUM_WATCH_TASK_EVENTS)
		return 0;
	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		int err = (*watcher)(val, tsk);

		if (unlikely((err < 0) && (ret == NOTIFY_OK)))
		/*                         ^ dispatcher-drops-error */
			ret = err;
	}
	return ret;
}
`,
  },
  good: {
    file: 'kernel/task_watchers.c',
    code: `// SPDX-License-Identifier: MIT
#include <linux/sched.h>
#include <linux/task_watchers.h>

extern const task_watcher_fn __start_task_watchers_init[];
extern const task_watcher_fn __start_task_watchers_clone[];
extern const task_watcher_fn __start_task_watchers_exec[];
extern const task_watcher_fn __start_task_watchers_uid[];
extern const task_watcher_fn __start_task_watchers_gid[];
extern const task_watcher_fn __start_task_watchers_exit[];
extern const task_watcher_fn __start_task_watchers_free[];
extern const task_watcher_fn __stop_task_watchers_free[];

/* Event ev is what lies between twtable[ev] and twtable[ev + 1]. */
static const task_watcher_fn *const twtable[NUM_WATCH_TASK_EVENTS + 1] = {
	__start_task_watchers_init,
	__start_task_watchers_clone,
	__start_task_watchers_exec,
	__start_task_watchers_uid,
	__start_task_watchers_gid,
	__start_task_watchers_exit,
	__start_task_watchers_free,
	__stop_task_watchers_free,
};

/* Calls every watcher of an event; returns the first error, or 0. */
int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)
{
	const task_watcher_fn *watcher;
	int ret = 0;

	if (ev >= NUM_WATCH_TASK_EVENTS)
		return 0;
	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
		int err = (*watcher)(val, tsk);

		if (unlikely((err < 0) && (ret == 0)))
			ret = err;
	}
	return ret;
}
`,
  },
  find: (context) => {
    const events = failingEvents(context.snapshot).map(({ name }) => name);
    if (events.length === 0) return [];
    const found = findDispatcher(treeCode(context));
    if (!found) return [];
    const { keepsErrors, text } = dispatcherSemantics(treeCode(context), found);
    if (keepsErrors !== 'never' && keepsErrors !== 'sometimes') return [];
    const { file } = found.function;
    const fact = context
      .functions(file)
      .find(({ name, body }) => name === found.dispatcher.function && body !== undefined);
    if (!fact) return [];
    const wrong = wrongComparisons(context, file, fact);
    const [first] = wrong;
    const name = fact.name;
    return [
      {
        file,
        range: first?.range ?? fact.nameRange,
        message: `${name}() ${text}: a failing ${events.join(' or ')} watcher ${keepsErrors === 'never' ? 'never makes fork fail' : 'does not always make fork fail'}`,
        related: first ? [{ file, range: fact.nameRange, message: 'the dispatcher' }] : [],
        fixes: fixesOf(file, first, keepsErrors === 'never' && wrong.length === 1),
      } satisfies Problem,
    ];
  },
};

type Comparison = Extract<Expression, { kind: 'binary' }>;

/** `ret == NOTIFY_OK`: what is returned and starts at 0 is compared with a constant that is not 0. */
function wrongComparisons(context: CheckContext, file: string, fact: FunctionFact): readonly Comparison[] {
  const { constants } = treeCode(context);
  const found = new Map<number, Comparison>();
  for (const code of codeOf(context, file, fact)) {
    const returned = returnedVariables(code);
    for (const node of code.graph.nodes)
      for (const condition of conditionsOf(node))
        for (const one of expressionsWithin(condition))
          if (
            one.kind === 'binary' &&
            one.operator === '==' &&
            one.left.kind === 'identifier' &&
            returned.has(one.left.name) &&
            one.right.kind === 'identifier' &&
            (constants.number(file, one.right.name) ?? 1n) !== 0n
          )
            found.set(one.range.start, one);
  }
  return [...found.values()];
}

const conditionsOf = (node: FlowNode): readonly Expression[] =>
  node.kind === 'branch' ? [node.condition] : [];

const returnedVariables = ({ graph }: Code): ReadonlySet<string> =>
  new Set(
    graph.nodes.flatMap((node) =>
      node.kind === 'return' && node.value?.kind === 'identifier' ? [node.value.name] : [],
    ),
  );

function fixesOf(file: string, comparison: Comparison | undefined, isSure: boolean): readonly Fix[] {
  if (comparison?.left.kind !== 'identifier' || !isSure) return [];
  return [
    {
      title: `Compare ${comparison.left.name} with 0, where it starts`,
      edits: [{ file, range: comparison.right.range, text: '0' }],
      isPreferred: true,
    },
  ];
}
