import { deepEqual, equal, match } from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathsGiven } from '../../server/src/workspace/linked-files';
import { copyOfExample, exampleKernel, makeKernel, twIndex } from '../cli/kernel-under-test';

const macro = '#include <linux/task_watchers.h>\n#define drv_on_exit(fn) task_watcher_func(exit, fn)\n';
const body = 'static int drv_exit(unsigned long v, struct task_struct *t) { return 0; }\n';
const use = (include: string): string => `#include ${include}\n${body}drv_on_exit(drv_exit);\n`;
const registering = `#include <linux/task_watchers.h>\n${body}task_watcher_func(exit, drv_exit);\n`;

interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  /** Links, by path. */
  readonly links?: Readonly<Record<string, string>>;
}

const makefileWith = (folder: string): string =>
  `${readFileSync(join(exampleKernel, 'kernel/Makefile'), 'utf8')}obj-y += ${folder}/\n`;
const kernelMakefile = makefileWith('drv');
const cases: readonly Case[] = [
  {
    what: 'a macro on an include path that its makefile adds',
    files: {
      'kernel/Makefile': kernelMakefile,
      'kernel/drv/Makefile': 'obj-y += drv.o\nccflags-y += -I$(srctree)/kernel/drv/inc\n',
      'kernel/drv/inc/drvmac.h': macro,
      'kernel/drv/drv.c': use('<drvmac.h>'),
    },
  },
  {
    what: 'a macro below an include path at the top',
    files: {
      'kernel/Makefile': kernelMakefile,
      'kernel/drv/Makefile': 'obj-y += drv.o\nCFLAGS_drv.o := -I$(srctree)/block\n',
      'block/deep/drvmac.h': macro,
      'kernel/drv/drv.c': use('<deep/drvmac.h>'),
    },
  },
  {
    what: 'a macro below the root, which is an include path',
    files: {
      'kernel/Makefile': kernelMakefile,
      'kernel/drv/Makefile': 'obj-y += drv.o\nccflags-y := -I$(srctree)\n',
      'block/deep/drvmac.h': macro,
      'kernel/drv/drv.c': use('<block/deep/drvmac.h>'),
    },
  },
  {
    what: 'a macro in a folder below',
    files: {
      'kernel/Makefile': kernelMakefile,
      'kernel/drv/Makefile': 'obj-y += drv.o\n',
      'kernel/drv/inc/drvmac.h': '#include "other.h"\n',
      'kernel/drv/inc/other.h': macro,
      'kernel/drv/drv.c': use('"inc/drvmac.h"'),
    },
  },
  {
    what: 'a registration in a header of a folder without objects',
    files: {
      'kernel/Makefile': makefileWith('drv/deep'),
      'kernel/drv/deep/Makefile': 'obj-y += drv.o\n',
      'kernel/drv/reg.h': registering,
      'kernel/drv/deep/drv.c': '#include "../reg.h"\n',
    },
  },
  {
    what: 'a registration in a folder that holds no objects by itself',
    files: {
      'kernel/Makefile': kernelMakefile,
      'kernel/drv/Makefile': 'obj-y += drv.o\n',
      'tools/lib/part.h': registering,
      'kernel/drv/drv.c': '#include "../../tools/lib/part.h"\n',
    },
  },
  {
    what: 'a source behind a link to a folder',
    files: {
      'kernel/Makefile': kernelMakefile,
      'mm/elsewhere/Makefile': 'obj-y += drv.o\n',
      'mm/elsewhere/drv.c': registering,
    },
    links: { 'kernel/drv': '../mm/elsewhere' },
  },
  {
    what: 'a source in a hidden folder',
    files: {
      'kernel/Makefile': makefileWith('.drv'),
      'kernel/.drv/Makefile': 'obj-y += drv.o\n',
      'kernel/.drv/drv.c': registering,
    },
  },
  {
    what: 'a source in a folder that is excluded',
    files: {
      'kernel/Makefile': kernelMakefile,
      'kernel/drv/Makefile': 'obj-y += drv.o\n',
      'kernel/drv/drv.c': registering,
      '.task-watchers.json': '{ "exclude": ["kernel/drv"] }',
    },
  },
];

describe('what linked sources include, wherever it lies', () => {
  for (const { what, files, links = {} } of cases)
    it(`is in the table as ld makes it, whichever way one looks: ${what}`, () => {
      const root = copyOfExample(files);
      for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
      const built = mkdtempSync(join(tmpdir(), 'tw-built-'));
      try {
        cpSync(root, built, { recursive: true, verbatimSymlinks: true });
        const vmlinux = makeKernel(built);
        const { out, status } = twIndex(['verify', vmlinux, '--root', root, '--no-cache']);
        match(out, /all \d+ entries equal/);
        equal(status, 0);
        const rows = (...words: readonly string[]): readonly string[] =>
          twIndex(['table', ...words, '--root', root, '--no-cache', '--quiet'])
            .out.split('\n')
            .filter((line) => /^\s+\d+ {2}/.test(line))
            .map((line) => line.trim().replace(/\s+/g, ' '));
        const linked = rows();
        equal(linked.filter((row) => row.includes(' drv_exit ')).length, 1);
        deepEqual(rows('--all'), linked);
      } finally {
        rmSync(root, { recursive: true });
        rmSync(built, { recursive: true });
      }
    });
});

describe('include paths that a makefile gives', () => {
  const none = { all: false, below: false, objects: [] };
  const given: readonly (readonly [string, object])[] = [
    ['obj-y += a.o\nCFLAGS_a.o := -DX\n', none],
    ['ccflags-y += -I$(src) -I $(srctree)/$(src)\nCFLAGS_a.o := -include include/generated/x.h\n', none],
    ['HOSTCFLAGS_x := -Itools/include\n', none],
    ['CFLAGS_a.o := -I$(src)/inc\n', { ...none, objects: ['a'] }],
    ['ccflags-$(CONFIG_X) += \\\n  -I$(srctree)/drivers/x\n', { ...none, all: true, below: true }],
    ['ccflags-y += -DX -I$(src)/inc\n', { ...none, all: true }],
    ['ccflags-y += -isystem $(src)/inc\n', { ...none, all: true }],
    ['subdir-ccflags-y := -I$(src)/inc\n', { ...none, all: true, below: true }],
    ['include $(srctree)/other/Makefile.flags\n', { ...none, all: true, below: true }],
    ['$(foreach f,a b,$(eval CFLAGS_$(f).o = -I $(srctree)/lib/x))\n', { ...none, all: true }],
  ];
  for (const [makefile, expected] of given)
    it(`are seen in ${JSON.stringify(makefile)}`, () => {
      deepEqual(pathsGiven(makefile), expected);
    });
});
