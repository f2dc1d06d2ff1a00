import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'];

const sourcesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.[ch]$/.test(path));

export const edit = (path: string, change: (text: string) => string): void => {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};

/** The example kernel rewritten to the dialect of December 2006. */
export function toDialectB(root: string): void {
  const macros = events
    .map(
      (event) => `#define DEFINE_TASK_${event.toUpperCase()}CALL(fn) __task_call(${event.toUpperCase()}, fn)`,
    )
    .join('\n');
  for (const path of sourcesBelow(root))
    edit(join(root, path), (text) =>
      text
        .replace(
          /^#define task_watcher_func\(ev, fn\) \\\n.*\n.*fn$/m,
          `#define __task_call(ev, fn) static task_watcher_fn __task_##ev##_##fn __used __section(".task." #ev) = fn\n${macros}`,
        )
        .replace(/^#define task_watcher_func\(ev, fn\) _Static_assert.*$/m, '')
        .replace(
          /\btask_watcher_func\((\w+), (\w+)\)/g,
          (_, event: string, fn: string) => `DEFINE_TASK_${event.toUpperCase()}CALL(${fn})`,
        )
        .replace(
          'task_watcher_fn const box_forgets __used __section(".task_watchers.free")',
          'task_watcher_fn box_forgets __used __section(".task.FREE")',
        )
        .replace(/__(start|stop)_task_watchers_/g, '__$1_task_'),
    );
  const table = events.map(
    (event) => `\t\t__start_task_${event} = .; \\\n\t\tKEEP(*(.task.${event.toUpperCase()})) \\`,
  );
  edit(join(root, 'include/asm-generic/vmlinux.lds.h'), (text) =>
    text.replace(
      /#define TASK_WATCHERS\(ev\)[\s\S]*?\n\t}\n/,
      `#define TASK_WATCHERS_TABLE \\\n\t. = ALIGN(8); \\\n\t.task : { \\\n\t\t*(.task.table) \\\n${table.join('\n')}\n\t\t__stop_task_free = .; \\\n\t\t*(.task.function.*) \\\n\t}\n`,
    ),
  );
}
