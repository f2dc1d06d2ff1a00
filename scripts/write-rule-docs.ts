/**
 * Writes docs/rules, and the descriptions of the settings in package.json, from the rules: `npm run docs:rules`. Tests
 * fail when they drift.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describedManifest, docsFolder, manifestPath, ruleDocs } from './rule-docs';

void ruleDocs().then((pages) => {
  mkdirSync(docsFolder, { recursive: true });
  for (const name of readdirSync(docsFolder)) if (!pages.has(name)) rmSync(join(docsFolder, name));
  for (const [name, text] of pages) writeFileSync(join(docsFolder, name), text);
  writeFileSync(manifestPath, describedManifest(readFileSync(manifestPath, 'utf8')));
});
