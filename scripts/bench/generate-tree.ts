import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a kernel of 2.6 or 6.x has on average: 21 kB a file, some 20 files a folder. */
const filesInFolder = 20;
const linesInFile = 600;

const header = `#ifndef _LINUX_TASK_WATCHERS_H
#define _LINUX_TASK_WATCHERS_H
#define task_watcher_func(ev, fn) \\
static task_watcher_fn __task_watcher_##ev##_##fn __attribute_used__ \\
	__attribute__((__section__(".task_watchers." #ev))) = fn
#endif
`;

const event = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'] as const;

function sourceText(file: number, registrations: number): string {
  const lines = ['#include <linux/kernel.h>'];
  if (registrations > 0) lines.push('#include <linux/task_watchers.h>');
  for (let line = lines.length; line < linesInFile; line++)
    lines.push(
      line % 12 === 0
        ? `static int step_${file}_${line}(struct task_struct *task)`
        : `	/* ${line} */ count += ${line};`,
    );
  for (let one = 0; one < registrations; one++) {
    const name = `watch_${file}_${one}`;
    lines.push(`static int ${name}(unsigned long val, struct task_struct *tsk)`, '{', '	return 0;', '}');
    lines.push(`task_watcher_func(${event[(file + one) % event.length] ?? 'init'}, ${name});`);
  }
  return `${lines.join('\n')}\n`;
}

/** A tree of `files` sources in which `registrations` watchers are spread evenly. The same each time. */
export function generateTree(files: number, registrations: number): string {
  const root = mkdtempSync(join(tmpdir(), `bench-${files}-`));
  const put = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put('Makefile', 'VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 20\n');
  put('arch/x86/Makefile', '');
  put('init/main.c', '');
  put('kernel/Makefile', '');
  put('include/linux/task_watchers.h', header);
  put('include/linux/kernel.h', '');
  let left = registrations;
  for (let file = 0; file < files; file++) {
    const here = Math.ceil(left / (files - file));
    left -= here;
    const folder = Math.floor(file / filesInFolder);
    put(`drivers/group${Math.floor(folder / 100)}/part${folder}/file${file}.c`, sourceText(file, here));
  }
  return root;
}
