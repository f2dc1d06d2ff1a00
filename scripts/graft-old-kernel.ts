/**
 * A task-watchers port of our own onto a copy of Linux 2.6.20: `npx tsx scripts/graft-old-kernel.ts TREE`. The tree is
 * changed in place. Also mends what GNU make of today refuses in that tree's makefile. Nothing of the kernel is in this
 * repository: insertions are found by short anchors.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addObject, edit } from './edit-tree';

const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'] as const;

const header = `#ifndef _LINUX_TASK_WATCHERS_H
#define _LINUX_TASK_WATCHERS_H
#include <linux/compiler.h>

struct task_struct;

${events.map((event, index) => `#define WATCH_TASK_${event.toUpperCase()} ${String(index)}`).join('\n')}
#define NUM_WATCH_TASK_EVENTS ${String(events.length)}

typedef int (*task_watcher_fn)(unsigned long val, struct task_struct *tsk);

#ifdef MODULE
#error "modules can't be task watchers"
#else
#define task_watcher_func(ev, fn) \\
\tstatic task_watcher_fn __task_watcher_##ev##_##fn __attribute_used__ \\
\t__attribute__((__section__(".task_watchers." #ev))) = fn
#endif

extern int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk);
#endif
`;

const dispatcher = `#include <linux/kernel.h>
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
\tint first = 0, err;

\tfor (watcher = twtable[ev]; watcher < twtable[ev + 1]; watcher++) {
\t\terr = (*watcher)(val, tsk);
\t\tif (err < 0 && first == 0)
\t\t\tfirst = err;
\t}
\treturn first;
}
`;

const output = `
#define TASK_WATCHERS_TABLE						\\
\t. = ALIGN(8);							\\
\t.task_watchers_table : AT(ADDR(.task_watchers_table) - LOAD_OFFSET) { \\
${events.map((event) => `\t\tVMLINUX_SYMBOL(__start_task_watchers_${event}) = .;	\\\n\t\t*(.task_watchers.${event})				\\`).join('\n')}
\t\tVMLINUX_SYMBOL(__stop_task_watchers_free) = .;		\\
\t}
`;

const watcher = (text: string): string => {
  const [event = '', name = ''] = text.split(':');
  return `static int ${name}(unsigned long val, struct task_struct *tsk)\n{\n\treturn val == ~0UL ? -1 : 0;\n}\ntask_watcher_func(${event}, ${name});\n`;
};

/** Files that are built in, modules or left out, depending on the configuration; several watchers in many. */
const registrations: Readonly<Record<string, readonly string[]>> = {
  'arch/i386/kernel/process.c': ['init:i386_process', 'free:i386_process_free', 'exec:i386_process_exec'],
  'arch/i386/kernel/ptrace.c': ['free:i386_ptrace_free'],
  'arch/i386/lib/delay.c': ['init:i386_delay'],
  'arch/i386/mm/fault.c': ['exit:i386_fault_exit'],
  'arch/x86_64/kernel/process.c': ['init:x86_64_process', 'free:x86_64_process_free'],
  'arch/x86_64/mm/fault.c': ['exit:x86_64_fault_exit'],
  'block/ll_rw_blk.c': ['exit:block_exit', 'init:block_init'],
  'crypto/api.c': ['init:crypto_init'],
  'drivers/base/core.c': ['init:device_init'],
  'drivers/char/random.c': ['init:random_init', 'exec:random_exec'],
  'drivers/char/tty_io.c': ['exit:tty_exit', 'exit:tty_exit_too'],
  'drivers/connector/cn_proc.c': [
    'clone:cn_clone',
    'exec:cn_exec',
    'uid:cn_uid',
    'gid:cn_gid',
    'exit:cn_exit',
  ],
  'drivers/net/loopback.c': ['init:loopback_init_watch'],
  'drivers/net/e1000/e1000_main.c': ['init:e1000_init', 'free:e1000_free'],
  'drivers/serial/8250.c': ['gid:serial_gid'],
  'drivers/usb/core/hub.c': ['exit:hub_exit'],
  'fs/exec.c': ['exec:exec_first', 'exec:exec_second'],
  'fs/ext3/super.c': ['init:ext3_init', 'free:ext3_free'],
  'fs/file.c': ['init:file_init', 'free:file_free'],
  'fs/nls/nls_base.c': ['uid:nls_uid'],
  'fs/proc/base.c': ['free:proc_free'],
  'init/main.c': ['exit:main_exit'],
  'ipc/sem.c': ['init:sem_init_watch', 'exit:sem_exit_watch'],
  'ipc/util.c': ['clone:ipc_clone'],
  'kernel/audit.c': ['gid:audit_gid'],
  'kernel/auditsc.c': ['init:audit_init_watch', 'free:audit_free_watch'],
  'kernel/cpuset.c': ['init:cpuset_init_watch', 'exit:cpuset_exit_watch'],
  'kernel/fork.c': ['init:fork_init_watch'],
  'kernel/lockdep.c': ['init:lockdep_init_watch'],
  'kernel/pid.c': ['init:pid_init', 'clone:pid_clone', 'free:pid_free'],
  'kernel/sched.c': ['init:sched_init_watch', 'clone:sched_clone'],
  'kernel/signal.c': ['init:signal_first', 'init:signal_second', 'init:signal_third'],
  'kernel/timer.c': ['exit:timer_exit'],
  'lib/bitmap.c': ['init:bitmap_init'],
  'lib/idr.c': ['init:idr_init_watch'],
  'lib/kobject.c': ['init:kobject_init_watch'],
  'lib/radix-tree.c': ['init:radix_init', 'free:radix_free'],
  'lib/rbtree.c': ['free:rbtree_free'],
  'lib/string.c': ['uid:string_uid'],
  'mm/mempolicy.c': ['init:mempolicy_init', 'free:mempolicy_free'],
  'mm/mmap.c': ['init:mmap_init', 'free:mmap_free'],
  'mm/slab.c': ['init:slab_init'],
  'net/core/sock.c': ['init:sock_init_watch', 'exit:sock_exit'],
  'net/ipv4/tcp.c': ['clone:tcp_clone'],
  'net/socket.c': ['init:socket_init'],
  'security/commoncap.c': ['uid:cap_uid'],
  'security/keys/process_keys.c': events.map((event) => `${event}:keys_${event}`),
  'sound/core/sound.c': ['exit:sound_exit'],
};

