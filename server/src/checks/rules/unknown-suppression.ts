import type { Rule } from '../rule';
import { suppressionsOf } from '../suppression';
import { nearest } from '../../syntax/nearest-name';

/** The rule that watches the comments themselves; `names`: of all other rules. */
export const unknownSuppression = (names: readonly string[]): Rule => ({
  name: 'unknown-suppression',
  severity: 'warning',
  title: 'A suppression comment names no rule',
  finds: 'A `tw-ignore` comment names a rule that does not exist, so it suppresses nothing.',
  why: `\`/* tw-ignore: RULE */\` on a finding's line, or alone on the line before, suppresses findings of that rule there;
several names are separated by commas, and what follows \`--\` is for readers. A misspelt name would suppress nothing and
nobody would notice, or it would stay when the rule it names is long gone.`,
  bad: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	/* tw-ignore: init-error-ignore */
	/*            ^ unknown-suppression */
	return notify_task_watchers(WATCH_TASK_INIT, 0, p);
}
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

int sample_fork(struct task_struct *p);
int sample_fork(struct task_struct *p)
{
	/* tw-ignore: init-error-ignored -- the caller looks at the task instead */
	notify_task_watchers(WATCH_TASK_INIT, 0, p);
	return 0;
}
`,
  },
  find: ({ snapshot, source }) =>
    snapshot.candidates.flatMap((path) => {
      const file = source(path);
      return (file ? suppressionsOf(file) : []).flatMap(({ rules }) =>
        rules
          .filter(({ name }) => !names.includes(name) && name !== 'unknown-suppression')
          .map(({ name, range }) => {
            const meant = nearest(name, names);
            return {
              file: path,
              range,
              message: `no rule ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
              fixes:
                meant === undefined
                  ? []
                  : [
                      {
                        title: `Change ${name} to ${meant}`,
                        edits: [{ file: path, range, text: meant }],
                        isPreferred: true,
                      },
                    ],
            };
          }),
      );
    }),
});
