import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample, makeKernel } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';

const result = z.object({ markdown: z.string(), json: z.unknown() });
const table = z.looseObject({
  config: z.string().nullable(),
  events: z.array(
    z.looseObject({
      name: z.string(),
      entries: z.array(
        z.looseObject({ slot: z.number().nullable(), function: z.string(), status: z.string() }),
      ),
    }),
  ),
});

describe('language server commands', () => {
  let folder = '';
  let client: TestClient;
  before(async () => {
    folder = copyOfExample();
    client = await startClient({
      folders: [folder],
      capabilities: { workspace: { textDocumentContent: {} } },
    });
    await client.ready(folder);
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    rmSync(folder, { recursive: true });
  });

  const run = async (command: string, argument: object = {}): Promise<z.infer<typeof result>> =>
    result.parse(
      await client.request('workspace/executeCommand', {
        command: `taskWatchers.${command}`,
        arguments: [argument],
      }),
    );
  const failure = async (method: string, params: unknown): Promise<string> => {
    try {
      await client.request(method, params);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'no failure';
  };

  it('shows a table', async () => {
    const { markdown, json } = await run('table', { event: 'init' });
    const { events, config } = table.parse(json);
    assert.equal(config, '.config');
    assert.deepEqual(
      events.map(({ name, entries }) => [name, ...entries.slice(0, 2).map((entry) => entry.function)]),
      [['INIT', 'copy_thread_tls', 'init_hardirq_state']],
    );
    assert.match(markdown, /\| 0 \| `copy_thread_tls` \|/);
    const all = table.parse((await run('table', { event: 'INIT', all: true })).json);
    assert.deepEqual(
      all.events[0]?.entries
        .filter(({ slot }) => slot === null)
        .map((entry) => entry.status)
        .sort(),
      ['compiled-out', 'not-built'],
    );
    assert.match(
      await failure('workspace/executeCommand', {
        command: 'taskWatchers.table',
        arguments: [{ event: 'inti' }],
      }),
      /no event inti in task-watchers; did you mean INIT\?/,
    );
  });

  it('says why an object is linked, or not', async () => {
    const linked = await run('why', { uri: uriOf(join(folder, 'kernel/fork.c')) });
    assert.match(linked.markdown, /kernel\/Makefile:1/);
    const { status } = z
      .looseObject({ status: z.string() })
      .parse((await run('why', { object: 'kernel/cpuset.o' })).json);
    assert.equal(status, 'not-built');
  });

  it('compares its prediction with a vmlinux', async () => {
    const vmlinux = makeKernel(folder);
    assert.match((await run('verify', { vmlinux })).markdown, /All \d+ entries are as predicted/);
    assert.match(
      await failure('workspace/executeCommand', {
        command: 'taskWatchers.verify',
        arguments: [{ vmlinux: join(folder, 'Makefile') }],
      }),
      /Makefile: .*ELF/,
    );
  });

  it('simulates the notification of a call site', async () => {
    const file = join(folder, 'kernel/fork.c');
    const { line, character } = positionOf(
      readFileSync(file, 'utf8'),
      'notify_task_watchers(WATCH_TASK_INIT',
    );
    const { markdown, json } = await run('dispatch', {
      uri: uriOf(file),
      line,
      character,
      fail: [{ function: 'audit_alloc', errno: 'ENOMEM' }],
    });
    const { event, steps } = z
      .looseObject({
        event: z.string(),
        steps: z.array(
          z.looseObject({ function: z.string(), chosen: z.looseObject({ value: z.number().optional() }) }),
        ),
      })
      .parse(json);
    assert.equal(event, 'INIT');
    assert.deepEqual(
      steps.filter(({ chosen }) => chosen.value === -12).map((step) => step.function),
      ['audit_alloc'],
    );
    // What is undone afterwards by a subsystem whose own watcher failed is said.
    assert.match(JSON.stringify(json), /"function":"audit_free","place":{[^}]*},"meets":"failed"/);
    // fork.c:38: `if (retval < 0) goto bad_fork_cleanup;`, behind which FREE is notified.
    assert.match(markdown, /goto bad_fork_cleanup/);
    const page = z
      .looseObject({ html: z.string() })
      .parse(await client.request('taskWatchers/preview', { event: 'INIT', html: true }));
    assert.match(page.html, /^<!doctype html>[^]*<svg[^]*audit_alloc/i);
    assert.match(
      await failure('workspace/executeCommand', {
        command: 'taskWatchers.dispatch',
        arguments: [{ event: 'nothing' }],
      }),
      /no event nothing/,
    );
  });

  it('lists and selects configurations, and everything follows', async () => {
    const other = join(folder, 'other.config');
    writeFileSync(other, `${readFileSync(join(folder, '.config'), 'utf8')}\nCONFIG_CPUSETS=y\n`);
    const configs = z.object({ configs: z.array(z.looseObject({ path: z.string(), current: z.boolean() })) });
    assert.deepEqual(
      configs
        .parse((await run('configs')).json)
        .configs.filter(({ current }) => current)
        .map(({ path }) => path),
      ['.config'],
    );
    const names = async (): Promise<readonly string[]> =>
      table
        .parse((await run('table', { event: 'INIT' })).json)
        .events[0]?.entries.map((entry) => entry.function) ?? [];
    assert.ok(!(await names()).includes('cpuset_fork'));
    const before = client.notifications.length;
    const chosen = await run('selectConfig', { config: 'other.config' });
    assert.deepEqual(chosen.json, { config: 'other.config' });
    assert.ok((await names()).includes('cpuset_fork'));
    await client.wait('taskWatchers/changed', () => true, before);
    await run('selectConfig', { config: null });
    assert.ok(!(await names()).includes('cpuset_fork'));
    assert.match(
      await failure('workspace/executeCommand', {
        command: 'taskWatchers.selectConfig',
        arguments: [{ config: 'no/such/file' }],
      }),
      /no\/such\/file/,
    );
    await run('selectConfig', { config: null });
  });

  it('looks at everything again on demand', async () => {
    writeFileSync(
      join(folder, 'lib/string.c'),
      `${readFileSync(join(folder, 'lib/string.c'), 'utf8')}
#include <linux/task_watchers.h>
static int late(unsigned long val, struct task_struct *tsk) { return 0; }
task_watcher_func(uid, late);
`,
    );
    await run('reindex');
    const { events } = table.parse((await run('table', { event: 'UID', all: true })).json);
    assert.ok(events[0]?.entries.some((entry) => entry.function === 'late'));
  });

  it('gives virtual documents as text', async () => {
    const content = z.object({ text: z.string() });
    const read = async (uri: string): Promise<string> =>
      content.parse(await client.request('workspace/textDocumentContent', { uri })).text;
    assert.match(
      await read(`task-watchers:/table/INIT?root=${encodeURIComponent(uriOf(folder))}`),
      /## INIT: 7 watchers/,
    );
    assert.match(await read('task-watchers:/why/kernel/fork.o'), /kernel\/Makefile:1/);
    assert.match(await read('task-watchers:/dispatch/FREE'), /# FREE/);
    assert.match(
      await failure('workspace/textDocumentContent', { uri: 'task-watchers:/nothing/x' }),
      /not a virtual document/,
    );
  });

  it('sends everything that a view of the tables shows', async () => {
    const shown = z.looseObject({
      family: z.string(),
      families: z.array(z.string()),
      complete: z.boolean(),
      events: z.array(
        z.looseObject({
          name: z.string(),
          entries: z.array(
            z.looseObject({
              function: z.string(),
              line: z.number(),
              column: z.number(),
              reason: z.string(),
              definition: z.object({ file: z.string(), line: z.number(), column: z.number() }).nullable(),
            }),
          ),
        }),
      ),
      callSites: z.array(z.looseObject({ file: z.string(), line: z.number(), column: z.number() })),
    });
    const answer = shown.parse(await client.request('taskWatchers/tables', {}));
    assert.equal(answer.family, 'task-watchers');
    assert.ok(answer.families.includes('initcalls'));
    assert.ok(answer.complete);
    const audit = answer.events[0]?.entries.find((entry) => entry.function === 'audit_alloc');
    assert.deepEqual([audit?.line, audit?.column], [21, 1]);
    assert.deepEqual(audit?.definition, { file: 'kernel/auditsc.c', line: 11, column: 12 });
    const cpuset = answer.events[0]?.entries.find((entry) => entry.function === 'cpuset_fork');
    assert.match(cpuset?.reason ?? '', /CONFIG_CPUSETS/);
    assert.ok(
      answer.callSites.some(
        ({ file, line, column }) => file === 'kernel/fork.c' && line === 37 && column === 11,
      ),
    );
    const initcalls = shown.parse(await client.request('taskWatchers/tables', { family: 'initcalls' }));
    assert.equal(initcalls.family, 'initcalls');
    assert.match(await failure('taskWatchers/tables', { family: 'nothing' }), /no family nothing/);
  });
});
