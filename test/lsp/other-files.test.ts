import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { between, copyOfExample, exampleKernel, makeKernel, symbolsOf } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';
import { range } from './example-client';

const example = (file: string): string => readFileSync(join(exampleKernel, file), 'utf8');

/** A watcher that one file registers, another defines, a third calls and a header declares; and others of its name. */
const far = {
  'include/linux/far.h': `struct task_struct;
#ifdef CONFIG_KEYS
int far_watch(unsigned long val, struct task_struct *tsk);
#else
static inline int far_watch(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
#endif
`,
  'lib/far.c': `#include <linux/far.h>
int far_watch(unsigned long val, struct task_struct *tsk)
{
	return 0;
}
`,
  'kernel/far_reg.c': `#include <linux/far.h>
#include <linux/sched.h>
#include <linux/task_watchers.h>
task_watcher_func(init, far_watch);
`,
  'ipc/near.c': `#include <linux/far.h>
int (*const near_table[])(unsigned long, struct task_struct *) = { far_watch };
int near(struct task_struct *p)
{
	return far_watch(0, p);
}
`,
  // Not ours, each for another reason.
  'fs/own.c': `static int far_watch(int a) { return a; }
int own(void) { return far_watch(1); }
`,
  'kernel/Makefile': `${example('kernel/Makefile')}obj-y += far_reg.o\n`,
  'lib/Makefile': 'lib-y := string.o usage.o\nobj-y := kobject.o far.o\n',
  'ipc/Makefile': 'obj-$(CONFIG_SYSVIPC) += sem.o near.o\n',
  'fs/Makefile': `${example('fs/Makefile')}obj-y += own.o\n`,
};

/** A name that is no function's here, in every way C has. */
const otherNames = `#include <linux/types.h>
struct far_watch { int a; };
struct holder { int far_watch; int (*call)(int far_watch); };
int other_names(struct holder *h)
{
	int far_watch = h->far_watch;
	if (far_watch)
		return far_watch;
	return sizeof(struct far_watch);
}
int labelled(void)
{
	goto far_watch;
far_watch:
	return 0;
}
`;

const locations = z.array(z.object({ uri: z.string(), range })).nullable();
const item = z.looseObject({ name: z.string(), uri: z.string(), detail: z.string() });

