import { edited, type Files, type Planted, type Random } from './planting';
/** One stands under a condition that does not hold: there an error changes nothing. */
export const registration = /task_watcher_func\((\w+), (?!debug_)(\w+)\);\n/g;
export const watcher = /static int (\w+)\(unsigned long (\w+), struct task_struct \*(\w+)\)\n\{/g;
export const fork = 'kernel/fork.c';
export const notifyInit = '\tretval = notify_task_watchers(WATCH_TASK_INIT, clone_flags, p);\n';
export const tested = `${notifyInit}\tif (retval < 0)\n\t\tgoto bad_fork_cleanup;\n`;

/** One of several ways to spoil fork. */
export const inFork =
  (...ways: readonly (readonly [from: string, to: string])[]) =>
  (files: Files, chance: Random): Planted | undefined => {
    const way = chance.pick(ways);
    return way && { files: edited(files, fork, way[0], way[1]), text: `${fork}: ${way[1].trim()}` };
  };

export const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'];
export const lds = 'include/asm-generic/vmlinux.lds.h';
export const header = 'include/linux/task_watchers.h';
export const dispatcher = 'kernel/task_watchers.c';
