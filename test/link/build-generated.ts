import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesOf, readElf } from '../../server/src/link/elf';
import { readElfTables } from '../../server/src/link/elf-tables';
import type { LinkedObject } from '../../server/src/link/input-section';
import { layOut } from '../../server/src/link/layout';
import { objectSections } from '../../server/src/link/object-sections';
import { tables, type LaidTable } from '../../server/src/link/tables';
import { parseLinkerScript } from '../../server/src/syntax/ldscript/parse';
import { compilationOf, type GeneratedObject, type GeneratedTree } from './generated-tree';

/** What a table holds: variable names in order. */
export type Rows = ReadonlyMap<string, readonly string[]>;

const quietLd = ['--no-warn-rwx-segments', '-e', '0', '-z', 'noexecstack'];

/** Compiles and links several trees under `folder` with gcc and ld; as few runs of gcc as flags allow. */
export function buildTrees(folder: string, trees: readonly GeneratedTree[]): void {
  const batches = new Map<string, string[]>();
  for (const tree of trees) {
    const root = join(folder, String(tree.seed));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    for (const [path, text] of tree.files) write(path, text);
    write('vmlinux.lds', tree.script);
    write('.config', configText(tree));
    // One translation unit a file, flags by batch; the assembler's output name follows from a wrapper's directory.
    for (const object of tree.objects) {
      const flags = [
        `-O${object.optimisation}`,
        ...(object.keepsToplevelOrder ? ['-fno-toplevel-reorder'] : []),
      ];
      const on = [...tree.config].filter(([, value]) => value === 'y').map(([name]) => `-DCONFIG_${name}=1`);
      const key = JSON.stringify([tree.seed, dirname(object.path), ...flags, ...on]);
      const batch = batches.get(key);
      if (batch) batch.push(object.source);
      else batches.set(key, [object.source]);
    }
  }
  for (const [key, sources] of batches) {
    const [seed, directory, ...flags] = JSON.parse(key) as [number, string, ...string[]];
    const root = join(folder, String(seed));
    const common = [
      '-c',
      '-w',
      '-fno-pie',
      '-fno-asynchronous-unwind-tables',
      '-nostdinc',
      `-I${root}/include`,
    ];
    execFileSync('gcc', [...common, ...flags, ...sources.map((source) => join(root, source))], {
      cwd: join(root, directory),
      stdio: 'pipe',
    });
  }
  for (const tree of trees) linkTree(join(folder, String(tree.seed)), tree);
}

export const configText = (tree: GeneratedTree): string =>
  [...tree.config]
    .map(([name, value]) => (value === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`))
    .join('\n') + '\n';

function linkTree(root: string, tree: GeneratedTree): void {
  // Refers to the symbols that ld provides only when something wants them.
  const needs = tree.requests
    .flatMap(({ start, stop }) => [start, stop])
    .filter((name) => name !== undefined);
  writeFileSync(join(root, 'vmlinux.lds'), tree.script + needs.map((name) => `EXTERN(${name})\n`).join(''));
  const members = tree.objects.filter(({ archive }) => archive !== undefined).map(({ path }) => path);
  const run = (program: string, args: readonly string[]): void => {
    execFileSync(program, args, { cwd: root, stdio: 'pipe' });
  };
  if (members.length > 0) run('ar', ['rcs', 'lib/lib.a', ...members]);
  const objects = tree.objects.filter(({ archive }) => archive === undefined).map(({ path }) => path);
  const archives = members.length > 0 ? ['--whole-archive', 'lib/lib.a', '--no-whole-archive'] : [];
  if (objects.length + members.length === 0) return;
  run('ld', ['-T', 'vmlinux.lds', '-o', 'vmlinux', ...quietLd, ...objects, ...archives]);
}

/** What the link model says of a tree, from the generator's own knowledge of it. */
export function predict(tree: GeneratedTree): readonly LaidTable[] {
  const linked = tree.objects.map(linkedObject);
  return tables(layOut(linked, parseLinkerScript(tree.script)), tree.requests);
}

function linkedObject(object: GeneratedObject): LinkedObject {
  const { path, archive, entries } = object;
  const { sections } = objectSections(path, entries, compilationOf(object));
  // A real archive keeps its members' base names.
  if (archive !== undefined) return { path: path.replace(/^.*\//, ''), archive, sections };
  return { path, sections };
}

export const rowsOf = (laid: readonly LaidTable[]): Rows =>
  new Map(laid.map(({ event, entries }) => [event, entries.map(({ entry }) => entry.variable)]));

/** The same tables as ld made them. */
export function linkedRows(folder: string, tree: GeneratedTree): Rows {
  const file = join(folder, String(tree.seed), 'vmlinux');
  if (!existsSync(file)) return new Map();
  const elf = readElf(bytesOf(readFileSync(file)));
  if ('error' in elf) throw new Error(elf.error);
  return new Map(
    readElfTables(elf, tree.requests).map(({ event, entries }) => [
      event,
      entries.map(({ variable }) => variable ?? '?'),
    ]),
  );
}

/** Every difference, one line each. */
export function differences(predicted: Rows, linked: Rows): readonly string[] {
  if (linked.size === 0) return [];
  return [...predicted].flatMap(([event, rows]) => {
    const actual = linked.get(event) ?? [];
    return rows.join(' ') === actual.join(' ')
      ? []
      : [`${event}: predicted [${rows.join(' ')}], linked [${actual.join(' ')}]`];
  });
}
