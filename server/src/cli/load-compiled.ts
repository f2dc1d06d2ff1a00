import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/**
 * Beside a bundle: a line that says of which version of the bundle and of Node it is, then what V8 made of the bundle. V8
 * itself compares only its own version, without what Node changed in it, and the length of the bundle: code of Node 20.20
 * ran in 20.12, and went wrong there. Of 64 bytes, since V8 copies code that does not begin at a multiple of eight.
 */
const codeEnding = '.code';
const madeOf = ({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string =>
  `${`${size} ${mtimeMs} ${process.version} ${process.arch}`.padEnd(63)}\n`;

const before = '(function (exports, require, module, __filename, __dirname) { ';
const after = '\n})';

type Bundle = (
  exports: object,
  require: (id: string) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

/** By path: what they exported. */
const loaded = new Map<string, unknown>();

/**
 * Loads a bundle, once, as `require` does, but with what V8 made of it when it was built (`scripts/compile-bundles.mjs`), if
 * this is the same Node with the same flags of V8: else it is compiled again, which takes a tenth of what `--help` takes and
 * more.
 * Bundles that it loads with `./` are loaded so, too. `path`: absolute.
 */
export function loadCompiled(path: string): unknown {
  if (!loaded.has(path)) loaded.set(path, runBundle(path));
  return loaded.get(path);
}

function runBundle(path: string): unknown {
  const cachedData = compiledCode(path);
  // Bundles are ASCII: read as such, their text is not decoded.
  const script = new Script(before + readFileSync(path, 'latin1') + after, {
    filename: path,
    columnOffset: -before.length,
    ...(cachedData ? { cachedData } : {}),
  });
  const folder = dirname(path);
  const others = createRequire(path);
  const load = (id: string): unknown => (id.startsWith('./') ? loadCompiled(join(folder, id)) : others(id));
  const module = { exports: {} };
  const bundle = script.runInThisContext() as Bundle;
  bundle(module.exports, load, module, path, folder);
  return module.exports;
}

/** `undefined`: there is none for this bundle and this Node. */
function compiledCode(path: string): Buffer | undefined {
  let kept: Buffer;
  try {
    kept = readFileSync(path + codeEnding);
  } catch {
    return undefined;
  }
  const header = Buffer.from(madeOf(statSync(path)));
  return kept.subarray(0, header.length).equals(header) ? kept.subarray(header.length) : undefined;
}
