// Bundles what users run into single files under server/dist: no node_modules, nothing to compile.
import { build } from 'esbuild';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

await import('./compile-wasm.mjs');

const root = fileURLToPath(new URL('..', import.meta.url));
const server = join(root, 'server');
const client = join(root, 'client');

const { resolve } = createRequire(import.meta.url);

const common = {
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
};

await build({
  ...common,
  entryPoints: {
    'language-server': join(server, 'src/lsp/language-server.ts'),
    'prescan-worker': join(server, 'src/source/prescan-worker.ts'),
    'stat-worker': join(server, 'src/source/stat-worker.ts'),
    protocol: join(server, 'src/lsp/protocol.ts'),
  },
});

await build({
  ...common,
  entryPoints: {
    'tw-index': join(server, 'src/cli/tw-index.ts'),
    program: join(server, 'src/cli/program.ts'),
    'load-snapshot': join(server, 'src/cli/load-snapshot.ts'),
    'kernel-commands': join(server, 'src/cli/kernel-commands.ts'),
    'scan-thread': join(server, 'src/source/scan-thread.ts'),
    zod: 'zod',
  },
  // The program is loaded only when there is more to do than print the version, what reads a kernel only when one is
  // read, and zod only when there is something that it checks: V8 looks through all of a file before it runs a line of
  // it.
  plugins: [
    {
      name: 'apart',
      setup(context) {
        // Loaded when they are needed; threads that wait for work are known to all that ask for them, besides.
        const apart = /^\.[./\w]*\/(program|load-snapshot|kernel-commands|scan-thread)$/;
        context.onResolve({ filter: apart }, ({ path, importer, kind }) => {
          const name = apart.exec(path)[1];
          if (kind === 'entry-point' || (kind !== 'dynamic-import' && name !== 'scan-thread'))
            return undefined;
          return /[\\/]tw-index\.ts$/.test(importer)
            ? { path: `./${name}.js`, namespace: 'compiled' }
            : { path: `./${name}.js`, external: true };
        });
        // The first ones bring a `require` of their own for the others.
        context.onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => ({
          contents: `
            const { join } = require('node:path');
            module.exports = require('./load-compiled').loadCompiled(join(__dirname, '${path}'));`,
          resolveDir: join(server, 'src/cli'),
        }));
        context.onResolve({ filter: /^zod$/ }, ({ kind }) =>
          kind === 'entry-point' ? undefined : { path: './zod.js', namespace: 'when-used' },
        );
        context.onResolve({ filter: /.*/, namespace: 'when-used' }, ({ path }) => ({ path, external: true }));
        context.onLoad({ filter: /.*/, namespace: 'when-used' }, ({ path }) => ({
          contents: `
            let loaded;
            Object.defineProperty(exports, 'z', {
              enumerable: true,
              get: () => (loaded ??= require('${path}')).z,
            });`,
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
