import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toDialectB } from '../cli/dialect-b';
import { copyOfExample } from '../cli/kernel-under-test';
import { change, findingsIn, marksIn, setConfig, shown, write } from './kernel-under-check';

/** Takes marks of what hints say, which the clean kernel has too, out of the comparison. */
const known = new Set(['not-linked', 'event-without-watchers', 'placement-mismatch']);

const sources = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\.[chS]$/.test(path));

async function expectMarks(root: string, ...others: readonly string[]): Promise<void> {
  const wanted = sources(root).flatMap((file) => marksIn(file, readFileSync(join(root, file), 'utf8')));
  const found = (await findingsIn(root)).filter(({ rule }) => !known.has(rule));
  assert.deepEqual(shown(found), [...wanted, ...others].sort());
}

/**
 * What the postings of 2006 got wrong, as their readers and the tests of this project know it, in code of our own: a
 * task that is made as a copy of its parent, and the slips planted where the postings had theirs.
 */
function plantSlips(root: string, register: (event: string, name: string) => string): void {
  setConfig(root, ['CONFIG_CPUSETS=y']);
  write(
    root,
    'kernel/fork.c',
    `// SPDX-License-Identifier: MIT
#include <linux/err.h>
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_watchers.h>

struct task_struct *current_task;
int security_task_alloc(struct task_struct *p);
int copy_files(unsigned long clone_flags, struct task_struct *p);
void security_task_free(struct task_struct *p);
static struct task_struct *dup_task_struct(struct task_struct *orig)
{
	struct task_struct *tsk = kzalloc(sizeof(*tsk));

	if (tsk)
		*tsk = *orig;
	return tsk;
}

static struct task_struct *copy_process(unsigned long clone_flags)
{
	struct task_struct *p;
	int retval = -EAGAIN;

	p = dup_task_struct(current);
	if (!p)
		goto fork_out;
	if ((retval = security_task_alloc(p)))
		goto bad_fork_cleanup_policy;
	retval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);
	if (retval < 0)
		goto bad_fork_cleanup_security;
	if ((retval = copy_files(clone_flags, p)))
		goto bad_fork_cleanup_security;
	notify_task_watchers(WATCH_TASK_CLONE, clone_flags, p);
	return p;

bad_fork_cleanup_security:
	security_task_free(p);
bad_fork_cleanup_policy:
	notify_task_watchers(WATCH_TASK_FREE, 0, p);
	/* ^ free-before-init */
	kfree(p);
fork_out:
	return ERR_PTR(retval);
}

long do_fork(unsigned long clone_flags)
{
	struct task_struct *p = copy_process(clone_flags);

	if (IS_ERR(p))
		return PTR_ERR(p);
	current_task = p;
	return 0;
}
`,
  );
  change(root, 'kernel/task_watchers.c', (text) =>
    text
      .replace(
        '#include <linux/task_watchers.h>\n',
        '#include <linux/task_watchers.h>\n\n#define NOTIFY_OK 1\n',
      )
      .replace(
        'if (err < 0 && ret == 0)\n',
        'if (unlikely((err < 0) && (ret == NOTIFY_OK)))\n\t\t/*                         ^ dispatcher-drops-error */\n',
      ),
  );
  change(root, 'kernel/lockdep.c', (text) =>
    text
      .replace(
        'static int lockdep_init_task(unsigned long val, struct task_struct *tsk)\n',
        'static void lockdep_init_task(unsigned long val, struct task_struct *tsk)\n/*     ^ watcher-signature */\n',
      )
      .replace('\treturn 0;\n', ''),
  );
  change(root, 'mm/mempolicy.c', (text) =>
    text
      .replace(
        'static int free_task_mempolicy(unsigned long val, struct task_struct *tsk)\n',
        'static int free_task_mempolicy(unsigned int ignored, struct task_struct *tsk)\n/*                             ^ watcher-signature */\n',
      )
      .replace(
        '\ttsk->mempolicy = NULL;\n\treturn 0;\n}\ntask',
        '\ttsk->mempolicy = NULL;\n}\n/* ^ watcher-missing-return */\ntask',
      ),
  );
  // In the clean kernel INIT leaves NULL behind; here it leaves what the parent had.
  change(root, 'kernel/auditsc.c', (text) =>
    text.replace(
      '\tkfree(tsk->audit_context);\n',
      '\tkfree(tsk->audit_context);\n\t/* ^ free-ignores-failed-init */\n',
    ),
  );
  change(root, 'kernel/cpuset.c', (text) =>
    text
      .replace('#include <linux/task_watchers.h>\n', '')
      .replace(`${register('init', 'cpuset_fork')};\n`, '$&/* ^ registration-has-no-effect */\n')
      .replace(`${register('free', 'cpuset_exit')};\n`, '$&/* ^ registration-has-no-effect */\n'),
  );
}

const getUndoList = `static int get_undo_list(struct sem_undo_list **list)
{
	struct sem_undo_list *undo_list = current->undo_list;

	if (!undo_list) {
		undo_list = kzalloc(sizeof(*undo_list));
		if (!undo_list)
			return -ENOMEM;
		current->undo_list = undo_list;
	}
	*list = undo_list;
	return 0;
}

`;

describe('the slips of the postings, planted in code of our own', () => {
  let root = '';
  beforeEach(() => {
    root = copyOfExample();
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('September and November 2006', async () => {
    plantSlips(root, (event, name) => `task_watcher_func(${event}, ${name})`);
    change(root, 'include/linux/task_watchers.h', (text) =>
      text.replace(
        '\tstatic task_watcher_fn const __task_watcher_##ev##_##fn __used \\\n',
        '\tstatic task_watcher_fn __task_watcher_##ev##_##fn __used \\\n',
      ),
    );
    // It fails only where the parent has none, and then its copy has none either.
    change(root, 'ipc/sem.c', (text) =>
      text
        .replace('static int copy_semundo', `${getUndoList}static int copy_semundo`)
        .replace(
          /\tundo_list = current[\s\S]*?\n\t}\n/,
          `\terror = get_undo_list(&undo_list);\n\tif (error)\n\t\treturn error;\n`,
        )
        .replace(
          '\tstruct sem_undo_list *undo_list;\n\n\tif (!(',
          '\tstruct sem_undo_list *undo_list;\n\tint error;\n\n\tif (!(',
        ),
    );
    await expectMarks(root, 'include/linux/task_watchers.h:22 table-writable');
  });

  it('December 2006', async () => {
    toDialectB(root);
    plantSlips(root, (event, name) => `DEFINE_TASK_${event.toUpperCase()}CALL(${name})`);
    await expectMarks(
      root,
      'drivers/platform/vendor/box/box.c:11 table-writable',
      'include/linux/task_watchers.h:21 table-writable',
    );
  });
});
