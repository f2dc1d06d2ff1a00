import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyOfExample, exampleKernel } from '../cli/kernel-under-test';
import { initWatchers } from './example-client';
import { positionOf, startClient, uriOf, type TestClient } from './client';

const watching = {
  workspace: { didChangeWatchedFiles: { dynamicRegistration: true }, workspaceFolders: true },
};

describe('language server: what appears after it was started', () => {
  const folders: string[] = [];
  let client: TestClient | undefined;
  const kept = (folder: string): string => {
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    assert.equal(await client?.stop(), 0);
    client = undefined;
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  /** How many functions a call site dispatches to; 0: no answer. */
  const called = async (root: string): Promise<number> => {
    const path = join(root, 'kernel/fork.c');
    const answer = await client?.request('textDocument/implementation', {
      textDocument: { uri: uriOf(path) },
      position: positionOf(readFileSync(path, 'utf8'), 'notify_task_watchers(WATCH_TASK_INIT'),
    });
    return Array.isArray(answer) ? answer.length : 0;
  };
  const until = async (accept: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 400; tries++) {
      if (await accept()) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail('it never came');
  };
  const lensesOf = async (path: string): Promise<string> =>
    JSON.stringify(await client?.request('textDocument/codeLens', { textDocument: { uri: uriOf(path) } }));

  it('is a kernel in the opened folder: by a file event, a document, or a command', async () => {
    for (const how of ['event', 'document', 'reindex'] as const) {
      const root = kept(mkdtempSync(join(tmpdir(), 'tw-late-')));
      client = await startClient({ folders: [root], capabilities: how === 'event' ? watching : {} });
      // The first answer is that there is none.
      assert.equal(await client.request('workspace/symbol', { query: '' }), null);
      const path = join(root, 'kernel/fork.c');
      const lens = { textDocument: { uri: uriOf(path) } };
      assert.equal(await client.request('textDocument/codeLens', lens), null);
      cpSync(exampleKernel, root, { recursive: true });
      if (how === 'event')
        await client.notify('workspace/didChangeWatchedFiles', {
          changes: [{ uri: uriOf(join(root, 'Makefile')), type: 1 }],
        });
      else if (how === 'document') await client.open(path);
      else
        await client.request('workspace/executeCommand', {
          command: 'taskWatchers.reindex',
          arguments: [{}],
        });
      await client.ready(root);
      assert.equal(await called(root), initWatchers.length, how);
      if (how === 'reindex') break;
      await client.stop();
    }
  });

  it('is a kernel that goes with its folder, though it came later', async () => {
    const root = kept(mkdtempSync(join(tmpdir(), 'tw-late-')));
    client = await startClient({ folders: [root], capabilities: watching });
    cpSync(exampleKernel, root, { recursive: true });
    await client.open(join(root, 'kernel/fork.c'));
    await client.ready(root);
    const from = client.notifications.length;
    await client.notify('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [{ uri: `${uriOf(root)}/`, name: 'late' }] },
    });
    await client.wait('taskWatchers/status', (params) => JSON.stringify(params).includes('"idle"'), from);
  });

  it('is a configuration: by a file event, or the next document without those', async () => {
    for (const capabilities of [watching, {}]) {
      const root = kept(copyOfExample());
      const config = join(root, '.config');
      renameSync(config, `${config}.away`);
      client = await startClient({ folders: [root], capabilities });
      await client.ready(root);
      const source = join(root, 'kernel/auditsc.c');
      assert.match(await lensesOf(source), /no \.config, so no slot/);
      renameSync(`${config}.away`, config);
      if (capabilities === watching)
        await client.notify('workspace/didChangeWatchedFiles', {
          changes: [{ uri: uriOf(config), type: 1 }],
        });
      else await client.open(source);
      await until(async () => (await lensesOf(source)).includes('INIT · slot 2 of 7'));
      // And goes again.
      rmSync(config);
      if (capabilities === watching)
        await client.notify('workspace/didChangeWatchedFiles', {
          changes: [{ uri: uriOf(config), type: 3 }],
        });
      else await client.notify('textDocument/didSave', { textDocument: { uri: uriOf(source) } });
      await until(async () => (await lensesOf(source)).includes('no .config, so no slot'));
      if (capabilities === watching) await client.stop();
    }
  });

  it('is a configuration that the settings name', async () => {
    const root = kept(copyOfExample());
    const config = join(root, 'config.chosen');
    client = await startClient({
      folders: [root],
      capabilities: watching,
      initializationOptions: { config },
    });
    const running = client;
    await running.wait('taskWatchers/status', (params) => JSON.stringify(params).includes('"failed"'));
    await until(() => Promise.resolve(JSON.stringify(running.registrations).includes('config.chosen')));
    // It is tried again with every edit, but said once.
    const uri = await running.open(join(root, 'kernel/auditsc.c'));
    for (let version = 2; version < 6; version++) {
      const from = running.notifications.length;
      await running.notify('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text: `int x${version};\n` }],
      });
      await running.wait(
        'taskWatchers/status',
        (params) => JSON.stringify(params).includes('"failed"'),
        from,
      );
    }
    await running.notify('textDocument/didClose', { textDocument: { uri } });
    assert.equal(running.requests.filter((method) => method === 'window/showMessageRequest').length, 1);
    cpSync(join(root, '.config'), config);
    await running.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(config), type: 1 }] });
    await running.ready(root);
    assert.equal(await called(root), initWatchers.length);
  });

  it('is a folder that was removed, and changed meanwhile', async () => {
    const root = kept(copyOfExample());
    client = await startClient({ folders: [root], capabilities: watching });
    await client.ready(root);
    const folder = { uri: uriOf(root), name: 'kernel' };
    for (const count of [initWatchers.length - 1, initWatchers.length]) {
      let from = client.notifications.length;
      await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [], removed: [folder] } });
      await client.wait('taskWatchers/status', (params) => JSON.stringify(params).includes('"idle"'), from);
      assert.equal(await client.request('workspace/symbol', { query: '' }), null);
      const source = join(root, 'kernel/auditsc.c');
      const text = readFileSync(join(exampleKernel, 'kernel/auditsc.c'), 'utf8');
      writeFileSync(
        source,
        count === initWatchers.length ? text : text.replace(/^task_watcher_func\(init.*/m, ''),
      );
      from = client.notifications.length;
      await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [folder], removed: [] } });
      await client.wait('taskWatchers/status', (params) => JSON.stringify(params).includes('"ready"'), from);
      assert.equal(await called(root), count);
    }
  });
});
