import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { between, copyOfExample, exampleKernel, makeKernel, symbolsOf, twIndex } from './kernel-under-test';

const entrySchema = z.object({
  slot: z.number().nullable(),
  function: z.string(),
  file: z.string(),
  line: z.number(),
  object: z.string().nullable(),
  status: z.string(),
  guards: z.array(z.string()),
  variable: z.string(),
});
const tableSchema = z.object({
  schema: z.literal(1),
  config: z.string().nullable(),
  events: z.array(
    z.object({
      name: z.string(),
      index: z.number(),
      start: z.string().nullable(),
      entries: z.array(entrySchema),
    }),
  ),
  callSites: z.array(
    z.object({
      event: z.string().nullable(),
      file: z.string(),
      line: z.number(),
      caller: z.string().nullable(),
      val: z.string().nullable(),
      result: z.string(),
    }),
  ),
  notes: z.array(z.object({ message: z.string() })),
});

const tablesOf = (words: readonly string[]): z.infer<typeof tableSchema> => {
  const { status, out, err } = twIndex(['table', '--format', 'json', ...words]);
  assert.equal(status, 0, err);
  return tableSchema.parse(JSON.parse(out));
};

const events = ['init', 'clone', 'exec', 'uid', 'gid', 'exit', 'free'];

/** The tables as nm sees them: names of the pointer variables, in address order. */
const realTables = (vmlinux: string): ReadonlyMap<string, readonly string[]> => {
  const symbols = symbolsOf(vmlinux);
  return new Map(
    events.map((event, index) => {
      const next = events[index + 1];
      const stop = next === undefined ? '__stop_task_watchers_free' : `__start_task_watchers_${next}`;
      return [event.toUpperCase(), between(symbols, `__start_task_watchers_${event}`, stop)];
    }),
  );
};

