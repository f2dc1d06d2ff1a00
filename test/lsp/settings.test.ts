import { strict as assert } from 'node:assert';
import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings, readSettings } from '../../server/src/lsp/settings';
import { copyOfExample } from '../cli/kernel-under-test';
import { startClient, uriOf, type TestClient } from './client';

describe('language server: settings', () => {
  let root = '';
  let build = '';
  let client: TestClient | undefined;
  beforeEach(() => {
    root = copyOfExample();
    build = mkdtempSync(join(tmpdir(), 'build-'));
  });
  afterEach(async () => {
    await client?.stop();
    for (const folder of [root, build]) rmSync(folder, { recursive: true });
  });

  it('name a family once', () => {
    assert.deepEqual(readSettings({ families: ['initcalls', 'initcalls'] }, defaultSettings).families, [
      'initcalls',
    ]);
  });

  it('that name what does not exist are said once, with what was meant', async () => {
    client = await startClient({
      folders: [root],
      initializationOptions: {
        families: ['task-watchers', 'initcals'],
        diagnostics: { rules: { 'orphan-sectio': 'off', 'not-linked': 'off' } },
      },
    });
    await client.ready(root);
    await client.request('workspace/symbol', { query: '' });
    const logged = (): readonly string[] =>
      (client?.notifications ?? [])
        .filter(({ method }) => method === 'window/logMessage')
        .map(({ params }) => JSON.stringify(params))
        .filter((text) => text.includes('taskWatchers.'));
    const [families = '', rules = '', ...others] = logged();
    assert.match(families, /taskWatchers\.families: no family initcals; did you mean initcalls\?/);
    assert.match(
      rules,
      /taskWatchers\.diagnostics\.rules: no rule orphan-sectio; did you mean orphan-section\?/,
    );
    assert.deepEqual(others, []);
    assert.equal(client.requests.filter((method) => method === 'window/showMessageRequest').length, 2);
    await client.notify('workspace/didChangeConfiguration', {
      settings: { taskWatchers: { families: ['initcals'] } },
    });
    await client.request('workspace/symbol', { query: '' });
    assert.equal(logged().length, 2);
  });

  it('without semantic tokens take away those that are shown', async () => {
    client = await startClient({ folders: [root], initializationOptions: { semanticTokens: false } });
    await client.ready(root);
    const textDocument = { uri: uriOf(join(root, 'kernel/fork.c')) };
    const params = { textDocument, previousResultId: '1' };
    assert.deepEqual(await client.request('textDocument/semanticTokens/full/delta', params), { data: [] });
  });

  it('of folders change, and an open document is still answered from its buffer', async () => {
    const capabilities = { workspace: { workspaceFolders: true } };
    client = await startClient({ folders: [root], capabilities });
    await client.ready(root);
    const uri = await client.open(join(root, 'kernel/auditsc.c'), '');
    const event = { added: [], removed: [{ uri: uriOf(root), name: 'a' }] };
    await client.notify('workspace/didChangeWorkspaceFolders', { event });
    const lenses = (): Promise<unknown> | undefined =>
      client?.request('textDocument/codeLens', { textDocument: { uri } });
    await lenses();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(await lenses(), []);
  });

  for (const relativePatternSupport of [true, false])
    for (const where of ['buildDir', 'config'] as const)
      it(`name a configuration (${where}) that is watched, ${relativePatternSupport ? 'relative to its folder' : 'by its path'}`, async () => {
        const file = where === 'buildDir' ? join(build, '.config') : join(root, 'config.cloud');
        if (where === 'buildDir') renameSync(join(root, '.config'), file);
        else copyFileSync(join(root, '.config'), file);
        const initializationOptions = where === 'buildDir' ? { buildDir: build } : { config: 'config.cloud' };
        const running = (client = await startClient({
          folders: [root],
          initializationOptions,
          capabilities: {
            workspace: { didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport } },
          },
        }));
        await running.ready(root);
        const table = async (): Promise<string> =>
          JSON.stringify(
            await running.request('workspace/executeCommand', {
              command: 'taskWatchers.table',
              arguments: [{ event: 'INIT' }],
            }),
          );
        assert.match(await table(), /copy_keys/);
        const watched = running.registrations.filter((one) =>
          JSON.stringify(one).includes(
            relativePatternSupport
              ? JSON.stringify(where === 'buildDir' ? uriOf(build) : uriOf(root))
              : JSON.stringify(file),
          ),
        );
        assert.equal(watched.length, 1);
        appendFileSync(file, '# CONFIG_KEYS is not set\n');
        await running.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(file), type: 2 }] });
        const end = Date.now() + 5000;
        while ((await table()).includes('copy_keys') && Date.now() < end)
          await new Promise((resolve) => setTimeout(resolve, 50));
        assert.doesNotMatch(await table(), /copy_keys/);
      });
});
