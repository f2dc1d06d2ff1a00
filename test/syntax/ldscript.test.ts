import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseLinkerScript } from '../../server/src/syntax/ldscript/parse';
import type {
  ContentStatement,
  InputStatement,
  OutputStatement,
} from '../../server/src/syntax/ldscript/script';

/** The contents of one output section written as `text`, without a problem. */
function contents(text: string): readonly ContentStatement[] {
  const script = parseLinkerScript(`SECTIONS { .out : { ${text} } }`);
  assert.deepEqual(script.problems, []);
  const [only] = outputs(`SECTIONS { .out : { ${text} } }`);
  return only?.contents ?? [];
}

const outputs = (text: string): readonly OutputStatement[] =>
  parseLinkerScript(text).statements.filter((one) => one.kind === 'output');

function input(text: string): InputStatement {
  const [only, ...more] = contents(text);
  assert.equal(more.length, 0, 'one statement');
  assert.ok(only?.kind === 'input');
  return only;
}

const globs = (statement: InputStatement): readonly string[] => statement.sections.map(({ glob }) => glob);

describe('linker scripts', () => {
  it('tell one statement with two patterns from two statements', () => {
    assert.deepEqual(globs(input('*(.a .b)')), ['.a', '.b']);
    // ld 2.40 lexes the comma as part of the name: tables.test.ts has it from the real one.
    assert.deepEqual(globs(input('*(.a, .b)')), ['.a,', '.b']);
    assert.deepEqual(
      contents('*(.a) *(.b)').map((one) => one.kind === 'input' && globs(one)),
      [['.a'], ['.b']],
    );
  });

  it('read KEEP, SORT in both places and nested, REVERSE and EXCLUDE_FILE in both places', () => {
    assert.equal(input('KEEP(*(.a))').keep, true);
    assert.equal(input('KEEP (*(.a))').keep, true);
    assert.deepEqual(input('*(SORT(.a.*))').sections[0]?.sort, ['name']);
    assert.deepEqual(input('*(SORT_BY_ALIGNMENT(SORT_BY_NAME(.a.*)))').sections[0]?.sort, [
      'alignment',
      'name',
    ]);
    assert.deepEqual(input('*(SORT_BY_INIT_PRIORITY(.init_array.*))').sections[0]?.sort, ['init-priority']);
    assert.equal(input('KEEP(SORT(*)(.a))').sortFiles, true);
    assert.equal(input('SORT_BY_NAME(*.o)(.a)').file, '*.o');
    assert.equal(input('*(REVERSE(SORT_BY_NAME(.a*)))').sections[0]?.reverse, true);
    const inside = input('*(EXCLUDE_FILE (*a.o *b.o) .x .y)');
    assert.deepEqual(
      inside.sections.map(({ exclude }) => exclude),
      [['*a.o', '*b.o'], []],
    );
    const front = input('EXCLUDE_FILE(*a.o) *(.x .y)');
    assert.deepEqual([front.exclude, globs(front)], [['*a.o'], ['.x', '.y']]);
    assert.deepEqual(input('*(SORT(EXCLUDE_FILE(*a.o) .x))').sections[0]?.exclude, ['*a.o']);
  });

  it('read file and archive patterns, classes, COMMON, and a file without sections', () => {
    const archive = input('*lib.a:member.o(.text .text.[0-9a-zA-Z_]* .x[!a-z]?)');
    assert.equal(archive.file, '*lib.a:member.o');
    assert.deepEqual(globs(archive), ['.text', '.text.[0-9a-zA-Z_]*', '.x[!a-z]?']);
    assert.deepEqual(globs(input('*(.bss COMMON)')), ['.bss', 'COMMON']);
    assert.deepEqual(globs(input('arch/x86/kernel/head_64.o')), ['*']);
    assert.deepEqual(input('INPUT_SECTION_FLAGS (SHF_ALLOC & !SHF_WRITE) *(.x)').flags, [
      { flag: 'SHF_ALLOC', wanted: true },
      { flag: 'SHF_WRITE', wanted: false },
    ]);
    assert.deepEqual(globs(input('*(SORT(___ksymtab+*))')), ['___ksymtab+*']);
  });

  it('read assignments in all forms, data, ASSERT and CONSTRUCTORS', () => {
    const read = contents(
      '__start_x = .; PROVIDE(a = .); PROVIDE_HIDDEN (b = . + 4); HIDDEN(c = ALIGN(8)); . = ALIGN(8); . += 4;' +
        ' QUAD(0) LONG(0x1) CONSTRUCTORS SORT(CONSTRUCTORS) ASSERT(. < 4, "too (big); }") FILL(0x90)',
    );
    assert.deepEqual(
      read.map((one) =>
        one.kind === 'assign'
          ? [one.wrap ?? 'plain', one.symbol, one.operator, one.expression]
          : one.kind === 'data'
            ? [one.directive, one.size]
            : one.kind,
      ),
      [
        ['plain', '__start_x', '=', '.'],
        ['provide', 'a', '=', '.'],
        ['provide-hidden', 'b', '=', '. + 4'],
        ['hidden', 'c', '=', 'ALIGN(8)'],
        ['plain', '.', '=', 'ALIGN(8)'],
        ['plain', '.', '+=', '4'],
        ['QUAD', 8],
        ['LONG', 4],
        'other',
        'other',
        'other',
        'other',
      ],
    );
  });

  it('read everything that may stand around an output section', () => {
    const [text, data, debug, none] = outputs(`
      OUTPUT_FORMAT("elf64-x86-64") OUTPUT_ARCH(i386:x86-64) ENTRY(phys_startup_64)
      jiffies = jiffies_64;
      PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
      MEMORY { ram (rwx) : ORIGIN = 0, LENGTH = 1M }
      SECTIONS {
        . = (0xffffffff80000000 + 0x1000000);
        .text : AT(ADDR(.text) - 0xffffffff80000000) ALIGN(16) SUBALIGN(8) ONLY_IF_RO { *(.text) } >ram AT>ram :text :data =0xcccccccc
        .data ALIGN(4096) (NOLOAD) : { *(.data) } :data
        .debug 0 : { *(.debug) }
        .none . + 4 : { }
        ASSERT((_end - _text <= 0x20000000), "kernel image bigger than KERNEL_IMAGE_SIZE")
        /DISCARD/ : { *(.exit.text) }
      }`);
    assert.deepEqual(
      [
        text?.at,
        text?.align,
        text?.subalign,
        text?.constraint,
        text?.region,
        text?.loadRegion,
        text?.phdrs,
        text?.fill,
      ],
      [
        'ADDR(.text) - 0xffffffff80000000',
        '16',
        '8',
        'ONLY_IF_RO',
        'ram',
        'ram',
        ['text', 'data'],
        '0xcccccccc',
      ],
    );
    assert.deepEqual([data?.address, data?.type, data?.phdrs], ['ALIGN(4096)', 'NOLOAD', ['data']]);
    assert.deepEqual([debug?.address, none?.address], ['0', '. + 4']);
  });

  it('read the sections of an OVERLAY one after the other', () => {
    const read = outputs(
      'SECTIONS { OVERLAY 0x1000 : AT (0x4000) { .o1 { *(.a) } .o2 { *(.b) } } >ram .z : { } }',
    );
    assert.deepEqual(
      read.map(({ name, overlay, region }) => [name, overlay, region]),
      [
        ['.o1', true, 'ram'],
        ['.o2', true, 'ram'],
        ['.z', false, ''],
      ],
    );
  });

  it('know where each statement was written, from the preprocessor’s line markers or from a line map', () => {
    const text =
      '# 1 "arch/x/vmlinux.lds.S"\nSECTIONS {\n.t : {\n# 40 "include/asm-generic/vmlinux.lds.h" 1\n*(.a)\n*(.b)\n} }\n';
    const [marked] = outputs(text);
    assert.deepEqual(
      [marked?.place, ...(marked?.contents ?? []).map(({ place }) => place)],
      [
        { file: 'arch/x/vmlinux.lds.S', line: 2 },
        { file: 'include/asm-generic/vmlinux.lds.h', line: 40 },
        { file: 'include/asm-generic/vmlinux.lds.h', line: 41 },
      ],
    );
    const mapped = parseLinkerScript('SECTIONS {\n.t : { }\n}', (line) => ({
      file: 'x.lds',
      line: line * 10,
    }));
    assert.deepEqual(mapped.statements[0]?.place, { file: 'x.lds', line: 20 });
  });

  it('say which macro was not expanded, and go on behind it', () => {
    const { statements, problems } = parseLinkerScript(
      'SECTIONS {\n RODATA\n . = ALIGN(4);\n .a : { SCHED_TEXT *(.a) }\n PERCPU_SECTION(64)\n .b : { *(.b) } }',
    );
    assert.deepEqual(
      statements.flatMap((one) => (one.kind === 'output' ? [one.name] : [])),
      ['.a', '.b'],
    );
    assert.ok(problems.some(({ message }) => message.includes('RODATA')));
    assert.ok(problems.some(({ message }) => message.includes('SCHED_TEXT')));
  });

  it('never throw, and end, on any text', () => {
    const token = fc.constantFrom(
      ...['SECTIONS', '{', '}', '(', ')', ';', ':', '=', '.', '*', '*(.a)', 'KEEP', 'SORT', 'EXCLUDE_FILE'],
      ...[
        'PROVIDE',
        'ASSERT',
        '"',
        '/*',
        '*/',
        ',',
        '.out',
        '>',
        'AT',
        'OVERLAY',
        'QUAD',
        '\n',
        '# 3 "f"',
        '&',
        '[',
      ],
    );
    const anything = fc.oneof(
      fc.array(token, { maxLength: 40 }).map((all) => all.join(' ')),
      fc.string(),
    );
    fc.assert(
      fc.property(anything, (text) => {
        parseLinkerScript(text);
        parseLinkerScript(`SECTIONS { .o : { ${text}`);
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  it('are read in time in proportion to their length', () => {
    const pieces = [
      '(',
      '{',
      '/*',
      '"',
      'SORT(',
      'KEEP(',
      'PROVIDE(',
      '*(SORT(',
      '.a : {',
      'x = ',
      '# 1 "',
      '*(.a)',
      'A ',
      '. ',
      ':',
    ];
    /** Of processor time: what else runs on the machine counts little. */
    const time = (length: number): number => {
      const began = process.cpuUsage();
      for (const piece of pieces) parseLinkerScript(`SECTIONS { ${piece.repeat(length)}`);
      const { user, system } = process.cpuUsage(began);
      return user + system;
    };
    const short = time(3000);
    // Four times as long: in time that grows with the square, sixteen times.
    assert.ok(time(12_000) < 10 * short);
  });
});
