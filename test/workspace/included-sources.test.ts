import { deepEqual, ok } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { openKernel } from '../../server/src/workspace/open-kernel';
import { takeSnapshot, type Scope } from '../../server/src/workspace/take-snapshot';
import { copyOfExample } from '../cli/kernel-under-test';

/** What is linked, as a look so far finds it: functions with their objects and slots. */
async function linked(root: string, scope: Scope): Promise<readonly string[]> {
  const kernel = openKernel({ root }, root);
  ok(!('failure' in kernel));
  const family = kernel.project.families.find(({ name }) => name === 'task-watchers');
  ok(family);
  const { tables } = await takeSnapshot(kernel, family, { scope, report: () => undefined });
  return tables.flatMap(({ event, entries }) =>
    entries.flatMap(({ slot, function: name, object }) =>
      slot === undefined ? [] : [`${event} ${String(slot)} ${name} ${object ?? ''}`],
    ),
  );
}

describe('sources that linked ones include', () => {
  const part =
    'static int part(unsigned long v, struct task_struct *t) { return 0; }\ntask_watcher_func(exit, part);\n';
  const outer = (include: string): string => `#include <linux/task_watchers.h>\n#include ${include}\n`;
  const cases: readonly { readonly what: string; readonly files: Readonly<Record<string, string>> }[] = [
    {
      what: 'by an include path of their own, where no other source is',
      files: {
        'kernel/outer.c': outer('"part.c"'),
        'include/odd/part.c': part,
        'kernel/Makefile': 'obj-y += fork.o outer.o\nCFLAGS_outer.o := -I$(srctree)/include/odd\n',
      },
    },
    {
      what: 'by everybody’s include path, with a folder',
      files: {
        'kernel/outer.c': outer('<odd/part.c>'),
        'include/odd/part.c': part,
        'kernel/Makefile': 'obj-y += fork.o outer.o\n',
      },
    },
    {
      what: 'through a header, by everybody’s include path',
      files: {
        'kernel/outer.c': outer('<linux/through.h>'),
        'include/linux/through.h': '#include <odd/part.c>\n',
        'include/odd/part.c': part,
        'kernel/Makefile': 'obj-y += fork.o outer.o\n',
      },
    },
    {
      what: 'through a header, by an include path of the source',
      files: {
        'kernel/outer.c': outer('<linux/through.h>'),
        'include/linux/through.h': '#include "part.c"\n',
        'include/odd/part.c': part,
        // So that this folder is one of those that linked files may include from.
        'include/odd/other.h': '',
        'kernel/Makefile': 'obj-y += fork.o outer.o\nCFLAGS_outer.o := -I$(srctree)/include/odd\n',
      },
    },
  ];
  for (const { what, files } of cases)
    it(`are found as by a look at the whole tree: ${what}`, async () => {
      const root = copyOfExample(files);
      try {
        const whole = await linked(root, 'tree');
        ok(
          whole.some((entry) => entry.includes(' part kernel/outer.o')),
          whole.join('\n'),
        );
        deepEqual(await linked(root, 'linked'), whole);
      } finally {
        rmSync(root, { recursive: true });
      }
    });
});
