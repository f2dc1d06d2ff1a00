import { strict as assert } from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { marked, positionOf, startClient, uriOf, type TestClient } from './client';

const position = z.object({ line: z.number(), character: z.number() });
const locations = z
  .array(z.object({ uri: z.string(), range: z.object({ start: position, end: position }) }))
  .nullable();
const error = z.looseObject({ code: z.number(), message: z.string() });

/** In front of the marked place: characters of two, three and four bytes, the last of two UTF-16 units. */
const multiByte = `#include <linux/task_watchers.h>
static int grüße_€_watch(unsigned long val, struct task_struct *tsk) { return 0; }
/* ä € 😀 */ task_watcher_func(uid, ⟦⟧grüße_€_watch); /* 😀 */ task_watcher_func(gid, grüße_€_watch);
`;

describe('language server, under stress', () => {
  const folders: string[] = [];
  const strays: ChildProcess[] = [];
  let client: TestClient | undefined;
  const copy = (): string => {
    const folder = copyOfExample();
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    for (const child of strays.splice(0)) child.kill();
    if (client) assert.equal(await client.stop(), 0);
    client = undefined;
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const failure = async (method: string, params: unknown): Promise<z.infer<typeof error>> => {
    try {
      const answer: unknown = await client?.request(method, params);
      throw new Error(`${method} was answered: ${JSON.stringify(answer)}`);
    } catch (thrown) {
      const { success, data } = error.safeParse(thrown);
      if (!success) throw thrown;
      return data;
    }
  };
  const implementations = async (
    running: TestClient,
    path: string,
    text: string,
    needle: string,
  ): Promise<number> =>
    (
      locations.parse(
        await running.request('textDocument/implementation', {
          textDocument: { uri: uriOf(path) },
          position: positionOf(text, needle),
        }),
      ) ?? []
    ).length;

  for (const encoding of ['utf-8', 'utf-16'] as const)
    it(`counts positions in ${encoding} where the client does`, async () => {
      const folder = copy();
      const path = join(folder, 'lib/string.c');
      const { text, offset } = marked(multiByte);
      writeFileSync(path, text);
      client = await startClient({
        folders: [folder],
        capabilities: { general: { positionEncodings: [encoding] } },
      });
      assert.equal(client.initialized.capabilities.positionEncoding, encoding);
      await client.ready(folder);
      const uri = await client.open(path);
      const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
      const units = (part: string): number => (encoding === 'utf-8' ? Buffer.byteLength(part) : part.length);
      const name = 'grüße_€_watch';
      // The second function name of the line: behind one more character outside the basic plane.
      const line = text.split('\n')[2] ?? '';
      const second = line.lastIndexOf(name);
      for (const at of [before.length, second]) {
        const found = locations.parse(
          await client.request('textDocument/definition', {
            textDocument: { uri },
            position: { line: 2, character: units(line.slice(0, at)) + 1 },
          }),
        );
        const start = 'static int '.length;
        assert.deepEqual(found, [
          {
            uri,
            range: {
              start: { line: 1, character: start },
              end: { line: 1, character: start + units(name) },
            },
          },
        ]);
      }
      // An edit behind such characters lands where the client means it.
      await client.notify('textDocument/didChange', {
        textDocument: { uri, version: 2 },
        contentChanges: [
          {
            range: {
              start: { line: 2, character: units(line.slice(0, line.indexOf('gid'))) },
              end: { line: 2, character: units(line.slice(0, line.indexOf('gid') + 3)) },
            },
            text: 'exit',
          },
        ],
      });
      const symbols = z
        .array(z.looseObject({ name: z.string(), containerName: z.string() }))
        .parse(await client.request('textDocument/documentSymbol', { textDocument: { uri } }));
      assert.deepEqual(
        symbols.map(({ containerName }) => containerName.split(' ')[0]),
        ['UID', 'EXIT'],
      );
    });

  it('answers from unsaved buffers, and from the disk when they are closed', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const path = join(folder, 'kernel/fork.c');
    const text = readFileSync(path, 'utf8');
    const site = 'notify_task_watchers(WATCH_TASK_INIT';
    assert.equal(await implementations(client, path, text, site), 7);
    const audit = join(folder, 'kernel/auditsc.c');
    const without = readFileSync(audit, 'utf8').replace('task_watcher_func(init, audit_alloc);', '');
    const uri = await client.open(audit, without);
    assert.equal(await implementations(client, path, text, site), 6);
    await client.notify('textDocument/didClose', { textDocument: { uri } });
    assert.equal(await implementations(client, path, text, site), 7);
    // The document itself may be ahead of the disk, too.
    await client.open(path, `\n\n${text}`);
    assert.equal(await implementations(client, path, `\n\n${text}`, site), 7);
  });

  it('follows files that are deleted, renamed and created on disk', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const path = join(folder, 'kernel/fork.c');
    const text = readFileSync(path, 'utf8');
    const site = 'notify_task_watchers(WATCH_TASK_INIT';
    const tell = async (changes: readonly (readonly [string, number])[]): Promise<void> => {
      await client?.notify('workspace/didChangeWatchedFiles', {
        changes: changes.map(([file, type]) => ({ uri: uriOf(join(folder, file)), type })),
      });
    };
    const files = async (): Promise<readonly string[]> =>
      (
        locations.parse(
          await client?.request('textDocument/implementation', {
            textDocument: { uri: uriOf(path) },
            position: positionOf(text, site),
          }),
        ) ?? []
      ).map(({ uri }) => uri.slice(uriOf(folder).length + 1));
    /** File events are gathered for a while before they are worked in. */
    const until = async (accept: (files: readonly string[]) => boolean): Promise<void> => {
      let found: readonly string[] = [];
      for (let tries = 0; tries < 200; tries++) {
        found = await files();
        if (accept(found)) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      assert.fail(`still ${found.join()}`);
    };
    rmSync(join(folder, 'mm/mempolicy.c'));
    await tell([['mm/mempolicy.c', 3]]);
    await until((found) => found.length === 6 && !found.includes('mm/mempolicy.c'));
    // Renamed together with its line in the makefile.
    renameSync(join(folder, 'kernel/auditsc.c'), join(folder, 'kernel/auditcalls.c'));
    const makefile = join(folder, 'kernel/Makefile');
    writeFileSync(makefile, readFileSync(makefile, 'utf8').replaceAll('auditsc.o', 'auditcalls.o'));
    await tell([
      ['kernel/auditsc.c', 3],
      ['kernel/auditcalls.c', 1],
      ['kernel/Makefile', 2],
    ]);
    await until((found) => found.length === 6 && found.includes('kernel/auditcalls.c'));
    // A folder that is deleted as a whole: the client names only the folder.
    rmSync(join(folder, 'security/keys'), { recursive: true });
    await tell([['security/keys', 3]]);
    await until((found) => found.length === 5);
  });

  it('follows a configuration that is edited while it is open', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const path = join(folder, 'kernel/fork.c');
    const text = readFileSync(path, 'utf8');
    const site = 'notify_task_watchers(WATCH_TASK_INIT';
    const config = join(folder, '.config');
    writeFileSync(config, `${readFileSync(config, 'utf8')}\nCONFIG_CPUSETS=y\nCONFIG_TASK_DEBUG=y\n`);
    await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(config), type: 2 }] });
    let count = 0;
    for (let tries = 0; tries < 200 && count !== 9; tries++) {
      count = await implementations(client, path, text, site);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.equal(count, 9);
  });

  it('keeps two kernels apart, and lets one go', async () => {
    const [one, two] = [copy(), copy()];
    const other = join(two, 'kernel/auditsc.c');
    writeFileSync(other, readFileSync(other, 'utf8').replace('task_watcher_func(init, audit_alloc);', ''));
    client = await startClient({
      folders: [one, join(two, 'kernel')],
      capabilities: { workspace: { workspaceFolders: true } },
    });
    await client.ready(one);
    // The second folder lies inside its kernel: the root is found above it.
    await client.ready(two);
    const text = readFileSync(join(one, 'kernel/fork.c'), 'utf8');
    const site = 'notify_task_watchers(WATCH_TASK_INIT';
    assert.equal(await implementations(client, join(one, 'kernel/fork.c'), text, site), 7);
    assert.equal(await implementations(client, join(two, 'kernel/fork.c'), text, site), 6);
    const from = client.notifications.length;
    await client.notify('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [{ uri: uriOf(join(two, 'kernel')), name: 'two' }] },
    });
    await client.wait(
      'taskWatchers/status',
      (params) => z.looseObject({ root: z.string(), state: z.string() }).parse(params).state === 'idle',
      from,
    );
    assert.equal(await implementations(client, join(one, 'kernel/fork.c'), text, site), 7);
  });

  it('says nothing where there is no kernel', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tw-none-'));
    folders.push(folder);
    writeFileSync(
      join(folder, 'a.c'),
      'int main(void) { return notify_task_watchers(WATCH_TASK_INIT, 0, 0); }\n',
    );
    client = await startClient({ folders: [folder] });
    const uri = await client.open(join(folder, 'a.c'));
    const place = { textDocument: { uri }, position: { line: 0, character: 30 } };
    for (const method of [
      'definition',
      'hover',
      'implementation',
      'completion',
      'codeLens',
      'documentSymbol',
    ])
      assert.equal(await client.request(`textDocument/${method}`, place), null, method);
    assert.equal(await client.request('workspace/symbol', { query: '' }), null);
    assert.equal(await client.request('taskWatchers/tables', {}), null);
    assert.equal(
      await client.request('workspace/executeCommand', { command: 'taskWatchers.table', arguments: [{}] }),
      null,
    );
    assert.ok(!client.notifications.some(({ method }) => method === 'window/showMessage'));
    assert.ok(!client.notifications.some(({ method }) => method === 'textDocument/publishDiagnostics'));
  });

  it('answers malformed requests with errors, and goes on', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const uri = uriOf(join(folder, 'kernel/fork.c'));
    const invalidParams = -32602;
    for (const params of [
      null,
      {},
      [],
      { textDocument: { uri: 7 } },
      { textDocument: { uri }, position: { line: -1, character: 0 } },
    ])
      for (const method of ['definition', 'hover', 'completion', 'rename', 'prepareCallHierarchy'])
        assert.equal((await failure(`textDocument/${method}`, params)).code, invalidParams, method);
    assert.equal(
      (await failure('workspace/executeCommand', { command: 'taskWatchers.nothing' })).code,
      invalidParams,
    );
    assert.equal((await failure('taskWatchers/nothing', {})).code, -32601);
    // Notifications that make no sense are passed over.
    for (const params of [null, {}, { textDocument: { uri, version: 'x' }, contentChanges: 7 }])
      for (const method of ['didOpen', 'didChange', 'didClose', 'didSave'])
        await client.notify(`textDocument/${method}`, params);
    await client.notify('workspace/didChangeWatchedFiles', { changes: 'all' });
    await client.notify('textDocument/didChange', {
      textDocument: { uri: 'untitled:1', version: 1 },
      contentChanges: [{ text: 'x' }],
    });
    // Positions beyond the end mean the end.
    assert.equal(
      await client.request('textDocument/hover', {
        textDocument: { uri },
        position: { line: 99999, character: 99999 },
      }),
      null,
    );
    for (const odd of ['file:///no/such/file.c', 'untitled:Untitled-1', 'file:///%zz', 'not a uri', ''])
      assert.equal(
        await client.request('textDocument/definition', {
          textDocument: { uri: odd },
          position: { line: 0, character: 0 },
        }),
        null,
        odd,
      );
    const text = readFileSync(join(folder, 'kernel/fork.c'), 'utf8');
    assert.equal(
      await implementations(
        client,
        join(folder, 'kernel/fork.c'),
        text,
        'notify_task_watchers(WATCH_TASK_INIT',
      ),
      7,
    );
  });

  it('refuses requests before initialize and after shutdown, and survives bytes that are no message', async () => {
    const child = spawn(
      process.execPath,
      [join(__dirname, '../../server/bin/task-watchers-language-server.js'), '--stdio'],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    strays.push(child);
    let received = '';
    child.stdout.on('data', (bytes: Buffer) => (received += bytes.toString()));
    const send = (message: unknown): void => {
      const body = typeof message === 'string' ? message : JSON.stringify(message);
      child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    const answered = async (id: number): Promise<z.infer<typeof answer>> => {
      for (let tries = 0; tries < 400; tries++) {
        for (const body of received.split(/Content-Length: \d+\r\n\r\n/)) {
          const { success, data } = answer.safeParse(body === '' ? undefined : JSON.parse(body));
          if (success && data.id === id) return data;
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`no answer ${id} in: ${received}`);
    };
    const answer = z.looseObject({ id: z.number(), result: z.unknown().optional(), error: error.optional() });
    send({ jsonrpc: '2.0', id: 1, method: 'textDocument/hover', params: {} });
    assert.equal((await answered(1)).error?.code, -32002);
    send({
      jsonrpc: '2.0',
      id: 2,
      method: 'initialize',
      params: { processId: null, rootUri: null, capabilities: {} },
    });
    assert.ok((await answered(2)).result);
    send('this is no JSON');
    send({ jsonrpc: '2.0', id: 3, method: 'taskWatchers/tables', params: {} });
    assert.equal((await answered(3)).result, null);
    send({ jsonrpc: '2.0', id: 4, method: 'shutdown' });
    assert.equal((await answered(4)).error, undefined);
    send({ jsonrpc: '2.0', id: 5, method: 'taskWatchers/tables', params: {} });
    assert.equal((await answered(5)).error?.code, -32600);
    const exit = new Promise((resolve) => child.once('exit', resolve));
    send({ jsonrpc: '2.0', method: 'exit' });
    assert.equal(await exit, 0);
  });

  it('cancels a request that waits', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    const cancelled = new CancellationTokenSource();
    const answer = client.connection.sendRequest(
      'workspace/executeCommand',
      { command: 'taskWatchers.table', arguments: [{}] },
      cancelled.token,
    );
    cancelled.cancel();
    await assert.rejects(answer, { code: -32800 });
    await client.ready(folder);
  });

  it('works a storm of file events in at once', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const path = join(folder, 'kernel/fork.c');
    const text = readFileSync(path, 'utf8');
    rmSync(join(folder, 'mm/mempolicy.c'));
    const from = client.notifications.length;
    for (let part = 0; part < 100; part++)
      await client.notify('workspace/didChangeWatchedFiles', {
        changes: Array.from({ length: 100 }, (_, index) => ({
          uri: uriOf(join(folder, `drivers/some/file${part}-${index}.c`)),
          type: 2,
        })),
      });
    // Meanwhile requests are answered.
    assert.ok((await implementations(client, path, text, 'notify_task_watchers(WATCH_TASK_INIT')) >= 6);
    await client.wait('taskWatchers/changed', () => true, from);
    let count = 7;
    for (let tries = 0; tries < 200 && count !== 6; tries++) {
      count = await implementations(client, path, text, 'notify_task_watchers(WATCH_TASK_INIT');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    // The deleted file was in none of the events: everything was looked at again.
    assert.equal(count, 6);
    const told = client.notifications.slice(from).filter(({ method }) => method === 'taskWatchers/changed');
    assert.ok(told.length <= 6, `${told.length} notifications`);
  });

  it('reports its work as progress with a fraction', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder], capabilities: { window: { workDoneProgress: true } } });
    await client.ready(folder);
    const progress = z.object({ value: z.looseObject({ kind: z.string() }) });
    await client.wait('$/progress', (params) => progress.parse(params).value.kind === 'end');
    const kinds = client.notifications
      .filter(({ method }) => method === '$/progress')
      .map(({ params }) => progress.parse(params).value.kind);
    assert.equal(kinds[0], 'begin');
    assert.equal(kinds.at(-1), 'end');
    assert.ok(client.requests.includes('window/workDoneProgress/create'));
  });
});
