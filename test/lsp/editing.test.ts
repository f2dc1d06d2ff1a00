import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { z } from 'zod';
import { marked, positionOf } from './client';
import { exampleClient, range } from './example-client';

describe('language server: help with editing', () => {
  const { client, folder, textOf, at, covered } = exampleClient();

  it('helps with the arguments of macros and of the dispatcher', async () => {
    const help = z.object({
      signatures: z.array(
        z.looseObject({ label: z.string(), parameters: z.array(z.looseObject({ label: z.string() })) }),
      ),
      activeParameter: z.number(),
    });
    const dispatcher = help.parse(
      await client().request('textDocument/signatureHelp', at('kernel/fork.c', 'clone_flags, p);')),
    );
    assert.equal(
      dispatcher.signatures[0]?.label,
      'int notify_task_watchers(unsigned int ev, unsigned long val, struct task_struct *tsk)',
    );
    assert.equal(dispatcher.activeParameter, 1);
    const macro = help.parse(
      await client().request('textDocument/signatureHelp', at('kernel/fork.c', ', init_hardirq_state);', 2)),
    );
    assert.equal(macro.signatures[0]?.label, 'task_watcher_func(ev, fn)');
    assert.deepEqual(
      macro.signatures[0].parameters.map(({ label }) => label),
      ['ev', 'fn'],
    );
    assert.equal(macro.activeParameter, 1);
    assert.equal(
      await client().request('textDocument/signatureHelp', at('kernel/fork.c', 'kzalloc(sizeof', 9)),
      null,
    );
  });

  it('helps inside of an argument, behind branches, and in a macro’s body, but not with one argument too many', async () => {
    const active = async (withMark: string): Promise<unknown> => {
      const { text, position } = marked(withMark);
      const uri = await client().open(join(folder(), 'lib/usage.c'), text);
      const help = await client().request('textDocument/signatureHelp', { textDocument: { uri }, position });
      await client().notify('textDocument/didClose', { textDocument: { uri } });
      return help === null
        ? null
        : z.looseObject({ activeParameter: z.number() }).parse(help).activeParameter;
    };
    const call = 'void f(void)\n{\n\tnotify_task_watchers(WATCH_TASK_INIT,';
    assert.equal(await active(`${call} (1 + ⟦⟧2), 0);\n}\n`), 1);
    assert.equal(await active(`${call}\n#ifdef A\n\t1,\n#else\n\t2,\n#endif\n\t⟦⟧0);\n}\n`), 2);
    assert.equal(await active('#define N(p) notify_task_watchers(WATCH_TASK_INIT, ⟦⟧0, p)\n'), 1);
    assert.equal(await active('task_watcher_func(init, f, ⟦⟧);\n'), null);
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
      covered('kernel/auditsc.c', range.parse(await client().request('textDocument/prepareRename', place))),
      'audit_alloc',
    );
    const { documentChanges } = edits.parse(
      await client().request('textDocument/rename', { ...place, newName: 'audit_begin' }),
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
        await client().request('textDocument/rename', { ...where, newName });
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      return 'not refused';
    };
    assert.match(await refused('audit_free'), /uses the name audit_free already/);
    // Declared in a header: a static function of that name would not compile.
    assert.match(
      await refused('notify_task_watchers'),
      /task_watchers\.h declares notify_task_watchers already/,
    );
    assert.match(await refused('1st'), /not a name in C/);
    for (const keyword of ['while', 'asm', 'typeof', '_Bool', '_Generic', '__attribute__'])
      assert.match(await refused(keyword), /not a name in C/);
    assert.match(await refused('other', at('kernel/fork.c', 'WATCH_TASK_INIT')), /only the function/);
  });

  it('finds the place that was asked about in the text of that time, though edits came in since', async () => {
    const file = 'kernel/auditsc.c';
    const uri = await client().open(join(folder(), file));
    const lines = textOf(file).split('\n');
    const named = lines.flatMap((line, number) => (line.includes('audit_free') ? [number] : []));
    for (let count = 1; count <= 5; count++) {
      const position = positionOf('\n'.repeat(count - 1) + textOf(file), 'audit_free', 3);
      // Both are on their way before either is answered.
      const renamed = client().request('textDocument/rename', {
        textDocument: { uri },
        position,
        newName: `audit_end${count}`,
      });
      const top = { line: 0, character: 0 };
      await client().notify('textDocument/didChange', {
        textDocument: { uri, version: count + 1 },
        contentChanges: [{ range: { start: top, end: top }, text: '\n' }],
      });
      const [change] = z
        .object({
          documentChanges: z.array(
            z.object({
              textDocument: z.object({ version: z.number() }),
              edits: z.array(z.looseObject({ range })),
            }),
          ),
        })
        .parse(await renamed).documentChanges;
      const version = change?.textDocument.version ?? 0;
      assert.deepEqual(
        change?.edits.map((edit) => edit.range.start.line),
        named.map((line) => line + version - 1),
        `version ${version}`,
      );
    }
    await client().notify('textDocument/didClose', { textDocument: { uri } });
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
    /** Completes in a new version of the file that goes on with `ending`, at its end, in front of `behind`. */
    const answer = async (ending: string, behind = ''): Promise<unknown> => {
      const text = textOf(file) + ending;
      const uri = await client().open(join(folder(), file), text + behind);
      const lines = text.split('\n');
      try {
        return await client().request('textDocument/completion', {
          textDocument: { uri },
          position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 },
        });
      } finally {
        await client().notify('textDocument/didClose', { textDocument: { uri } });
      }
    };
    const complete = async (ending: string, behind?: string): Promise<z.infer<typeof items>> =>
      items.parse(await answer(ending, behind));
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

    it('is to be asked again where a word has too few letters yet', async () => {
      for (const ending of ['t', 'ta', 'int f(void)\n{\n\tno'])
        assert.deepEqual(await answer(ending), { isIncomplete: true, items: [] }, ending);
    });

    it('puts the name alone in front of arguments', async () => {
      const [first] = (await complete('task_w', '(init, audit_free);\n')) ?? [];
      assert.equal(first?.textEdit.newText, 'task_watcher_func');
    });

    it('offers nothing for a member', async () => {
      for (const ending of ['p->noti', 'p.noti', 'p->n', 'notify_task_watchers(p->'])
        assert.equal(await answer(`int f(void)\n{\n\t${ending}`), null, ending);
    });

    it('offers section names in strings', async () => {
      assert.deepEqual(
        (await labels('static task_watcher_fn const f __section(".task_watchers.'))?.slice(0, 2),
        ['.task_watchers.init', '.task_watchers.clone'],
      );
    });
  });
});
