import type { TableEntry } from '../../link/entry';
import type { CheckContext } from '../check-context';
import { failingEvents, tableEntries, undoingEvents } from '../entries';
import { taskMembers, taskParameter } from '../flow/task-members';
import { givesNullOnFailure } from '../flow/known-functions';
import type { Fix, Problem, Rule } from '../rule';
import { eventsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

export const initWithoutFree: Rule = {
  name: 'init-without-free',
  severity: 'info',
  title: 'What INIT takes, nothing here gives back',
  finds:
    'An INIT watcher takes a resource into the task (memory, a reference), and its file registers nothing for FREE.',
  why: `What an INIT watcher puts into a task lives as long as the task. Only a FREE watcher sees its end, and also the end of
a task that fork gives up. Where another file gives it back, say so with a suppression comment.

What takes something is known by name: the kernel’s allocators, functions whose name says \`get\`, \`dup\`, \`copy\`,
\`alloc\` or the like, and reference counts. What such a function of another file really does is not looked at, and any
FREE watcher of the same file or object is taken to give back, whatever is in it.`,
  bad: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

static int sample_alloc(unsigned long val, struct task_struct *tsk)
{
	tsk->thread_keyring = kzalloc(16);
	return tsk->thread_keyring ? 0 : -ENOMEM;
}
task_watcher_func(init, sample_alloc);
/* ^ init-without-free */
`,
  },
  good: {
    code: `#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

static int sample_alloc(unsigned long val, struct task_struct *tsk)
{
	tsk->thread_keyring = kzalloc(16);
	return tsk->thread_keyring ? 0 : -ENOMEM;
}
task_watcher_func(init, sample_alloc);

static int sample_free(unsigned long val, struct task_struct *tsk)
{
	kfree(tsk->thread_keyring);
	tsk->thread_keyring = NULL;
	return 0;
}
task_watcher_func(free, sample_free);
`,
  },
  find: (context) => {
    const { snapshot } = context;
    const taking = new Set(failingEvents(snapshot).map(({ name }) => name));
    const undoing = undoingEvents(snapshot.family);
    const givers = tableEntries(snapshot).filter(({ event }) => taking.has(undoing.get(event) ?? ''));
    return watcherFunctions(context).flatMap((watcher): readonly Problem[] => {
      if (!eventsOf(context, watcher).some((event) => taking.has(event))) return [];
      const [entry] = watcher.entries.filter(({ event }) => taking.has(event));
      if (!entry) return [];
      const isGivenBack = givers.some(
        ({ place, object }) =>
          place.file === entry.place.file ||
          place.file === watcher.file.path ||
          (object !== undefined && object === entry.object),
      );
      if (isGivenBack) return [];
      const taken = taskMembers(context, watcher)?.set.filter(({ takenBy }) => takenBy !== undefined) ?? [];
      const [first] = taken;
      if (!first) return [];
      const back = [...undoing].flatMap(([name, from]) => (taking.has(from) ? [name] : [])).join(' or ');
      const what = taken.map(({ member, takenBy }) => `tsk${member} (${takenBy ?? ''}())`).join(' and ');
      return [
        {
          file: entry.place.file,
          range: entry.range,
          message: `${watcher.fact.name}() takes ${what} for the new task, and ${entry.place.file} registers nothing for ${back} that gives it back`,
          related: [{ file: watcher.file.path, range: watcher.fact.nameRange, message: 'taken here' }],
          fixes: skeleton(context, watcher, entry, taken),
        },
      ];
    });
  },
};

/** What the counterpart of a function is called. */
const counterparts: readonly (readonly [take: RegExp, back: string])[] = [
  [/alloc/, 'free'],
  [/init/, 'free'],
  [/copy/, 'exit'],
  [/start/, 'stop'],
  [/create/, 'destroy'],
  [/get/, 'put'],
  [/fork/, 'exit'],
];

/** A FREE watcher right behind the registration, for memory that kfree() frees. */
function skeleton(
  context: CheckContext,
  watcher: WatcherFunction,
  entry: TableEntry,
  taken: readonly { readonly member: string; readonly takenBy: string | undefined }[],
): readonly Fix[] {
  const file = context.source(entry.place.file);
  const task = taskParameter(context, watcher);
  if (!file || task === undefined || file.path !== watcher.file.path) return [];
  if (
    !taken.every(
      ({ takenBy }) => takenBy !== undefined && givesNullOnFailure(takenBy) && takenBy.startsWith('k'),
    )
  )
    return [];
  const { name } = watcher.fact;
  const pair = counterparts.find(([take]) => take.test(name));
  const back = pair ? name.replace(pair[0], pair[1]) : `${name}_free`;
  const written = file.text.slice(entry.range.start, entry.range.end);
  const registration = counterpartOf(context, written, entry.event, name, back);
  if (registration === undefined || back === name || new RegExp(`\\b${back}\\b`).test(file.text)) return [];
  const newline = file.text.indexOf('\n', entry.range.end);
  if (newline < 0 || !/^\s*;?\s*$/.test(file.text.slice(entry.range.end, newline))) return [];
  const { parameters } = watcher.fact;
  const list = parameters.map(({ range }) => file.text.slice(range.start, range.end)).join(', ');
  const lines = taken.flatMap(({ member }) => [`\tkfree(${task}${member});`, `\t${task}${member} = NULL;`]);
  const text = `\n\nstatic int ${back}(${list})\n{\n${lines.join('\n')}\n\treturn 0;\n}\n${registration};`;
  return [
    {
      title: `Add ${back}(), a watcher that frees it`,
      edits: [{ file: file.path, range: { start: newline, end: newline }, text }],
      isPreferred: true,
    },
  ];
}

/** The same registration for the event that gives back; `undefined`: it is not written with one of the known macros. */
function counterpartOf(
  { snapshot: { family } }: CheckContext,
  written: string,
  event: string,
  name: string,
  back: string,
): string | undefined {
  const undoing = [...undoingEvents(family)].find(([, from]) => from === event)?.[0];
  if (undoing === undefined) return undefined;
  const macro = /^(\w+)\s*\(/.exec(written)?.[1];
  if (macro === undefined || !family.macros.includes(macro)) return undefined;
  const two = /^(\w+\s*\(\s*)(\w+)(\s*,\s*)(\w+)(\s*\))/.exec(written);
  if (two?.[4] === name)
    return `${two[1] ?? ''}${two[2] === event ? undoing : undoing.toLowerCase()}${two[3] ?? ''}${back}${two[5] ?? ''}`;
  const one = /^(\w+)(\s*\(\s*)(\w+)(\s*\))/.exec(written);
  const other = macro.replace(event, undoing);
  return one?.[3] === name && other !== macro && family.macros.includes(other)
    ? `${other}${one[2] ?? ''}${back}${one[4] ?? ''}`
    : undefined;
}
