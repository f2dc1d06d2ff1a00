/** How a generated kernel registers: the macros of its headers, its sections and boundary symbols. */
export const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'] as const;
export type EventName = (typeof events)[number];

export interface Dialect {
  readonly name: 'A' | 'B' | 'C';
  /** The pointer variables are `const`. */
  readonly isConst: boolean;
  /** `linux/task_watchers.h`: where the macros are. */
  readonly header: string;
  readonly headerText: string;
  readonly outputSection: string;
  section(event: EventName): string;
  boundary(event: EventName, edge: 'start' | 'stop'): string;
  /** A registration, without its semicolon. */
  register(event: EventName, called: string): string;
}

const beginning = `struct task_struct;
typedef int (*task_watcher_fn)(unsigned long val, struct task_struct *tsk);
#define __used __attribute__((__used__))
#define __section(s) __attribute__((__section__(s)))
`;

export function dialectA(isConst: boolean): Dialect {
  return {
    name: 'A',
    isConst,
    header: 'linux/task_watchers.h',
    headerText: `#ifndef _LINUX_TASK_WATCHERS_H
#define _LINUX_TASK_WATCHERS_H
${beginning}
#ifndef MODULE
#define task_watcher_func(ev, fn) \\
static task_watcher_fn ${isConst ? 'const ' : ''}__task_watcher_##ev##_##fn __used \\
	__section(".task_watchers." #ev) = fn
#else
#define task_watcher_func(ev, fn) _Static_assert(0, "no task watchers in modules")
#endif
#endif
`,
    outputSection: '.task_watchers_table',
    section: (event) => `.task_watchers.${event}`,
    boundary: (event, edge) => `__${edge}_task_watchers_${event}`,
    register: (event, called) => `task_watcher_func(${event}, ${called})`,
  };
}

/** The module RFC: as A, and modules may register, too. */
export function dialectC(isConst: boolean): Dialect {
  const a = dialectA(isConst);
  const headerText = a.headerText
    .replace('#ifndef MODULE\n', '')
    .replace(/#else\n.*\n#endif\n/, '')
    .concat('struct module;\nint register_module_task_watchers(struct module *mod);\n');
  return { ...a, name: 'C', headerText };
}

export function dialectB(isConst: boolean): Dialect {
  const upper = (event: EventName): string => event.toUpperCase();
  return {
    name: 'B',
    isConst,
    header: 'linux/init.h',
    headerText: `#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H
${beginning}
#ifndef MODULE
#define __task_call(ev, fn) \\
static task_watcher_fn ${isConst ? 'const ' : ''}__task_##ev##_##fn __used \\
	__attribute__ ((__section__ (".task." #ev))) = fn
${events.map((event) => `#define DEFINE_TASK_${upper(event)}CALL(fn) __task_call(${upper(event)}, fn)`).join('\n')}
${events.map((event) => `#define __task_${event} __section(".task.function.${upper(event)}")`).join('\n')}
#endif
#endif
`,
    outputSection: '.task',
    section: (event) => `.task.${upper(event)}`,
    boundary: (event, edge) => `__${edge}_task_${event}`,
    register: (event, called) => `DEFINE_TASK_${upper(event)}CALL(${called})`,
  };
}
