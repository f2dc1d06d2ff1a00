import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { namedFiles } from '../client/named-files';
import { openedKernel } from './opened-kernel';
import { packagedExtension } from './vs-code';

const manifestSchema = z.object({
  main: z.string(),
  icon: z.string(),
  contributes: z.unknown(),
});

describe('packaged extension', function () {
  this.timeout(120000);
  // VS Code itself unpacks and starts what is looked at here.
  const opened = openedKernel();
  let folder: string;
  let files: readonly string[];
  before(() => {
    const installed = readdirSync(opened().vscode.extensions).find((name) =>
      name.startsWith('task-watchers.'),
    );
    assert.ok(installed);
    folder = join(opened().vscode.extensions, installed);
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(folder, path)).isFile(),
    );
  });

  it('is smaller than 3 MB', () => {
    const { size } = statSync(packagedExtension());
    assert.ok(size < 3_000_000, `${size} bytes`);
  });

  it('brings bundles and the two parsers, and neither modules nor sources', () => {
    assert.deepEqual(files.filter((path) => path.endsWith('.wasm')).sort(), [
      'server/dist/tree-sitter-c.wasm',
      'server/dist/web-tree-sitter.wasm',
    ]);
    assert.deepEqual(
      files.filter((path) => /node_modules|\.(ts|map)$|^test\//.test(path)),
      [],
    );
  });

  it('has every file that its manifest names', () => {
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const named = [manifest.main, manifest.icon, ...namedFiles(manifest.contributes)];
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.map((path) => path.replace(/^\.\//, '')).filter((path) => !files.includes(path)),
      [],
    );
  });

  it('runs', async () => {
    await opened()
      .bench.page.locator('.statusbar-item', { hasText: /\d+ registrations/ })
      .waitFor();
  });
});
