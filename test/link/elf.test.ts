import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { bytesOf, readElf, type Elf } from '../../server/src/link/elf';
import { readElfTables, type ElfTableRequest } from '../../server/src/link/elf-tables';
import { registeredName } from '../../server/src/link/registered-name';
import { readTablesFrom } from '../../server/src/workspace/elf-file';
import { workbench } from './compile';
import { joined, packed, writeElf, type Format, type WrittenSection } from './elf-writer';

/** Two files with static functions of the same name, an alias, and a function with a `.cold` part at its own place. */
const first = `typedef int (*fn_t)(void);
static int same(void) { return 1; }
int shared(void) { return 2; }
extern int nickname(void) __attribute__((alias("shared")));
static fn_t __tw_init_same __attribute__((used, section(".tw.init"))) = same;
static fn_t __tw_init_nickname __attribute__((used, section(".tw.init"))) = nickname;
static fn_t __tw_exit_shared __attribute__((used, section(".tw.exit"))) = shared;
`;
const second = `typedef int (*fn_t)(void);
static int same(void) { return 3; }
static int other(void) { return 4; }
static fn_t __tw_init_other __attribute__((used, section(".tw.init"))) = other;
static fn_t __tw_init_same __attribute__((used, section(".tw.init"))) = same;
`;
const script = `SECTIONS { . = 0x400000; .text : { *(.text) }
  . = ALIGN(8);
  .tw : { __start_init = .; *(.tw.init) __start_exit = .; *(.tw.exit) __stop_exit = .; __start_none = .; __stop_none = .; } }
`;
/** GCC -O2 reverses each file. */
const expected = {
  init: [
    ['__tw_init_nickname', 'nickname'],
    ['__tw_init_same', 'same'],
    ['__tw_init_same', 'same'],
    ['__tw_init_other', 'other'],
  ],
  exit: [['__tw_exit_shared', 'shared']],
  none: [],
};

const requests: readonly ElfTableRequest[] = [
  { event: 'init', start: '__start_init', stop: '__start_exit', sections: ['.tw.init'] },
  { event: 'exit', start: '__start_exit', stop: '__stop_exit', sections: ['.tw.exit'] },
  { event: 'none', start: '__start_none', stop: '__stop_none', sections: ['.tw.none'] },
];

function opened(bytes: Uint8Array): Elf {
  const elf = readElf(bytesOf(bytes));
  assert.ok(!('error' in elf), 'error' in elf ? elf.error : '');
  return elf;
}

const rows = (elf: Elf): Record<string, (string | undefined)[][]> =>
  Object.fromEntries(
    readElfTables(elf, requests).map(({ event, entries }) => [
      event,
      entries.map((entry) => [entry.variable, entry.function]),
    ]),
  );

