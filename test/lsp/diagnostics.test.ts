import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';

const position = z.object({ line: z.number(), character: z.number() });
const diagnostic = z.looseObject({
  range: z.object({ start: position, end: position }),
  code: z.string(),
  severity: z.number(),
  message: z.string(),
  source: z.literal('task-watchers'),
});
const published = z.object({
  uri: z.string(),
  version: z.number().optional(),
  diagnostics: z.array(diagnostic),
});
const textEdits = z.array(
  z.object({ range: z.object({ start: position, end: position }), newText: z.string() }),
);
const actions = z
  .array(
    z.looseObject({
      title: z.string(),
      kind: z.string(),
      isPreferred: z.boolean().optional(),
      edit: z.object({ changes: z.record(z.string(), textEdits) }),
    }),
  )
  .nullable();

const literals = { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } } };

/** A misspelt event: `unknown-event`, with a fix. */
const misspelt = 'task_watcher_func(inti, audit_alloc);';

function applied(text: string, edits: z.infer<typeof textEdits>): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: z.infer<typeof position>): number =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (now, { range, newText }) => now.slice(0, offset(range.start)) + newText + now.slice(offset(range.end)),
      text,
    );
}

describe('language server diagnostics', () => {
  let folder = '';
  let client: TestClient;
  const file = 'kernel/auditsc.c';
  const textOf = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const broken = (): string => textOf(file).replace('task_watcher_func(init, audit_alloc);', misspelt);

  afterEach(async () => {
    assert.equal(await client.stop(), 0);
    rmSync(folder, { recursive: true });
  });

  const start = async (
    options: { capabilities?: object; configuration?: () => unknown; initializationOptions?: object } = {},
  ): Promise<void> => {
    folder = copyOfExample();
    client = await startClient({ folders: [folder], capabilities: { textDocument: literals }, ...options });
    await client.ready(folder);
  };
  const next = async (path: string, from: number, accept: (codes: readonly string[]) => boolean) =>
    published.parse(
      await client.wait(
        'textDocument/publishDiagnostics',
        (params) => {
          const { uri, diagnostics } = published.parse(params);
          return uri === uriOf(join(folder, path)) && accept(diagnostics.map(({ code }) => code));
        },
        from,
      ),
    );
  const change = async (uri: string, version: number, text: string): Promise<void> => {
    await client.notify('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  };

  it('are pushed for an unsaved buffer, follow its edits, and go when it is mended', async () => {
    await start();
    const uri = await client.open(join(folder, file));
    let from = client.notifications.length;
    await change(uri, 2, broken());
    const found = await next(file, from, (codes) => codes.includes('unknown-event'));
    assert.equal(found.version, 2);
    const [one] = found.diagnostics.filter(({ code }) => code === 'unknown-event');
    assert.equal(one?.severity, 1);
    const { line } = positionOf(broken(), misspelt);
    assert.equal(one.range.start.line, line);

    from = client.notifications.length;
    await change(uri, 3, `\n\n${broken()}`);
    const moved = await next(file, from, (codes) => codes.includes('unknown-event'));
    assert.equal(moved.diagnostics.find(({ code }) => code === 'unknown-event')?.range.start.line, line + 2);

    from = client.notifications.length;
    await change(uri, 4, textOf(file));
    await next(file, from, (codes) => codes.length === 0);
  });

  it('of rules that follow every way through functions come after the answers to what is asked meanwhile', async () => {
    await start();
    const path = 'kernel/fork.c';
    const text = textOf(path);
    const uri = await client.open(join(folder, path));
    // Before INIT, the way to the error path leads to FREE for a task that nobody has seen.
    const slipped = text.replace('\t\treturn ERR_PTR(-ENOMEM);', '\t\tgoto bad_fork_cleanup;');
    assert.notEqual(slipped, text);
    const from = client.notifications.length;
    const isSlow = (params: unknown): boolean =>
      published.parse(params).diagnostics.some(({ code }) => code === 'free-before-init');
    const sent = change(uri, 2, slipped);
    const hover = client.request('textDocument/hover', {
      textDocument: { uri },
      position: positionOf(slipped, 'WATCH_TASK_INIT'),
    });
    assert.match(JSON.stringify(await hover), /copy_thread_tls/);
    assert.ok(
      !client.notifications
        .slice(from)
        .some(({ method, params }) => method === 'textDocument/publishDiagnostics' && isSlow(params)),
    );
    await sent;
    await client.wait('textDocument/publishDiagnostics', isSlow, from);
  });

  it('of a closed or deleted file go', async () => {
    await start();
    const uri = await client.open(join(folder, file), broken());
    await next(file, 0, (codes) => codes.includes('unknown-event'));
    let from = client.notifications.length;
    await client.notify('textDocument/didClose', { textDocument: { uri } });
    await next(file, from, (codes) => codes.length === 0);
    // On disk the file has none; kernel/cpuset.c has hints: it is not built.
    await next('kernel/cpuset.c', 0, (codes) => codes.includes('not-linked'));
    from = client.notifications.length;
    unlinkSync(join(folder, 'kernel/cpuset.c'));
    await client.notify('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf(join(folder, 'kernel/cpuset.c')), type: 3 }],
    });
    await next('kernel/cpuset.c', from, (codes) => codes.length === 0);
  });

  it('come with quick fixes, a way to keep them silent, and source.fixAll', async () => {
    await start();
    const uri = await client.open(join(folder, file), broken());
    const found = await next(file, 0, (codes) => codes.includes('unknown-event'));
    const [one] = found.diagnostics.filter(({ code }) => code === 'unknown-event');
    const ask = async (only?: readonly string[]): Promise<z.infer<typeof actions>> =>
      actions.parse(
        await client.request('textDocument/codeAction', {
          textDocument: { uri },
          range: one?.range,
          context: { diagnostics: [one], ...(only ? { only } : {}) },
        }),
      );
    const offered = (await ask()) ?? [];
    const preferred = offered.find(({ isPreferred }) => isPreferred);
    assert.equal(preferred?.kind, 'quickfix');
    assert.equal(applied(broken(), preferred.edit.changes[uri] ?? []), textOf(file));
    const silence = offered.find(({ title }) => title.startsWith('Ignore unknown-event'));
    const silent = applied(broken(), silence?.edit.changes[uri] ?? []);
    assert.match(silent, /\n\/\* tw-ignore: unknown-event \*\/\ntask_watcher_func\(inti, audit_alloc\);/);
    const all = (await ask(['source.fixAll'])) ?? [];
    assert.deepEqual(
      all.map(({ kind }) => kind),
      ['source.fixAll.taskWatchers'],
    );
    assert.equal(applied(broken(), all[0]?.edit.changes[uri] ?? []), textOf(file));
    assert.deepEqual((await ask(['refactor'])) ?? [], []);
    // The empty kind holds all others, and an empty list asks for none in particular.
    for (const everything of [[''], ['', 'refactor'], []]) assert.deepEqual(await ask(everything), offered);

    const from = client.notifications.length;
    await change(uri, 2, silent);
    await next(file, from, (codes) => !codes.includes('unknown-event'));
  });

  it('have the severity that the settings give the rule', async () => {
    let rules: Record<string, string> = { 'unknown-event': 'warning' };
    await start({
      capabilities: {
        textDocument: literals,
        workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
      },
      configuration: () => ({ diagnostics: { rules } }),
    });
    await client.open(join(folder, file), broken());
    const found = await next(file, 0, (codes) => codes.includes('unknown-event'));
    assert.equal(found.diagnostics.find(({ code }) => code === 'unknown-event')?.severity, 2);
    const from = client.notifications.length;
    rules = { 'unknown-event': 'off' };
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    await next(file, from, (codes) => !codes.includes('unknown-event'));
  });

  it('are pulled by clients that pull, with result ids, and are not pushed then', async () => {
    await start({
      capabilities: {
        textDocument: { diagnostic: {} },
        workspace: { diagnostics: { refreshSupport: true } },
      },
    });
    assert.ok(z.looseObject({ diagnosticProvider: z.unknown() }).parse(client.initialized.capabilities));
    const report = z.object({
      kind: z.string(),
      resultId: z.string(),
      items: z.array(diagnostic).optional(),
    });
    const uri = await client.open(join(folder, file), broken());
    const pull = async (previousResultId?: string): Promise<z.infer<typeof report>> =>
      report.parse(
        await client.request('textDocument/diagnostic', { textDocument: { uri }, previousResultId }),
      );
    const first = await pull();
    assert.deepEqual(
      first.items?.map(({ code }) => code).filter((code) => code === 'unknown-event'),
      ['unknown-event'],
    );
    assert.deepEqual(await pull(first.resultId), { kind: 'unchanged', resultId: first.resultId });

    const workspace = z.object({
      items: z.array(
        z.looseObject({
          uri: z.string(),
          kind: z.string(),
          resultId: z.string(),
          items: z.array(diagnostic).optional(),
        }),
      ),
    });
    const all = workspace.parse(await client.request('workspace/diagnostic', { previousResultIds: [] }));
    assert.ok(all.items.some((item) => item.uri === uri));
    assert.ok(all.items.some((item) => item.uri.endsWith('kernel/cpuset.c')));
    const again = workspace.parse(
      await client.request('workspace/diagnostic', {
        previousResultIds: all.items.map((item) => ({ uri: item.uri, value: item.resultId })),
      }),
    );
    assert.ok(again.items.every(({ kind }) => kind === 'unchanged'));
    await change(uri, 2, textOf(file));
    const mended = workspace.parse(
      await client.request('workspace/diagnostic', {
        previousResultIds: all.items.map((item) => ({ uri: item.uri, value: item.resultId })),
      }),
    );
    assert.deepEqual(mended.items.find((item) => item.uri === uri)?.items, []);
    assert.ok(client.requests.includes('workspace/diagnostic/refresh'));
    assert.ok(!client.notifications.some(({ method }) => method === 'textDocument/publishDiagnostics'));
  });

  it('follow a change of another file on disk', async () => {
    await start();
    await client.open(join(folder, file));
    const header = 'include/linux/task_watchers.h';
    const from = client.notifications.length;
    // Without the constant and its section, INIT is no event that a script gathers; its registrations are orphans.
    writeFileSync(
      join(folder, 'include/asm-generic/vmlinux.lds.h'),
      textOf('include/asm-generic/vmlinux.lds.h').replace(/^.*TASK_WATCHERS\(init\).*$/m, '\t\\'),
    );
    await client.notify('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf(join(folder, 'include/asm-generic/vmlinux.lds.h')), type: 2 }],
    });
    await next(file, from, (codes) => codes.includes('orphan-section'));
    assert.ok(textOf(header).includes('WATCH_TASK_INIT'));
  });
});
