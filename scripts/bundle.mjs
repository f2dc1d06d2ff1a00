// Bundles what users run into single files under server/dist: no node_modules, nothing to compile.
import { build } from 'esbuild';
import { copyFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

await import('./compile-wasm.mjs');

const root = fileURLToPath(new URL('..', import.meta.url));
const server = join(root, 'server');
const client = join(root, 'client');

const { resolve } = createRequire(import.meta.url);

const entries = {
  'tw-index': 'src/cli/tw-index.ts',
  program: 'src/cli/program.ts',
  'kernel-commands': 'src/cli/kernel-commands.ts',
  'language-server': 'src/lsp/language-server.ts',
  'prescan-worker': 'src/source/prescan-worker.ts',
  'stat-worker': 'src/source/stat-worker.ts',
  protocol: 'src/lsp/protocol.ts',
};

await build({
  entryPoints: Object.fromEntries(
    Object.entries(entries)
      .map(([name, path]) => [name, join(server, path)])
      .filter(([, path]) => existsSync(path)),
  ),
  outdir: join(server, 'dist'),
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // As `require`: `import()` of a CommonJS file has Node look through all of it for what it exports.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
  // Its other form asks where it lies by `import.meta`, which a CommonJS bundle has not.
  alias: { 'web-tree-sitter': resolve('web-tree-sitter') },
  // The program is loaded only when there is more to do than print the version, and what reads a kernel only when one
  // is read: V8 looks through all of a file before it runs a line of it.
  plugins: [
    {
      name: 'apart',
      setup(context) {
        context.onResolve({ filter: /^\.\/(?:program|kernel-commands)$/ }, ({ path, importer }) =>
          /[\\/]tw-index\.ts$/.test(importer)
            ? { path: `${path}.js`, namespace: 'compiled' }
            : { path: `${path}.js`, external: true },
        );
        // The first one brings a `require` of its own for the others.
        context.onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => ({
          contents: `
            const { join } = require('node:path');
            module.exports = require('./load-compiled').loadCompiled(join(__dirname, '${path}'));`,
          resolveDir: join(server, 'src/cli'),
        }));
        // Commander can run other programs as subcommands. Ours never are, and what it would take is loaded at once.
        const nothing = { path: 'nothing', namespace: 'nothing' };
        context.onResolve({ filter: /^(?:node:)?child_process$/ }, ({ importer }) =>
          importer.includes('commander') ? nothing : undefined,
        );
        context.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: '' }));
      },
    },
  ],
});

// The parser's two WebAssembly files lie beside the bundle.
for (const file of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-c/tree-sitter-c.wasm'])
  copyFileSync(resolve(file), join(server, 'dist', file.slice(file.indexOf('/') + 1)));

// The VS Code extension: `vscode` is the editor itself; all else is in the bundle.
await build({
  entryPoints: { extension: join(client, 'src/extension.ts') },
  outdir: join(client, 'dist'),
  bundle: true,
  minify: true,
  sourcemap: 'linked',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  logLevel: 'warning',
});

// The page of the dispatch preview, which runs in a webview.
await build({
  entryPoints: { preview: join(client, 'webview/preview.ts') },
  outdir: join(client, 'dist'),
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'chrome130',
  format: 'iife',
  logLevel: 'warning',
});
copyFileSync(join(client, 'webview/preview.css'), join(client, 'dist/preview.css'));

await import('./compile-bundles.mjs');