describe('tables in an ELF file', () => {
  const bench = workbench();
  after(() => bench.remove());
  const read = (name: string): Uint8Array => readFileSync(join(bench.folder, name));
  bench.write('first.c', first);
  bench.write('second.c', second);
  bench.write('tw.lds', script);
  const ld = ['-e', '0', '--no-warn-rwx-segments', '-z', 'noexecstack', '-T', 'tw.lds'];
  const compile = (...flags: readonly string[]): unknown =>
    bench.run('gcc', '-c', '-w', '-O2', '-fno-asynchronous-unwind-tables', ...flags, 'first.c', 'second.c');

  it('are pointers in a 64-bit executable', () => {
    compile('-fno-pie');
    bench.run('ld', ...ld, '-o', 'x64', 'first.o', 'second.o');
    const elf = opened(read('x64'));
    assert.deepEqual([elf.bits, elf.littleEndian, elf.kind], [64, true, 'executable']);
    assert.deepEqual(rows(elf), expected);
    assert.deepEqual(
      readElfTables(elf, requests).map(({ section, form }) => [section?.name, section?.writable, form]),
      [
        ['.tw', true, 'pointer'],
        ['.tw', true, 'pointer'],
        ['.tw', true, 'pointer'],
      ],
    );
  });

  it('know every name that nm knows for an entry’s function', () => {
    const [init] = readElfTables(opened(read('x64')), requests);
    assert.deepEqual([...(init?.entries[0]?.aliases ?? [])].sort(), ['nickname', 'shared']);
    const byNm = bench.run('nm', '-n', 'x64').split('\n');
    const addresses = init?.entries.map(({ address }) => address.toString(16).padStart(16, '0'));
    assert.deepEqual(
      addresses,
      byNm.filter((line) => line.includes(' d __tw_init')).map((line) => line.slice(0, 16)),
    );
  });

  it('are relocations in relocatable files, by section name: one object, and several linked with -r', () => {
    bench.run('ld', '-r', '-o', 'both.o', 'first.o', 'second.o');
    const elf = opened(read('both.o'));
    assert.equal(elf.kind, 'relocatable');
    assert.deepEqual(rows(elf), expected);
    assert.deepEqual(rows(opened(read('second.o'))), { ...expected, init: expected.init.slice(2), exit: [] });
  });

  it('that share their boundaries in a kernel are told apart by section in an object, which has no boundaries', () => {
    // Found with arm64's vmlinux.o: level 3s, read with level 3's sections, was empty.
    const level = (name: string, called: string): string =>
      `static fn_t __initcall_${called}${name} __attribute__((used, section(".initcall${name}.init"))) = ${called};\n`;
    bench.write(
      'levels.c',
      `typedef int (*fn_t)(void);
int core(void) { return 1; }
int later(void) { return 2; }
${level('3', 'core')}${level('3s', 'later')}`,
    );
    bench.run('gcc', '-c', '-fno-pie', 'levels.c');
    const within = { start: '__initcall3_start', stop: '__initcall4_start' };
    const found = readElfTables(opened(read('levels.o')), [
      { event: '3', ...within, sections: ['.initcall3.init'] },
      { event: '3s', ...within, sections: ['.initcall3s.init'] },
    ]);
    assert.deepEqual(
      found.map(({ entries }) => entries.map((entry) => entry.function)),
      [['core'], ['later']],
    );
  });

  it('that share their boundaries take an entry that belongs to one of them, whatever its name ends in', () => {
    // As in Linux 2.6.20, where the variables of level 0 are called as those of level 1 are.
    bench.write(
      'levels.c',
      `static int pure(void) { return 1; }
static int core(void) { return 2; }
static int (*__initcall_pure1)(void) __attribute__((used, section(".initcall0.init"))) = pure;
static int (*__initcall_core1)(void) __attribute__((used, section(".initcall1.init"))) = core;
`,
    );
    bench.write(
      'levels.lds',
      'SECTIONS { . = 0x400000; .text : { *(.text) } .i : { i_start = .; *(.initcall0.init) *(.initcall1.init) i_end = .; } }',
    );
    bench.run('gcc', '-c', '-w', '-O2', '-fno-pie', '-ffunction-sections', 'levels.c');
    bench.run('ld', '-e', '0', '--no-warn-rwx-segments', '-T', 'levels.lds', '-o', 'levels', 'levels.o');
    const bounds = { start: 'i_start', stop: 'i_end' };
    const levels = (variables: readonly string[]): (string | undefined)[][] =>
      readElfTables(opened(read('levels')), [
        { event: '0', ...bounds, sections: ['.initcall0.init'], variables },
        { event: '1', ...bounds, sections: ['.initcall1.init'] },
      ]).map(({ entries }) => entries.map(({ function: called }) => called));
    assert.deepEqual(levels(['__initcall_pure1']), [['pure'], ['core']]);
    assert.deepEqual(levels([]), [[], ['pure', 'core']]);
  });

  it('of structures are grouped by address in an object, where words without relocation are not there', () => {
    // Found with arm64's vmlinux.o: of {text, function, 0} two words were taken for one and a half structures.
    bench.write(
      'structures.c',
      `struct parameter { const char *text; int (*fn)(void); long early; };
int one(void) { return 1; }
int two(void) { return 2; }
static struct parameter all[] __attribute__((used, section(".init.setup"))) = { { "1", one, 0 }, { "2", two, 1 } };`,
    );
    for (const [width, format] of [
      ['-m64', 'elf_x86_64'],
      ['-m32', 'elf_i386'],
    ] as const) {
      bench.run('gcc', width, '-c', '-fno-pie', 'structures.c');
      bench.run('ld', '-m', format, '-r', '-o', 'structures-r.o', 'structures.o');
      const request = {
        event: 'setup',
        start: '__setup_start',
        stop: '__setup_end',
        sections: ['.init.setup'],
      };
      const found = readTablesFrom(join(bench.folder, 'structures-r.o'), [[request]], { index: 1, words: 3 });
      assert.ok(!('failure' in found));
      assert.deepEqual(
        found.map(({ entries }) => entries.map((entry) => [entry.slot, entry.function])),
        [
          [
            [0, 'one'],
            [1, 'two'],
          ],
        ],
      );
    }
  });

  it('are 32-bit pointers, and REL relocations, in 32-bit files', () => {
    compile('-m32', '-fno-pie');
    bench.run('ld', '-m', 'elf_i386', ...ld, '-o', 'x32', 'first.o', 'second.o');
    bench.run('ld', '-m', 'elf_i386', '-r', '-o', 'both32.o', 'first.o', 'second.o');
    for (const name of ['x32', 'both32.o']) {
      const elf = opened(read(name));
      assert.equal(elf.bits, 32);
      assert.deepEqual(rows(elf), expected, name);
    }
  });

  it('are found in the addends of a position-independent file, where the entries themselves are zero', () => {
    compile('-fPIE');
    bench.run('ld', ...ld, '-shared', '-Bsymbolic', '-o', 'shared', 'first.o', 'second.o');
    const bytes = new Uint8Array(read('shared'));
    const elf = opened(bytes);
    assert.equal(elf.kind, 'shared');
    // x86's ld stores the addend in the entry as well; arm64's and others do not.
    const table = elf.sections.find(({ name }) => name === '.tw');
    bytes.fill(0, table?.offset, (table?.offset ?? 0) + (table?.size ?? 0));
    assert.deepEqual(rows(opened(bytes)), expected);
  });

  it('are 32-bit offsets where the entries are relative, in executables and objects', () => {
    const entry = (name: string, called: string, section: string): string =>
      `asm(".section \\"${section}\\", \\"a\\"\\n${name}: .long ${called} - .\\n.previous");`;
    bench.write(
      'relative.c',
      `int a(void) { return 1; }\nstatic int __attribute__((used)) b(void) { return 2; }\nint c(void) { return 3; }\n` +
        [
          ['x_a6', 'a', '.tw.init'],
          ['x_b6s', 'b', '.tw.init'],
          ['x_c6', 'c', '.tw.init'],
          ['x_c7', 'c', '.tw.exit'],
        ]
          .map(([name = '', called = '', section = '']) => entry(name, called, section))
          .join('\n'),
    );
    bench.run('gcc', '-c', '-w', '-O2', '-fno-pie', '-ffunction-sections', 'relative.c');
    bench.run('ld', ...ld, '-o', 'relative', 'relative.o');
    for (const name of ['relative', 'relative.o']) {
      const found = readElfTables(opened(read(name)), requests);
      assert.equal(found[0]?.form, 'relative', name);
      assert.deepEqual(
        found.map(({ entries }) => entries.map((one) => `${one.variable ?? ''}=${one.function ?? ''}`)),
        [['x_a6=a', 'x_b6s=b', 'x_c6=c'], ['x_c7=c'], []],
        name,
      );
    }
    // Two events between the same symbols: the end of the variable's name tells them apart.
    const shared = ['6', '6s'].map((event) => ({ ...requests[0], event, sections: [] }));
    assert.deepEqual(
      readElfTables(opened(read('relative')), shared).map(({ entries }) =>
        entries.map(({ slot, function: called }) => [slot, called]),
      ),
      [
        [
          [0, 'a'],
          [1, 'c'],
        ],
        [[0, 'b']],
      ],
    );
  });

  it('are read in either byte order and class', () => {
    for (const wide of [true, false])
      for (const little of [true, false])
        for (const type of [1, 2]) {
          const format: Format = { wide, little, type, machine: wide ? 21 : 20 };
          writeFileSync(join(bench.folder, 'made'), handMade(format));
          // readelf is the witness that the hand-made file is what it claims to be.
          const shown = bench.run('readelf', '-hsrW', 'made');
          assert.match(shown, little ? /little endian/ : /big endian/);
          assert.match(shown, /FUNC\s+GLOBAL\s+DEFAULT\s+1 beta/);
          const elf = opened(read('made'));
          assert.deepEqual([elf.bits, elf.littleEndian], [wide ? 64 : 32, little]);
          assert.deepEqual(rows(elf), {
            init: [
              ['p_beta', 'beta'],
              ['p_alpha', 'alpha'],
            ],
            exit: [],
            none: [],
          });
        }
  });

  it('say what is missing or wrong', () => {
    const elf = opened(read('x64'));
    const problems = (start: string, stop: string): readonly string[] =>
      readElfTables(elf, [{ event: 'e', start, stop, sections: [] }])[0]?.problems ?? [];
    assert.deepEqual(problems('__start_init', '__nowhere'), ['no symbol __nowhere']);
    assert.deepEqual(problems('__stop_exit', '__start_init'), ['__start_init lies before __stop_exit']);
    assert.deepEqual(problems('__start_none', '__stop_none'), []);
    assert.deepEqual(readElf(bytesOf(Buffer.from('#!/bin/sh\n'.repeat(20)))), { error: 'not an ELF file' });
  });

  it('never make the reader throw, however damaged the file', () => {
    const whole = read('x64');
    const headersAt = Number(new DataView(whole.buffer, whole.byteOffset).getBigUint64(40, true));
    const place = fc.oneof(
      fc.nat(63),
      fc.nat(whole.length - 1),
      fc.nat(whole.length - headersAt - 1).map((at) => at + headersAt),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 6 }),
        fc.nat(whole.length),
        (changes, length) => {
          const damaged = new Uint8Array(changes.length % 2 === 0 ? whole : whole.subarray(0, length));
          for (const [at, value] of changes) damaged[at] = value;
          const elf = readElf(bytesOf(damaged));
          if (!('error' in elf)) readElfTables(elf, requests);
        },
      ),
      { numRuns: 1500, seed: 5 },
    );
  });
});

