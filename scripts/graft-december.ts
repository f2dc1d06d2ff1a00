/**
 * A second port of our own, after the postings of December 2006, for a copy of a pristine Linux 6.1 tree:
 * `npx tsx scripts/graft-december.ts TREE`. Everything that a port may do otherwise than scripts/graft-kernel.ts does is
 * otherwise here: macros in init.h, one for each event; sections, symbols and the table's own section; functions in
 * sections; other files, among them members of lib/ and arch/x86/lib/; conditions of every kind around registrations.
 * The tree is changed in place. Nothing of the kernel is in this repository: insertions are found by short anchors.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addObject, edit } from './edit-tree';

const events = ['INIT', 'CLONE', 'EXEC', 'UID', 'GID', 'EXIT', 'FREE'] as const;

const declarations = `
#if !defined(__ASSEMBLY__) && !defined(LINKER_SCRIPT)
struct task_struct;
enum {
${events.map((event, index) => `\tWATCH_TASK_${event} = ${String(index)},`).join('\n')}
\tNUM_WATCH_TASK_EVENTS
};
typedef int (*task_watcher_fn)(unsigned long, struct task_struct *);
int notify_task_watchers(unsigned int ev_idx, unsigned long val, struct task_struct *tsk);
#ifndef MODULE
#define __define_task_call(ev, fn) \\
\tstatic task_watcher_fn __task_##ev##_##fn __used \\
\t__section(".task." #ev) = fn
${events
  .map(
    (event) =>
      `#define DEFINE_TASK_${event}CALL(fn) __define_task_call(${event}, fn)\n` +
      `#define __task_${event.toLowerCase()} __section(".task.function.${event}")`,
  )
  .join('\n')}
#endif
#endif
`;

const dispatcher = `// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/sched.h>

${events.map((event) => `extern task_watcher_fn __start_task_${event}[];`).join('\n')}
extern task_watcher_fn __stop_task_FREE[];

static task_watcher_fn *twtable[] __used __section(".task.table") = {
${events.map((event) => `\t__start_task_${event},`).join('\n')}
\t__stop_task_FREE,
};

int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)
{
\ttask_watcher_fn *call = twtable[ev], *end = twtable[ev + 1];
\tint ret = 0;

\tfor (; call < end; call++) {
\t\tint err = (*call)(val, tsk);

\t\tif (unlikely(err < 0) && !ret)
\t\t\tret = err;
\t}
\treturn ret;
}
`;

const output = `#define TASK_LIST(ev) \\
\t__start_task_##ev = .; \\
\tKEEP(*(.task.ev))

#define TASK_CALLS \\
\t. = ALIGN(8); \\
\t.task : AT(ADDR(.task) - LOAD_OFFSET) { \\
\t*(.task.table) \\
${events.map((event) => `\tTASK_LIST(${event}) \\`).join('\n')}
\t__stop_task_FREE = .; \\
\t*(.task.function.*) \\
\t}

`;

/** `event:function` or `event:function:attribute`. */
const watcher = (text: string): string => {
  const [event = '', name = '', attribute] = text.split(':');
  const placed = attribute === undefined ? '' : `${attribute} `;
  return `static int ${placed}${name}(unsigned long val, struct task_struct *tsk)\n{\n\treturn val == ~0UL ? -ENOMEM : 0;\n}\nDEFINE_TASK_${event}CALL(${name});\n`;
};

