import type { SourceFile } from '../../syntax/c/unit';
import type { Annotation } from '../../syntax/c/tree/function-head';
import type { Rule, TextEdit } from '../rule';
import { declarationsOf, isCalledAfterBoot, watcherFunctions } from '../watcher-functions';

/** Annotations of code that is freed; `__devinit` and the like only under some configurations, but then it is. */
const freed: Readonly<Record<string, string>> = {
  __init: 'freed when the kernel has started',
  __init_refok: 'freed when the kernel has started',
  __exit: 'thrown away when it is not in a module',
  __devinit: 'freed when the kernel has started, without CONFIG_HOTPLUG',
  __devexit: 'thrown away without CONFIG_HOTPLUG',
  __cpuinit: 'freed when the kernel has started, without CONFIG_HOTPLUG_CPU',
  __cpuexit: 'thrown away without CONFIG_HOTPLUG_CPU',
  __meminit: 'freed when the kernel has started, without CONFIG_MEMORY_HOTPLUG',
  __memexit: 'thrown away without CONFIG_MEMORY_HOTPLUG',
  __net_init: 'freed when the kernel has started, without CONFIG_NET_NS',
};

export const watcherInInitSection: Rule = {
  name: 'watcher-in-init-section',
  severity: 'error',
  title: 'The watcher is gone after boot',
  finds:
    'A registered function is `__init` (or in another section that is freed), but called as long as the kernel runs.',
  why: `\`__init\` code is freed when the kernel has started, and its pages are used for something else. The table keeps the
pointer, so the next fork or exit jumps into whatever lies there now.`,
  bad: {
    code: `#include <linux/init.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

static int __init sample_start(unsigned long val, struct task_struct *tsk)
/*         ^ watcher-in-init-section */
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
`,
  },
  good: {
    code: `#include <linux/init.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
`,
  },
  find: (context) => {
    if (!isCalledAfterBoot(context)) return [];
    return watcherFunctions(context).flatMap((watcher) => {
      const { file, fact } = watcher;
      const marked = declarationsOf(context, watcher).flatMap((one) =>
        one.annotations.flatMap((annotation) => {
          const why = whyFreed(annotation);
          return why === undefined ? [] : [{ annotation, why }];
        }),
      );
      const [first] = marked;
      if (!first) return [];
      const edits = marked.map(({ annotation }) => removal(file, annotation));
      return [
        {
          file: file.path,
          range: first.annotation.range,
          message: `${fact.name}() is ${first.annotation.name}, ${first.why}, but stays in the table`,
          related: watcher.entries.map(({ place, range }) => ({
            file: place.file,
            range,
            message: 'registered here',
          })),
          fixes: [{ title: `Remove ${first.annotation.name}`, edits, isPreferred: true }],
        },
      ];
    });
  },
};

function whyFreed({ name, arguments: text = '' }: Annotation): string | undefined {
  const word = freed[name];
  if (word !== undefined) return word;
  if (
    /^(?:__section|__section__|__attribute__|__attribute)$/.test(name) &&
    /"?\.(?:init|exit)\.text/.test(text)
  )
    return 'whose section is freed when the kernel has started';
  return undefined;
}

/** With the white space behind it, or in front of it at the end of a line. */
function removal(file: SourceFile, { range }: Annotation): TextEdit {
  const { text, path } = file;
  const behind = /^[ \t]*/.exec(text.slice(range.end, range.end + 80))?.[0].length ?? 0;
  if (text[range.end + behind] !== '\n')
    return { file: path, range: { start: range.start, end: range.end + behind }, text: '' };
  const before = /[ \t]*$/.exec(text.slice(0, range.start))?.[0].length ?? 0;
  return { file: path, range: { start: range.start - before, end: range.end }, text: '' };
}
