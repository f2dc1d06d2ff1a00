import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearAnswers, keptAnswers } from '../../server/src/source/cache-files';
import { copyOfExample } from '../cli/kernel-under-test';
import { fromScratch, withKept } from './kept-run';

interface Case {
  readonly what: string;
  readonly before?: (tree: Tree) => void;
  readonly edit: (tree: Tree) => void;
  /** Does the edit change what is shown? */
  readonly shows: boolean;
  /** The C files that have to be read again; without it, whatever is. */
  readonly reads?: readonly string[];
}

interface Tree {
  readonly change: (path: string, from: string | RegExp, to: string) => void;
  readonly add: (path: string, text: string) => void;
  readonly move: (from: string, to: string) => void;
  readonly link: (to: string, path: string) => void;
}

/** What it includes is looked up each time. */
const always = ['kernel/sched/build.c'];

const cases: readonly Case[] = [
  {
    what: 'a function of a file with call sites has another body',
    edit: ({ change }) => {
      change('kernel/fork.c', '{', '{\n\tint unrelated;\n');
    },
    shows: true,
    reads: ['kernel/fork.c'],
  },
  {
    what: 'a function of a file that registers has another body: what is registered behind it moves',
    edit: ({ change }) => {
      change('kernel/auditsc.c', 'return -ENOMEM;', '\n\n\t\treturn -ENOMEM;');
    },
    shows: true,
    reads: ['kernel/auditsc.c'],
  },
  {
    what: 'a structure in a header has another member',
    edit: ({ change }) => {
      change('include/linux/sched.h', /struct task_struct \{/, 'struct task_struct {\n\tint unrelated;');
    },
    shows: false,
    reads: ['include/linux/sched.h'],
  },
  {
    what: 'a source registers one more: no other source is read',
    edit: ({ add }) => {
      add('ipc/sem.c', '\ntask_watcher_func(init, one_more);\n');
    },
    shows: true,
  },
  {
    what: 'a header earlier on the include path takes the place of another',
    edit: ({ add }) => {
      add('arch/x86/include/linux/task_watchers.h', '#define task_watcher_func(ev, fn)\n');
    },
    shows: true,
  },
  {
    what: 'an editor leaves a file of its own in a folder',
    edit: ({ add }) => {
      add('kernel/.fork.c.swp', 'b0VIM');
    },
    shows: false,
    reads: [],
  },
  {
    what: 'a makefile has another comment',
    edit: ({ add }) => {
      add('kernel/Makefile', '# nothing\n');
    },
    shows: false,
    reads: [],
  },
  {
    what: 'a makefile links in another order',
    edit: ({ change }) => {
      change('kernel/Makefile', 'auditsc.o auditfilter.o', 'auditfilter.o auditsc.o');
    },
    shows: true,
    reads: [],
  },
  {
    what: 'the configuration leaves something out',
    edit: ({ change }) => {
      change('.config', 'CONFIG_KEYS=y', '# CONFIG_KEYS is not set');
    },
    shows: true,
  },
  {
    what: 'a file that was searched has a new macro around a registering one, under a name that was there before',
    before: ({ add }) => {
      add('kernel/exit.c', '\nmy_own(some_fn);\n');
    },
    edit: ({ change }) => {
      change('include/linux/task_watchers.h', /$/, '\n#define my_own(fn) task_watcher_func(exit, fn)\n');
    },
    shows: true,
  },
  {
    what: 'a source that calls the dispatcher has such a macro now',
    before: ({ add }) => {
      add('kernel/exit.c', '\nmy_own(some_fn);\n');
    },
    edit: ({ change }) => {
      change('kernel/exit.c', /^/, '#define my_own(fn) task_watcher_func(exit, fn)\n');
    },
    shows: true,
  },
  {
    what: 'a flag means another linker script',
    before: ({ change }) => {
      const table = '#ifndef WITHOUT\n\tTASK_WATCHERS_TABLE\n#endif';
      change('arch/x86/kernel/vmlinux.lds.S', 'TASK_WATCHERS_TABLE', table);
    },
    edit: ({ change }) => {
      change('Makefile', '-D__KERNEL__', '-D__KERNEL__ -DWITHOUT');
    },
    shows: true,
  },
  {
    what: 'a source that nobody knew includes one that registers',
    edit: ({ add }) => {
      add('kernel/sched/more.c', '#include "stats.c"\n');
      add('kernel/sched/Makefile', 'obj-y += more.o\n');
    },
    shows: true,
  },
  {
    what: 'a source that is linked by itself is also part of another, by a name that a macro spells',
    before: ({ add }) => {
      add('kernel/exit.c', '\ntask_watcher_func(exit, own_fn);\n#define OTHER "sys.c"\n#include OTHER\n');
      add('kernel/sys.c', '\ntask_watcher_func(free, sys_fn);\n');
    },
    edit: ({ add }) => {
      add('kernel/sys.c', '\ntask_watcher_func(init, other_fn);\n');
    },
    shows: true,
  },
  {
    what: 'a folder has another name',
    edit: ({ move, change }) => {
      move('drivers/platform/vendor/box', 'drivers/platform/vendor/case');
      change('drivers/platform/vendor/Makefile', 'box/', 'case/');
    },
    shows: true,
  },
  {
    what: 'the condition around a header is a condition like others now, since it does not surround all of it',
    before: ({ add, change }) => {
      add('include/linux/held.h', '#ifndef HELD\n#define HELD\ntask_watcher_func(init, held_fn);\n#endif\n');
      change('kernel/auditsc.c', '\nstruct audit_context', '#include <linux/held.h>\n\nstruct audit_context');
    },
    edit: ({ add }) => {
      add('include/linux/held.h', 'int outside;\n');
    },
    shows: true,
  },
  {
    what: 'a link leads nowhere now',
    before: ({ add, link }) => {
      add('lib/real.c', '#include <linux/task_watchers.h>\ntask_watcher_func(init, linked_fn);\n');
      link('../lib/real.c', 'kernel/linked.c');
      add('kernel/Makefile', 'obj-y += linked.o\n');
    },
    edit: ({ move }) => {
      move('lib/real.c', 'lib/other.c');
    },
    shows: true,
  },
];

describe('parts of an answer', function () {
  this.timeout(60_000);
  let root: string;
  let cache: string;
  const tree: Tree = {
    change(path, from, to) {
      const text = readFileSync(join(root, path), 'utf8');
      const changed = text.replace(from, to);
      ok(changed !== text, `${path}: nothing to change`);
      writeFileSync(join(root, path), changed);
    },
    add(path, text) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      appendFileSync(join(root, path), text);
    },
    move(from, to) {
      renameSync(join(root, from), join(root, to));
    },
    link(to, path) {
      symlinkSync(to, join(root, path));
    },
  };
  beforeEach(() => {
    root = copyOfExample();
    cache = mkdtempSync(join(tmpdir(), 'tw-parts-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
    rmSync(cache, { recursive: true, force: true });
  });

  for (const { what, before, edit, shows, reads } of cases)
    for (const scope of ['tree', 'linked'] as const)
      it(`are right when ${what} (${scope})`, async () => {
        before?.(tree);
        const first = await withKept(root, cache, scope);
        edit(tree);
        const { shown, read } = await withKept(root, cache, scope);
        deepEqual(shown, (await fromScratch(root, scope)).shown);
        if (shows) notDeepEqual(shown, first.shown);
        else deepEqual(shown, first.shown);
        if (reads)
          deepEqual(
            read.filter((path) => /^(?!scripts).*\.[chS]$/.test(path)),
            [...reads, ...always],
          );
        // And once more from what this run kept.
        tree.change('kernel/exit.c', '{', '{\n');
        deepEqual((await withKept(root, cache, scope)).shown, (await fromScratch(root, scope)).shown);
      });

  /** What is kept, by the ends of the files' names. */
  const kept = (): ReadonlyMap<string, string> =>
    new Map(readdirSync(cache).map((name) => [name.replace(/^\w+/, ''), join(cache, name)]));
  const partsFile = (): string => {
    const file = kept().get('.parts');
    ok(file !== undefined);
    return file;
  };

  it('are not used when they are damaged, cut off, gone, or of another answer', async () => {
    await withKept(root, cache, 'linked');
    const answer = kept().get('.answer') ?? '';
    const before = { parts: readFileSync(partsFile()), answer: readFileSync(answer) };
    tree.change('kernel/auditsc.c', 'return -ENOMEM;', '\n\t\treturn -ENOMEM;');
    const scratch = await fromScratch(root, 'linked');
    const restore = (): void => {
      writeFileSync(partsFile(), before.parts);
      writeFileSync(answer, before.answer);
    };
    const damages: readonly (() => void)[] = [
      ...[0, 30, 500, 0.5, 0.99].map((where) => () => {
        const damaged = Buffer.from(before.parts);
        const at = where < 1 && where > 0 ? Math.floor(damaged.length * where) : where;
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        writeFileSync(partsFile(), damaged);
      }),
      () => {
        truncateSync(partsFile(), before.parts.length >> 1);
      },
      () => {
        truncateSync(partsFile(), 0);
      },
      () => {
        rmSync(partsFile());
      },
    ];
    for (const damage of damages) {
      restore();
      damage();
      const { shown, read } = await withKept(root, cache, 'linked');
      deepEqual(shown, scratch.shown);
      // Nothing was there to be used.
      deepEqual(read, scratch.read);
    }
    // Two runs at a time: the answer of one lies beside the parts of the other.
    writeFileSync(answer, before.answer);
    const { shown, read } = await withKept(root, cache, 'linked');
    deepEqual(shown, scratch.shown);
    deepEqual(read, scratch.read);
    // And they are used when nothing is wrong.
    restore();
    ok((await withKept(root, cache, 'linked')).read.length < scratch.read.length / 4);
  });

  it('leave nothing beside themselves, however many runs', async () => {
    for (let run = 0; run < 3; run++) {
      tree.change('kernel/fork.c', '{', '{\n');
      await withKept(root, cache, 'linked');
    }
    deepEqual([...kept().keys()].sort(), ['.answer', '.parts']);
    equal(keptAnswers(cache).length, 1);
    equal(clearAnswers(cache), 1);
    deepEqual(readdirSync(cache), []);
  });
});