describe('language server: a function that other files name', () => {
  const folders: string[] = [];
  let client: TestClient | undefined;
  let folder = '';
  afterEach(async () => {
    assert.equal(await client?.stop(), 0);
    client = undefined;
    for (const one of folders.splice(0)) rmSync(one, { recursive: true });
  });
  const start = async (files: Readonly<Record<string, string>>): Promise<TestClient> => {
    folder = copyOfExample(files);
    folders.push(folder);
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    return client;
  };
  const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const at = (file: string, needle: string, into = 1): object => ({
    textDocument: { uri: uriOf(join(folder, file)) },
    position: positionOf(textOf(file), needle, into),
  });
  const ask = (method: string, params: object): Promise<unknown> =>
    client?.request(method, params) ?? Promise.reject(new Error('not started'));
  /** As `file:line`, in the order of the answer. */
  const places = (answer: unknown): readonly string[] =>
    (locations.parse(answer) ?? []).map(
      ({ uri, range: { start: from } }) => `${uri.slice(uriOf(folder).length + 1)}:${from.line + 1}`,
    );
  const references = async (
    file: string,
    needle: string,
    includeDeclaration: boolean,
  ): Promise<readonly string[]> =>
    places(await ask('textDocument/references', { ...at(file, needle), context: { includeDeclaration } }));
  const refusal = async (params: object): Promise<string> => {
    try {
      await ask('textDocument/rename', params);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'not refused';
  };
  /** Renames as a client does, on disk. */
  const rename = async (params: object): Promise<readonly string[]> => {
    const { changes } = z
      .object({ changes: z.record(z.string(), z.array(z.object({ range, newText: z.string() }))) })
      .parse(await ask('textDocument/rename', params));
    for (const [uri, edits] of Object.entries(changes)) {
      const path = fileURLToPath(uri);
      const lines = readFileSync(path, 'utf8').split('\n');
      for (const { range: where, newText } of edits.toReversed()) {
        const line = lines[where.start.line] ?? '';
        lines[where.start.line] =
          line.slice(0, where.start.character) + newText + line.slice(where.end.character);
      }
      writeFileSync(path, lines.join('\n'));
    }
    return Object.keys(changes)
      .map((uri) => uri.slice(uriOf(folder).length + 1))
      .sort();
  };

  it('is found from everywhere, and everywhere', async () => {
    await start({ ...far, 'fs/other_names.c': otherNames });
    const definition = ['lib/far.c:2'];
    const registration = 'kernel/far_reg.c:4';
    const declared = ['include/linux/far.h:3', 'include/linux/far.h:5', 'lib/far.c:2'];
    const used = ['ipc/near.c:2', 'ipc/near.c:5'];
    const site = 'kernel/fork.c:37';
    assert.deepEqual(
      places(await ask('textDocument/definition', at('kernel/far_reg.c', 'far_watch'))),
      definition,
    );
    for (const file of ['kernel/far_reg.c', 'lib/far.c', 'ipc/near.c', 'include/linux/far.h']) {
      const all = await references(file, 'far_watch', true);
      assert.equal(all[0], registration, file);
      assert.deepEqual(all.toSorted(), [registration, ...declared, ...used, site].toSorted(), file);
      assert.deepEqual(await references(file, 'far_watch', false), [registration, ...used, site], file);
    }
    // Elsewhere the name is another function's, or no function's.
    for (const [file, needle] of [
      ['fs/own.c', 'far_watch(1)'],
      ['fs/other_names.c', 'far_watch {'],
      ['fs/other_names.c', 'far_watch; int'],
      ['fs/other_names.c', 'far_watch = h'],
      ['fs/other_names.c', 'far_watch)\n\t\treturn'],
      ['fs/other_names.c', 'far_watch:'],
    ] as const)
      for (const method of ['hover', 'definition', 'prepareCallHierarchy'])
        assert.equal(await ask(`textDocument/${method}`, at(file, needle)), null, `${method} ${needle}`);
  });

  it('is the same for an event’s constant, a boundary symbol and a macro', async () => {
    await start({
      'fs/names.c': `const char *name_of(unsigned int event)
{
	switch (event) {
	case WATCH_TASK_UID:
		return "WATCH_TASK_UID";
	}
	return event == 7 ? (char *)&__start_task_watchers_uid : 0;
}
`,
      'include/linux/wrap.h': '#define on_uid(fn) task_watcher_func(uid, fn)\n',
    });
    const uses = await references('kernel/sys.c', 'WATCH_TASK_UID', false);
    assert.match(uses[0] ?? '', /^security\/keys\/process_keys\.c:43$/);
    assert.deepEqual(
      uses.filter((place) => place.startsWith('fs/')),
      ['fs/names.c:7', 'fs/names.c:4'],
    );
    for (const includeDeclaration of [true, false]) {
      const macros = await references('kernel/fork.c', 'task_watcher_func(init', includeDeclaration);
      assert.equal(macros[0]?.startsWith('include/'), false);
      assert.ok(macros.includes('include/linux/wrap.h:1'));
      assert.deepEqual(
        macros.filter((place) => place.startsWith('include/linux/task_watchers.h')),
        // The definitions are those with and without MODULE; task_watcher_pair uses it twice.
        (includeDeclaration ? [21, 25] : [])
          .concat(30, 31)
          .map((line) => `include/linux/task_watchers.h:${line}`),
      );
    }
  });

  it('is known at its definition: hover, lens, call hierarchy', async () => {
    await start(far);
    const symbols = symbolsOf(makeKernel(folder));
    const table = between(symbols, '__start_task_watchers_init', '__start_task_watchers_clone');
    const slot = table.indexOf('__task_watcher_init_far_watch');
    assert.ok(slot >= 0);
    const title = `INIT · slot ${slot} of ${table.length}`;
    const shown = z.object({ contents: z.object({ value: z.string() }) });
    for (const file of ['lib/far.c', 'ipc/near.c', 'include/linux/far.h'])
      assert.match(
        shown.parse(await ask('textDocument/hover', at(file, 'far_watch'))).contents.value,
        new RegExp(`^${title}`),
        file,
      );
    assert.deepEqual(
      z
        .array(z.looseObject({ command: z.looseObject({ title: z.string() }) }))
        .parse(
          await ask('textDocument/codeLens', { textDocument: { uri: uriOf(join(folder, 'lib/far.c')) } }),
        )
        .map(({ command }) => command.title),
      [`${title} · registered in kernel/far_reg.c:4`],
    );
    for (const file of ['kernel/far_reg.c', 'lib/far.c', 'ipc/near.c']) {
      const [prepared] = z
        .array(item)
        .parse(await ask('textDocument/prepareCallHierarchy', at(file, 'far_watch')));
      assert.equal(prepared?.uri, uriOf(join(folder, 'lib/far.c')), file);
      assert.match(prepared.detail, new RegExp(`^INIT · slot ${slot}`));
      assert.deepEqual(
        z
          .array(z.object({ from: item }))
          .parse(await ask('callHierarchy/incomingCalls', { item: prepared }))
          .map(({ from }) => from.name),
        ['copy_process', 'near'],
        file,
      );
    }
    const [caller] = z
      .array(item)
      .parse(await ask('textDocument/prepareCallHierarchy', at('kernel/fork.c', 'copy_process(unsigned')));
    const called = z
      .array(z.object({ to: item }))
      .parse(await ask('callHierarchy/outgoingCalls', { item: caller }))
      .find(({ to }) => to.name === 'far_watch');
    assert.equal(called?.to.uri, uriOf(join(folder, 'lib/far.c')));
  });

  it('does not take another architecture’s function for the one that is linked', async () => {
    const { 'lib/far.c': body } = far;
    await start({ ...far, 'arch/arm/kernel/far.c': body, 'arch/arm/kernel/Makefile': 'obj-y := far.o\n' });
    assert.deepEqual(places(await ask('textDocument/definition', at('kernel/far_reg.c', 'far_watch'))), [
      'lib/far.c:2',
    ]);
    assert.equal(await ask('textDocument/hover', at('arch/arm/kernel/far.c', 'far_watch')), null);
  });

  it('is renamed in all files, so that the kernel is built as before', async () => {
    await start(far);
    const files = await rename({ ...at('ipc/near.c', 'far_watch(0'), newName: 'wide_watch' });
    assert.deepEqual(files, ['include/linux/far.h', 'ipc/near.c', 'kernel/far_reg.c', 'lib/far.c']);
    const symbols = symbolsOf(makeKernel(folder));
    assert.ok(symbols.includes('wide_watch') && symbols.includes('__task_watcher_init_wide_watch'));
    assert.doesNotMatch(textOf('include/linux/far.h'), /far_watch/);
  });

  it('is renamed in all files of its unit', async () => {
    await start({
      'kernel/sched/build.c': `${example('kernel/sched/build.c')}#include "parts/middle.c"\n#include "more.c"\n`,
      'kernel/sched/parts/middle.c': '#include "part.c"\n',
      'kernel/sched/parts/part.c': 'task_watcher_func(free, stats_stop);\n',
      'kernel/sched/more.c': 'int more(struct task_struct *p) { return stats_stop(0, p); }\n',
      // A file of the same name in another folder is another one.
      'ipc/stats.c': 'int unused;\n',
      'ipc/more.c':
        '#include "stats.c"\nstatic int stats_stop(void) { return 0; }\nint m(void) { return stats_stop(); }\n',
      'ipc/Makefile': 'obj-$(CONFIG_SYSVIPC) += sem.o more.o\n',
    });
    assert.deepEqual(await references('kernel/sched/more.c', 'stats_stop', false), [
      'kernel/sched/stats.c:14',
      'kernel/sched/parts/part.c:1',
      'kernel/sched/more.c:1',
      'kernel/exit.c:9',
      'kernel/exit.c:11',
      'kernel/fork.c:45',
    ]);
    const params = { ...at('kernel/sched/stats.c', 'stats_stop('), newName: 'stats_end' };
    assert.deepEqual(await rename(params), [
      'kernel/sched/more.c',
      'kernel/sched/parts/part.c',
      'kernel/sched/stats.c',
    ]);
    const symbols = symbolsOf(makeKernel(folder));
    for (const event of ['exit', 'free']) assert.ok(symbols.includes(`__task_watcher_${event}_stats_end`));
  });

  it('is not renamed where its name means something else, too', async () => {
    await start(far);
    const params = { ...at('lib/far.c', 'far_watch'), newName: 'wide_watch' };
    for (const [text, line, noun] of [
      ['struct far_watch;', 1, 'tag'],
      ['int f(void)\n{\n\tgoto far_watch;\nfar_watch: return 0;\n}', 3, 'label'],
      ['typedef int far_watch;', 1, 'type'],
      ['typedef int (*far_watch)(void);', 1, 'type'],
      ['extern int far_watch;', 1, 'variable'],
      ['int f(int far_watch) { return 0; }', 1, 'variable'],
      ['int f(void) { int a, *far_watch; return 0; }', 1, 'variable'],
      ['enum e { A, far_watch };', 1, 'variable'],
      ['struct s { int far_watch; };', 1, 'member'],
      ['struct s { int (*far_watch)(void); };', 1, 'member'],
      ['int f(struct s *p) { return p->far_watch; }', 1, 'member'],
      ['struct s s = { .far_watch = 0 };', 1, 'member'],
    ] as const) {
      const uri = await client?.open(join(folder, 'fs/exec.c'), `${text}\n`);
      assert.equal(
        await refusal(params),
        `fs/exec.c:${line}: far_watch is the name of a ${noun}, too; rename it by hand`,
        text,
      );
      await client?.notify('textDocument/didClose', { textDocument: { uri } });
    }
    for (const text of [
      'extern int far_watch(unsigned long, struct task_struct *);',
      'int f(struct task_struct *p) { return 2 * far_watch(0, p) ? far_watch(0, p) : (*far_watch)(1, p); }',
      'void f(void) { g(1, far_watch); g(&far_watch, *far_watch); if (far_watch == 0) return; }',
      'struct s s[] = { { .fn = far_watch }, [2] = far_watch };',
    ]) {
      const uri = await client?.open(join(folder, 'fs/exec.c'), `${text}\n`);
      const { changes } = z
        .object({ changes: z.record(z.string(), z.array(z.unknown())) })
        .parse(await ask('textDocument/rename', params));
      assert.equal(changes[uri ?? '']?.length, text.split('far_watch').length - 1, text);
      await client?.notify('textDocument/didClose', { textDocument: { uri } });
    }
    await client?.open(join(folder, 'fs/exec.c'), 'int f(void) __attribute__((alias("far_watch")));\n');
    assert.match(await refusal(params), /fs\/exec\.c:1: a string names far_watch for the assembler/);
  });
});
