import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { objectSections, type Compilation } from '../../server/src/link/object-sections';
import { unknownFunction } from '../../server/src/syntax/c/section-entry';
import type { Wanted } from '../../server/src/syntax/c/unit';
import { workbench } from './compile';
import { entriesOf } from './section-entry-of';

/** Pointers whose initialiser is no plain name; in front of each, what may be said of it. */
const source = `
typedef int (*fn_t)(unsigned long);
#define FN(name) static int name(unsigned long v) { return v == sizeof(#name); }
FN(f1) FN(f2) FN(f3)
enum { ON = 1 };
#define NULL ((void *)0)
#define PTR_IF(cond, ptr) ((cond) ? (ptr) : NULL)
#define SEC __attribute__((__used__, __section__(".tw.init")))
static fn_t first SEC = f1;
static fn_t zero SEC = 0;
static fn_t none SEC;
static fn_t null SEC = NULL;
static fn_t cast_null SEC = (fn_t)((void *)0);
static unsigned long number SEC = -1UL;
static const char *string SEC = "text";
static unsigned long inside SEC = (unsigned long)f1 + 4;
static fn_t no SEC = 0 ? f1 : f2;
static fn_t yes SEC = (2 > 1) ? f1 : 0 ? f2 : f3;
static fn_t either SEC = sizeof(long) == 8 ? f3 : f3;
static fn_t size SEC = sizeof(long) == 8 ? f3 : f1;
static fn_t of_enum SEC = ON ? f1 : f2;
static fn_t left_out SEC = PTR_IF(0, f1);
static fn_t put_in SEC = PTR_IF(1, f1);
static fn_t choice SEC = __builtin_choose_expr(1, f2, f1);
static fn_t braced SEC = { &*f3 };
static int (*spelt)(unsigned long) SEC;
static fn_t last SEC = f3;
`;

const functions = source.slice(0, source.indexOf('static fn_t first'));
/** By name, sources whose order or gaps would get in the way of the others. */
const alone: Readonly<Record<string, string>> = {
  'a list with a hole': 'static fn_t list[5] SEC = { [0 ... 1] = f1, [3] = f2 };',
  'a list that is not set': 'static fn_t unset[2] SEC;',
  'a definition that does not say the section again':
    'static fn_t later SEC; static fn_t after SEC = f1;\nstatic fn_t later = f2;',
};

/** What cannot be told from the text alone. */
const unknown = 'none spelt later unset[0] unset[1] number string inside size of_enum'.split(' ');

const wanted: Wanted = {
  names: new Set(['SEC', 'PTR_IF']),
  pattern: /\bSEC\b|"\.tw/g,
  registering: new Set(),
  sectionMatches: (section) => section === '.tw.init',
};

describe('pointers whose initialiser is no plain name', () => {
  const bench = workbench();
  after(() => {
    bench.remove();
  });
  /** The section word by word: the function that a word's relocation names, `0`, or what else there is. */
  const words = (): readonly string[] => {
    const [, hex = ''] = /^ *\d+ \.tw\.init +([0-9a-f]+)/m.exec(bench.run('objdump', '-h', 'unit.o')) ?? [];
    bench.run(
      'objcopy',
      '-O',
      'binary',
      '--only-section=.tw.init',
      '--set-section-flags',
      '.tw.init=alloc',
      'unit.o',
      'words',
    );
    const bytes = bench.run('od', '-An', '-v', '-tx8', '-w8', 'words').trim().split(/\s+/);
    const relocations = bench
      .run('readelf', '-rW', 'unit.o')
      .split('Relocation section')
      .find((text) => text.includes("'.rela.tw.init'"));
    const named = new Map(
      [...(relocations ?? '').matchAll(/^([0-9a-f]+) .* (\S+) \+ ([0-9a-f]+)$/gm)].map(
        ([, at, name, addend]) => [
          Number.parseInt(at ?? '', 16) / 8,
          addend === '0' ? (name ?? '').replace('.text.', '') : `${name ?? ''} + ${addend ?? ''}`,
        ],
      ),
    );
    assert.equal(bytes.length, Number.parseInt(hex, 16) / 8);
    return bytes.map((value, at) => named.get(at) ?? (/^0+$/.test(value) ? '0' : value));
  };

  const check = (text: string, compiler: 'gcc' | 'clang', level: '0' | '2'): void => {
    bench.write('unit.c', text);
    bench.run(compiler, '-c', '-w', '-fno-pie', '-ffunction-sections', `-O${level}`, 'unit.c');
    const how: Compilation = {
      compiler: { kind: compiler, lto: false },
      flags: { optimisation: level, keepsToplevelOrder: false, lto: false },
    };
    const said = objectSections('unit.o', entriesOf(text, wanted), how).sections[0]?.entries ?? [];
    assert.deepEqual(
      said.map(({ function: called }) => called),
      words().map((word, at) => (unknown.includes(said[at]?.variable ?? '') ? unknownFunction : word)),
    );
  };

  const hasClang = spawnSync('clang', ['--version']).status === 0;
  for (const [compiler, level] of [
    ['gcc', '0'],
    ['gcc', '2'],
    ...(hasClang ? ([['clang', '2']] as const) : []),
  ] as const)
    it(`take their slots with ${compiler} -O${level}, and are named where that is sure`, () => {
      check(source, compiler, level);
    });

  for (const [name, text] of Object.entries(alone))
    it(`${name} takes as many slots as with gcc`, () => {
      check(functions + text, 'gcc', '2');
    });
});
