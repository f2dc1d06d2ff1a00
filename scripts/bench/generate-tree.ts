import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a kernel of 2.6 or 6.x has on average: 21 kB a file, some 20 files a folder. */
const filesInFolder = 20;
const foldersInGroup = 100;
const linesInFile = 600;

const header = `#ifndef _LINUX_TASK_WATCHERS_H
#define _LINUX_TASK_WATCHERS_H
#define task_watcher_func(ev, fn) \\
static task_watcher_fn __task_watcher_##ev##_##fn __attribute__((__used__)) \\
	__attribute__((__section__(".task_watchers." #ev))) = fn
#endif
`;

/** The least that Kbuild of 2.6.20 does: what is below drivers/ is linked, in order. */
const makefile = `VERSION = 2
PATCHLEVEL = 6
SUBLEVEL = 20
ARCH := x86
SRCARCH := x86
LINUXINCLUDE := -Iinclude
CPPFLAGS := -D__KERNEL__ $(LINUXINCLUDE)
CFLAGS := -O2
export LINUXINCLUDE CPPFLAGS CFLAGS
drivers-y := drivers/
drivers-y := $(patsubst %/, %/built-in.o, $(drivers-y))
vmlinux-init :=
vmlinux-main := $(drivers-y)
`;

const script = `SECTIONS {
	.data : {
${['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free']
  .map((name) => `		__start_task_watchers_${name} = .;\n		*(.task_watchers.${name})`)
  .join('\n')}
		__stop_task_watchers_free = .;
	}
}
`;

const counted = (count: number, name: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => name(index)).join(' ');

const folderOf = (file: number): string => {
  const folder = Math.floor(file / filesInFolder);
  return `drivers/group${Math.floor(folder / foldersInGroup)}/part${folder}`;
};

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

/**
 * A tree of `files` sources, all of them linked, in which `registrations` watchers are spread evenly. The same each
 * time.
 */
export function generateTree(files: number, registrations: number): string {
  const folders = Math.ceil(files / filesInFolder);
  const groups = Math.ceil(folders / foldersInGroup);
  const root = mkdtempSync(join(tmpdir(), `bench-${files}-`));
  const put = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put('Makefile', makefile);
  put('.config', 'CONFIG_X86_64=y\n');
  put('arch/x86/Makefile', '');
  put('arch/x86/kernel/vmlinux.lds.S', script);
  put('init/main.c', '');
  put('init/Makefile', '');
  put('kernel/Makefile', '');
  put('drivers/Makefile', `obj-y += ${counted(groups, (group) => `group${group}/`)}\n`);
  for (let group = 0; group < groups; group++) {
    const first = group * foldersInGroup;
    const here = Math.min(foldersInGroup, folders - first);
    put(
      `drivers/group${group}/Makefile`,
      `obj-y += ${counted(here, (folder) => `part${first + folder}/`)}\n`,
    );
  }
  put('include/linux/task_watchers.h', header);
  put('include/linux/kernel.h', '');
  let left = registrations;
  for (let file = 0; file < files; file++) {
    const here = Math.ceil(left / (files - file));
    left -= here;
    put(`${folderOf(file)}/file${file}.c`, sourceText(file, here));
    if (file % filesInFolder === 0) {
      const objects = Math.min(filesInFolder, files - file);
      put(`${folderOf(file)}/Makefile`, `obj-y += ${counted(objects, (one) => `file${file + one}.o`)}\n`);
    }
  }
  return root;
}
