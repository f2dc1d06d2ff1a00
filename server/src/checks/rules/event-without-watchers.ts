import { liveCalls } from '../entries';
import type { Rule } from '../rule';

export const eventWithoutWatchers: Rule = {
  name: 'event-without-watchers',
  severity: 'hint',
  title: 'Nobody listens',
  finds: 'A notification whose event has no function in this kernel.',
  why: `The call walks an empty table. That costs next to nothing and is right when the watchers are only configured out;
readers may want to know.`,
  bad: {
    config: ['-CONFIG_CONNECTOR', '-CONFIG_PROC_EVENTS', '-CONFIG_KEYS'],
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

/* In a kernel without CONFIG_CONNECTOR and CONFIG_KEYS. */
int sample_setuid(uid_t uid)
{
	current->uid = uid;
	return notify_task_watchers(WATCH_TASK_UID, 0, current);
}
`,
  },
  good: {
    code: `#include <linux/sched.h>
#include <linux/task_watchers.h>

/* In a kernel with CONFIG_KEYS. */
int sample_setuid(uid_t uid)
{
	current->uid = uid;
	return notify_task_watchers(WATCH_TASK_UID, 0, current);
}
`,
  },
  find: ({ snapshot }) =>
    snapshot.configFile === undefined || snapshot.notes.some(({ isUnread }) => isUnread === true)
      ? []
      : liveCalls(snapshot).flatMap(({ event, file, range }) => {
          const table = snapshot.tables.find((one) => one.event === event);
          const left = table?.entries ?? [];
          if (!table || left.some(({ status }) => status === 'linked' || status === 'archive-member'))
            return [];
          const [one, many] = snapshot.family.noun;
          const others =
            left.length === 0
              ? ''
              : `; ${left.length} ${left.length === 1 ? one : many} in the tree, none linked`;
          return [{ file, range, message: `no ${one} is on ${event ?? ''} in this kernel${others}` }];
        }),
};
