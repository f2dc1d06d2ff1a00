import type { CheckContext } from '../check-context';
import { placementMacros, placementsOf } from '../placements';
import type { Problem, Rule } from '../rule';
import { eventsOf, watcherFunctions, type WatcherFunction } from '../watcher-functions';

const withPlacements = [
  {
    file: 'include/linux/task_watchers.h',
    from: 'struct task_struct;\n',
    to: 'struct task_struct;\n\n#define __task_init __section(".task_watchers.function.init")\n#define __task_free __section(".task_watchers.function.free")\n',
  },
  {
    file: 'arch/x86/kernel/vmlinux.lds.S',
    from: '*(.text .text.*)',
    to: '*(.text .text.*)\n\t\t*(.task_watchers.function.*)',
  },
];

export const placementMismatch: Rule = {
  name: 'placement-mismatch',
  severity: 'hint',
  title: 'Placed for another event',
  finds:
    'A function’s section annotation names another event than its registration, or is missing where others have one.',
  why: `In one dialect the functions of an event are kept together by an annotation (\`__task_init\`, \`__task_free\`, …), so that
notifying it touches few pages. Nothing goes wrong when the annotation names another event or is missing; the function
lies elsewhere, that is all.`,
  bad: {
    code: `static int __task_free audit_alloc(unsigned long val, struct task_struct *tsk)
{
	/* … */
}
task_watcher_func(init, audit_alloc);
`,
    edits: [
      ...withPlacements,
      { file: 'kernel/auditsc.c', from: 'static int audit_alloc', to: 'static int __task_free audit_alloc' },
    ],
  },
  good: {
    code: `static int __task_init audit_alloc(unsigned long val, struct task_struct *tsk)
{
	/* … */
}
task_watcher_func(init, audit_alloc);
`,
    edits: withPlacements,
  },
  find: (context) => {
    const macros = placementMacros(context);
    if (macros.length === 0) return [];
    const watchers = watcherFunctions(context).map((watcher) => ({
      watcher,
      placements: placementsOf(context, watcher.fact).filter(({ event }) => event !== undefined),
    }));
    const areUsed = watchers.some(({ placements }) => placements.length > 0);
    return watchers.flatMap(({ watcher, placements }): readonly Problem[] => {
      const events = eventsOf(context, watcher);
      const macro = macros.find(({ event }) => event === events[0]);
      const [placement] = placements;
      if (placement?.event !== undefined && !events.includes(placement.event))
        return [
          {
            file: watcher.file.path,
            range: placement.range,
            message: `${watcher.fact.name}() is placed for ${placement.event}, but registered for ${events.join(' and ')}`,
            fixes: macro
              ? [
                  {
                    title: `Change ${placement.annotation} to ${macro.name}`,
                    edits: [{ file: watcher.file.path, range: placement.range, text: macro.name }],
                    isPreferred: true,
                  },
                ]
              : [],
          },
        ];
      // On several events there is no one right place.
      if (placement || !areUsed || !macro || events.length !== 1) return [];
      return [missing(context, watcher, macro.name)];
    });
  },
};

function missing({ snapshot }: CheckContext, { file, fact }: WatcherFunction, macro: string): Problem {
  const at = fact.nameRange.start;
  return {
    file: file.path,
    range: fact.nameRange,
    message: `${fact.name}() has no ${macro}, as other ${snapshot.family.noun[1]} have`,
    fixes: [
      {
        title: `Add ${macro}`,
        edits: [{ file: file.path, range: { start: at, end: at }, text: `${macro} ` }],
        isPreferred: true,
      },
    ],
  };
}
