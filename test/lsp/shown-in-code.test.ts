import { strict as assert } from 'node:assert';
import { z } from 'zod';
import { exampleClient, initWatchers, position, range } from './example-client';

describe('language server: what is shown in code', () => {
  const { client, textOf, document, at, covered } = exampleClient();

  it('lists registrations and call sites as symbols of a document', async () => {
    const symbols = z
      .array(z.looseObject({ name: z.string(), detail: z.string(), selectionRange: range }))
      .parse(await client().request('textDocument/documentSymbol', document('kernel/fork.c')));
    assert.deepEqual(
      symbols.map(({ name, detail }) => `${name}: ${detail}`),
      [
        'init_hardirq_state: INIT · slot 1 of 7',
        'debug_new_task: INIT · not in the table: #if CONFIG_TASK_DEBUG is false',
        'notify_task_watchers(INIT): in copy_process, 7 watchers',
        'notify_task_watchers(CLONE): in copy_process, 2 watchers',
        'notify_task_watchers(FREE): in copy_process, 5 watchers',
      ],
    );
    assert.deepEqual(
      symbols.map(({ selectionRange }) => covered('kernel/fork.c', selectionRange)),
      ['init_hardirq_state', 'debug_new_task', ...Array.from({ length: 3 }, () => 'notify_task_watchers')],
    );
    assert.equal(await client().request('textDocument/documentSymbol', document('lib/string.c')), null);
  });

  it('lists a table in slot order for #INIT, and finds watchers by name', async () => {
    const names = async (query: string): Promise<readonly string[]> =>
      (
        z
          .array(z.looseObject({ name: z.string() }))
          .nullable()
          .parse(await client().request('workspace/symbol', { query })) ?? []
      ).map(({ name }) => name);
    const listed = await names('#init');
    assert.deepEqual(listed.slice(0, 8), [
      '#INIT',
      ...initWatchers.map((name, slot) => `#INIT ${slot} ${name}`),
    ]);
    assert.deepEqual([...listed.slice(8)].sort(), ['#INIT - cpuset_fork', '#INIT - debug_new_task']);
    assert.deepEqual(
      await names('#'),
      ['INIT', 'CLONE', 'EXEC', 'UID', 'GID', 'EXIT', 'FREE'].map((name) => `#${name}`),
    );
    assert.deepEqual(await names('audall'), ['audit_alloc']);
    assert.deepEqual(await names('no such thing'), []);
  });

  it('lists those of a table whose slot or name is given after the event', async () => {
    const named = z.array(z.looseObject({ name: z.string() }));
    const ask = async (query: string): Promise<readonly string[]> =>
      named.parse(await client().request('workspace/symbol', { query })).map(({ name }) => name);
    assert.deepEqual(await ask('#INIT keys'), ['#INIT 6 copy_keys']);
    assert.deepEqual(await ask('#init 2'), ['#INIT 2 audit_alloc']);
  });

  it('highlights an event in all its spellings in the document', async () => {
    const found = async (file: string, needle: string, into = 1): Promise<readonly string[] | null> => {
      const answer = await client().request('textDocument/documentHighlight', at(file, needle, into));
      return (
        z
          .array(z.object({ range, kind: z.number() }))
          .nullable()
          .parse(answer)
          ?.map((one) => `${one.range.start.line + 1}:${covered(file, one.range)}:${one.kind}`) ?? null
      );
    };
    const events = ['16:init:3', '25:init:3', '37:WATCH_TASK_INIT:2'];
    assert.deepEqual(await found('kernel/fork.c', 'WATCH_TASK_INIT'), events);
    assert.deepEqual(await found('kernel/fork.c', '(init, debug_new_task'), events);
    assert.deepEqual(await found('kernel/fork.c', 'debug_new_task(uns'), [
      '20:debug_new_task:3',
      '25:debug_new_task:2',
    ]);
    assert.equal(await found('kernel/fork.c', 'retval'), null);
  });

  it('shows slots and event numbers as inlay hints', async () => {
    const all = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
    const hints = async (within: z.infer<typeof range>): Promise<readonly string[]> =>
      z
        .array(z.looseObject({ position, label: z.string() }))
        .parse(
          await client().request('textDocument/inlayHint', { ...document('kernel/fork.c'), range: within }),
        )
        .map(({ position: { line, character }, label }) => {
          const before = textOf('kernel/fork.c').split('\n')[line]?.slice(0, character).trimStart() ?? '';
          return `${before}⟨${label}⟩`;
        });
    assert.deepEqual(await hints(all), [
      'task_watcher_func(init, init_hardirq_state)⟨slot 1⟩',
      'task_watcher_func(init, debug_new_task)⟨compiled-out⟩',
      'retval = notify_task_watchers(WATCH_TASK_INIT⟨= 0⟩',
      'notify_task_watchers(WATCH_TASK_CLONE⟨= 1⟩',
      'notify_task_watchers(WATCH_TASK_FREE⟨= 6⟩',
    ]);
    assert.equal((await hints({ ...all, end: { line: 20, character: 0 } })).length, 1);
  });

  it('marks events, macros and registered functions as semantic tokens, and sends differences', async () => {
    const tokens = z.object({ resultId: z.string(), data: z.array(z.number()) });
    const { data, resultId } = tokens.parse(
      await client().request('textDocument/semanticTokens/full', document('kernel/fork.c')),
    );
    const types = ['event', 'function', 'macro'];
    const shown: string[] = [];
    let line = 0;
    let character = 0;
    const lines = textOf('kernel/fork.c').split('\n');
    for (let index = 0; index < data.length; index += 5) {
      const [down = 0, right = 0, length = 0, type = 0, modifiers = 0] = data.slice(index, index + 5);
      character = down === 0 ? character + right : right;
      line += down;
      shown.push(
        `${types[type] ?? '?'} ${lines[line]?.slice(character, character + length) ?? ''} ${modifiers}`,
      );
    }
    // Modifiers: 1 definition, 2 watcher, 4 not in the table.
    assert.deepEqual(shown, [
      'function init_hardirq_state 3',
      'macro task_watcher_func 0',
      'event init 0',
      'function init_hardirq_state 2',
      'function debug_new_task 7',
      'macro task_watcher_func 4',
      'event init 4',
      'function debug_new_task 6',
      'event WATCH_TASK_INIT 0',
      'event WATCH_TASK_CLONE 0',
      'event WATCH_TASK_FREE 0',
    ]);
    assert.deepEqual(
      await client()
        .request('textDocument/semanticTokens/full/delta', {
          ...document('kernel/fork.c'),
          previousResultId: resultId,
        })
        .then((answer) => z.looseObject({ edits: z.array(z.unknown()) }).parse(answer).edits),
      [],
    );
  });

  it('says of an error label what runs behind it, and how it is reached', async () => {
    const hover = z.looseObject({ contents: z.object({ value: z.string() }) });
    const { contents } = hover.parse(
      await client().request('textDocument/hover', at('kernel/fork.c', 'bad_fork_cleanup:')),
    );
    // Line 45 notifies FREE behind the label; line 39 is the only goto, after INIT failed.
    assert.match(contents.value, /kernel\/fork\.c:45.*notifies `FREE`: `audit_free`, .*`box_forget`/);
    assert.match(contents.value, /kernel\/fork\.c:39.*`goto`: after `INIT`/);
  });

  it('says what a registration defines, also where it is compiled out', async () => {
    const { contents } = z
      .looseObject({ contents: z.object({ value: z.string() }) })
      .parse(await client().request('textDocument/hover', at('kernel/fork.c', 'debug_new_task)')));
    assert.match(contents.value, /not in the table: \\#if CONFIG\\_TASK\\_DEBUG is false/);
    // As include/linux/task_watchers.h spells it: __task_watcher_##ev##_##fn, before `__used`.
    assert.match(contents.value, /defines the pointer `__task_watcher_init_debug_new_task`/);
  });

  it('says at a call site whom it calls, and what becomes of a failure', async () => {
    const { contents } = z
      .looseObject({ contents: z.object({ value: z.string() }) })
      .parse(
        await client().request(
          'textDocument/hover',
          at('kernel/fork.c', 'notify_task_watchers(WATCH_TASK_INIT'),
        ),
      );
    assert.match(contents.value, /- 2 `audit_alloc`/);
    // Written so in kernel/task_watchers.c: `if (err < 0 && ret == 0) ret = err;`
    assert.match(contents.value, /calls every watcher and returns the first error/);
  });
});
