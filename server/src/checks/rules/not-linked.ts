import { decidingLine } from '../../link/deciding-line';
import type { TableEntry } from '../../link/entry';
import { tableEntries } from '../entries';
import type { Rule } from '../rule';
import { modulesTakePart } from './registration-in-module';

export const notLinked: Rule = {
  name: 'not-linked',
  severity: 'hint',
  title: 'Not in this kernel',
  finds: 'This configuration leaves the registration out of the table.',
  why: `Nothing is wrong: the object is not built, or the code stands in a branch that this configuration leaves out. Readers
may want to know that the function is not called in the kernel at hand.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

#ifdef CONFIG_SAMPLE
static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(exit, sample_exit);
/* ^ not-linked */
#endif
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

#ifdef CONFIG_KEYS
static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(exit, sample_exit);
#endif
`,
  },
  find: (context) => {
    const modules = modulesTakePart(context);
    return tableEntries(context.snapshot).flatMap((entry) => {
      const reason = whyLeftOut(entry, modules);
      if (reason === undefined) return [];
      const { function: name, place, range } = entry;
      return [{ file: place.file, range, message: `${name}() is not in this kernel: ${reason}` }];
    });
  },
};

function whyLeftOut(entry: TableEntry, modules: boolean): string | undefined {
  const line = decidingLine(entry.why);
  switch (entry.status) {
    case 'not-built':
      return `it is not built, ${line}`;
    case 'module':
      return modules ? `it is in a module, ${line}` : undefined;
    case 'compiled-out':
      return `#if ${entry.guards.join(' && ')} is false`;
    case 'archive-member':
      return `nothing needs this member of an archive, ${line}`;
    default:
      return undefined;
  }
}
