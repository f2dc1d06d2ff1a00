/**
 * Grafts a task-watchers port of our own onto a copy of a pristine Linux 6.1 tree:
 * `npx tsx scripts/graft-kernel.ts TREE`. The tree is changed in place, so give it a copy. Nothing of the kernel is in
 * this repository: insertions are found by short anchors.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addObject, edit } from './edit-tree';
import { parseArgs } from 'node:util';

const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'] as const;

const header = `/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_TASK_WATCHERS_H
#define _LINUX_TASK_WATCHERS_H

struct task_struct;

enum {
${events.map((event, index) => `\tWATCH_TASK_${event.toUpperCase()} = ${index},`).join('\n')}
\tNUM_WATCH_TASK_EVENTS
};

typedef int (*task_watcher_fn)(unsigned long val, struct task_struct *tsk);

#ifndef MODULE
#define __task_watcher_pointer(ev, fn) \\
\tstatic task_watcher_fn __task_watcher_##ev##_##fn \\
\t__used __attribute__((__section__(".task_watchers." #ev))) = fn
#define task_watcher_func(ev, fn) __task_watcher_pointer(ev, fn)
#else
#define task_watcher_func(ev, fn) _Static_assert(0, "modules can't be task watchers")
#endif

/* Both ends of a task's life with one line. */
#define task_watcher_pair(taken, given_back) \\
\ttask_watcher_func(init, taken); \\
\ttask_watcher_func(free, given_back)

int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk);

#endif
`;

const dispatcher = `// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>

${events.map((event) => `extern task_watcher_fn __start_task_watchers_${event}[];`).join('\n')}
extern task_watcher_fn __stop_task_watchers_free[];

static task_watcher_fn *twtable[] = {
${events.map((event) => `\t__start_task_watchers_${event},`).join('\n')}
\t__stop_task_watchers_free,
};

int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)
{
\ttask_watcher_fn *watcher;
\tint first = 0;

\tfor (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
\t\tint err = (*watcher)(val, tsk);

\t\tif (err < 0 && first == 0)
\t\t\tfirst = err;
\t}
\treturn first;
}
`;

const output = `#define TASK_WATCHERS_TABLE \\
\t. = ALIGN(8); \\
\t.task_watchers_table : AT(ADDR(.task_watchers_table) - LOAD_OFFSET) { \\
${events.map((event) => `\t\t__start_task_watchers_${event} = .; \\\n\t\tKEEP(*(.task_watchers.${event})) \\`).join('\n')}
\t\t__stop_task_watchers_free = .; \\
\t}