/** Two functions, and a table of two pointers to them, the second first. */
function handMade(format: Format): Uint8Array {
  const size = format.wide ? 8 : 4;
  const relocatable = format.type === 1;
  const [text, data] = relocatable ? [0, 0] : [0x1000, 0x2000];
  const code: WrittenSection = { name: '.text', type: 1, flags: 6, address: text, bytes: new Uint8Array(32) };
  const table: WrittenSection = {
    name: '.tw.init',
    type: 1,
    flags: 3,
    address: data,
    bytes: relocatable ? new Uint8Array(2 * size) : packed(format, size, text + 16, text),
  };
  // Symbols 1 and 2 are the local variables, 3 and 4 the functions; PowerPC's ADDR64 is 38, its ADDR32 is 1.
  const relocation = (at: number, symbol: number): Uint8Array => {
    const info = format.wide
      ? packed(format, 4, ...(format.little ? [38, symbol] : [symbol, 38]))
      : packed(format, 4, (symbol << 8) | 1);
    return joined(packed(format, size, at), info, packed(format, size, 0));
  };
  const relocations: WrittenSection = {
    name: '.rela.tw.init',
    type: 4,
    flags: 0,
    address: 0,
    bytes: joined(relocation(0, 4), relocation(size, 3)),
    link: 4,
    info: 2,
    entrySize: 3 * size,
  };
  const boundaries = relocatable
    ? []
    : [
        { name: '__start_init', value: data, section: 2, type: 0, global: true },
        { name: '__start_exit', value: data + 2 * size, section: 2, type: 0, global: true },
      ];
  return writeElf(format, relocatable ? [code, table, relocations] : [code, table], [
    { name: 'p_beta', value: data, section: 2, type: 1 },
    { name: 'p_alpha', value: data + size, section: 2, type: 1 },
    { name: 'alpha', value: text, section: 1, type: 2, global: true },
    { name: 'beta', value: text + 16, section: 1, type: 2, global: true },
    ...boundaries,
  ]);
}

describe('names of initcall variables', () => {
  it('hold module, line, function and level', () => {
    // As include/linux/init.h pastes them.
    assert.deepEqual(
      registeredName('__initcall__kmod_core__253_2229_init_hw_perf_eventsearly', 'init_hw_perf_events'),
      {
        moduleName: 'core',
        line: 2229,
        function: 'init_hw_perf_events',
        level: 'early',
      },
    );
    assert.deepEqual(registeredName('__initcall__kmod_a__b__1_22_x66s', 'x6'), {
      moduleName: 'a__b',
      line: 22,
      function: 'x6',
      level: '6s',
    });
    assert.equal(registeredName('__task_watcher_init_audit_alloc', 'audit_alloc'), undefined);
  });
});
