import { strict as assert } from 'node:assert';
import { z } from 'zod';
import { exampleClient, initWatchers, range } from './example-client';

const item = z.looseObject({
  name: z.string(),
  detail: z.string(),
  uri: z.string(),
  range,
  selectionRange: range,
});

describe('language server: call hierarchy', () => {
  const { client, at, covered } = exampleClient();

  it('follows calls through the table, both ways', async () => {
    const prepare = async (file: string, needle: string): Promise<z.infer<typeof item> | undefined> =>
      z
        .array(item)
        .nullable()
        .parse(await client().request('textDocument/prepareCallHierarchy', at(file, needle)))?.[0];
    const outgoing = z.array(z.object({ to: item, fromRanges: z.array(range) }));
    const incoming = z.array(z.object({ from: item, fromRanges: z.array(range) }));

    const fork = await prepare('kernel/fork.c', 'copy_process(unsigned');
    const calls = outgoing.parse(await client().request('callHierarchy/outgoingCalls', { item: fork }));
    assert.deepEqual(
      calls.filter(({ fromRanges }) => fromRanges[0]?.start.line === 36).map(({ to }) => to.name),
      initWatchers,
    );
    assert.deepEqual(
      [...new Set(calls.flatMap(({ fromRanges }) => fromRanges.map((one) => covered('kernel/fork.c', one))))],
      [
        'notify_task_watchers(WATCH_TASK_INIT, clone_flags, p)',
        'notify_task_watchers(WATCH_TASK_CLONE, clone_flags, p)',
        'notify_task_watchers(WATCH_TASK_FREE, 0, p)',
      ],
    );

    const watcher = await prepare('kernel/auditsc.c', 'audit_alloc(unsigned');
    assert.equal(watcher?.detail, 'INIT · slot 2 — kernel/auditsc.c');
    const sites = incoming.parse(await client().request('callHierarchy/incomingCalls', { item: watcher }));
    assert.deepEqual(
      sites.map(({ from }) => from.name),
      ['copy_process'],
    );
    const callers = incoming.parse(
      await client().request('callHierarchy/incomingCalls', { item: sites[0]?.from }),
    );
    assert.deepEqual(
      callers.map(({ from, fromRanges }) => [
        from.name,
        ...fromRanges.map((one) => covered('kernel/fork.c', one)),
      ]),
      [['do_fork', 'copy_process']],
    );

    // Two functions notify FREE.
    const free = await prepare('kernel/auditsc.c', 'audit_free(unsigned');
    assert.deepEqual(
      incoming
        .parse(await client().request('callHierarchy/incomingCalls', { item: free }))
        .map(({ from }) => from.name)
        .sort(),
      ['copy_process', 'do_exit'],
    );
    assert.equal(await prepare('kernel/fork.c', 'fork_init(void)'), undefined);
  });
});
