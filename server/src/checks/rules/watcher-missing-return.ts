import { controlFlow, reachable } from '../../syntax/c/flow/control-flow';
import type { Range } from '../../syntax/positions';
import { plainType } from '../c-types';
import type { CheckContext } from '../check-context';
import { endsWithoutReturn, returnInsertion } from '../function-ends';
import type { Problem, Rule } from '../rule';
import { eventsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const watcherMissingReturn: Rule = {
  name: 'watcher-missing-return',
  severity: 'error',
  title: 'A way through the watcher returns nothing',
  finds: 'A registered function has a path that ends without returning a value.',
  why: `The dispatcher uses what the function returns. Where it returns nothing, that is whatever was left in the register:
a fork that fails now and then, for no reason anybody can see, or an error that is invented for somebody else.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	if (val & CLONE_VM)
		return 0;
	tsk->usage = 0;
}
/* ^ watcher-missing-return */
task_watcher_func(init, sample_start);
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	if (val & CLONE_VM)
		return 0;
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
`,
  },
  find: (context) =>
    context.snapshot.family.prototype === undefined
      ? []
      : watcherFunctions(context).flatMap((watcher) => missing(context, watcher)),
};

function missing(context: CheckContext, watcher: WatcherFunction): readonly Problem[] {
  const { file, fact } = watcher;
  // A void function is another rule's: its prototype is wrong.
  if (!fact.body || fact.macro !== undefined || plainType(fact.returnType) === 'void') return [];
  const events = eventsOf(context, watcher).join(' and ');
  const problems: Problem[] = [];
  if (endsWithoutReturn(context, file.path, fact)) {
    const brace: Range = { start: fact.body.end - 1, end: fact.body.end };
    problems.push({
      file: file.path,
      range: brace,
      message: `${fact.name}() may end here without returning a value, and the dispatcher of ${events} uses it`,
      fixes: [{ title: 'Return 0 at the end', edits: [returnInsertion(file, fact.body)], isPreferred: true }],
    });
  }
  for (const range of emptyReturns(context, watcher))
    problems.push({
      file: file.path,
      range,
      message: `${fact.name}() returns no value here, and the dispatcher of ${events} uses it`,
      fixes: [
        {
          title: 'Return 0',
          edits: [{ file: file.path, range: { start: range.start + 6, end: range.start + 6 }, text: ' 0' }],
          isPreferred: true,
        },
      ],
    });
  return problems;
}

function emptyReturns(context: CheckContext, { file, fact }: WatcherFunction): readonly Range[] {
  const found = new Map<number, Range>();
  for (const body of context.bodies(file.path, fact)) {
    const graph = controlFlow(body);
    for (const at of reachable(graph, graph.entry)) {
      const node = graph.nodes[at];
      if (node?.kind === 'return' && node.value === undefined) found.set(node.range.start, node.range);
    }
  }
  return [...found.values()];
}
