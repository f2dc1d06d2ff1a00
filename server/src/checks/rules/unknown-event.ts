import type { TableEntry } from '../../link/entry';
import type { SourceFile } from '../../syntax/c/unit';
import type { Family } from '../../watchers/family';
import type { CallSite } from '../../watchers/snapshot';
import type { CheckContext } from '../check-context';
import { constantPrefix, definesName, isTreesOwnEvent } from '../event-names';
import type { Problem, Rule } from '../rule';
import { nearest } from '../../syntax/nearest-name';
import { wordIn } from '../texts';
import { lex } from '../../syntax/c/lex';

export const unknownEvent: Rule = {
  name: 'unknown-event',
  severity: 'error',
  title: 'No such event',
  finds: 'A registration or a notification names an event that does not exist.',
  why: `A registration only puts a pointer into a section whose name is built from the event. Nothing checks that name: with
a misspelt event the section is one that the linker script does not know, and the function is never called. A
notification with a number beyond the last event reads past the end of the dispatcher's array.

An event that the tree has added itself is known by its constant (\`WATCH_TASK_…\`) or by the linker script that takes its
section.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(inti, sample_start);
/*                ^ unknown-event */
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
`,
  },
  find: (context) => [
    ...context.snapshot.unknownEvents.flatMap((entry) => registration(context, entry)),
    ...notifications(context),
  ],
};

function registration(context: CheckContext, entry: TableEntry): readonly Problem[] {
  const file = context.source(entry.place.file);
  if (file === undefined || isTreesOwnEvent(context, entry.section)) return [];
  const { family } = context.snapshot;
  // A call site names an event by its constant, a registration does not.
  const byConstant = family.events.find(
    ({ constant }) => constant !== undefined && entry.arguments.includes(constant),
  );
  const written =
    byConstant?.constant ??
    entry.arguments.find((argument) => argument.toLowerCase() === entry.event.toLowerCase());
  const range = written === undefined ? entry.range : wordIn(file, entry.range, written);
  const lower = byConstant
    ? isWrittenSmall(family, entry.section)
    : written?.toLowerCase() === (written ?? ' ');
  const names = family.events.map(({ name }) => (lower ? name.toLowerCase() : name));
  const spelt = lower ? byConstant?.name.toLowerCase() : byConstant?.name;
  const meant = spelt ?? nearest(entry.event, names);
  const known = names.join(', ');
  return [
    {
      file: file.path,
      range,
      message: `no event ${entry.event}: ${entry.function}() lands in ${entry.section} and is never called; events are ${known}`,
      fixes:
        meant === undefined || written === undefined
          ? []
          : [
              {
                title: `Change ${written} to ${meant}`,
                edits: [{ file: file.path, range, text: meant }],
                isPreferred: true,
              },
            ],
    },
  ];
}

function notifications(context: CheckContext): readonly Problem[] {
  const { family, callSites } = context.snapshot;
  const constants = family.events.flatMap(({ constant }) => constant ?? []);
  const prefix = constantPrefix(family.events);
  return callSites.flatMap((site): readonly Problem[] => {
    const index = family.dispatchers.find((one) => one.function === site.dispatcher)?.eventArgument;
    const written = index === undefined ? '' : (site.arguments[index] ?? '');
    const file = context.source(site.file);
    if (site.event !== undefined || !file || constants.length === 0) return [];
    const misplaced = constants.find((one) => site.arguments.includes(one));
    if (misplaced !== undefined) return [swapped(file, site, misplaced, written)];
    const isNumber = /^\d+$/.test(written);
    // A variable may hold any event; a constant of the family's shape that nobody defines is a slip.
    const isConstant = written.startsWith(prefix ?? ' ') && !definesName(context, written);
    if (!isConstant && !(isNumber && Number(written) >= numberOfEvents(context))) return [];
    const range = wordIn(file, site.range, written);
    const meant = isConstant ? nearest(written, constants) : undefined;
    const fixes =
      meant === undefined
        ? []
        : [
            {
              title: `Change ${written} to ${meant}`,
              edits: [{ file: file.path, range, text: meant }],
              isPreferred: true,
            },
          ];
    const message = `no event ${written}; events are ${constants.join(', ')}`;
    return [{ file: file.path, range, message, fixes }];
  });
}

/** `notify(val, WATCH_TASK_INIT, tsk)`: both are numbers, so that no compiler says a word. */
function swapped(file: SourceFile, site: CallSite, constant: string, written: string): Problem {
  const range = wordIn(file, site.range, constant);
  const other = wordIn(file, site.range, written);
  const edits = [
    { file: file.path, range: other, text: constant },
    { file: file.path, range, text: written },
  ];
  return {
    file: file.path,
    range,
    fixes: /^\w+$/.test(written)
      ? [{ title: `Swap ${written} and ${constant}`, edits, isPreferred: true }]
      : [],
    message: `${constant} does not stand where ${site.dispatcher}() takes its event: what is notified is whatever event has the number of the other value`,
  };
}

/** Where a section spells events in small letters, so do the registrations that lead to it. */
const isWrittenSmall = ({ sections }: Family, section: string): boolean =>
  sections.some(
    ({ template, spelling }) =>
      spelling === 'lower' && section.startsWith(template.split('{event}')[0] ?? ' '),
  );

/** The tree may have more events than the family: then there are more constants of its shape. */
function numberOfEvents({ snapshot, source }: CheckContext): number {
  const prefix = constantPrefix(snapshot.family.events) ?? '';
  const names = new Set<string>();
  for (const path of snapshot.candidates.filter((one) => one.endsWith('.h')))
    for (const { text } of lex(source(path)?.text ?? '')) if (text.startsWith(prefix)) names.add(text);
  return Math.max(names.size, snapshot.family.events.length);
}
