/**
 * The link order and the list of modules, evaluated, against the real make reading the tree's own makefiles. The tree is
 * not touched: its makefiles are copied to a folder of their own. Needs make; runs the makefiles, so use trees you trust.
 *
 *   npx tsx scripts/kbuild-against-make.ts TREE CONFIG ARCH
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { makeLinkPlan } from '../server/src/kbuild/make-link-plan';
import { diskTree } from '../server/src/source/disk-tree';
import { parseConfig } from '../server/src/syntax/config';

const [root = '', configFile = '', arch = ''] = process.argv.slice(2);
if (arch === '') {
  process.stderr.write('usage: kbuild-against-make.ts TREE CONFIG ARCH\n');
  process.exit(2);
}
const tree = diskTree(root);
const config = readFileSync(configFile, 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'kbuild-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text, { mode: 0o755 });
};
const copy = (directory: string): void => {
  for (const name of tree.list(directory)) {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (name.endsWith('/')) {
      if (!['Documentation/', 'tools/', '.git/'].includes(path)) copy(path.slice(0, -1));
    } else if (
      /^(?:Makefile|Kbuild|Platform)|\.include$|^head-object-list/.test(name) ||
      /^scripts\/.*\.(?:sh|txt)$/.test(path)
    )
      put(
        path,
        // Make 4.3 no longer takes rules that are implicit and normal at once.
        (tree.read(path) ?? '').replace(/^\/ %\/:/m, '%/:').replace(/^config %config:/m, '%config:'),
      );
  }
};
copy('');

const quotes = !(tree.read('scripts/kconfig/confdata.c') ?? '').includes('print_symbol_for_autoconf');
const settings = config.split('\n').filter((line) => line.startsWith('CONFIG_'));
put('.config', config);
put(
  'include/config/auto.conf',
  settings
    .map((line) => (quotes ? line : line.replace(/="(.*)"$/, '=$1').replace(/#/g, '$(pound)')))
    .join('\n'),
);
for (const path of [
  'include/config/auto.conf.cmd',
  'include/generated/autoconf.h',
  'include/generated/rustc_cfg',
])
  put(path, '');
utimesSync(join(folder, '.config'), 1, 1);

put(
  'top.mk',
  `twp:\n\t@env -0 > environment\n.PHONY: twp\n${[
    'KBUILD_VMLINUX_OBJS',
    'KBUILD_VMLINUX_LIBS',
    'vmlinux-init',
    'vmlinux-main',
  ]
    .map((name) => `$(info ${name} = $(${name}))\n`)
    .join('')}`,
);
put(
  'directory.mk',
  `$(info REAL $(real-obj-y))
$(info OBJ $(obj-y))
$(info LIB $(lib-y))
$(info MODULES $(real-obj-m) $(real-objs-m))
$(info BELOW $(subdir-ym))
$(info MLIST $(filter %/modules.order,$(obj-m)))
$(foreach m,$(multi-used-y),$(info MULTI $m $(filter $(addprefix $(obj)/,$($(subst $(obj)/,,$(m:.o=-objs))) $($(subst $(obj)/,,$(m:.o=-y)))),$(multi-objs-y))))
twp: ; @:
.PHONY: twp
`,
);

function make(
  environment: Readonly<Record<string, string>>,
  ...words: readonly string[]
): ReadonlyMap<string, readonly string[]> {
  const result = spawnSync('make', ['-rR', '--no-print-directory', ...words, 'twp'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...environment },
  });
  const lists = new Map<string, string[]>();
  for (const line of result.stdout.split('\n')) {
    const [name = '', ...rest] = line.split(/\s+/);
    const key = name === 'MULTI' ? `MULTI ${rest.shift() ?? ''}` : name;
    lists.set(key, [...(lists.get(key) ?? []), ...rest.filter((word) => word !== '' && word !== '=')]);
  }
  if (lists.size <= 1 && !result.stderr.includes('No such file'))
    process.stderr.write(result.stderr.slice(0, 500));
  return lists;
}

const path = { PATH: process.env.PATH ?? '' };
const top = make(path, `ARCH=${arch}`, '-f', 'Makefile', '-f', 'top.mk');
const environment: Record<string, string> = {};
for (const entry of readFileSync(join(folder, 'environment'), 'latin1').split('\0')) {
  const at = entry.indexOf('=');
  if (at > 0 && !/^(?:MAKE|MFLAGS)/.test(entry)) environment[entry.slice(0, at)] = entry.slice(at + 1);
}
environment.ARCH = arch;

const read = (directory: string, needed: string): ReadonlyMap<string, readonly string[]> =>
  make(
    environment,
    '-f',
    'scripts/Makefile.build',
    '-f',
    'directory.mk',
    `obj=${directory}`,
    needed,
    'need-modorder=1',
    'KBUILD_BUILTIN=1',
    'KBUILD_MODULES=1',
  );

const order: string[] = [];
const taken = new Set<string>();
const modules = new Set<string>();
const visited = new Set<string>();
const add = (object: string, archive?: string): void => {
  const name = normalize(object);
  if (taken.has(name)) return;
  taken.add(name);
  order.push(archive === undefined ? name : `${name} (${archive})`);
};
const builtIn = (directory: string): void => {
  if (visited.has(directory)) return;
  visited.add(directory);
  const lists = read(directory, 'need-builtin=1');
  const words = lists.get('REAL') ?? [];
  for (const word of words.length > 0 ? words : (lists.get('OBJ') ?? []))
    for (const part of new Set(lists.get(`MULTI ${word}`) ?? [word]))
      if (/\/built-in\.[ao]$/.test(part)) builtIn(normalize(dirname(part)));
      else if (part.endsWith('.o')) add(part);
  later(lists);
};
const later = (lists: ReadonlyMap<string, readonly string[]>): void => {
  for (const word of lists.get('MODULES') ?? []) if (word.endsWith('.o')) modules.add(normalize(word));
  for (const word of lists.get('BELOW') ?? []) waiting.push(normalize(word));
};
const waiting: string[] = [];
const takeWord = (word: string, isSearched: boolean): void => {
  const file = normalize(word);
  const directory = dirname(file);
  if (/(?:^|\/)built-in\.[ao]$/.test(file)) builtIn(directory);
  else if (file.endsWith('/lib.a'))
    for (const member of read(directory, 'need-builtin=1').get('LIB') ?? [])
      add(member, isSearched ? file : undefined);
  else if (file.endsWith('.o')) add(file);
};
const whole = top.get('KBUILD_VMLINUX_OBJS') ?? [];
for (const word of whole) takeWord(word, false);
if (whole.length > 0) {
  const heads = (tree.read('scripts/head-object-list.txt') ?? '').split('\n').filter((line) => line !== '');
  const isHead = (object: string): boolean => heads.some((head) => object.includes(head));
  order.sort((a, b) => Number(isHead(b)) - Number(isHead(a)));
  for (const word of top.get('KBUILD_VMLINUX_LIBS') ?? []) takeWord(word, true);
} else
  for (const word of [...(top.get('vmlinux-init') ?? []), ...(top.get('vmlinux-main') ?? [])])
    takeWord(word, word.endsWith('.a'));
// Directories that only modules lead to.
for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
  if (!visited.has(next)) {
    visited.add(next);
    later(read(next, 'need-builtin='));
  }

const started = performance.now();
const plan = makeLinkPlan({ tree: diskTree(root), config: parseConfig(config), arch, hostArch: 'x86_64' });
const took = performance.now() - started;
const planned = plan.objects.map(({ path: name, archive }) =>
  archive === undefined ? name : `${name} (${archive})`,
);
const differs = order.findIndex((name, at) => planned[at] !== name);
const missing = order.filter((name) => !planned.includes(name));
const extra = planned.filter((name) => !order.includes(name));
const same = differs < 0 && planned.length === order.length;
const notModules = [...modules].filter(
  (name) => plan.unlinked(name.replace(/\.o$/, '.c')).status !== 'module',
);
process.stdout.write(
  `${arch}: ${String(order.length)} objects, ${same ? 'same order' : `differs at ${String(differs)}: make ${order[differs] ?? 'ends'}, evaluated ${planned[differs] ?? 'ends'}`}; ` +
    `missing ${String(missing.length)}, extra ${String(extra.length)}; ${took.toFixed(0)} ms\n` +
    `modules: ${String(modules.size)} objects, ${String(notModules.length)} not seen as modules${notModules.length > 0 ? `: ${notModules.slice(0, 12).join(' ')}` : ''}\n` +
    plan.notes
      .map(({ file, line, message }) => `note: ${file ?? ''}:${String(line ?? '')} ${message}\n`)
      .join(''),
);
process.exitCode = same ? 0 : 1;
