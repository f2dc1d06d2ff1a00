import type { TableEntry } from '../../link/entry';
import type { SourceFile } from '../../syntax/c/unit';
import type { CheckContext } from '../check-context';
import { tableEntries } from '../entries';
import { mayInclude } from '../../watchers/may-include';
import type { Fix, Problem, Rule } from '../rule';
import { includeInsertion } from '../texts';

export const registrationHasNoEffect: Rule = {
  name: 'registration-has-no-effect',
  severity: 'error',
  title: 'The registration registers nothing',
  finds: 'The registering macro is not visible in this translation unit, so its line defines nothing.',
  why: `Where no header defines the macro, \`task_watcher_func(init, f);\` is still C: before C99 it declares a function of that
name. The compiler warns at most, nothing is put into any section, and \`f\` is never called. That happened in a posted
patch.

The header may be missing (directly and through others), or be included while its macro is hidden behind a condition
that is false here, such as \`#ifndef MODULE\`.`,
  bad: {
    code: `#include <linux/sched.h>

static int sample_start(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
task_watcher_func(init, sample_start);
/* ^ registration-has-no-effect */
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
    ...tableEntries(context.snapshot).flatMap((entry) =>
      entry.status === 'no-effect' ? problem(context, entry) : [],
    ),
    // Of what is not built, less is known about its includes: only what surely does not reach the macro counts.
    ...context.snapshot.unseenMacros.flatMap((entry) =>
      entry.status !== 'module' && !mayReach(context, entry) ? problem(context, entry) : [],
    ),
  ],
};

function headersOf({ snapshot }: CheckContext, entry: TableEntry): readonly string[] {
  return snapshot.macros.flatMap(({ name, file }) => (name === entry.macro ? [file] : []));
}

function mayReach(context: CheckContext, entry: TableEntry): boolean {
  const reach = mayInclude(context, entry.place.file);
  return reach.computed || headersOf(context, entry).some((file) => reach.files.has(file));
}

function problem(context: CheckContext, entry: TableEntry): readonly Problem[] {
  const file = context.source(entry.place.file);
  if (!file) return [];
  const [header] = headersOf(context, entry);
  const name = entry.macro ?? 'the macro';
  const hidden = header !== undefined && mayReach(context, entry);
  const why =
    header === undefined
      ? `${name} is defined nowhere`
      : hidden
        ? `${header} is included, but hides ${name} behind a condition here`
        : `nothing that this file includes defines ${name} (${header} does)`;
  return [
    {
      file: file.path,
      range: { start: entry.range.start, end: entry.range.start + (entry.macro?.length ?? 1) },
      message: `${why}: ${entry.function}() is not registered`,
      fixes: header === undefined || hidden ? [] : includeFix(file, header),
    },
  ];
}

function includeFix(file: SourceFile, header: string): readonly Fix[] {
  if (!header.startsWith('include/')) return [];
  const spec = header.slice('include/'.length);
  return [{ title: `Include <${spec}>`, edits: [includeInsertion(file, spec)], isPreferred: true }];
}
