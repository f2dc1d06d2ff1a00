import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Beside a bundle: the bundle's size and time (milliseconds since 1970), two float64, then what V8 made of it. */
const codeEnding = '.code';
const headerBytes = 16;

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
 * this is the same V8 with the same flags: else it is compiled again, which takes a tenth of what `--help` takes and more.
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

/** `undefined`: there is none, or it is of another version of the bundle, of which V8 itself compares only the length. */
function compiledCode(path: string): Buffer | undefined {
  let kept: Buffer;
  try {
    kept = readFileSync(path + codeEnding);
  } catch {
    return undefined;
  }
  const { size, mtimeMs } = statSync(path);
  const isOfBundle =
    kept.length > headerBytes && kept.readDoubleLE(0) === size && kept.readDoubleLE(8) === mtimeMs;
  return isOfBundle ? kept.subarray(headerBytes) : undefined;
}
