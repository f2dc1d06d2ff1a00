// Makes task-watchers-VERSION.vsix from the bundles. `npm run package` builds them first.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A tool of release time only: it and what it needs (124 MB) are fetched when packaging, not by everybody's `npm ci`. */
const vsce = '@vscode/vsce@3.9.2';
const largest = 3_000_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const file = process.argv[2] ?? `${name}-${version}.vsix`;

// Its dependencies' install scripts build a keyring for publishing, which is not needed here.
const words = ['exec', '--yes', '--ignore-scripts', '--', vsce, 'package'];
const options = ['--no-dependencies', '--no-rewrite-relative-links', '--out', file];
execFileSync('npm', [...words, ...options], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

const { size } = statSync(resolve(root, file));
if (size > largest) throw new Error(`${file}: ${size} bytes, more than ${largest}`);
