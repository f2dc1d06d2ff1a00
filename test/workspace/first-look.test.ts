import { deepEqual, ok } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { beginCandidates, type Scope } from '../../server/src/workspace/first-look';
import { openKernel } from '../../server/src/workspace/open-kernel';
import { takeSnapshot } from '../../server/src/workspace/take-snapshot';
import { shownPart } from '../../server/src/watchers/snapshot';
import { copyOfExample } from '../cli/kernel-under-test';

/** The watchers that the example has, and what is written in `added`; `isAhead`: another thread begins to look. */
async function shown(root: string, scope: Scope, isAhead: boolean): Promise<unknown> {
  const kernel = openKernel({ root }, root);
  ok(!('failure' in kernel));
  const family = kernel.project.families.find(({ name }) => name === 'task-watchers');
  ok(family);
  const { exclude } = kernel.project;
  const ahead = isAhead ? beginCandidates(root, family, exclude, scope, undefined) : undefined;
  ok(ahead !== undefined || !isAhead);
  const snapshot = await takeSnapshot(kernel, family, { scope, ahead, report: () => undefined });
  return JSON.parse(JSON.stringify(shownPart(snapshot)));
}

describe('a look that another thread begins', () => {
  const source =
    '#include <linux/task_watchers.h>\nstatic int more(unsigned long v, struct task_struct *t) { return 0; }\n';
  const cases: readonly { readonly what: string; readonly files: Readonly<Record<string, string>> }[] = [
    { what: 'nothing else', files: {} },
    {
      what: 'a registration in a header, and one in a source that another includes',
      files: {
        'kernel/more.h': `${source}task_watcher_func(exit, more);\n`,
        'include/linux/deep/wrap.h': '#define WRAPPED(f) task_watcher_func(exec, f)\n',
        'kernel/inner.c':
          'static int inner(unsigned long v, struct task_struct *t) { return 0; }\nWRAPPED(inner);\n',
        'kernel/outer.c': '#include "more.h"\n#include <linux/deep/wrap.h>\n#include "inner.c"\n',
        'kernel/Makefile': 'obj-y += fork.o outer.o\n',
      },
    },
    {
      what: 'a header that only uses a wrapper',
      files: {
        'include/linux/deep/wrap.h':
          '#include <linux/task_watchers.h>\n#define WRAPPED(f) task_watcher_func(exec, f)\n',
        'include/linux/deep/uses.h':
          'static int inner(unsigned long v, struct task_struct *t) { return 0; }\nWRAPPED(inner);\n',
        'kernel/outer.c': '#include <linux/deep/wrap.h>\n#include <linux/deep/uses.h>\n',
        'kernel/Makefile': 'obj-y += fork.o outer.o\n',
      },
    },
    {
      what: 'a folder of another tree below include/',
      files: {
        'include/other/.config': '',
        'include/other/Makefile': '',
        'include/other/more.h': `${source}task_watcher_func(exit, more);\n`,
        'include/other/deep/less.h': `${source}task_watcher_func(free, more);\n`,
        'kernel/outer.c': '#include <other/more.h>\n',
        'kernel/deep.c': '#include <other/deep/less.h>\n',
        'kernel/Makefile': 'obj-y += fork.o outer.o deep.o\n',
      },
    },
    {
      what: 'a hidden folder, and what is no header',
      files: {
        'include/.hidden/top.h': `${source}task_watcher_func(exec, more);\n`,
        'include/deep/.hidden/more.h': `${source}task_watcher_func(exit, more);\n`,
        'include/more.c': `${source}task_watcher_func(free, more);\n`,
        'kernel/outer.c': '#include <.hidden/top.h>\n',
        'kernel/other.c': '#include <deep/.hidden/more.h>\n',
        'kernel/Makefile': 'obj-y += fork.o outer.o other.o\n',
      },
    },
    {
      what: 'folders that the project leaves out',
      files: {
        '.task-watchers.json': '{ "exclude": ["include/left"] }\n',
        'include/left/more.h': `${source}task_watcher_func(exit, more);\n`,
        'kernel/outer.c': '#include <left/more.h>\n',
        'kernel/Makefile': 'obj-y += fork.o outer.o\n',
      },
    },
  ];
  for (const { what, files } of cases)
    for (const scope of ['linked', 'tree'] as const)
      it(`finds what one alone finds: ${what} (${scope})`, async function () {
        // With one processor nobody else begins.
        if (availableParallelism() < 2) this.skip();
        const root = copyOfExample(files);
        try {
          deepEqual(await shown(root, scope, true), await shown(root, scope, false));
        } finally {
          rmSync(root, { recursive: true });
        }
      });
});
