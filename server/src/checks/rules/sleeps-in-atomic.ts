import { callsWithin, evaluatedBy, reachable } from '../../syntax/c/flow/control-flow';
import type { Range } from '../../syntax/positions';
import { findDispatcher } from '../../dispatch/run-dispatcher';
import { treeCode } from '../../dispatch/tree-code';
import type { CallSite } from '../../watchers/snapshot';
import type { CheckContext } from '../check-context';
import { liveCalls, tableEntries } from '../entries';
import { codeOf } from '../flow/code';
import { locksHeld, whySleeps, type Held } from '../flow/locks';
import { notifyingFunctions, siteAt, type NotifyingFunction } from '../flow/notifications';
import { callersOf, notifyingCode } from '../flow/notifying-code';
import type { Problem, Rule } from '../rule';
import { eventsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const sleepsInAtomic: Rule = {
  name: 'sleeps-in-atomic',
  severity: 'warning',
  title: 'The watcher may sleep where it must not',
  finds: 'A watcher that may sleep is on an event that is notified with a spinlock held or interrupts off.',
  why: `Watchers run where their event is notified. Under a spinlock, with interrupts or preemption off, or in an RCU
read-side section nothing may sleep: no \`GFP_KERNEL\` allocation, no mutex, no copying to or from user memory. Who writes
a watcher cannot see that from the watcher; here the locks that are held at the call sites, by their callers and by the
dispatcher are looked up.

What sleeps, and what takes a lock, is known by name: the kernel’s own functions, and any call that is given
\`GFP_KERNEL\`. A watcher’s calls are followed within its file, so a function of another file that sleeps is missed
unless its name is known; whether a condition keeps the watcher from sleeping just then is not looked at.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

void spin_lock(int *lock);
void spin_unlock(int *lock);
void mutex_lock(int *lock);
void mutex_unlock(int *lock);
static int list_lock, table_lock;

int sample_exit(struct task_struct *p);
int sample_exit(struct task_struct *p)
{
	spin_lock(&list_lock);
	notify_task_watchers(WATCH_TASK_EXIT, 0, p);
	spin_unlock(&list_lock);
	return 0;
}

static int sample_stop(unsigned long val, struct task_struct *tsk)
{
	mutex_lock(&table_lock);
	/* ^ sleeps-in-atomic */
	tsk->usage = 0;
	mutex_unlock(&table_lock);
	return 0;
}
task_watcher_func(exit, sample_stop);
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

void spin_lock(int *lock);
void spin_unlock(int *lock);
void mutex_lock(int *lock);
void mutex_unlock(int *lock);
static int list_lock, table_lock;

int sample_exit(struct task_struct *p);
int sample_exit(struct task_struct *p)
{
	spin_lock(&list_lock);
	p->usage = 0;
	spin_unlock(&list_lock);
	notify_task_watchers(WATCH_TASK_EXIT, 0, p);
	return 0;
}

static int sample_stop(unsigned long val, struct task_struct *tsk)
{
	mutex_lock(&table_lock);
	tsk->usage = 0;
	mutex_unlock(&table_lock);
	return 0;
}
task_watcher_func(exit, sample_stop);
`,
  },
  find: (context) => {
    const atomic = atomicSites(context);
    if (atomic.length === 0) return [];
    const used = new Set(
      tableEntries(context.snapshot).flatMap(({ event, status }) =>
        status === 'linked' || status === 'conditional' || status === 'archive-member' ? [event] : [],
      ),
    );
    return watcherFunctions(context).flatMap((watcher) => {
      const events = eventsOf(context, watcher);
      const [site] = atomic.filter(({ event }) => events.includes(event) && used.has(event));
      return site ? sleepsOf(context, watcher, site) : [];
    });
  },
};

interface AtomicSite {
  readonly event: string;
  readonly site: CallSite;
  readonly file: string;
  readonly held: Held;
}

/** Notifications under a lock: by the function that notifies, or by one that calls it. */
function atomicSites(context: CheckContext): readonly AtomicSite[] {
  return [...underNotifiers(context), ...underDispatcher(context)];
}

