// Has V8 compile what `tw-index` runs, with the example kernel, and keeps that beside the bundles: for this Node.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const preloaded = ['--require', join(root, 'scripts/record-code.cjs')];
const kernel = ['--quiet', '--root', join(root, 'test/fixtures/example-kernel')];
// A bundle's code is what the last run that loaded it ran: what kept answers need is loaded by all.
const runs = [
  ['report', '-'],
  ['table', '--all'],
  ['table', '--all'],
];
const home = mkdtempSync(join(tmpdir(), 'tw-compile-'));
const env = { ...process.env, XDG_CACHE_HOME: home };
// Flags make other code of it.
delete env.NODE_OPTIONS;
try {
  for (const words of runs)
    execFileSync(
      process.execPath,
      [...preloaded, join(root, 'server/dist/tw-index.js'), ...words, ...kernel],
      {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
} finally {
  rmSync(home, { recursive: true, force: true });
}
