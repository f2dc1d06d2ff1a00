import { holdsText } from '../../syntax/c/remember-by-file';
import { tableEntries } from '../entries';
import type { CheckContext } from '../check-context';
import type { Rule } from '../rule';

export const registrationInModule: Rule = {
  name: 'registration-in-module',
  severity: 'error',
  title: 'Registration in a module',
  finds:
    'An object that this configuration builds as a module registers a watcher, and modules cannot take part.',
  why: `The table lies between two symbols of vmlinux and is finished when vmlinux is linked. A module is linked by itself: its
section is in the module's file, and the dispatcher never sees it. Headers that hide the macro from modules make this an
error of the compiler, or, in old C, a line that means nothing.

A tree in which modules register their tables when they are loaded (\`register_module_task_watchers()\`) is not affected.`,
  bad: {
    file: 'drivers/platform/vendor/crate.c',
    code: `#include <linux/init.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

static int crate_exit(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
task_watcher_func(exit, crate_exit);
/* ^ registration-in-module */
`,
  },
  good: {
    file: 'drivers/platform/vendor/crate.c',
    code: `#include <linux/init.h>

static int __init crate_init(void)
{
	return 0;
}
module_init(crate_init);
`,
  },
  find: (context) => {
    const { snapshot } = context;
    if (modulesTakePart(context)) return [];
    const [noun] = snapshot.family.noun;
    return [...tableEntries(snapshot), ...snapshot.unseenMacros]
      .filter(({ status }) => status === 'module')
      .map((entry) => {
        const by = entry.why.findLast(({ guards }) => guards.length > 0) ?? entry.why.at(-1);
        return {
          file: entry.place.file,
          range: entry.range,
          message: `${entry.object ?? entry.place.file} is built as a module${by === undefined ? '' : ` (${by.file}:${by.line})`}, and a module can have no ${noun}: ${entry.function}() is never called`,
        };
      });
  },
};

/** In the dialect of the module RFC they do: a function registers a module's table when it is loaded. */
export function modulesTakePart({ snapshot, source }: CheckContext): boolean {
  const { family } = snapshot;
  if (family.modulesTakePart) return true;
  const name = family.moduleRegistration;
  if (name === undefined) return false;
  return snapshot.candidates.some((path) => {
    const file = source(path);
    return file !== undefined && holdsText(file, name);
  });
}
