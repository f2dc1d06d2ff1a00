import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { z } from 'zod';
import { between, copyOfExample, makeKernel, symbolsOf, twIndex } from './kernel-under-test';

const schema = z.object({
  events: z.array(
    z.object({
      entries: z.array(z.object({ function: z.string(), slot: z.number().nullable().optional() })),
    }),
  ),
});

const headers = '#include <linux/sched.h>\n#include <linux/task_watchers.h>\n';

const watcher = (name: string): string =>
  `static int ${name}(unsigned long val, struct task_struct *tsk)\n{\n\treturn 0;\n}\ntask_watcher_func(exit, ${name});\n`;

const makefile = (flags: string): string =>
  `obj-y := fork.o exit.o sys.o task_watchers.o extra.o sched/\n${flags}\n`;

interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  /** A watcher that is in the table, so that the case says what it means to. */
  readonly holds: string;
}

/** Names a watcher for whether the macro is defined. */
const asked = (macro: string): string =>
  `${headers}#ifdef ${macro}\n${watcher('defined')}#else\n${watcher('not_defined')}#endif\n`;

const cases: readonly Case[] = [
  ...['-I.', '-I $(srctree)', '-I$(srctree)/', '-I$(srctree)/arch/..'].map((flag) => ({
    what: `the root is an include path: ${flag}`,
    files: {
      'kernel/Makefile': makefile(`CFLAGS_extra.o := ${flag}`),
      'kernel/own/feature.h': '#define FEATURE\n#include "kernel/own/registers.h"\n',
      'kernel/own/registers.h': watcher('of_header'),
      'kernel/extra.c': `${headers}#include <kernel/own/feature.h>\n${asked('FEATURE')}`,
    },
    holds: 'of_header',
  })),
];

describe('flags as gcc reads them', () => {
  for (const { what, files, holds } of cases)
    it(what, () => {
      const folder = copyOfExample(files);
      try {
        const { status, out, err } = twIndex(['EXIT', '--all', '--format', 'json', '--root', folder]);
        assert.equal(status, 0, err);
        const predicted = schema
          .parse(JSON.parse(out))
          .events.flatMap(({ entries }) => entries)
          .filter(({ slot }) => typeof slot === 'number');
        const real = between(
          symbolsOf(makeKernel(folder)),
          '__start_task_watchers_exit',
          '__start_task_watchers_free',
        ).map((symbol) => symbol.replace(/^__task_watcher_exit_/, ''));
        assert.ok(real.includes(holds), 'the case is not what it says');
        assert.deepEqual(
          predicted.map((entry) => entry.function),
          real,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});
