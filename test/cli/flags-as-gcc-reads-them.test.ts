import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { between, copyOfExample, exampleKernel, makeKernel, symbolsOf, twIndex } from './kernel-under-test';

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
  ...(
    [
      ['-Os', '__OPTIMIZE_SIZE__', true],
      ['-Oz', '__OPTIMIZE_SIZE__', true],
      ['-O0', '__OPTIMIZE__', false],
      ['-Og', '__OPTIMIZE__', true],
      ['-O3', '__OPTIMIZE_SIZE__', false],
      ['-Os -U__OPTIMIZE_SIZE__', '__OPTIMIZE_SIZE__', false],
      ['-Wp,-DFEATURE', 'FEATURE', true],
      ['-Wp,-MMD,kernel/extra.d,-DFEATURE=1', 'FEATURE', true],
      ['-Wp,-UFEATURE -DFEATURE', 'FEATURE', false],
      ['-D FEATURE -U FEATURE', 'FEATURE', false],
      ['-U FEATURE -D FEATURE', 'FEATURE', true],
      ['-UFEATURE -imacros $(srctree)/kernel/own/feature.h', 'FEATURE', true],
      ['-imacroskernel/own/feature.h', 'FEATURE', true],
      ['-include$(srctree)/kernel/own/feature.h', 'FEATURE', true],
      ['-include $(srctree)/kernel/own/no-feature.h -imacros kernel/own/feature.h', 'FEATURE', false],
    ] as const
  ).map(([flags, macro, isDefined]) => ({
    what: `${macro} with ${flags}`,
    files: {
      'kernel/Makefile': makefile(`CFLAGS_extra.o := ${flags}`),
      'kernel/own/feature.h': '#define FEATURE 1\n',
      'kernel/own/no-feature.h': '#undef FEATURE\n',
      'kernel/extra.c': asked(macro),
    },
    holds: isDefined ? 'defined' : 'not_defined',
  })),
  ...(
    [
      ['-isystem $(srctree)/kernel/own', '<feature.h>'],
      ['-isystemkernel/own -I kernel/other', '<twice.h>', 'not_defined'],
      ['-iquote $(srctree)/kernel/own', '"feature.h"'],
      ['-iquotekernel/own -I kernel/other', '"twice.h"'],
      ['-idirafter kernel/own', '<feature.h>'],
      ['-idirafter kernel/own -isystem kernel/other', '<twice.h>', 'not_defined'],
    ] as const
  ).map(([flags, include, holds = 'defined']) => ({
    what: `${include} with ${flags}`,
    files: {
      'kernel/Makefile': makefile(`CFLAGS_extra.o := ${flags}`),
      'kernel/own/feature.h': '#define FEATURE 1\n',
      'kernel/own/twice.h': '#define FEATURE 1\n',
      'kernel/other/twice.h': '#undef FEATURE\n',
      'kernel/extra.c': `#include ${include}\n${asked('FEATURE')}`,
    },
    holds,
  })),
  {
    what: '__ASSEMBLER__ in an assembler source',
    files: {
      'kernel/Makefile': makefile(''),
      'kernel/extra.c': headers + watcher('extra'),
      'include/linux/both.h': `#ifndef __ASSEMBLER__\n${headers}${watcher('not_in_assembler')}#endif\n`,
      'arch/x86/kernel/head_64.S': `#include <linux/both.h>\n${readFileSync(
        join(exampleKernel, 'arch/x86/kernel/head_64.S'),
        'utf8',
      )}`,
    },
    holds: 'extra',
  },
  {
    what: '__ASSEMBLER__ in a linker script',
    files: {
      'kernel/Makefile': makefile(''),
      'kernel/extra.c': headers + watcher('extra'),
      'include/asm-generic/vmlinux.lds.h': readFileSync(
        join(exampleKernel, 'include/asm-generic/vmlinux.lds.h'),
        'utf8',
      )
        .replace(
          /^#define TASK_WATCHERS\(ev\)/m,
          '#ifdef __ASSEMBLER__\n#define KEPT(x) KEEP(*(x))\n#else\n#define KEPT(x) KEEP(*(.other))\n#endif\n$&',
        )
        .replace(/KEEP\(\*\((\.task_watchers[^)]*)\)\)/, 'KEPT($1)'),
    },
    holds: 'extra',
  },
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
