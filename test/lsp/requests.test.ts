import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';

const position = z.object({ line: z.number(), character: z.number() });
const range = z.object({ start: position, end: position });
const item = z.looseObject({
  name: z.string(),
  detail: z.string(),
  uri: z.string(),
  range,
  selectionRange: range,
});

/** What VS Code says it can do, as far as it matters here. */
const capabilities = {
  textDocument: {
    completion: { completionItem: { snippetSupport: true } },
    hover: { contentFormat: ['markdown'] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
  },
  workspace: { workspaceEdit: { documentChanges: true } },
};

/** In slot order, as linked: test/cli/example-kernel.test.ts compares it with nm. */
const initWatchers = [
  'copy_thread_tls',
  'init_hardirq_state',
  'audit_alloc',
  'lockdep_init_task',
  'init_task_mempolicy',
  'copy_semundo',
  'copy_keys',
];

describe('language server requests', () => {
  let folder = '';
  let client: TestClient;
  before(async () => {
    folder = copyOfExample();
    client = await startClient({ folders: [folder], capabilities });
    await client.ready(folder);
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    rmSync(folder, { recursive: true });
  });

  const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const document = (file: string): { textDocument: { uri: string } } => ({
    textDocument: { uri: uriOf(join(folder, file)) },
  });
  const at = (file: string, needle: string, into = 1): object => ({
    ...document(file),
    position: positionOf(textOf(file), needle, into),
  });
  const covered = (file: string, { start, end }: z.infer<typeof range>): string => {
    const lines = textOf(file).split('\n');
    if (start.line === end.line) return (lines[start.line] ?? '').slice(start.character, end.character);
    return lines.slice(start.line, end.line + 1).join('\n');
  };

  it('lists registrations and call sites as symbols of a document', async () => {
    const symbols = z
      .array(z.looseObject({ name: z.string(), detail: z.string(), selectionRange: range }))
      .parse(await client.request('textDocument/documentSymbol', document('kernel/fork.c')));
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
    assert.equal(await client.request('textDocument/documentSymbol', document('lib/string.c')), null);
  });

  it('lists a table in slot order for #INIT, and finds watchers by name', async () => {
    const names = async (query: string): Promise<readonly string[]> =>
      (
        z
          .array(z.looseObject({ name: z.string() }))
          .nullable()
          .parse(await client.request('workspace/symbol', { query })) ?? []
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

  it('highlights an event in all its spellings in the document', async () => {
    const found = async (file: string, needle: string, into = 1): Promise<readonly string[] | null> => {
      const answer = await client.request('textDocument/documentHighlight', at(file, needle, into));
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
          await client.request('textDocument/inlayHint', { ...document('kernel/fork.c'), range: within }),
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
      await client.request('textDocument/semanticTokens/full', document('kernel/fork.c')),
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
      await client
        .request('textDocument/semanticTokens/full/delta', {
          ...document('kernel/fork.c'),
          previousResultId: resultId,
        })
        .then((answer) => z.looseObject({ edits: z.array(z.unknown()) }).parse(answer).edits),
      [],
    );
  });

  it('helps with the arguments of macros and of the dispatcher', async () => {
    const help = z.object({
      signatures: z.array(
        z.looseObject({ label: z.string(), parameters: z.array(z.looseObject({ label: z.string() })) }),
      ),
      activeParameter: z.number(),
    });
    const dispatcher = help.parse(
      await client.request('textDocument/signatureHelp', at('kernel/fork.c', 'clone_flags, p);')),
    );
    assert.equal(
      dispatcher.signatures[0]?.label,
      'int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)',
    );
    assert.equal(dispatcher.activeParameter, 1);
    const macro = help.parse(
      await client.request('textDocument/signatureHelp', at('kernel/fork.c', ', init_hardirq_state);', 2)),
    );
    assert.equal(macro.signatures[0]?.label, 'task_watcher_func(ev, fn)');
    assert.deepEqual(
      macro.signatures[0].parameters.map(({ label }) => label),
      ['ev', 'fn'],
    );
    assert.equal(macro.activeParameter, 1);
    assert.equal(
      await client.request('textDocument/signatureHelp', at('kernel/fork.c', 'kzalloc(sizeof', 9)),
      null,
    );
  });

  it('follows calls through the table, both ways', async () => {
    const prepare = async (file: string, needle: string): Promise<z.infer<typeof item> | undefined> =>
      z
        .array(item)
        .nullable()
        .parse(await client.request('textDocument/prepareCallHierarchy', at(file, needle)))?.[0];
    const outgoing = z.array(z.object({ to: item, fromRanges: z.array(range) }));
    const incoming = z.array(z.object({ from: item, fromRanges: z.array(range) }));

    const fork = await prepare('kernel/fork.c', 'copy_process(unsigned');
    const calls = outgoing.parse(await client.request('callHierarchy/outgoingCalls', { item: fork }));
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
    const sites = incoming.parse(await client.request('callHierarchy/incomingCalls', { item: watcher }));
    assert.deepEqual(
      sites.map(({ from }) => from.name),
      ['copy_process'],
    );
    const callers = incoming.parse(
      await client.request('callHierarchy/incomingCalls', { item: sites[0]?.from }),
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
        .parse(await client.request('callHierarchy/incomingCalls', { item: free }))
        .map(({ from }) => from.name)
        .sort(),
      ['copy_process', 'do_exit'],
    );
    assert.equal(await prepare('kernel/fork.c', 'fork_init(void)'), undefined);
  });

  it('says of an error label what runs behind it, and how it is reached', async () => {
    const hover = z.looseObject({ contents: z.object({ value: z.string() }) });
    const { contents } = hover.parse(
      await client.request('textDocument/hover', at('kernel/fork.c', 'bad_fork_cleanup:')),
    );
    // Line 45 notifies FREE behind the label; line 39 is the only goto, after INIT failed.
    assert.match(contents.value, /kernel\/fork\.c:45.*notifies `FREE`: `audit_free`, .*`box_forget`/);
    assert.match(contents.value, /kernel\/fork\.c:39.*`goto`: after `INIT`/);
  });

  it('says at a call site whom it calls, and what becomes of a failure', async () => {
    const { contents } = z
      .looseObject({ contents: z.object({ value: z.string() }) })
      .parse(
        await client.request(
          'textDocument/hover',
          at('kernel/fork.c', 'notify_task_watchers(WATCH_TASK_INIT'),
        ),
      );
    assert.match(contents.value, /- 2 `audit_alloc`/);
    // Written so in kernel/task_watchers.c: `if (err < 0 && ret == 0) ret = err;`
    assert.match(contents.value, /calls every watcher and returns the first error/);
  });

  it('renames a watcher in its file, and refuses what is not safe', async () => {
    const edits = z.object({
      documentChanges: z.array(
        z.object({
          textDocument: z.looseObject({ uri: z.string() }),
          edits: z.array(z.object({ range, newText: z.string() })),
        }),
      ),
    });
    const place = at('kernel/auditsc.c', 'audit_alloc(unsigned');
    assert.equal(
      covered('kernel/auditsc.c', range.parse(await client.request('textDocument/prepareRename', place))),
      'audit_alloc',
    );
    const { documentChanges } = edits.parse(
      await client.request('textDocument/rename', { ...place, newName: 'audit_begin' }),
    );
    assert.equal(documentChanges.length, 1);
    assert.deepEqual(
      documentChanges[0]?.edits.map((edit) => [
        edit.range.start.line + 1,
        covered('kernel/auditsc.c', edit.range),
      ]),
      [
        [11, 'audit_alloc'],
        [21, 'audit_alloc'],
      ],
    );
    const refused = async (newName: string, where: object = place): Promise<string> => {
      try {
        await client.request('textDocument/rename', { ...where, newName });
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      return 'not refused';
    };
    assert.match(await refused('audit_free'), /uses the name audit_free already/);
    assert.match(await refused('1st'), /not a name in C/);
    assert.match(await refused('while'), /not a name in C/);
    assert.match(await refused('other', at('kernel/fork.c', 'WATCH_TASK_INIT')), /only the function/);
  });

  describe('completion', () => {
    const items = z
      .array(
        z.looseObject({
          label: z.string(),
          detail: z.string(),
          sortText: z.string(),
          textEdit: z.object({ range, newText: z.string() }),
        }),
      )
      .nullable();
    const file = 'kernel/auditsc.c';
    /** Completes in a new version of the file that ends in `ending`, at its end. */
    const complete = async (ending: string): Promise<z.infer<typeof items>> => {
      const text = textOf(file) + ending;
      const uri = await client.open(join(folder, file), text);
      const lines = text.split('\n');
      try {
        return items.parse(
          await client.request('textDocument/completion', {
            textDocument: { uri },
            position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
          }),
        );
      } finally {
        await client.notify('textDocument/didClose', { textDocument: { uri } });
      }
    };
    const labels = async (ending: string): Promise<readonly string[] | undefined> =>
      (await complete(ending))?.sort((a, b) => (a.sortText < b.sortText ? -1 : 1)).map(({ label }) => label);

    it('offers events, as the tree spells them', async () => {
      assert.deepEqual(await labels('task_watcher_func('), [
        'init',
        'clone',
        'exec',
        'uid',
        'gid',
        'exit',
        'free',
      ]);
      assert.deepEqual((await labels('int f(void)\n{\n\tnotify_task_watchers('))?.slice(0, 2), [
        'WATCH_TASK_INIT',
        'WATCH_TASK_CLONE',
      ]);
    });

    it('offers the functions with the right prototype, those that the event lacks first', async () => {
      const other =
        'static int no_watcher(void) { return 0; }\nstatic void loose(unsigned long val, struct task_struct *tsk) { }\n';
      assert.deepEqual(await labels(`${other}task_watcher_func(free, `), ['audit_alloc', 'audit_free']);
      assert.deepEqual(await labels(`${other}task_watcher_func(init, aud`), ['audit_free', 'audit_alloc']);
    });

    it('offers macros and a new watcher between functions, and nothing elsewhere', async () => {
      const offered = await complete('task_wat');
      assert.deepEqual(
        offered?.map(({ label }) => label),
        ['task_watcher_func', 'task_watcher_pair', 'new watcher'],
      );
      assert.equal(
        offered[0]?.textEdit.newText,
        'task_watcher_func(${1|init,clone,exec,uid,gid,exit,free|}, ${2:fn});',
      );
      const [snippet] = (await complete('watch')) ?? [];
      assert.equal(
        snippet?.textEdit.newText,
        'static int ${1:name}(unsigned long val, struct task_struct *tsk)\n{\n\t$0\n\treturn 0;\n}\ntask_watcher_func(${2|init,clone,exec,uid,gid,exit,free|}, ${1:name});',
      );
      for (const ending of [
        'int f(void)\n{\n\tkzal',
        '/* task_wat',
        '// task_watcher_func(',
        'int x = task',
        '"task_wat',
      ])
        assert.equal(await complete(ending), null, ending);
    });

    it('offers section names in strings', async () => {
      assert.deepEqual(
        (await labels('static task_watcher_fn const f __section(".task_watchers.'))?.slice(0, 2),
        ['.task_watchers.init', '.task_watchers.clone'],
      );
    });
  });
});
