import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { edit, events, toDialectB } from './dialect-b';
import { between, copyOfExample, makeKernel, symbolsOf, twIndex } from './kernel-under-test';

const schema = z.object({
  events: z.array(
    z.object({
      name: z.string(),
      start: z.string().nullable(),
      entries: z.array(z.object({ variable: z.string() })),
    }),
  ),
  callSites: z.array(z.object({ event: z.string() })),
});

const compare = (folder: string, prefix: string): void => {
  const symbols = symbolsOf(makeKernel(folder));
  const { status, out, err } = twIndex(['table', '--format', 'json', '--root', folder]);
  assert.equal(status, 0, err);
  const predicted = schema.parse(JSON.parse(out));
  assert.equal(predicted.callSites.length, 8);
  events.forEach((event, index) => {
    const next = events[index + 1];
    const stop = next === undefined ? `__stop_${prefix}_free` : `__start_${prefix}_${next}`;
    const real = between(symbols, `__start_${prefix}_${event}`, stop);
    const table = predicted.events.find(({ name }) => name === event.toUpperCase());
    assert.ok(real.length > 0);
    assert.equal(table?.start, `__start_${prefix}_${event}`);
    assert.deepEqual(
      table.entries.map(({ variable }) => variable),
      real,
    );
  });
};

describe('dialects, built and read back', () => {
  let folder = '';
  beforeEach(() => {
    folder = copyOfExample();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('December 2006: DEFINE_TASK_*CALL, .task.*, another output section', () => {
    toDialectB(folder);
    compare(folder, 'task');
  });

  it('boundary symbols of its own: predicted, and read back from the file with the tree at hand', () => {
    for (const path of ['kernel/task_watchers.c', 'include/asm-generic/vmlinux.lds.h'])
      edit(join(folder, path), (text) =>
        text
          .replaceAll('__start_task_watchers_', '__list_of_')
          .replaceAll('__stop_task_watchers_free', '__end_of_lists'),
      );
    const vmlinux = makeKernel(folder);
    const real = between(symbolsOf(vmlinux), '__list_of_uid', '__list_of_gid');
    assert.ok(real.length > 0);
    const words = ['table', 'UID', '--from', vmlinux, '--format', 'json'];
    const alone = twIndex(words);
    assert.equal(alone.status, 2);
    assert.match(alone.err, /no table of task-watchers in it .* with --root and --config or --build/);
    const { out, err } = twIndex([...words, '--root', folder]);
    const read = z
      .object({ events: z.array(z.object({ entries: z.array(z.object({ variable: z.string() })) })) })
      .safeParse(JSON.parse(out || '{}'));
    assert.deepEqual(
      read.data?.events.flatMap(({ entries }) => entries.map(({ variable }) => variable)),
      real,
      err,
    );
    assert.equal(twIndex(['verify', vmlinux, '--root', folder]).status, 0);
  });

  it('without a configuration, the sections shown are those that the registrations name', () => {
    toDialectB(folder);
    rmSync(join(folder, '.config'));
    const { out } = twIndex(['INIT', '--root', folder]);
    assert.match(out, /^INIT .* without a configuration {2}\.task\.INIT$/m);
  });

  it('what is not built says which condition around the makefile line is not met', () => {
    edit(
      join(folder, 'ipc/Makefile'),
      (text) => `ifeq ($(CONFIG_ABSENT),y)\n${text.replaceAll('obj-$(CONFIG_SYSVIPC)', 'obj-y')}\nendif\n`,
    );
    const { out } = twIndex(['INIT', '--all', '--root', folder]);
    assert.match(
      out,
      /not-built\s+copy_semundo\s+ipc\/sem\.c:30\s+ipc\/Makefile:\d+: obj-y \+= sem\.o \(only with CONFIG_ABSENT=y\)/,
    );
  });

  it('a file of several watchers without const is reversed by gcc, and predicted so', () => {
    edit(
      join(folder, 'ipc/sem.c'),
      (text) =>
        `${text}\nstatic int sem_second(unsigned long val, struct task_struct *tsk)\n{\n\treturn 0;\n}\ntask_watcher_func(init, sem_second);\n`,
    );
    compare(folder, 'task_watchers');
  });

  it('June 2006: notifier chains have no table, and it says so', () => {
    edit(
      join(folder, 'kernel/lockdep.c'),
      (text) =>
        `${text}\nstatic int __init lockdep_watch(void)\n{\n\treturn register_task_watcher(&lockdep_nb);\n}\n`,
    );
    const { out } = twIndex(['list', '--root', folder]);
    assert.match(
      out,
      /kernel\/lockdep\.c:14\s+register_task_watcher\(&lockdep_nb\)\s+notifier chain \(June 2006\): no table/,
    );
  });

  it('a registration whose header is not included has no effect', () => {
    edit(join(folder, 'ipc/sem.c'), (text) => text.replace('#include <linux/task_watchers.h>\n', ''));
    const { out } = twIndex(['INIT', '--all', '--root', folder]);
    assert.match(out, /no-effect\s+copy_semundo\s+ipc\/sem\.c:29\s+the macro is not visible here/);
  });

  it('a section that no pattern takes is an orphan: no slot', () => {
    edit(join(folder, 'include/asm-generic/vmlinux.lds.h'), (text) =>
      text.replace('\t\tTASK_WATCHERS(uid) \\\n', ''),
    );
    const { out } = twIndex(['UID', '--all', '--root', folder]);
    assert.match(out, /UID {2}0 watchers/);
    assert.match(out, /orphan\s+key_fsuid_changed/);
  });
});