`;

/** A watcher of ours: its function and its registration, in front of or at the end of a file. */
const watcher = (event: string, name: string): string =>
  `static int ${name}(unsigned long val, struct task_struct *tsk)\n{\n\treturn val == ~0UL ? -1 : 0;\n}\ntask_watcher_func(${event}, ${name});\n`;

/** File to the watchers it gets: `event:name`. Spread over what is built in, as module, or not at all. */
const registrations: Readonly<Record<string, readonly string[]>> = {
  'arch/x86/kernel/process.c': ['init:x86_tls_init', 'free:x86_tls_free', 'exec:x86_tls_exec'],
  'arch/x86/mm/init.c': ['init:x86_mm_init'],
  'init/main.c': ['exit:main_exit'],
  'kernel/pid.c': ['init:pid_init_watch', 'clone:pid_clone_watch', 'free:pid_free_watch'],
  'kernel/signal.c': ['init:signal_init_watch', 'init:signal_second_watch', 'exit:signal_exit_watch'],
  'kernel/cred.c': ['uid:cred_uid_watch', 'gid:cred_gid_watch'],
  'kernel/audit.c': ['init:audit_init_watch', 'free:audit_free_watch'],
  'kernel/time/timer.c': ['exit:timer_exit_watch', 'init:timer_init_watch'],
  'kernel/sched/idle.c': ['init:idle_init_watch', 'clone:idle_clone_watch'],
  'mm/mmap.c': ['init:mmap_init_watch', 'free:mmap_free_watch'],
  'mm/util.c': ['exec:mmutil_exec_watch'],
  'mm/mempolicy.c': ['init:mempolicy_init_watch'],
  'fs/exec.c': ['exec:fs_exec_watch', 'exec:fs_exec_second_watch'],
  'fs/file.c': ['init:files_init_watch', 'free:files_free_watch'],
  'fs/proc/base.c': ['free:proc_free_watch'],
  'ipc/sem.c': ['init:sem_init_watch', 'exit:sem_exit_watch'],
  'ipc/util.c': ['clone:ipc_clone_watch'],
  'security/commoncap.c': ['uid:cap_uid_watch'],
  'security/keys/process_keys.c': [
    'init:keys_init_watch',
    'uid:keys_uid_watch',
    'gid:keys_gid_watch',
    'exec:keys_exec_watch',
    'free:keys_free_watch',
  ],
  'block/blk-core.c': ['exit:blk_exit_watch'],
  'lib/kobject.c': ['init:kobject_init_watch'],
  'lib/rbtree.c': ['free:rbtree_free_watch'],
  'lib/radix-tree.c': ['init:radix_init_watch', 'free:radix_free_watch'],
  'net/core/sock.c': ['exit:sock_exit_watch', 'init:sock_init_watch'],
  'net/ipv4/tcp.c': ['clone:tcp_clone_watch'],
  'drivers/base/core.c': ['init:device_init_watch'],
  'drivers/tty/serial/8250/8250_core.c': ['init:uart_init_watch', 'gid:uart_gid_watch'],
  'drivers/tty/vt/vt.c': ['exit:vt_exit_watch'],
  'drivers/net/dummy.c': ['init:dummy_init_watch'],
  'drivers/connector/cn_proc.c': ['clone:cn_clone_watch', 'exit:cn_exit_watch'],
};

const include = '#include <linux/task_watchers.h>\n';

function graft(root: string): void {
  if (!existsSync(join(root, 'kernel/fork.c'))) throw new Error(`${root}: not a kernel tree`);
  if (existsSync(join(root, 'kernel/task_watchers.c'))) throw new Error(`${root}: has task watchers already`);
  writeFileSync(join(root, 'include/linux/task_watchers.h'), header);
  writeFileSync(join(root, 'kernel/task_watchers.c'), dispatcher);
  addObject(root, 'kernel/Makefile', 'task_watchers.o');
  edit(root, 'include/asm-generic/vmlinux.lds.h', (text) =>
    text.replace('#define INIT_CALLS_LEVEL(level)', `${output}#define INIT_CALLS_LEVEL(level)`),
  );
  edit(root, 'arch/x86/kernel/vmlinux.lds.S', (text) =>
    text.replace(/^(\s*)ORC_UNWIND_TABLE\s*$/m, (line) => `${line}\n\n\tTASK_WATCHERS_TABLE\n`),
  );
  for (const [path, watchers] of Object.entries(registrations))
    appendFileSync(
      join(root, path),
      `\n${include}${watchers.map((text) => watcher(...(text.split(':') as [string, string]))).join('\n')}`,
    );
  // In a .c file that another one includes, and in a header that two objects include.
  appendFileSync(join(root, 'kernel/sched/rt.c'), `\n${include}${watcher('init', 'sched_rt_init_watch')}`);
  writeFileSync(
    join(root, 'include/linux/counted_tasks.h'),
    `#ifndef _COUNTED_TASKS_H\n#define _COUNTED_TASKS_H\n${include}${watcher('free', 'counted_free_watch')}#endif\n`,
  );
  for (const path of ['kernel/sys.c', 'fs/open.c'])
    appendFileSync(join(root, path), '\n#include <linux/counted_tasks.h>\n');
  // Through a wrapper, by hand, and in branches that are and are not compiled.
  appendFileSync(
    join(root, 'kernel/exit.c'),
    `\n${include}static int pair_taken(unsigned long val, struct task_struct *tsk)\n{\n\treturn 0;\n}\nstatic int pair_back(unsigned long val, struct task_struct *tsk)\n{\n\treturn 0;\n}\ntask_watcher_pair(pair_taken, pair_back);\n`,
  );
  appendFileSync(
    join(root, 'kernel/params.c'),
    `\n${include}static int by_hand_watch(unsigned long val, struct task_struct *tsk)\n{\n\treturn 0;\n}\nstatic task_watcher_fn by_hand __used __attribute__((__section__(".task_watchers.init"))) = by_hand_watch;\n#ifdef CONFIG_SMP\n${watcher('init', 'params_smp_watch')}#else\n${watcher('init', 'params_up_watch')}#endif\n`,
  );
  // The call sites.
  edit(root, 'kernel/fork.c', (text) =>
    `${include}${text}`
      .replace(
        '\tretval = copy_semundo(clone_flags, p);',
        '\tretval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);\n\tif (retval < 0)\n\t\tgoto bad_fork_cleanup_security;\n\tretval = copy_semundo(clone_flags, p);',
      )
      .replace(
        '\tcopy_oom_score_adj(clone_flags, p);',
        '\tcopy_oom_score_adj(clone_flags, p);\n\tnotify_task_watchers(WATCH_TASK_CLONE, clone_flags, p);',
      )
      .replace(
        'bad_fork_cleanup_audit:\n',
        'bad_fork_cleanup_audit:\n\tnotify_task_watchers(WATCH_TASK_FREE, 0, p);\n',
      ),
  );
  edit(root, 'kernel/exit.c', (text) =>
    text
      .replace(
        '\tvalidate_creds_for_do_exit(tsk);',
        '\tnotify_task_watchers(WATCH_TASK_EXIT, code, tsk);\n\tvalidate_creds_for_do_exit(tsk);',
      )
      .replace(/^/, include),
  );
}

