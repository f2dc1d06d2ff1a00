// Compiles server/assembly into one WebAssembly module, as text in a TypeScript file: bundles and tests load it alike.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const assembly = fileURLToPath(new URL('../server/assembly', import.meta.url));
const target = fileURLToPath(new URL('../server/src/syntax/text-module.ts', import.meta.url));

const written = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync(assembly).map((name) => join(assembly, name));

if (written(target) <= Math.max(...[here, ...sources].map(written))) {
  const { default: asc } = await import('assemblyscript/asc');
  const folder = mkdtempSync(join(tmpdir(), 'tw-wasm-'));
  const out = join(folder, 'text.wasm');
  try {
    const { error, stderr } = await asc.main([
      join(assembly, 'index.ts'),
      ...['--outFile', out, '-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert', '--use', 'abort='],
    ]);
    if (error) throw new Error(`server/assembly: ${stderr.toString()}`);
    writeFileSync(
      target,
      `/** server/assembly, compiled by scripts/compile-wasm.mjs. */\nexport const textModule =\n  '${readFileSync(out).toString('base64')}';\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