/** Built in, in modules, in archives and not at all, depending on the configuration; several in a file. */
const registrations: Readonly<Record<string, readonly string[]>> = {
  'arch/x86/entry/common.c': ['EXIT:b_entry'],
  'arch/x86/kernel/fpu/core.c': ['INIT:b_fpu', 'FREE:b_fpu_free', 'EXEC:b_fpu_exec'],
  'arch/x86/kernel/ptrace.c': ['INIT:b_ptrace', 'FREE:b_ptrace_free'],
  'arch/x86/lib/delay.c': ['INIT:b_delay', 'EXIT:b_delay_exit'],
  'arch/x86/lib/usercopy_64.c': ['CLONE:b_usercopy'],
  'arch/x86/mm/fault.c': ['INIT:b_fault'],
  'block/bio.c': ['INIT:b_bio', 'EXIT:b_bio_exit'],
  'block/partitions/core.c': ['EXIT:b_part'],
  'crypto/api.c': ['INIT:b_crypto'],
  'drivers/base/dd.c': ['INIT:b_dd'],
  'drivers/base/power/main.c': ['INIT:b_power'],
  'drivers/block/loop.c': ['INIT:b_loop'],
  'drivers/char/hw_random/core.c': ['INIT:b_hwrng'],
  'drivers/char/random.c': ['INIT:b_random', 'EXEC:b_random_exec'],
  'drivers/clocksource/acpi_pm.c': ['CLONE:b_acpi_pm'],
  'drivers/connector/cn_proc.c': [
    'CLONE:b_cn',
    'EXEC:b_cn_exec',
    'UID:b_cn_uid',
    'GID:b_cn_gid',
    'EXIT:b_cn_exit',
  ],
  'drivers/input/keyboard/atkbd.c': ['CLONE:b_atkbd'],
  'drivers/net/ethernet/intel/e1000/e1000_main.c': ['INIT:b_e1000', 'FREE:b_e1000_free'],
  'drivers/net/loopback.c': ['INIT:b_lo'],
  'drivers/tty/serial/8250/8250_port.c': ['GID:b_8250'],
  'fs/ext4/super.c': ['INIT:b_ext4', 'FREE:b_ext4_free'],
  'fs/namespace.c': ['INIT:b_mnt'],
  'fs/nls/nls_base.c': ['UID:b_nls'],
  'fs/proc/task_mmu.c': ['FREE:b_mmu'],
  'init/init_task.c': ['FREE:b_init_task'],
  'io_uring/io_uring.c': ['EXIT:b_uring'],
  'ipc/sem.c': ['INIT:b_sem', 'EXIT:b_sem_exit'],
  'ipc/shm.c': ['EXIT:b_shm_exit', 'INIT:b_shm'],
  'kernel/auditsc.c': ['INIT:b_audit', 'FREE:b_audit_free'],
  'kernel/cgroup/cpuset.c': ['INIT:b_cpuset', 'EXIT:b_cpuset_exit'],
  'kernel/fork.c': ['INIT:b_fork'],
  'kernel/irq/manage.c': ['CLONE:b_irq'],
  'kernel/locking/mutex.c': ['INIT:b_lock', 'INIT:b_lock2', 'INIT:b_lock3', 'FREE:b_lock_free'],
  'kernel/nsproxy.c': ['INIT:b_ns:__task_init', 'EXIT:b_ns_exit:__task_exit'],
  'kernel/sched/clock.c': ['INIT:b_clock', 'GID:b_clock_gid'],
  'kernel/sched/fair.c': ['INIT:b_fair', 'UID:b_fair_uid'],
  'kernel/time/posix-timers.c': ['INIT:b_posix', 'EXIT:b_posix_exit'],
  'lib/argv_split.c': ['EXEC:b_argv'],
  'lib/bitmap.c': ['INIT:b_bitmap', 'FREE:b_bitmap_free'],
  'lib/crypto/sha1.c': ['UID:b_sha1'],
  'lib/dump_stack.c': ['FREE:b_dump'],
  'lib/idr.c': ['INIT:b_idr'],
  'lib/zlib_inflate/inflate.c': ['EXEC:b_zlib'],
  'mm/mempolicy.c': ['INIT:b_mempolicy', 'FREE:b_mempolicy_free'],
  'mm/slub.c': ['INIT:b_slub', 'FREE:b_slub_free'],
  'mm/vmscan.c': ['EXIT:b_vmscan'],
  'net/core/dev.c': ['INIT:b_dev', 'FREE:b_dev_free'],
  'net/ipv4/af_inet.c': ['INIT:b_inet'],
  'net/ipv4/netfilter/ip_tables.c': ['INIT:b_iptables'],
  'net/socket.c': ['INIT:b_socket'],
  'security/keys/process_keys.c': events.map((event) => `${event}:b_keys_${event.toLowerCase()}`),
  'security/min_addr.c': ['GID:b_minaddr'],
  'sound/core/sound.c': ['EXIT:b_sound'],
  'virt/lib/irqbypass.c': ['EXIT:b_bypass'],
};

