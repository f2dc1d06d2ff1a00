/**
 * The functions that our C layer finds against those that Universal Ctags finds, by name, file by file.
 *
 *     npx tsx scripts/compare-ctags.ts TREE FOLDER… [--list]
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionsOf } from '../server/src/syntax/c/tree/functions';
import { cParser } from '../server/src/workspace/c-parser-files';

const list = process.argv.includes('--list');
const [tree = '.', ...folders] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

function cFiles(folder: string): string[] {
  return readdirSync(join(tree, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? cFiles(path) : /\.[ch]$/.test(entry.name) && entry.isFile() ? [path] : [];
  });
}

/** ctags names `SYSCALL_DEFINE2(kill, …)` by the macro, or not at all; we name the system call. */
const macroMade = /^[A-Z][A-Z0-9_]*$/;

async function main(): Promise<void> {
  const files = folders.flatMap(cFiles);
  const tags = execFileSync(
    'ctags',
    ['--kinds-C=f', '--languages=C', '--langmap=C:.c.h', '-x', '--_xformat=%N\t%F\t%n', '-L', '-'],
    {
      cwd: tree,
      input: files.join('\n'),
      maxBuffer: 1 << 30,
      encoding: 'utf8',
    },
  );
  const theirs = new Map<string, Set<string>>();
  for (const line of tags.split('\n')) {
    const [name = '', file = ''] = line.split('\t');
    if (macroMade.test(name)) continue;
    theirs.set(file, (theirs.get(file) ?? new Set()).add(name));
  }
  const parser = await cParser();
  let [both, missed, extra, milliseconds, bytes] = [0, 0, 0, 0, 0];
  for (const file of files) {
    const text = readFileSync(join(tree, file), 'latin1');
    const before = performance.now();
    const found = functionsOf(parser, text).filter(({ body }) => body !== undefined);
    milliseconds += performance.now() - before;
    bytes += text.length;
    const ours = new Set(
      found.flatMap(({ name, macro }) => (macro === undefined && !macroMade.test(name) ? [name] : [])),
    );
    const others = theirs.get(file) ?? new Set<string>();
    for (const name of others)
      if (ours.has(name)) both++;
      else {
        missed++;
        if (list) console.log(`missed ${file}: ${name}`);
      }
    for (const name of ours)
      if (!others.has(name)) {
        extra++;
        if (list) console.log(`extra  ${file}: ${name}`);
      }
  }
  console.log(
    `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB in ${(milliseconds / 1000).toFixed(1)} s: ` +
      `${both} functions in both, ${missed} only in ctags, ${extra} only in ours`,
  );
}

void main();
