import { isNamed } from '../../syntax/c/section-entry';
import type { SourceFile } from '../../syntax/c/unit';
import type { Snapshot } from '../../watchers/snapshot';
import type { TableEntry } from '../../link/entry';
import { writtenAt } from '../entries';
import type { Fix, Problem, Rule } from '../rule';
import { lineRemoval } from '../texts';

export const duplicateRegistration: Rule = {
  name: 'duplicate-registration',
  severity: 'warning',
  title: 'Registered twice',
  finds: 'The same function is in the linked table of the same event twice.',
  why: `Every registration is a pointer of its own, so the dispatcher calls the function once for each. A function that counts,
allocates or frees then does it twice for one task.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	tsk->usage--;
	return 0;
}
task_watcher_func(exit, sample_exit);
static task_watcher_fn const sample_again __used __section(".task_watchers.exit") = sample_exit;
/* ^ duplicate-registration */
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

static int sample_exit(unsigned long val, struct task_struct *tsk)
{
	tsk->usage--;
	return 0;
}
task_watcher_func(exit, sample_exit);
`,
  },
  find: (context) =>
    context.snapshot.tables.flatMap(({ event, entries }) => {
      const linked = entries
        .filter(({ status, function: called }) => status === 'linked' && isNamed(called))
        .toSorted((one, other) => one.range.start - other.range.start);
      const first = new Map<string, TableEntry>();
      return linked.flatMap((entry): readonly Problem[] => {
        // Watchers are static nearly always: two files' functions of one name are two functions. A header's static
        // function is one in every unit that includes it.
        const key = `${entry.object ?? ''}:${entry.place.file}:${entry.function}`;
        const other = first.get(key);
        if (!other) {
          first.set(key, entry);
          return [];
        }
        const file = context.source(entry.place.file);
        if (!file || writtenAt(entry) === writtenAt(other)) return [];
        return [
          {
            file: file.path,
            range: entry.range,
            message: `${entry.function}() is on ${event} already: it is called twice`,
            related: [{ file: other.place.file, range: other.range, message: 'registered here first' }],
            fixes: removal(file, entry, context.snapshot),
          },
        ];
      });
    }),
};

/** Takes away the whole declaration, where it registers nothing else. */
function removal(file: SourceFile, entry: TableEntry, { tables }: Snapshot): readonly Fix[] {
  const { statements } = file.facts;
  let whole = entry.range;
  for (let at = 0; at < statements.length; at += 3) {
    const [start = 0, end = 0] = [statements[at], statements[at + 2]];
    if (start <= entry.range.start && entry.range.end <= end) whole = { start, end };
  }
  const isIn = ({ place, range }: TableEntry): boolean =>
    place.file === file.path && whole.start <= range.start && range.start < whole.end;
  const made = tables.flatMap(({ entries }) => entries.filter(isIn));
  if (made.length > 1) return [];
  return [{ title: 'Remove this registration', edits: [lineRemoval(file, whole)], isPreferred: true }];
}