/** Around registrations in kernel/sys.c. */
const conditions = [
  'defined(CONFIG_SMP)',
  'IS_ENABLED(CONFIG_NET)',
  'IS_BUILTIN(CONFIG_EXT4_FS) || defined(CONFIG_MODULES)',
  'CONFIG_HZ >= 250',
  '!defined(CONFIG_NUMA) && BITS_PER_LONG == 64',
  'CONFIG_LOG_BUF_SHIFT > 16',
  'defined(__KERNEL__) && !defined(__ASSEMBLY__)',
  '__GNUC__ >= 12',
  'defined CONFIG_X86_64 ? 1 : 0',
  'PAGE_SHIFT == 12',
  '0 && defined(X)',
];

/** A macro that makes the functions too. */
const bothEnds = `
#define BOTH_ENDS(name) \\
static int name##_taken(unsigned long val, struct task_struct *tsk) { return 0; } \\
static int name##_given(unsigned long val, struct task_struct *tsk) { return 0; } \\
DEFINE_TASK_INITCALL(name##_taken); DEFINE_TASK_FREECALL(name##_given)
BOTH_ENDS(b_one);
BOTH_ENDS(b_two);
`;

function graft(root: string): void {
  edit(root, 'include/linux/init.h', (text) => {
    if (text.includes('DEFINE_TASK_INITCALL')) throw new Error(`${root}: has task watchers already`);
    const end = text.lastIndexOf('#endif');
    return text.slice(0, end) + declarations + text.slice(end);
  });
  writeFileSync(join(root, 'kernel/task_watchers.c'), dispatcher);
  addObject(root, 'kernel/Makefile', 'task_watchers.o');
  edit(root, 'include/asm-generic/vmlinux.lds.h', (text) =>
    text.replace('#define INIT_CALLS_LEVEL(level)', `${output}#define INIT_CALLS_LEVEL(level)`),
  );
  edit(root, 'arch/x86/kernel/vmlinux.lds.S', (text) =>
    text.replace(/^(\s*)ORC_UNWIND_TABLE\s*$/m, (line) => `${line}\n\n\tTASK_CALLS\n`),
  );
  const include = '\n#include <linux/init.h>\n#include <linux/errno.h>\n';
  for (const [path, watchers] of Object.entries(registrations))
    appendFileSync(join(root, path), `${include}${watchers.map(watcher).join('\n')}`);
  const guarded = conditions.map((condition, index) => {
    const event = events[index % events.length] ?? 'INIT';
    return `#if ${condition}\n${watcher(`${event}:b_guard_${String(index)}`)}#endif\n`;
  });
  appendFileSync(join(root, 'kernel/sys.c'), `${include}${guarded.join('')}`);
  appendFileSync(join(root, 'kernel/kthread.c'), `${include}${bothEnds}`);
  edit(root, 'kernel/fork.c', (text) =>
    text.replace(
      '\tretval = copy_semundo(clone_flags, p);',
      '\tretval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);\n\tif (retval < 0)\n\t\tgoto bad_fork_cleanup_security;\n\tretval = copy_semundo(clone_flags, p);',
    ),
  );
}

const [tree] = process.argv.slice(2);
if (tree === undefined) throw new Error('usage: graft-december.ts TREE (a copy: it is changed in place)');
graft(tree);