/** A lock that the dispatcher itself holds while it calls watchers. */
function underDispatcher(context: CheckContext): readonly AtomicSite[] {
  const found = findDispatcher(treeCode(context));
  if (!found) return [];
  const { file } = found.function;
  const text = context.source(file)?.text ?? '';
  const held = context.functions(file).flatMap((fact) =>
    fact.name !== found.dispatcher.function || !fact.body
      ? []
      : codeOf(context, file, fact).flatMap((code) => [
          ...locksHeld(code, text, ({ callee }) => {
            const name = callee.kind === 'identifier' ? callee.name : undefined;
            return name === undefined || code.variables.locals.has(name);
          }).values(),
        ]),
  );
  const [first] = held;
  if (!first) return [];
  return liveCalls(context.snapshot).flatMap((site) =>
    site.event === undefined || site.dispatcher !== found.dispatcher.function
      ? []
      : [{ event: site.event, site, file, held: first }],
  );
}

function underNotifiers(context: CheckContext): readonly AtomicSite[] {
  return notifyingFunctions(context).flatMap((one): readonly AtomicSite[] => {
    const text = context.source(one.file)?.text ?? '';
    const own = notifyingCode(context, one.file, one.fact).flatMap((code) =>
      [...locksHeld(code, text, (call) => siteAt(context, one.file, call) !== undefined)].flatMap(
        ([offset, held]) =>
          one.sites.flatMap((site) =>
            site.range.start === offset && site.event !== undefined
              ? [{ event: site.event, site, file: one.file, held }]
              : [],
          ),
      ),
    );
    return [...own, ...underCallers(context, one)];
  });
}

function underCallers(context: CheckContext, helper: NotifyingFunction): readonly AtomicSite[] {
  const { name } = helper.fact;
  return callersOf(context, helper).flatMap(({ file, fact }) => {
    const text = context.source(file)?.text ?? '';
    return notifyingCode(context, file, fact, name).flatMap((code) =>
      [
        ...locksHeld(
          code,
          text,
          ({ callee }) => callee.kind === 'identifier' && callee.name === name,
        ).values(),
      ].flatMap((held) =>
        helper.sites.flatMap((site) =>
          site.event === undefined ? [] : [{ event: site.event, site, file, held }],
        ),
      ),
    );
  });
}

const deepest = 3;

function sleepsOf(
  context: CheckContext,
  { file, fact }: WatcherFunction,
  { event, site, file: lockFile, held }: AtomicSite,
): readonly Problem[] {
  const found = sleepIn(context, file.path, fact.name, 0, new Set());
  if (!found) return [];
  return [
    {
      file: file.path,
      range: found.range,
      message: `${found.why}, but ${event} is notified with ${held.text} in force`,
      related: [
        { file: lockFile, range: held.range, message: 'taken here' },
        { file: site.file, range: site.range, message: `${event} is notified here` },
      ],
    },
  ];
}

/** The first call in a function, or in one of its file that it calls, that may sleep. */
function sleepIn(
  context: CheckContext,
  file: string,
  name: string,
  depth: number,
  seen: Set<string>,
): { readonly range: Range; readonly why: string } | undefined {
  if (depth > deepest || seen.has(name)) return undefined;
  seen.add(name);
  const text = context.source(file)?.text ?? '';
  for (const fact of context.functions(file)) {
    if (fact.name !== name || !fact.body) continue;
    for (const { graph } of codeOf(context, file, fact)) {
      const reached = [...reachable(graph, graph.entry)].flatMap((at) => graph.nodes[at] ?? []);
      const calls = reached
        .flatMap((node) => evaluatedBy(node).flatMap((expression) => [...callsWithin(expression)]))
        .sort((one, other) => one.range.start - other.range.start);
      for (const call of calls) {
        const given = call.arguments.map(({ range }) => text.slice(range.start, range.end));
        const why = whySleeps(call.name, given);
        if (why !== undefined) return { range: call.range, why };
        const inner = sleepIn(context, file, call.name, depth + 1, seen);
        if (inner) return { range: call.range, why: `${call.name}() may sleep (${inner.why})` };
      }
    }
  }
  return undefined;
}
