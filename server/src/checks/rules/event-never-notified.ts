import type { CheckContext } from '../check-context';
import { rememberByFile } from '../../syntax/c/remember-by-file';
import type { Problem, Rule } from '../rule';
import { wordIn } from '../texts';

export const eventNeverNotified: Rule = {
  name: 'event-never-notified',
  severity: 'warning',
  title: 'Nobody notifies this event',
  finds: 'Functions are registered for an event that no code of the tree notifies.',
  why: `The table is linked, and takes its space, but nothing walks it: the functions are never called. Usually the notification
was lost when the code around it was rewritten.`,
  bad: {
    file: 'kernel/exit.c',
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(exit, sample_exit);

void do_exit(long code)
{
	current->exit_code = code;
	notify_task_watchers(WATCH_TASK_FREE, code, current);
}
`,
  },
  good: {
    file: 'kernel/exit.c',
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(exit, sample_exit);

void do_exit(long code)
{
	notify_task_watchers(WATCH_TASK_EXIT, code, current);
	current->exit_code = code;
	notify_task_watchers(WATCH_TASK_FREE, code, current);
}
`,
  },
  find: (context) => {
    const { tables, family, callSites, notes } = context.snapshot;
    // It may be in what could not be read.
    if (notes.some(({ isUnread }) => isUnread === true)) return [];
    const dispatchers = family.dispatchers.filter(({ eventArgument }) => eventArgument !== undefined);
    // An event in a variable may be any.
    if (dispatchers.length === 0 || callSites.some(({ event }) => event === undefined)) return [];
    const notified = new Set(callSites.map(({ event }) => event));
    return tables.flatMap(({ event, entries }): readonly Problem[] => {
      const constant = family.events.find(({ name }) => name === event)?.constant;
      const live = entries.filter(({ status }) => status === 'linked' || status === 'conditional');
      const [first, ...others] = live;
      if (!first || constant === undefined || notified.has(event)) return [];
      if (dispatchers.some((one) => isWrittenSomewhere(context, one.function, constant))) return [];
      const file = context.source(first.place.file);
      const written = first.arguments.find((text) => text.toLowerCase() === event.toLowerCase());
      const names = dispatchers.map((one) => `${one.function}(${constant}, …)`).join(' or ');
      return [
        {
          file: first.place.file,
          range: file && written !== undefined ? wordIn(file, first.range, written) : first.range,
          message: `nothing calls ${names}: ${live.length === 1 ? `${first.function}() is` : `the ${live.length} ${family.noun[1]} on ${event} are`} never called`,
          related: others.map((entry) => ({
            file: entry.place.file,
            range: entry.range,
            message: `${entry.function}() too`,
          })),
        },
      ];
    });
  },
};

/** In a header's inline function, a macro's body or an unusual place: more than the call sites we read. */
function isWrittenSomewhere(context: CheckContext, dispatcher: string, constant: string): boolean {
  const call = new RegExp(`\\b${dispatcher}\\s*\\(\\s*\\(?\\s*${constant}\\b`);
  return context.snapshot.candidates.some((path) => {
    const file = context.source(path);
    if (!file) return false;
    const known = looked(file);
    const answer = known.get(call.source) ?? call.test(file.text);
    known.set(call.source, answer);
    return answer;
  });
}

const looked = rememberByFile(() => new Map<string, boolean>());