describe('tw-index on the example kernel, built by make, gcc and ld', () => {
  let folder = '';
  let vmlinux = '';

  before(() => {
    folder = copyOfExample();
    vmlinux = makeKernel(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('predicts every event’s table as linked', () => {
    const real = realTables(vmlinux);
    assert.ok([...real.values()].every((table) => table.length > 0));
    const predicted = tablesOf(['--root', exampleKernel]);
    assert.deepEqual(
      new Map(predicted.events.map(({ name, entries }) => [name, entries.map(({ variable }) => variable)])),
      real,
    );
    for (const { entries } of predicted.events)
      assert.deepEqual(
        entries.map(({ slot }) => slot),
        entries.map((_, index) => index),
      );
  });

  for (const [name, lines] of [
    ['-Os', ['CONFIG_CC_OPTIMIZE_FOR_SIZE=y']],
    ['cpusets, debugging and no keys', ['CONFIG_CPUSETS=y', 'CONFIG_TASK_DEBUG=y', '-CONFIG_KEYS']],
    ['no connector, no audit', ['-CONFIG_CONNECTOR', '-CONFIG_AUDITSYSCALL']],
  ] as const)
    it(`predicts them under another configuration: ${name}`, () => {
      const other = copyOfExample();
      try {
        const config = join(other, '.config');
        const removed = lines.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
        const kept = readFileSync(config, 'utf8')
          .split('\n')
          .filter((line) => !removed.some((symbol) => line.startsWith(`${symbol}=`)));
        const added = lines.filter((line) => !line.startsWith('-'));
        writeFileSync(config, [...kept, ...added, ''].join('\n'));
        const real = realTables(makeKernel(other));
        const predicted = tablesOf(['--root', exampleKernel, '--config', config]);
        assert.deepEqual(
          new Map(
            predicted.events.map(({ name: event, entries }) => [
              event,
              entries.map(({ variable }) => variable),
            ]),
          ),
          real,
        );
      } finally {
        rmSync(other, { recursive: true });
      }
    });

  it('says why an entry is not linked', () => {
    const { out } = twIndex(['--root', exampleKernel, 'INIT', '--all']);
    assert.match(
      out,
      /not-built\s+cpuset_fork\s+kernel\/cpuset\.c:9\s+kernel\/Makefile:3: obj-\$\(CONFIG_CPUSETS\) \+= cpuset\.o/,
    );
    assert.match(out, /compiled-out\s+debug_new_task\s+kernel\/fork\.c:25\s+#if CONFIG_TASK_DEBUG is false/);
  });

  it('sees a registration in a module, though the header stops it there', () => {
    const folder = copyOfExample();
    try {
      const crate = join(folder, 'drivers/platform/vendor/crate.c');
      writeFileSync(
        crate,
        '#include <linux/sched.h>\n#include <linux/task_watchers.h>\n\nstatic int crate_exit(unsigned long val, ' +
          'struct task_struct *tsk)\n{\n\treturn 0;\n}\ntask_watcher_func(exit, crate_exit);\n',
      );
      // CONFIG_CRATE is m; the header has a _Static_assert for modules.
      const makefile = join(folder, 'drivers/platform/vendor/Makefile');
      writeFileSync(makefile, `${readFileSync(makefile, 'utf8')}CFLAGS_crate.o := -DMODULE\n`);
      const { out } = twIndex(['list', '--root', folder]);
      assert.match(out, /crate\.c:8\s+EXIT\s+crate_exit\s+module\s+built as a module/);
      assert.match(
        twIndex(['check', '--root', folder]).out,
        /crate\.c:8:1: error: .*\[registration-in-module\]/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lists the call sites with caller, val and what becomes of the result', () => {
    const { callSites } = tablesOf(['--root', exampleKernel]);
    const line = (file: string, text: string): number =>
      readFileSync(join(exampleKernel, file), 'utf8')
        .split('\n')
        .findIndex((one) => one.includes(text)) + 1;
    assert.deepEqual(
      callSites.find(({ event }) => event === 'INIT'),
      {
        event: 'INIT',
        file: 'kernel/fork.c',
        line: line('kernel/fork.c', 'WATCH_TASK_INIT'),
        caller: 'copy_process',
        val: 'clone_flags',
        result: 'assigned',
      },
    );
    assert.deepEqual(callSites.map(({ event, caller }) => `${event ?? '?'} ${caller ?? '?'}`).sort(), [
      'CLONE copy_process',
      'EXEC search_binary_handler',
      'EXIT do_exit',
      'FREE copy_process',
      'FREE do_exit',
      'GID sys_setgid',
      'INIT copy_process',
      'UID sys_setuid',
    ]);
  });

  it('verifies a vmlinux: equal is 0, a difference is 1 and is explained', () => {
    for (const family of ['task-watchers', 'initcalls']) {
      const { status, out } = twIndex(['verify', vmlinux, '--root', exampleKernel, '--family', family]);
      assert.equal(status, 0, out);
      assert.match(out, /all \d+ entries equal/);
    }
    const config = join(folder, 'other.config');
    writeFileSync(config, readFileSync(join(folder, '.config'), 'utf8').replace('CONFIG_KEYS=y', ''));
    const { status, out } = twIndex(['verify', vmlinux, '--root', exampleKernel, '--config', config]);
    assert.equal(status, 1);
    assert.match(out, /copy_keys {2}slot 6 in the file, not predicted/);
  });

  it('reads tables straight from the vmlinux, with and without the tree', () => {
    const real = realTables(vmlinux).get('INIT') ?? [];
    const bare = twIndex(['table', 'INIT', '--from', vmlinux]);
    assert.deepEqual(
      bare.out.split('\n').flatMap((row) => /\d+ {2}\S+\s+(\S+)$/.exec(row)?.[1] ?? []),
      real,
    );
    const mapped = twIndex(['table', 'INIT', '--from', vmlinux, '--root', exampleKernel]);
    assert.match(mapped.out, /copy_semundo\s+ipc\/sem\.c:30/);
  });

  it('without a configuration shows every entry with its guards and no slot', () => {
    const bare = copyOfExample();
    try {
      rmSync(join(bare, '.config'));
      const { config, events: found } = tablesOf(['--root', bare]);
      assert.equal(config, null);
      const init = found.find(({ name }) => name === 'INIT')?.entries ?? [];
      assert.ok(init.every(({ slot, status }) => slot === null && status === 'conditional'));
      const guardsOf = (name: string): readonly string[] | undefined =>
        init.find((entry) => entry.function === name)?.guards;
      assert.deepEqual(guardsOf('cpuset_fork'), ['CONFIG_CPUSETS']);
      assert.deepEqual(guardsOf('init_hardirq_state'), ['CONFIG_TRACE_IRQFLAGS']);
      assert.deepEqual(guardsOf('debug_new_task'), ['CONFIG_TASK_DEBUG']);
      assert.deepEqual(guardsOf('copy_thread_tls'), []);
    } finally {
      rmSync(bare, { recursive: true });
    }
  });

  it('prints the link order, and why an object is in it or not', () => {
    const { out } = twIndex(['link-order', '--root', exampleKernel, '--format', 'json']);
    const { objects } = z
      .object({ objects: z.array(z.object({ object: z.string() })) })
      .parse(JSON.parse(out));
    assert.equal(objects[0]?.object, 'arch/x86/kernel/head_64.o');
    assert.match(
      twIndex(['link-order', '--why', 'drivers/connector/cn_proc.o', '--root', exampleKernel]).out,
      /is linked, number \d+\n.*Kbuild:\d+.*drivers\/\n.*drivers\/Makefile:1.*\n.*cn_proc\.o/,
    );
    assert.match(
      twIndex(['link-order', '--why', 'drivers/platform/vendor/crate.o', '--root', exampleKernel]).out,
      /is built as a module/,
    );
  });
});

describe('tw-index, used wrongly', () => {
  const fails = (words: readonly string[], message: RegExp): void => {
    const { status, out, err } = twIndex(words);
    assert.equal(status, 2, err);
    assert.equal(out, '');
    assert.match(err, message);
    assert.equal(err.trim().split('\n').length, 1, err);
  };

  it('says in one line what, where and what to do, with status 2', () => {
    fails(['table'], /^tw-index: no kernel tree at or above .*; name one with --root DIR\n$/);
    fails(['--root', '/nowhere'], /^tw-index: --root \/nowhere: no such folder\n$/);
    fails(
      ['table', 'INTI', '--root', exampleKernel],
      /^tw-index: no event INTI in task-watchers; did you mean INIT\?\n$/,
    );
    fails(
      ['--root', exampleKernel, '--family', 'x'],
      /^tw-index: no family x; there are: task-watchers, initcalls\n$/,
    );
    fails(['--root', exampleKernel, '--config', 'none'], /^tw-index: --config none: no such file\n$/);
    fails(['--root', exampleKernel, '--config', '/bin/sh'], /not a kernel configuration \(binary\)/);
    fails(
      ['--root', exampleKernel, '--build', '/nowhere'],
      /^tw-index: --build \/nowhere: no such folder\n$/,
    );
    fails(
      ['--root', exampleKernel, '--arch', 'vax'],
      /^tw-index: --arch vax: the tree has no arch\/vax; it has: x86\n$/,
    );
    fails(['verify', '/nowhere', '--root', exampleKernel], /^tw-index: \/nowhere: no such file\n$/);
    fails(
      ['verify', '/bin/true', '--root', exampleKernel],
      /^tw-index: \/bin\/true: .*no table of task-watchers/,
    );
    fails(['--nonsense'], /^tw-index: unknown option '--nonsense'; see tw-index --help\n$/);
    fails(['--quite'], /^tw-index: unknown option '--quite'; did you mean --quiet\?\n$/);
    fails(['verify'], /^tw-index: <vmlinux> is missing; see tw-index verify --help\n$/);
    fails(
      ['verify', 'a', 'b'],
      /^tw-index: too many arguments: verify takes 1, not 2; see tw-index verify --help\n$/,
    );
    fails(
      ['--quiet', 'list', 'a'],
      /^tw-index: too many arguments: list takes none, not 1; see tw-index list --help\n$/,
    );
    fails(['link-order', '--why'], /^tw-index: --why: <object> is missing behind it\n$/);
    fails(['completion', 'ksh'], /^tw-index: shell ksh is unknown; /);
    fails(['help', 'foo'], /^tw-index: no command foo; see tw-index --help\n$/);
    fails(['help', 'tabel'], /^tw-index: no command tabel; did you mean table\?\n$/);
    const atRoot = ['--root', exampleKernel];
    fails(['tabel', ...atRoot], /^tw-index: no command and no event tabel; did you mean table\?\n$/);
    fails(['table', 'tabel', ...atRoot], /^tw-index: no event tabel in task-watchers; there are: /);
    fails(['--root', __filename], /: a file, not a folder\n$/);
    fails([...atRoot, '--arch', '../x'], /^tw-index: --arch \.\.\/x: not the name of an architecture\n$/);
    fails(['table', '--format', 'xml'], /^tw-index: --format xml is unknown; there are: text, json\n$/);
    fails(['table', '--format', 'jsn'], /^tw-index: --format jsn is unknown; did you mean json\?\n$/);
    fails(['table', '--format', ''], /^tw-index: --format: is empty; there are: text, json\n$/);
    fails(['table', '', ...atRoot], /^tw-index: \[event\]: is empty\n$/);
    fails(['verify', '', ...atRoot], /^tw-index: <vmlinux>: is empty\n$/);
    fails(['dispatch', 'INIT', '--fail', '', ...atRoot], /^tw-index: --fail: is empty\n$/);
    fails(['dispatch', 'INIT', '--val', '', ...atRoot], /^tw-index: --val: is empty\n$/);
    fails(
      ['--family', 'Initcalls', ...atRoot],
      /^tw-index: no family Initcalls; did you mean initcalls\?\n$/,
    );
    // What an option cannot do is said, not passed over.
    fails(['link-order', '--family', 'initcalls', ...atRoot], /^tw-index: unknown option '--family'/);
    fails(['table', '--from', '/bin/true', '--all', ...atRoot], /^tw-index: --all with --from: /);
    fails(['check', '--explain', 'not-linked', '--format', 'json'], /^tw-index: --explain prints text/);
  });

  it('shows a table once, however often it is asked for', () => {
    const asked = ['table', '--root', exampleKernel, '--no-cache'];
    assert.deepEqual(
      twIndex([...asked, 'INIT', '0', 'init', 'WATCH_TASK_INIT']),
      twIndex([...asked, 'INIT']),
    );
  });

  it('says in the help what the exit status means, and shows no default that is none', () => {
    assert.match(twIndex(['--help']).out, /^Exit status: 0 fine; 1 a finding, /m);
    assert.doesNotMatch(twIndex(['dispatch', '--help']).out, /default: \[\]/);
  });

  it('says why a root cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tw-root-'));
    const link = join(folder, 'link');
    symlinkSync('link', link);
    fails(['--root', link], /^tw-index: --root .*\/link: cannot be read \(ELOOP\)\n$/);
    fails(['table', '--from', '/bin/true', '--root', link], /\/link: cannot be read \(ELOOP\)\n$/);
    rmSync(folder, { recursive: true });
  });

  it('takes -h for --help', () => {
    for (const words of [[], ['table']]) {
      const asked = twIndex([...words, '-h']);
      assert.equal(asked.status, 0);
      assert.match(asked.out, /^Usage: tw-index/);
      assert.deepEqual(asked, twIndex([...words, '--help']));
    }
  });

  it('answers with a note where a makefile is broken', () => {
    const folder = copyOfExample();
    try {
      const makefile = join(folder, 'ipc/Makefile');
      writeFileSync(makefile, `${readFileSync(makefile, 'utf8')}endif\n`);
      const { status, out, err } = twIndex(['table', 'INIT', '--root', folder]);
      assert.equal(status, 0);
      assert.match(out, /copy_semundo/);
      assert.match(err, /note: ipc\/Makefile:2: endif without ifeq or ifdef/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
