import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { diskTree } from '../../server/src/source/disk-tree';
import { overlayTree } from '../../server/src/source/overlay-tree';
import type { Snapshot } from '../../server/src/watchers/snapshot';
import { openKernel } from '../../server/src/workspace/open-kernel';
import { openSession, type Session } from '../../server/src/workspace/session';
import { takeSnapshot } from '../../server/src/workspace/take-snapshot';
import { copyOfExample } from '../cli/kernel-under-test';

/** Files whose edits can matter in many ways: units, included sources, headers, script, dispatcher, makefiles. */
const edited = [
  'kernel/fork.c',
  'kernel/exit.c',
  'kernel/auditsc.c',
  'kernel/sched/build.c',
  'kernel/sched/stats.c',
  'kernel/cpuset.c',
  'drivers/platform/vendor/crate.c',
  'lib/usage.c',
  'lib/string.c',
  'include/linux/task_watchers.h',
  'include/linux/sched.h',
  'include/linux/box.h',
  'include/asm-generic/vmlinux.lds.h',
  'kernel/task_watchers.c',
  'kernel/new.c',
  'include/linux/new.h',
  'kernel/Makefile',
  'drivers/platform/vendor/Makefile',
  'Makefile',
  '.config',
  '.task-watchers.json',
] as const;

/** What is renamed, and what to: files, and folders with all that is in them. */
const renamed = [
  ['kernel/cpuset.c', 'kernel/new.c'],
  ['kernel/auditsc.c', 'kernel/sched/auditsc.c'],
  ['kernel/sched/stats.c', 'kernel/sched/stats2.c'],
  ['include/linux/task_watchers.h', 'include/linux/task_watchers2.h'],
  ['include/linux/box.h', 'include/linux/new.h'],
  ['lib/usage.c', 'lib/unused.c'],
  ['kernel/Makefile', 'kernel/Kbuild'],
  ['kernel/sched', 'kernel/scheduler'],
  ['drivers/platform', 'drivers/board'],
  ['lib', 'library'],
] as const;

/** Words that come in the middle of a line. */
const words = [' ', 'x', '(', ')', '{', '}', ';', '"', '#', '/*', '*/', '\\', 'init', 'static ', '__init '];

/** A configuration of ours. */
const projects = [
  '{}',
  '{ "exclude": ["kernel/sched/**"] }',
  '{ "exclude": ["drivers/**", "lib/**"] }',
  'not JSON',
];

/** Lines that change something somewhere. */
const lines = [
  'task_watcher_func(init, random_fn);',
  'task_watcher_func(nothing, random_fn);',
  'task_watcher_pair(random_fn, random_fn);',
  'my_own(clone, random_fn);',
  'notify_task_watchers(WATCH_TASK_EXIT, 0, current);',
  'static int random_fn(unsigned long val, struct task_struct *tsk) { return 0; }',
  'void caller(void) { notify_task_watchers(WATCH_TASK_UID, 1, current); }',
  '#define my_own(ev, fn) task_watcher_func(ev, fn)',
  '#define task_watcher_func(ev, fn)',
  '#undef task_watcher_func',
  '#include <linux/task_watchers.h>',
  '#include <linux/new.h>',
  '#include "stats.c"',
  '#include "new.c"',
  '#ifdef CONFIG_KEYS',
  '#ifdef CONFIG_NOT_SET',
  '#endif',
  '// a comment: task_watcher_func(init, x);',
  '',
  '{',
  '}',
  'obj-y += new.o',
  'obj-$(CONFIG_BOX) += new.o',
  'CONFIG_CPUSETS=y',
  '# CONFIG_BOX is not set',
  'device_initcall(random_fn);',
  // Members of archives are linked for what other code names.
  '# CONFIG_MODULES is not set',
  'int usage_of(void *task) { return 1; }',
  'static inline int usage_twice(void) { return 2 * usage_of(0); }',
  'int uses_it(void) { return usage_of(0); }',
  'int uses_it_twice(void) { return usage_twice(); }',
];

type Operation =
  | {
      readonly kind: 'insert';
      readonly file: string;
      readonly at: number;
      readonly line: string;
      readonly save: boolean;
    }
  | { readonly kind: 'remove'; readonly file: string; readonly at: number; readonly save: boolean }
  | {
      readonly kind: 'type';
      readonly file: string;
      readonly line: number;
      readonly at: number;
      readonly word: string;
      readonly save: boolean;
    }
  | { readonly kind: 'delete' | 'close' | 'save'; readonly file: string }
  | { readonly kind: 'rename'; readonly names: readonly [string, string]; readonly back: boolean }
  | { readonly kind: 'project'; readonly text: string }
  | { readonly kind: 'rest' };

