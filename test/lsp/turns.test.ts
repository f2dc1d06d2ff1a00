import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { positionOf, startClient, type TestClient } from './client';

const fork = 'kernel/fork.c';
const called = 'notify_task_watchers(WATCH_TASK_INIT';
const shown = z.looseObject({
  json: z.looseObject({ val: z.looseObject({ value: z.string() }), event: z.string() }),
});

/** Headers whose reading takes much longer than a turn. */
const headers = Array.from({ length: 300 }, (_, index) => `plenty-${String(index)}.h`);
const macros = Array.from({ length: 200 }, (_, index) => index);

describe('language server, with a dispatch that reads much', () => {
  let folder = '';
  let client: TestClient;
  let uri = '';
  let text = '';
  before(async () => {
    folder = copyOfExample();
    writeFileSync(join(folder, 'include/linux/plenty.h'), 'enum plenty { PLENTY_ENUM = 16 };\n');
    for (const name of headers) {
      const word = name.toUpperCase().replaceAll(/\W/g, '_');
      const lines = macros.map((index) => `#define ${word}_${String(index)} (1 << ${String(index % 31)})`);
      writeFileSync(join(folder, 'include/linux', name), lines.join('\n'));
    }
    const path = join(folder, fork);
    const includes = [...headers, 'plenty.h'].map((name) => `#include <linux/${name}>\n`).join('');
    text = `${includes}${readFileSync(path, 'utf8')}`;
    writeFileSync(path, text);
    client = await startClient({ folders: [folder] });
    await client.ready(folder);
    uri = await client.open(path);
    // The rules have loaded what reads functions, and know nothing of those headers yet.
    await client.request('textDocument/diagnostic', { textDocument: { uri } });
  });
  after(async () => {
    assert.equal(await client.stop(), 0);
    rmSync(folder, { recursive: true });
  });
  const dispatch = (val: string): Promise<unknown> =>
    client.request('workspace/executeCommand', {
      command: 'taskWatchers.dispatch',
      arguments: [{ uri, ...positionOf(text, called), val }],
    });

  it('answers what is asked after a first dispatch before it', async () => {
    const order: string[] = [];
    const first = dispatch('PLENTY_299_H_4').then((answer) => {
      order.push('dispatch');
      return answer;
    });
    const second = client
      .request('textDocument/definition', {
        textDocument: { uri },
        position: positionOf(text, called, called.length),
      })
      .then((answer) => {
        order.push('definition');
        return answer;
      });
    const [simulated, definition] = await Promise.all([first, second]);
    assert.deepEqual(order, ['definition', 'dispatch']);
    assert.ok(Array.isArray(definition) && definition.length > 0);
    assert.deepEqual(shown.parse(simulated).json.val.value, '16');
  });

  it('simulates what the text says once an edit that comes meanwhile is worked in', async () => {
    const value = 1 << 20;
    const simulated = dispatch('PLENTY_NEW');
    const start = { line: 0, character: 0 };
    await client.notify('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: { start, end: start }, text: `#define PLENTY_NEW ${String(value)}\n` }],
    });
    text = `#define PLENTY_NEW ${String(value)}\n${text}`;
    const answer = await simulated.catch(String);
    // If the edit came too late for it, there was no such constant yet.
    if (typeof answer === 'string') assert.match(answer, /PLENTY_NEW is not a constant/);
    else assert.deepEqual(shown.parse(answer).json.val.value, String(value));
    assert.deepEqual(shown.parse(await dispatch('PLENTY_NEW')).json.val.value, String(value));
  });

  it('knows what a header says now, though no unit with a registration reads it', async () => {
    const value = async (): Promise<string> => shown.parse(await dispatch('PLENTY_ENUM')).json.val.value;
    assert.equal(await value(), '16');
    await client.open(join(folder, 'include/linux/plenty.h'), 'enum plenty { PLENTY_ENUM = 7 };\n');
    assert.equal(await value(), '7');
  });
});
