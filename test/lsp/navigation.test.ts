import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { toDialectB } from '../cli/dialect-b';
import { copyOfExample } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';

const locations = z.array(
  z.object({
    uri: z.string(),
    range: z.object({
      start: z.object({ line: z.number(), character: z.number() }),
      end: z.object({ line: z.number(), character: z.number() }),
    }),
  }),
);

describe('language server on the example kernel', () => {
  let folder = '';
  let client: TestClient;
  before(async () => {
    folder = copyOfExample();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    rmSync(folder, { recursive: true });
  });

  /** What the answer's ranges cover, as `file:text`. */
  const ask = async (
    method: string,
    file: string,
    needle: string,
    into = 1,
    more: object = {},
  ): Promise<readonly string[] | null> => {
    const path = join(folder, file);
    const answer = await client.request(method, {
      textDocument: { uri: uriOf(path) },
      position: positionOf(readFileSync(path, 'utf8'), needle, into),
      ...more,
    });
    if (answer === null) return null;
    return locations.parse(answer).map(({ uri, range }) => {
      const target = uri.slice(uriOf(folder).length + 1);
      const lines = readFileSync(join(folder, target), 'utf8').split('\n');
      assert.equal(range.start.line, range.end.line);
      return `${target}:${lines[range.start.line]?.slice(range.start.character, range.end.character) ?? ''}`;
    });
  };

  it('goes to the definition from a registration’s function, event and macro', async () => {
    const use = 'task_watcher_func(init, init_hardirq_state)';
    assert.deepEqual(await ask('textDocument/definition', 'kernel/fork.c', use, use.indexOf('init_hard')), [
      'kernel/fork.c:init_hardirq_state',
    ]);
    assert.deepEqual(await ask('textDocument/definition', 'kernel/fork.c', use, use.indexOf('init,')), [
      'include/linux/task_watchers.h:WATCH_TASK_INIT',
    ]);
    assert.deepEqual(await ask('textDocument/definition', 'kernel/fork.c', use, 0), [
      'include/linux/task_watchers.h:task_watcher_func',
      'include/linux/task_watchers.h:task_watcher_func',
    ]);
  });

  it('goes from section names and boundary symbols to the linker script', async () => {
    const byHand = '".task_watchers.free"';
    const box = 'drivers/platform/vendor/box/box.c';
    const script = ['include/asm-generic/vmlinux.lds.h:free'];
    assert.deepEqual(await ask('textDocument/definition', box, byHand, 3), script);
    assert.deepEqual(await ask('textDocument/declaration', box, byHand, 3), script);
    assert.deepEqual(
      await ask('textDocument/definition', 'kernel/task_watchers.c', '\t__start_task_watchers_free', 4),
      script,
    );
    assert.deepEqual(
      await ask(
        'textDocument/definition',
        'include/asm-generic/vmlinux.lds.h',
        'TASK_WATCHERS(free)',
        'TASK_WATCHERS('.length,
      ),
      ['include/linux/task_watchers.h:WATCH_TASK_FREE'],
    );
  });

  it('finds all that names an event or a watcher, each by its word', async () => {
    const all = { context: { includeDeclaration: true } };
    const use = 'task_watcher_func(clone, stats_start)';
    const asked = (word: string): ReturnType<typeof ask> =>
      ask('textDocument/references', 'kernel/sched/stats.c', use, use.indexOf(word), all);
    assert.deepEqual((await asked('clone'))?.toSorted(), [
      'drivers/connector/cn_proc.c:clone',
      'include/asm-generic/vmlinux.lds.h:clone',
      'include/linux/task_watchers.h:WATCH_TASK_CLONE',
      'kernel/fork.c:WATCH_TASK_CLONE',
      'kernel/sched/stats.c:clone',
      'kernel/task_watchers.c:__start_task_watchers_clone',
      'kernel/task_watchers.c:__start_task_watchers_clone',
    ]);
    assert.deepEqual(await asked('stats_start'), [
      'kernel/sched/stats.c:stats_start',
      'kernel/sched/stats.c:stats_start',
      'kernel/fork.c:notify_task_watchers',
    ]);
    const macros = await asked('task_watcher_func');
    assert.deepEqual(
      [...new Set(macros?.map((one) => one.replace(/.*:/, '')))],
      // Where a wrapper registers, the wrapper is what stands there.
      ['task_watcher_func'],
    );
  });

  it('lists the watchers of a call site in slot order', async () => {
    // The order of the table as linked: test/cli/example-kernel.test.ts compares it with nm.
    assert.deepEqual(
      await ask('textDocument/implementation', 'kernel/fork.c', 'notify_task_watchers(WATCH_TASK_INIT'),
      [
        'arch/x86/kernel/process.c:copy_thread_tls',
        'kernel/fork.c:init_hardirq_state',
        'kernel/auditsc.c:audit_alloc',
        'kernel/lockdep.c:lockdep_init_task',
        'mm/mempolicy.c:init_task_mempolicy',
        'ipc/sem.c:copy_semundo',
        'security/keys/process_keys.c:copy_keys',
      ],
    );
  });

  it('answers null where no table is concerned', async () => {
    for (const needle of ['kzalloc', 'struct task_struct *p', 'current_task', 'SPDX'])
      for (const method of ['definition', 'declaration', 'implementation', 'hover'])
        assert.equal(
          await ask(`textDocument/${method}`, 'kernel/fork.c', needle),
          null,
          `${method} ${needle}`,
        );
  });

  it('shows a client that takes no Markdown text without markup', async () => {
    const path = join(folder, 'kernel/fork.c');
    const { contents } = z.looseObject({ contents: z.object({ kind: z.string(), value: z.string() }) }).parse(
      await client.request('textDocument/hover', {
        textDocument: { uri: uriOf(path) },
        position: positionOf(readFileSync(path, 'utf8'), 'notify_task_watchers(WATCH_TASK_INIT', 1),
      }),
    );
    assert.equal(contents.kind, 'plaintext');
    assert.match(contents.value, /^- 2 audit_alloc kernel\/auditsc\.c:\d+ CONFIG_AUDITSYSCALL$/m);
    assert.doesNotMatch(contents.value, /[`\\]|\*\*|\]\(/);
  });

  it('takes a macro that names its event for the event', async () => {
    const december = copyOfExample();
    toDialectB(december);
    const other = await startClient({ folders: [december] });
    try {
      await other.ready(december);
      const implementations = async (file: string, needle: string): Promise<readonly string[]> => {
        const path = join(december, file);
        const answer = await other.request('textDocument/implementation', {
          textDocument: { uri: uriOf(path) },
          position: positionOf(readFileSync(path, 'utf8'), needle),
        });
        return locations.parse(answer).map(({ uri }) => uri.slice(uriOf(december).length + 1));
      };
      const ofMacro = await implementations('ipc/sem.c', 'DEFINE_TASK_INITCALL(copy_semundo)');
      assert.equal(ofMacro.length, 7);
      assert.deepEqual(
        ofMacro,
        await implementations('kernel/fork.c', 'notify_task_watchers(WATCH_TASK_INIT'),
      );
    } finally {
      await other.stop();
      rmSync(december, { recursive: true });
    }
  });
});