function graft(root: string): void {
  if (existsSync(join(root, 'kernel/task_watchers.c'))) throw new Error(`${root}: has task watchers already`);
  writeFileSync(join(root, 'include/linux/task_watchers.h'), header);
  writeFileSync(join(root, 'kernel/task_watchers.c'), dispatcher);
  addObject(root, 'kernel/Makefile', 'task_watchers.o');
  edit(root, 'include/asm-generic/vmlinux.lds.h', (text) =>
    text.replace(/^#define INITCALLS\b/m, (line) => `${output}\n${line}`),
  );
  for (const arch of ['i386', 'x86_64'])
    edit(root, `arch/${arch}/kernel/vmlinux.lds.S`, (text) =>
      text.replace(/^(\s*)\.data\.init_task :/m, (line) => `  TASK_WATCHERS_TABLE\n${line}`),
    );
  const include = '\n#include <linux/task_watchers.h>\n';
  for (const [path, watchers] of Object.entries(registrations))
    appendFileSync(join(root, path), `${include}#ifndef MODULE\n${watchers.map(watcher).join('\n')}#endif\n`);
  appendFileSync(
    join(root, 'kernel/fork.c'),
    `#ifdef CONFIG_TRACE_IRQFLAGS\n${watcher('init:irqflags_init')}#endif\n#ifdef CONFIG_SMP\n${watcher('clone:smp_clone')}#else\n${watcher('clone:up_clone')}#endif\n`,
  );
  edit(root, 'kernel/fork.c', (text) =>
    text.replace(
      '\tif ((retval = security_task_alloc(p)))',
      '\tretval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);\n\tif (retval < 0)\n\t\tgoto bad_fork_cleanup_policy;\n\tif ((retval = security_task_alloc(p)))',
    ),
  );
  edit(root, 'kernel/fork.c', (text) => text.replace(/^/, '#include <linux/task_watchers.h>\n'));
  edit(root, 'kernel/exit.c', (text) =>
    text
      .replace(/^/, '#include <linux/task_watchers.h>\n')
      .replace(
        '\tprofile_task_exit(tsk);',
        '\tprofile_task_exit(tsk);\n\tnotify_task_watchers(WATCH_TASK_EXIT, code, tsk);',
      ),
  );
  // "mixed implicit and normal rules" are an error since GNU make 3.82.
  edit(root, 'Makefile', (text) =>
    text
      .replace(
        /^config %config: (scripts_basic outputmakefile FORCE\n(?:\t.*\n)+)/m,
        (_, rest: string) => `config: ${rest}\n%config: ${rest}`,
      )
      .replace(/^\/ %\/: (prepare scripts FORCE\n(?:\t.*\n)+)/m, (_, rest: string) => `%/: ${rest}`),
  );
}

const [tree] = process.argv.slice(2);
if (tree === undefined) throw new Error('usage: graft-old-kernel.ts TREE (a copy: it is changed in place)');
graft(tree);
