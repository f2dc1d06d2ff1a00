import { strict as assert } from 'node:assert';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { positionOf, startClient, uriOf, type TestClient } from './client';

export const position = z.object({ line: z.number(), character: z.number() });
export const range = z.object({ start: position, end: position });

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
export const initWatchers = [
  'copy_thread_tls',
  'init_hardirq_state',
  'audit_alloc',
  'lockdep_init_task',
  'init_task_mempolicy',
  'copy_semundo',
  'copy_keys',
];

/** A client with a copy of the example kernel, for the tests of one `describe`. */
export interface ExampleClient {
  readonly client: () => TestClient;
  readonly folder: () => string;
  readonly textOf: (file: string) => string;
  /** What requests about a document of the kernel take. */
  readonly document: (file: string) => { textDocument: { uri: string } };
  /** The same with the place of `needle`, `into` characters behind its start. */
  readonly at: (file: string, needle: string, into?: number) => object;
  /** The text that a range of the answer covers: one line's part, or whole lines. */
  readonly covered: (file: string, where: z.infer<typeof range>) => string;
}

export function exampleClient(): ExampleClient {
  let folder = '';
  let client: TestClient | undefined;
  before(async () => {
    folder = copyOfExample();
    client = await startClient({ folders: [folder], capabilities });
    await client.ready(folder);
  });
  after(async () => {
    assert.equal(await client?.stop(), 0);
    rmSync(folder, { recursive: true });
  });
  const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const document: ExampleClient['document'] = (file) => ({
    textDocument: { uri: uriOf(join(folder, file)) },
  });
  return {
    client() {
      assert.ok(client);
      return client;
    },
    folder: () => folder,
    textOf,
    document,
    at: (file, needle, into = 1) => ({
      ...document(file),
      position: positionOf(textOf(file), needle, into),
    }),
    covered(file, { start, end }) {
      const lines = textOf(file).split('\n');
      if (start.line === end.line) return (lines[start.line] ?? '').slice(start.character, end.character);
      return lines.slice(start.line, end.line + 1).join('\n');
    },
  };
}
