/** A change to the example kernel, as somebody might have made it, and what must be found in it then. */
export interface SmallKernel {
  readonly name: string;
  readonly edits?: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** New files; a `.c` file is built. */
  readonly files?: Readonly<Record<string, string>>;
  /** The dialect of December 2006; edits and files are written in it. */
  readonly isDecember?: boolean;
  /** Lines of the configuration to add; `-CONFIG_X` takes one away. */
  readonly config?: readonly string[];
  /** `file rule: a part of the line it is on`; nothing else is found but hints. */
  readonly finds: readonly string[];
}

const dispatcher = 'kernel/task_watchers.c';
const collecting = `		int err = (*watcher)(val, tsk);

		if (err < 0 && ret == 0)
			ret = err;
`;
const drops = [`${dispatcher} dispatcher-drops-error: int notify_task_watchers(`];

const dispatching = (name: string, to: string, finds: readonly string[]): SmallKernel => ({
  name: `dispatcher: ${name}`,
  edits: [{ file: dispatcher, from: collecting, to }],
  finds,
});

const copiesParent = {
  file: 'kernel/fork.c',
  from: `		return ERR_PTR(-ENOMEM);
`,
  to: `		return ERR_PTR(-ENOMEM);
	*p = *current;
`,
};

const locks = `#define GFP_KERNEL 0xd0
#define GFP_ATOMIC 0x20
void spin_lock(int *lock);
void spin_unlock(int *lock);
void read_lock(int *lock);
void read_unlock(int *lock);
void write_lock_irq(int *lock);
void write_unlock_irq(int *lock);
void mutex_lock(int *lock);
void mutex_unlock(int *lock);
void rcu_read_lock(void);
void rcu_read_unlock(void);
extern int tasklist_lock, table_lock;
`;

const teller = (flags: string): string => `// SPDX-License-Identifier: MIT
#include <linux/sched.h>
#include <linux/task_watchers.h>

${locks}int cn_netlink_send(void *message, int group, int flags);

static int tell_of_clone(unsigned long clone_flags, struct task_struct *tsk)
{
	cn_netlink_send(tsk, 1, ${flags});
	return 0;
}
task_watcher_func(clone, tell_of_clone);
`;

const locker = `// SPDX-License-Identifier: MIT
#include <linux/sched.h>
#include <linux/task_watchers.h>

${locks}
static int count_clone(unsigned long clone_flags, struct task_struct *tsk)
{
	mutex_lock(&table_lock);
	tsk->usage++;
	mutex_unlock(&table_lock);
	return 0;
}
task_watcher_func(clone, count_clone);
`;

const cloneNotified = '	notify_task_watchers(WATCH_TASK_CLONE, clone_flags, p);\n';
const aroundClone = (before: string, after: string) => [
  {
    file: 'kernel/fork.c',
    from: 'struct task_struct *current_task;\n',
    to: `struct task_struct *current_task;\n${locks}`,
  },
  { file: 'kernel/fork.c', from: cloneNotified, to: `${before}${cloneNotified}${after}` },
];

const registering = (
  name: string,
  code: string,
  finds: readonly string[],
  include = '#include <linux/task_watchers.h>\n',
): SmallKernel => ({
  name: `registration: ${name}`,
  files: {
    'kernel/sample.c': `// SPDX-License-Identifier: MIT
#include <linux/init.h>
#include <linux/sched.h>
${include}
${code}`,
  },
  finds,
});

const watcher = (
  name: string,
  words = 'static int',
): string => `${words} ${name}(unsigned long val, struct task_struct *tsk)
{
	tsk->usage = 0;
	return 0;
}
`;