const file = fc.constantFrom(...edited);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      file,
      at: fc.nat(60),
      line: fc.constantFrom(...lines),
      save: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), file, at: fc.nat(60), save: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('type' as const),
      file,
      line: fc.nat(60),
      at: fc.nat(40),
      word: fc.constantFrom(...words),
      save: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('rename' as const),
      names: fc.constantFrom(...renamed),
      back: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('project' as const), text: fc.constantFrom(...projects) }),
  },
  // What a server does when nobody asks it for anything.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rest' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete' as const, 'close' as const, 'save' as const),
      file,
    }),
  },
);

/** A configuration is read from disk: an unsaved one says nothing yet. */
const isReadFromDisk = (path: string): boolean => path.startsWith('.');

/** Plain data only: functions of the plan say nothing new. */
function plain(snapshot: Snapshot): unknown {
  const { plan, ...rest } = snapshot;
  return JSON.parse(
    JSON.stringify({ ...rest, objects: plan.objects }, (_, value: unknown) =>
      value instanceof Map ? [...(value as Map<unknown, unknown>)] : value,
    ),
  );
}

describe('a session', () => {
  const families = ['task-watchers', 'initcalls'];

  const afterEdits = async (operations: readonly Operation[][]): Promise<void> => {
    const folder = copyOfExample();
    const buffers = new Map<string, string>();
    const session: Session = openSession(folder, {}, families, {
      state: () => undefined,
      changed: () => undefined,
    });
    const textOf = (path: string): string =>
      buffers.get(path) ?? (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : '');
    const put = (path: string, text: string, save: boolean): void => {
      if (save) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
        if (buffers.has(path)) session.edit(path, text);
        buffers.delete(path);
        session.edit(path, undefined);
        session.changedOnDisk([path]);
      } else {
        buffers.set(path, text);
        session.edit(path, text);
      }
    };
    const apply = (one: Operation): void => {
      const text = 'file' in one ? textOf(one.file) : '';
      const rows = text.split('\n');
      switch (one.kind) {
        case 'insert':
          rows.splice(Math.min(one.at, rows.length), 0, one.line);
          put(one.file, rows.join('\n'), one.save || isReadFromDisk(one.file));
          return;
        case 'remove':
          rows.splice(Math.min(one.at, rows.length - 1), 1);
          put(one.file, rows.join('\n'), one.save || isReadFromDisk(one.file));
          return;
        case 'type': {
          const line = Math.min(one.line, rows.length - 1);
          const row = rows[line] ?? '';
          rows[line] = row.slice(0, one.at) + one.word + row.slice(one.at);
          put(one.file, rows.join('\n'), one.save || isReadFromDisk(one.file));
          return;
        }
        case 'rename': {
          const [first, second] = one.names;
          const [from, to] = one.back ? [second, first] : [first, second];
          if (!existsSync(join(folder, from))) return;
          if (existsSync(join(folder, to)) && statSync(join(folder, to)).isDirectory()) return;
          mkdirSync(dirname(join(folder, to)), { recursive: true });
          renameSync(join(folder, from), join(folder, to));
          session.changedOnDisk([from, to]);
          return;
        }
        case 'project':
          writeFileSync(join(folder, '.task-watchers.json'), one.text);
          session.changedOnDisk(['.task-watchers.json']);
          return;
        case 'rest':
          for (const step of session.rest()) step();
          return;
        case 'delete':
          if (one.file === '.config') return;
          buffers.delete(one.file);
          session.edit(one.file, undefined);
          rmSync(join(folder, one.file), { force: true });
          session.changedOnDisk([one.file]);
          return;
        case 'close':
          buffers.delete(one.file);
          session.edit(one.file, undefined);
          return;
        case 'save':
          put(one.file, text, true);
      }
    };
    try {
      for (const batch of operations) {
        batch.forEach(apply);
        const kernel = openKernel({ root: folder }, folder, () => overlayTree(diskTree(folder), buffers));
        for (const name of families) {
          const view = await session.settledView(name);
          if ('failure' in kernel) {
            assert.deepEqual(session.state(), { kind: 'failed', message: kernel.failure });
            continue;
          }
          const family = kernel.project.families.find((candidate) => candidate.name === name);
          assert.ok(family && view);
          const fresh = await takeSnapshot(kernel, family, { scope: 'tree', report: () => undefined });
          assert.deepEqual(plain(view.snapshot), plain(fresh));
          assert.ok(session.isCurrent(name));
        }
      }
    } finally {
      session.close();
      rmSync(folder, { recursive: true });
    }
  };

  it('has, after any edits, the snapshot that one built from scratch has', async function () {
    this.timeout(300000);
    const seed = Number(process.env.TW_SEED ?? 4711);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        afterEdits,
      ),
      { seed, numRuns: Number(process.env.TW_RUNS ?? 6), endOnFailure: process.env.TW_SHRINK === undefined },
    );
  });
});
