import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { objectSections, type Compilation } from '../../server/src/link/object-sections';
import type { Wanted } from '../../server/src/syntax/c/unit';
import { workbench } from './compile';
import { entriesOf } from './section-entry-of';

/** Every way in which C puts a pointer into a section without a macro, or with one that does it oddly. */
const source = `
typedef int (*fn_t)(unsigned long);
#define FN(name) static int name(unsigned long v) { return v == sizeof(#name); }
FN(f1) FN(f2) FN(f3) FN(f4) FN(f5) FN(f6) FN(f7) FN(f8) FN(f9)
#define SEC __attribute__((__used__, __section__(".tw.init")))
#define SPLIT(fn) static fn_t split_##fn SEC; static fn_t other_##fn SEC = f9; static fn_t split_##fn SEC = fn
static fn_t early SEC;
static fn_t plain SEC = f1;
static fn_t list[] SEC = { f2, &f3, };
static fn_t early SEC = f4;
static fn_t one SEC = f5, two SEC = f6;
static fn_t SEC three = f7, four = f8;
static fn_t chosen[2] SEC = { [1] = f1, [0] = f2 };
SPLIT(f3);
static int (*spelt)(unsigned long) SEC = (int (*)(unsigned long))f4;
extern fn_t seen;
static fn_t between SEC = f6;
fn_t seen SEC = f5;
static int (*table[2])(unsigned long) SEC = { f7, f8 };
`;

const wanted: Wanted = {
  names: new Set(['SEC', 'SPLIT']),
  pattern: /\b(?:SEC|SPLIT)\b|"\.tw/g,
  registering: new Set(),
  sectionMatches: (section) => section === '.tw.init',
};

describe('pointers written by hand', () => {
  const bench = workbench();
  after(() => {
    bench.remove();
  });
  bench.write('unit.c', source);
  const entries = entriesOf(source, wanted);

  const hasClang = spawnSync('clang', ['--version']).status === 0;
  for (const [compiler, level] of [
    ['gcc', '0'],
    ['gcc', '2'],
    ['gcc', 's'],
    ...(hasClang
      ? ([
          ['clang', '0'],
          ['clang', '2'],
        ] as const)
      : []),
  ] as const)
    it(`are found, every one, in the order of ${compiler} -O${level}`, () => {
      const how: Compilation = {
        compiler: { kind: compiler, lto: false },
        flags: { optimisation: level, keepsToplevelOrder: false, lto: false },
      };
      // One text section for each function, so that a relocation names the function.
      bench.run(compiler, '-c', '-w', '-fno-pie', '-ffunction-sections', `-O${level}`, 'unit.c');
      const [section] = objectSections('unit.o', entries, how).sections;
      const relocations = bench
        .run('readelf', '-rW', 'unit.o')
        .split('Relocation section')
        .find((text) => text.includes("'.rela.tw.init'"));
      const linked = [...(relocations ?? '').matchAll(/R_X86_64_64\s+\w+\s+\.text\.(\w+)/g)];
      assert.deepEqual(
        section?.entries.map((entry) => entry.function),
        linked.map(([, called]) => called),
      );
    });
});
