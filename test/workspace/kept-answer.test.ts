import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { copyOfExample } from '../cli/kernel-under-test';
import { fromScratch, given, withKept } from './kept-run';

const files = [
  'kernel/fork.c',
  'kernel/exit.c',
  'kernel/sched/build.c',
  'kernel/sched/stats.c',
  'lib/string.c',
  'lib/usage.c',
  'drivers/platform/vendor/crate.c',
  'include/linux/task_watchers.h',
  'include/linux/sched.h',
  'include/linux/new.h',
  'kernel/new.c',
  'kernel/task_watchers.c',
  'include/asm-generic/vmlinux.lds.h',
  'kernel/Makefile',
  'kernel/auditsc.c',
  'kernel/.fork.c.swp',
  'ipc/sem.c',
  'arch/x86/include/linux/sched.h',
  'arch/x86/include/linux/task_watchers.h',
  'include/linux/kconfig.h',
  'include/linux/init.h',
  'drivers/platform/Makefile',
  'drivers/platform/vendor/box/new.c',
  'scripts/head-object-list.txt',
  '.config',
] as const;

const folders = [
  'kernel/sched',
  'kernel/other',
  'drivers/platform/vendor',
  'drivers/platform/vendor/box',
  'drivers/platform/other',
  'drivers/platform/other/more',
] as const;

const lines = [
  'task_watcher_func(init, random_fn);',
  'my_own(clone, random_fn);',
  'notify_task_watchers(WATCH_TASK_EXIT, 0, current);',
  '#define my_own(ev, fn) task_watcher_func(ev, fn)',
  '#define task_watcher_func(ev, fn)',
  '#include <linux/task_watchers.h>',
  '#include <linux/new.h>',
  '#include "new.c"',
  '#include "stats.c"',
  '#include \\\n"new.c"',
  '#ifdef CONFIG_KEYS',
  '#endif',
  '/* nothing */',
  'int unrelated;',
  '',
  'obj-y += new.o',
  'CONFIG_CPUSETS=y',
  '# CONFIG_AUDITSYSCALL is not set',
  'task_watcher_func(free, another_fn);',
  '#define task_watcher_func(ev, fn) static task_watcher_fn f##__LINE__ __section(".task_watchers." #ev) = fn',
  '#define wrapped(fn) my_own(init, fn)',
  'wrapped(third_fn);',
  '#include <linux/sched.h>',
  '#include "new.h"',
  '#pragma once',
  'obj-y += auditsc.o',
  'obj-y += other/',
  'ccflags-y += -DCONFIG_KEYS -I$(srctree)/kernel',
  '*(.task_watchers.init)',
  'kernel/exit.o',
] as const;

type Operation = readonly [
  kind:
    'insert' | 'remove' | 'delete' | 'touch' | 'move' | 'replace' | 'link' | 'move-folder' | 'link-folder',
  at: number,
  line: string,
  file: string,
];

const operation: fc.Arbitrary<Operation> = fc.tuple(
  fc.constantFrom(
    ...(['insert', 'insert', 'insert', 'insert', 'insert', 'remove', 'remove', 'delete', 'touch'] as const),
    ...(['move', 'replace', 'replace', 'link', 'move-folder', 'link-folder'] as const),
  ),
  fc.nat(60),
  fc.constantFrom(...lines),
  fc.constantFrom(...files),
);

function apply(root: string, [kind, at, line, file]: Operation): void {
  const path = join(root, file);
  const isThere = existsSync(path);
  const rows = isThere ? readFileSync(path, 'utf8').split('\n') : [];
  const write = (target = path): void => {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, rows.join('\n'));
  };
  switch (kind) {
    case 'insert':
      rows.splice(Math.min(at, rows.length), 0, line);
      write();
      return;
    case 'remove':
      rows.splice(Math.min(at, rows.length - 1), 1);
      if (isThere) write();
      return;
    case 'delete':
      rmSync(path, { force: true });
      return;
    case 'touch':
      if (isThere) utimesSync(path, at, at);
      return;
    case 'move':
      if (isThere && file !== '.config') renameSync(path, join(dirname(path), 'moved.c'));
      return;
    case 'link':
      if (isThere && file !== '.config') {
        rmSync(path);
        symlinkSync(join(root, files[at % files.length] ?? ''), path);
      }
      return;
    case 'move-folder':
    case 'link-folder': {
      const from = join(root, folders[at % folders.length] ?? '');
      const to = join(root, folders[(at + line.length) % folders.length] ?? '');
      if (!existsSync(from) || existsSync(to) || to.startsWith(from) || !existsSync(dirname(to))) return;
      if (kind === 'move-folder') renameSync(from, to);
      else symlinkSync(from, to);
      return;
    }
    case 'replace':
      // As editors save: written aside, then moved over it.
      rows.splice(Math.min(at, rows.length), 0, line);
      write(`${path}.swp`);
      renameSync(`${path}.swp`, path);
  }
}

describe('a kept answer', function () {
  this.timeout(120_000);
  let root: string;
  let cache: string;
  beforeEach(() => {
    root = copyOfExample();
    cache = mkdtempSync(join(tmpdir(), 'tw-kept-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
    rmSync(cache, { recursive: true, force: true });
  });

  it('is given in spite of a change that cannot matter, more than once', async () => {
    const before = (await withKept(root, cache, 'tree')).shown;
    apply(root, ['insert', 0, 'int unrelated;', 'lib/string.c']);
    deepEqual(given(cache), before);
    // Saved by way of another file: another inode, and the folder changed, too.
    apply(root, ['replace', 0, '/* nothing */', 'lib/string.c']);
    deepEqual(given(cache), before);
    deepEqual((await fromScratch(root, 'tree')).shown, before);
  });

  it('is not given when a file comes to matter by what it now holds or includes', async () => {
    for (const line of ['task_watcher_func(init, x);', '#include "../kernel/fork.c"']) {
      await withKept(root, cache, 'tree');
      apply(root, ['insert', 0, line, 'lib/string.c']);
      equal(given(cache), undefined, line);
    }
    await withKept(root, cache, 'tree');
    writeFileSync(join(root, 'lib/beside.c'), '');
    equal(given(cache), undefined);
  });

  it('is not given when a file cannot be searched any more', async () => {
    await withKept(root, cache, 'tree');
    rmSync(join(root, 'lib/string.c'));
    mkdirSync(join(root, 'lib/string.c'));
    ok(statSync(join(root, 'lib/string.c')).isDirectory());
    equal(given(cache), undefined);
  });

  for (const scope of ['tree', 'linked'] as const)
    it(`is what one from scratch is, after any changes, whole or in parts (${scope})`, async () => {
      let again = 0;
      let less = 0;
      let asked = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(operation, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
          async (steps) => {
            rmSync(root, { recursive: true, force: true });
            rmSync(cache, { recursive: true, force: true });
            root = copyOfExample();
            await withKept(root, cache, scope);
            for (const step of steps) {
              for (const one of step) apply(root, one);
              const cold = await fromScratch(root, scope);
              const warm = await withKept(root, cache, scope);
              asked++;
              if (warm.read.length === 0) again++;
              else if (warm.read.length < cold.read.length / 2) less++;
              deepEqual(warm.shown, cold.shown);
            }
          },
        ),
        // One seed: whether a change may leave the answer as it was is a matter of chance.
        { numRuns: Number(process.env.TW_RUNS ?? 12), seed: Number(process.env.TW_SEED ?? 7) },
      );
      ok(again > 0 && less > 0 && again + less < asked, `${again} again, ${less} in parts, of ${asked}`);
    });
});
