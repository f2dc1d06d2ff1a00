import { strict as assert } from 'node:assert';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample, exampleKernel } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';

const site = 'notify_task_watchers(WATCH_TASK_INIT';

describe('language server: files that move, and trees in trees', () => {
  const folders: string[] = [];
  let client: TestClient | undefined;
  const copy = (): string => {
    const folder = copyOfExample();
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    if (client) assert.equal(await client.stop(), 0);
    client = undefined;
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  /** How many functions the notification in a file dispatches to. */
  const called = async (path: string): Promise<number> => {
    const answer = await client?.request('textDocument/implementation', {
      textDocument: { uri: uriOf(path) },
      position: positionOf(readFileSync(path, 'utf8'), site),
    });
    return Array.isArray(answer) ? answer.length : 0;
  };

  it('follows what an editor says that it renamed, made and deleted', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const operations = z.looseObject({ fileOperations: z.record(z.string(), z.unknown()) });
    assert.deepEqual(
      Object.keys(operations.parse(client.initialized.capabilities.workspace).fileOperations).sort(),
      ['didCreate', 'didDelete', 'didRename'],
    );
    const path = join(folder, 'kernel/fork.c');
    const uriIn = (file: string): string => uriOf(join(folder, file));
    const until = async (count: number): Promise<void> => {
      let found = -1;
      for (let tries = 0; tries < 200 && found !== count; tries++) {
        found = await called(path);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      assert.equal(found, count);
    };
    // Its makefile still names the old one.
    renameSync(join(folder, 'mm/mempolicy.c'), join(folder, 'mm/policy.c'));
    await client.notify('workspace/didRenameFiles', {
      files: [{ oldUri: uriIn('mm/mempolicy.c'), newUri: uriIn('mm/policy.c') }],
    });
    await until(6);
    renameSync(join(folder, 'mm/policy.c'), join(folder, 'mm/mempolicy.c'));
    await client.notify('workspace/didCreateFiles', { files: [{ uri: uriIn('mm/mempolicy.c') }] });
    await until(7);
    rmSync(join(folder, 'security/keys'), { recursive: true });
    await client.notify('workspace/didDeleteFiles', { files: [{ uri: uriIn('security/keys') }] });
    await until(6);
    for (const files of [null, 'all', [{}], [{ uri: 7 }]])
      await client.notify('workspace/didRenameFiles', { files });
  });

  it('keeps the text of a file that is open under two addresses until both are closed', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const path = join(folder, 'kernel/fork.c');
    const audit = join(folder, 'kernel/auditsc.c');
    const without = readFileSync(audit, 'utf8').replace('task_watcher_func(init, audit_alloc);', '');
    const one = await client.open(audit, without);
    const two = one.replace('auditsc', '%61uditsc');
    await client.notify('textDocument/didOpen', {
      textDocument: { uri: two, languageId: 'c', version: 1, text: without },
    });
    for (const [uri, count] of [
      [two, 6],
      [one, 7],
    ] as const) {
      await client.notify('textDocument/didClose', { textDocument: { uri } });
      assert.equal(await called(path), count);
    }
  });

  it('keeps a kernel apart that lies in another one', async () => {
    const outer = copy();
    const inner = join(outer, 'drivers/inner');
    cpSync(exampleKernel, inner, { recursive: true });
    const audit = join(inner, 'kernel/auditsc.c');
    writeFileSync(audit, readFileSync(audit, 'utf8').replace('task_watcher_func(init, audit_alloc);', ''));
    client = await startClient({
      folders: [outer, inner],
      capabilities: { workspace: { workspaceFolders: true } },
    });
    await client.ready(outer);
    await client.ready(inner);
    const paths = [outer, inner].map((root) => join(root, 'kernel/fork.c'));
    const counts = async (): Promise<readonly number[]> => {
      const found: number[] = [];
      for (const path of paths) found.push(await called(path));
      return found;
    };
    assert.deepEqual(await counts(), [7, 6]);
    // An edit in one is none in the other.
    await client.open(audit, readFileSync(join(exampleKernel, 'kernel/auditsc.c'), 'utf8'));
    assert.deepEqual(await counts(), [7, 7]);
    await client.notify('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [{ uri: uriOf(outer), name: 'outer' }] },
    });
    assert.equal(await called(paths[1] ?? ''), 7);
  });

  it('answers nothing for a call hierarchy’s function that is gone', async () => {
    const folder = copy();
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const path = join(folder, 'kernel/auditsc.c');
    const text = readFileSync(path, 'utf8');
    const textDocument = { uri: uriOf(path) };
    const [item] = z.array(z.unknown()).parse(
      await client.request('textDocument/prepareCallHierarchy', {
        textDocument,
        position: positionOf(text, 'audit_alloc(unsigned'),
      }),
    );
    const calls = async (): Promise<readonly unknown[]> => [
      await client?.request('callHierarchy/incomingCalls', { item }),
      await client?.request('callHierarchy/outgoingCalls', { item }),
    ];
    assert.match(JSON.stringify(await calls()), /copy_process/);
    await client.open(path, text.replaceAll('audit_alloc', 'audit_other'));
    assert.deepEqual(await calls(), [[], []]);
    await client.notify('textDocument/didClose', { textDocument });
    rmSync(path);
    await client.notify('workspace/didDeleteFiles', { files: [textDocument] });
    for (let tries = 0; tries < 200 && (await calls())[0] !== null; tries++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    assert.deepEqual(await calls(), [null, null]);
  });

  it('ends while it is still looking at a kernel', async () => {
    const folder = copy();
    const starting = await startClient({ folders: [folder] });
    const asked = starting.request('workspace/symbol', { query: '' });
    assert.equal(await starting.stop(), 0);
    await asked;
  });
});
