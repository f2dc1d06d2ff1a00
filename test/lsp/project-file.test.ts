import { strict as assert } from 'node:assert';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample, twIndex } from '../cli/kernel-under-test';
import { startClient, uriOf, type TestClient } from './client';

const position = z.object({ line: z.number(), character: z.number() });
const diagnostic = z.object({
  range: z.object({ start: position, end: position }),
  severity: z.number(),
  source: z.literal('task-watchers'),
  message: z.string(),
});
type Diagnostic = z.infer<typeof diagnostic>;
const published = z.object({ uri: z.string(), diagnostics: z.array(z.unknown()) });
const shown = z.object({ message: z.string() });

describe('language server: .task-watchers.json', () => {
  let folder = '';
  let client: TestClient;
  const file = (): string => join(folder, '.task-watchers.json');
  beforeEach(() => {
    folder = copyOfExample();
  });
  afterEach(async () => {
    assert.equal(await client.stop(), 0);
    rmSync(folder, { recursive: true });
  });
  const write = async (text: string): Promise<number> => {
    const from = client.notifications.length;
    writeFileSync(file(), text);
    await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(file()), type: 2 }] });
    return from;
  };
  const pushed = async (from: number): Promise<readonly Diagnostic[]> =>
    z
      .array(diagnostic)
      .parse(
        published.parse(
          await client.wait(
            'textDocument/publishDiagnostics',
            (params) => published.parse(params).uri === uriOf(file()),
            from,
          ),
        ).diagnostics,
      );
  /** What the person was told beside diagnostics: each message goes to the log, too. */
  const warnings = async (from: number): Promise<readonly string[]> => {
    // What was sent before its answer has arrived.
    await client.request('workspace/symbol', { query: '' });
    const logged = client.notifications
      .slice(from)
      .flatMap(({ method, params }) => (method === 'window/logMessage' ? [shown.parse(params).message] : []));
    assert.equal(
      client.requests.filter((method) => method === 'window/showMessageRequest').length,
      logged.length,
    );
    return logged;
  };

  it('what is wrong in it is shown in it, in the words of tw-index, until it is mended', async () => {
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const from = await write('{\n  "é": 1, "exclud": [] }\n');
    const found = await pushed(from);
    assert.deepEqual(
      found.map(({ range, severity, message }) => [range.start, range.end, severity, message]),
      [
        [
          { line: 1, character: 2 },
          { line: 1, character: 5 },
          1,
          'unknown key "é"; there are: families, exclude, rules',
        ],
        [
          { line: 1, character: 10 },
          { line: 1, character: 18 },
          1,
          'unknown key "exclud"; did you mean exclude?',
        ],
      ],
    );
    const said = /^tw-index: (.*)\n$/.exec(twIndex(['check', '--root', folder]).err)?.[1];
    assert.equal(
      said,
      '.task-watchers.json:2:3: unknown key "é"; there are: families, exclude, rules (and 1 more problem in it)',
    );
    assert.deepEqual(await warnings(from), [said]);

    const mended = await write('{ "exclude": [] }\n');
    assert.deepEqual(await pushed(mended), []);
    await client.wait(
      'taskWatchers/status',
      (params) => z.object({ state: z.string() }).parse(params).state === 'ready',
      mended,
    );
  });

  it('one message is enough, however much is typed elsewhere meanwhile', async () => {
    writeFileSync(file(), '{ "exclud": [] }');
    client = await startClient({ folders: [folder] });
    await pushed(0);
    const source = join(folder, 'kernel/fork.c');
    const uri = await client.open(source);
    for (const version of [2, 3, 4]) {
      await client.notify('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text: `int version_${String(version)};\n` }],
      });
      await client.request('textDocument/hover', {
        textDocument: { uri },
        position: { line: 0, character: 0 },
      });
    }
    await write('{ "exclud": [] }\n');
    await client.request('workspace/executeCommand', { command: 'taskWatchers.table', arguments: [{}] }).then(
      () => assert.fail('a table of a kernel that cannot be opened'),
      (error: unknown) => {
        assert.match(
          String(error),
          /\.task-watchers\.json:1:3: unknown key "exclud"; did you mean exclude\?/,
        );
      },
    );
    assert.equal((await warnings(0)).length, 1);
  });

  it('rules and folders that do not exist are shown in it, and the tables all the same', async () => {
    writeFileSync(file(), '{ "exclude": ["kernal"],\n  "rules": { "orphan-sectio": "off" } }\n');
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    assert.deepEqual(
      (await pushed(0)).map(({ range, severity, message }) => [range.start, severity, message]),
      [
        [
          { line: 0, character: 14 },
          2,
          'exclude: the tree has no folder kernal, so this leaves nothing out; did you mean kernel?',
        ],
        [{ line: 1, character: 13 }, 1, 'rules: no rule orphan-sectio; did you mean orphan-section?'],
      ],
    );
    assert.deepEqual(await warnings(0), []);
  });

  it('is pulled by clients that pull, in positions as they count them', async () => {
    writeFileSync(file(), '{ "é": 1 }');
    client = await startClient({
      folders: [folder],
      capabilities: {
        general: { positionEncodings: ['utf-8'] },
        textDocument: { diagnostic: {} },
        workspace: { diagnostics: { refreshSupport: true } },
      },
    });
    await client.wait(
      'taskWatchers/status',
      (params) => z.object({ state: z.string() }).parse(params).state === 'failed',
    );
    const report = z.object({ items: z.array(z.unknown()) });
    const { items } = report.parse(
      await client.request('textDocument/diagnostic', { textDocument: { uri: uriOf(file()) } }),
    );
    const [one, ...others] = z.array(diagnostic).parse(items);
    assert.deepEqual(others, []);
    assert.deepEqual(one?.range, { start: { line: 0, character: 2 }, end: { line: 0, character: 6 } });
    const everywhere = z
      .object({ items: z.array(z.object({ uri: z.string(), items: z.array(diagnostic) })) })
      .parse(await client.request('workspace/diagnostic', { previousResultIds: [] }));
    assert.deepEqual(
      everywhere.items.map(({ uri, items: own }) => [uri, own]),
      [[uriOf(file()), [one]]],
    );
    assert.equal(
      client.notifications.some(({ method }) => method === 'textDocument/publishDiagnostics'),
      false,
    );
  });

  it('a configuration that is not there is said in words of the settings', async () => {
    client = await startClient({ folders: [folder], initializationOptions: { config: 'no/such.config' } });
    const message = await client.wait('window/logMessage');
    assert.equal(shown.parse(message).message, 'taskWatchers.config no/such.config: no such file');
    assert.deepEqual(await warnings(0), ['taskWatchers.config no/such.config: no such file']);
  });

  it('no configuration at all is a note in words of the settings', async () => {
    rmSync(join(folder, '.config'));
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    const json = JSON.stringify(
      await client.request('workspace/executeCommand', { command: 'taskWatchers.table', arguments: [{}] }),
    );
    assert.match(json, /no \.config: every entry is shown with its guards/);
    assert.match(json, /select one, or set taskWatchers\.config or taskWatchers\.buildDir/);
    assert.doesNotMatch(json, /--config/);
  });
});
