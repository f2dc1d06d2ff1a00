// Has V8 compile what `tw-index table` runs, with the example kernel, and keeps that beside the bundles: for this Node.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const preloaded = ['--require', join(root, 'scripts/record-code.cjs')];
const words = ['table', '--all', '--root', join(root, 'test/fixtures/example-kernel')];
const home = mkdtempSync(join(tmpdir(), 'tw-compile-'));
const env = { ...process.env, XDG_CACHE_HOME: home };
// Flags make other code of it.
delete env.NODE_OPTIONS;
try {
  // Once to make an answer and to keep it, once to give it again.
  for (let run = 0; run < 2; run++)
    execFileSync(process.execPath, [...preloaded, join(root, 'server/dist/tw-index.js'), ...words], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
} finally {
  rmSync(home, { recursive: true, force: true });
}