export const smallKernels: readonly SmallKernel[] = [
  dispatching('the last result, whatever came before', '		ret = (*watcher)(val, tsk);\n', drops),
  dispatching(
    'the last error',
    `		int err = (*watcher)(val, tsk);

		if (err < 0)
			ret = err;
`,
    [],
  ),
  dispatching('results joined', '		ret |= (*watcher)(val, tsk);\n', []),
  dispatching(
    'ends at the first error',
    `		int err = (*watcher)(val, tsk);

		if (err < 0)
			return err;
`,
    [],
  ),
  dispatching(
    'leaves the loop at the first error',
    `		ret = (*watcher)(val, tsk);
		if (unlikely(ret < 0))
			break;
`.replace('unlikely(ret < 0)', 'ret < 0'),
    [],
  ),
  dispatching(
    'the largest result',
    `		int err = (*watcher)(val, tsk);

		if (err > ret)
			ret = err;
`,
    drops,
  ),
  dispatching(
    'the smallest result',
    `		int err = (*watcher)(val, tsk);

		if (err < ret)
			ret = err;
`,
    [],
  ),
  dispatching(
    'a variable of its own in the loop',
    `		int ret = (*watcher)(val, tsk);

		if (ret < 0)
			continue;
`,
    drops,
  ),
  dispatching(
    'tests for another error',
    `		int err = (*watcher)(val, tsk);

		if (err < 0 && ret != 0)
			ret = err;
`,
    drops,
  ),
  dispatching(
    'only one error counts',
    `		int err = (*watcher)(val, tsk);

		if (err == -12)
			ret = err;
`,
    drops,
  ),
  dispatching(
    'only positive results count',
    `		int err = (*watcher)(val, tsk);

		if (err > 0 && ret == 0)
			ret = err;
`,
    drops,
  ),
  dispatching(
    'the error without its sign',
    `		int err = (*watcher)(val, tsk);

		if (err < 0 && ret == 0)
			ret = -err;
`,
    drops,
  ),
  {
    name: 'dispatcher: 0 in the end',
    edits: [{ file: dispatcher, from: '	}\n	return ret;\n', to: '	}\n	return 0;\n' }],
    finds: drops,
  },
  {
    name: 'dispatcher: only errors in the end',
    edits: [{ file: dispatcher, from: '	}\n	return ret;\n', to: '	}\n	return ret < 0 ? ret : 0;\n' }],
    finds: [],
  },
  {
    name: 'dispatcher: a truth in the end',
    edits: [{ file: dispatcher, from: '	}\n	return ret;\n', to: '	}\n	return ret < 0;\n' }],
    finds: drops,
  },
  {
    name: 'dispatcher: a while loop',
    edits: [
      {
        file: dispatcher,
        from: '	for (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {\n		int err = (*watcher)(val, tsk);\n',
        to: '	watcher = twtable[ev];\n	while (watcher < twtable[ev + 1]) {\n		int err = (*watcher++)(val, tsk);\n',
      },
    ],
    finds: [],
  },
  {
    name: 'the new task is a copy: FREE gets what the parent has',
    edits: [copiesParent],
    finds: ['kernel/auditsc.c free-ignores-failed-init: kfree(tsk->audit_context)'],
  },
  {
    name: 'the new task is a copy: INIT leaves nothing of the parent’s',
    edits: [
      copiesParent,
      {
        file: 'kernel/auditsc.c',
        from: '	context = kzalloc(sizeof(*context));\n',
        to: '	tsk->audit_context = NULL;\n	context = kzalloc(sizeof(*context));\n',
      },
    ],
    finds: [],
  },
  {
    name: 'the new task is a copy, and what the parent had is cleared at once',
    edits: [{ ...copiesParent, to: `${copiesParent.to}	p->audit_context = NULL;\n` }],
    finds: [],
  },
  {
    name: 'CLONE under the list lock, a watcher that sends',
    edits: aroundClone('	write_lock_irq(&tasklist_lock);\n', '	write_unlock_irq(&tasklist_lock);\n'),
    files: { 'kernel/sample.c': teller('GFP_KERNEL') },
    finds: ['kernel/sample.c sleeps-in-atomic: cn_netlink_send(tsk, 1, GFP_KERNEL)'],
  },
  {
    name: 'CLONE under the list lock, a watcher that sends without waiting',
    edits: aroundClone('	write_lock_irq(&tasklist_lock);\n', '	write_unlock_irq(&tasklist_lock);\n'),
    files: { 'kernel/sample.c': teller('GFP_ATOMIC') },
    finds: [],
  },
  {
    name: 'CLONE after the list lock, a watcher that sends',
    edits: aroundClone('	write_lock_irq(&tasklist_lock);\n	write_unlock_irq(&tasklist_lock);\n', ''),
    files: { 'kernel/sample.c': teller('GFP_KERNEL') },
    finds: [],
  },
  {
    name: 'CLONE under a lock that is dropped on one way only',
    edits: aroundClone(
      '	read_lock(&tasklist_lock);\n	if (clone_flags & CLONE_VM)\n		read_unlock(&tasklist_lock);\n',
      '',
    ),
    files: { 'kernel/sample.c': locker },
    finds: ['kernel/sample.c sleeps-in-atomic: mutex_lock(&table_lock)'],
  },
  {
    name: 'the dispatcher holds a lock',
    edits: [
      {
        file: dispatcher,
        from: '	for (watcher',
        to: '	rcu_read_lock();\n	for (watcher',
      },
      { file: dispatcher, from: '	}\n	return ret;\n', to: '	}\n	rcu_read_unlock();\n	return ret;\n' },
      {
        file: dispatcher,
        from: '/* Calls',
        to: 'void rcu_read_lock(void);\nvoid rcu_read_unlock(void);\n\n/* Calls',
      },
    ],
    files: { 'kernel/sample.c': locker },
    finds: ['kernel/sample.c sleeps-in-atomic: mutex_lock(&table_lock)'],
  },
  registering('an event in capitals', `${watcher('w')}task_watcher_func(INIT, w);\n`, [
    // As many sections are called as there are ways to write an event: no pattern takes this one.
    'kernel/sample.c orphan-section: task_watcher_func(INIT, w)',
  ]),
  registering('an event that never was', `${watcher('w')}task_watcher_func(fork, w);\n`, [
    'kernel/sample.c unknown-event: task_watcher_func(fork, w)',
  ]),
  registering(
    'without the header',
    `${watcher('w')}task_watcher_func(exit, w);\n`,
    ['kernel/sample.c registration-has-no-effect: task_watcher_func(exit, w)'],
    '',
  ),
  registering(
    'the header only in some configurations',
    `${watcher('w')}task_watcher_func(exit, w);\n`,
    ['kernel/sample.c registration-has-no-effect: task_watcher_func(exit, w)'],
    '#ifdef CONFIG_NOWHERE\n#include <linux/task_watchers.h>\n#endif\n',
  ),
  {
    ...registering(
      'the header by way of another',
      `${watcher('w')}task_watcher_func(exit, w);\n`,
      [],
      '#include <linux/own.h>\n',
    ),
    files: {
      ...registering('', `${watcher('w')}task_watcher_func(exit, w);\n`, [], '#include <linux/own.h>\n')
        .files,
      'include/linux/own.h': '#include <linux/task_watchers.h>\n',
    },
  },
  registering(
    'a function on two events',
    `${watcher('w')}task_watcher_func(exit, w);\ntask_watcher_func(exec, w);\n`,
    [],
  ),
  registering('an __init function', `${watcher('w', 'static int __init')}task_watcher_func(exit, w);\n`, [
    'kernel/sample.c watcher-in-init-section: w(unsigned long val',
  ]),
  registering(
    'before the function, which is declared',
    `static int w(unsigned long val, struct task_struct *tsk);\ntask_watcher_func(exit, w);\n${watcher('w')}`,
    [],
  ),
  registering('a function of all files', `${watcher('w', 'int')}task_watcher_func(exit, w);\n`, []),
  registering(
    'called where it once was',
    `void old(struct task_struct *p);\nvoid old(struct task_struct *p)\n{\n	audit_free(p);\n}\n`.replace(
      'void old',
      'void audit_free(struct task_struct *p);\nvoid old',
    ),
    [
      'kernel/sample.c caller-left-behind: void audit_free(struct task_struct *p);',
      'kernel/sample.c caller-left-behind: 	audit_free(p)',
    ],
  ),
  registering(
    'a function of the same name elsewhere',
    `static int audit_free(struct task_struct *p)\n{\n	return p != NULL;\n}\nint old(struct task_struct *p);\nint old(struct task_struct *p)\n{\n	return audit_free(p);\n}\n`,
    [],
  ),
];