/** Files that nearly every configuration builds: each can take one INIT watcher more. */
const moreFiles: Readonly<Record<string, string>> = {
  kernel:
    'exec_domain softirq resource sysctl capability ptrace user umh workqueue task_work extable kthread sys_ni nsproxy notifier ksysfs reboot async range groups ucount',
  mm: 'filemap mempool oom_kill maccess readahead swap truncate vmscan shmem vmstat',
  fs: 'open read_write file_table super pipe namei fcntl ioctl',
};

const taking = (name: string): string => `
static int ${name}_prepare(struct task_struct *tsk, int how)
{
	void *taken = kzalloc(64, GFP_KERNEL);

	if (!taken)
		return -ENOMEM;
	if (how > 3) {
		kfree(taken);
		return -EINVAL;
	}
	tsk->journal_info = taken;
	return 0;
}

static int ${name}(unsigned long val, struct task_struct *tsk)
{
	int err = 0;

	if (val & CLONE_THREAD)
		return 0;
	if (!(val & CLONE_VM)) {
		err = ${name}_prepare(tsk, val & 0xff);
		if (err)
			goto out;
	}
	if ((val & (CLONE_FS | CLONE_FILES)) == CLONE_FS && !tsk->mm)
		err = -EPERM;
out:
	return err;
}
task_watcher_func(init, ${name});
`;

const looping = (name: string): string => `
static int ${name}(unsigned long val, struct task_struct *tsk)
{
	int i, err = 0;

	for (i = 0; i < 3; i++) {
		err = security_task_alloc(tsk, val);
		if (err)
			break;
	}
	if (val & CLONE_SYSVSEM) {
		void *undo = kmalloc(32, GFP_KERNEL);

		if (!undo)
			return -ENOMEM;
		tsk->journal_info = undo;
	}
	return err;
}
task_watcher_func(init, ${name});
`;

/** More watchers of INIT, with bodies to follow: allocations, tests of `val`, a helper, a loop. For measuring. */
function graftMore(root: string, files: readonly (readonly [path: string, name: string])[]): void {
  const headers = `${include}#include <linux/slab.h>\n#include <linux/sched.h>\n`;
  files.forEach(([path, name], index) => {
    appendFileSync(join(root, path), `\n${headers}${index % 2 === 0 ? taking(name) : looping(name)}`);
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { more: { type: 'string', default: '0' } },
});
const [tree] = positionals;
if (tree === undefined)
  throw new Error('usage: graft-kernel.ts TREE [--more N] (a copy: it is changed in place)');
const takingMore = Object.entries(moreFiles).flatMap(([folder, names]) =>
  names.split(' ').map((name) => [`${folder}/${name}.c`, `more_${folder}_${name}`] as const),
);
const more = Number(values.more);
if (!(more <= takingMore.length)) throw new Error(`--more: at most ${String(takingMore.length)}`);
graft(tree);
graftMore(tree, takingMore.slice(0, more));
