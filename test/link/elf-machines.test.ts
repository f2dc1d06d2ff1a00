import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, readElf } from '../../server/src/link/elf';
import { readElfTables } from '../../server/src/link/elf-tables';
import { workbench } from './compile';

const source = `
typedef int (*fn_t)(void);
#define WATCHER(name) static int name(void) { return sizeof(#name); } \\
static fn_t const watch_##name __attribute__((used, section(".tw.init"))) = name
WATCHER(first);
WATCHER(second);
int global(void) { return 7; }
static fn_t const watch_global __attribute__((used, section(".tw.init"))) = global;
WATCHER(last);
`;

/** Objects of machines that kernels run on, made by Clang; readelf, which knows them all, is the witness. */
const targets = [
  'aarch64-linux-gnu',
  'aarch64_be-linux-gnu',
  'arm-linux-gnueabi',
  'armeb-linux-gnueabi',
  'i386-linux-gnu',
  'mips-linux-gnu',
  'mips64-linux-gnuabi64',
  'mips64el-linux-gnuabi64',
  'powerpc-linux-gnu',
  'powerpc64le-linux-gnu',
  'riscv32-linux-gnu',
  'riscv64-linux-gnu',
  's390x-linux-gnu',
  'sparc-linux-gnu',
  'sparcv9-linux-gnu',
];

describe('tables in objects of other machines', () => {
  const bench = workbench();
  after(() => {
    bench.remove();
  });
  bench.write('unit.c', source);
  const hasClang = spawnSync('clang', ['--version']).status === 0;
  if (!hasClang && process.env.CI !== undefined) throw new Error('CI must install clang');

  for (const target of hasClang ? targets : [])
    it(`are read as readelf reads them: ${target}`, () => {
      bench.run(
        'clang',
        `--target=${target}`,
        '-integrated-as',
        '-c',
        '-O2',
        '-fno-pic',
        '-ffunction-sections',
        'unit.c',
      );
      const elf = readElf(bytesOf(readFileSync(join(bench.folder, 'unit.o'))));
      assert.ok(!('error' in elf), target);
      const [table] = readElfTables(elf, [{ event: 'init', sections: ['.tw.init'] }]);
      const relocations = bench.run('readelf', '-rW', 'unit.o').split('Relocation section');
      const own = relocations.find((text) => /^ '\.rela?\.tw\.init'/.test(text)) ?? '';
      // One section for each function: a relocation names it by the section's symbol or by its own.
      const named = [...own.matchAll(/^[0-9a-f]{8,16} .*?\s(?:\.text\.)?([A-Za-z]\w*)(?: \+ 0)?\s*$/gm)];
      assert.deepEqual(
        table?.entries.map((entry) => entry.function),
        named.map(([, name]) => name),
      );
      assert.deepEqual(
        table.entries.map((entry) => [entry.function, entry.variable]),
        ['first', 'second', 'global', 'last'].map((name) => [name, `watch_${name}`]),
      );
    });
});
