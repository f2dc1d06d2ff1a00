/** Writes docs/rules from the rules: `npm run docs:rules`. A test fails when they drift. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsFolder, ruleDocs } from './rule-docs';

void ruleDocs().then((pages) => {
  mkdirSync(docsFolder, { recursive: true });
  for (const name of readdirSync(docsFolder)) if (!pages.has(name)) rmSync(join(docsFolder, name));
  for (const [name, text] of pages) writeFileSync(join(docsFolder, name), text);
});
