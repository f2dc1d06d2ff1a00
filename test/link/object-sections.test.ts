import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import type { CompileFlags } from '../../server/src/kbuild/link-plan';
import { objectSections, type Compilation } from '../../server/src/link/object-sections';
import type { SectionEntry } from '../../server/src/syntax/c/section-entry';
import { sectionsByReadelf, variablesByNm, workbench } from './compile';
import { sectionEntry } from './section-entry-of';

type Registration = readonly [form: 'variable' | 'asm' | 'bare' | 'const', section: string, name: string];

/** Every pair of neighbours is of another kind or section; `.w.c` starts with asm in the middle of the file. */
const registrations: readonly Registration[] = [
  ['variable', '.w.a', 'v1'],
  ['variable', '.w.b', 'v2'],
  ['asm', '.w.c', 'a1'],
  ['variable', '.w.a', 'v3'],
  ['asm', '.w.a', 'a2'],
  ['bare', '.w.b', 'n1'],
  ['variable', '.w.c', 'v4'],
  ['const', '.w.k', 'k1'],
  ['variable', '.w.b', 'v5'],
  ['asm', '.w.a', 'a3'],
  ['const', '.w.k', 'k2'],
  ['variable', '.w.a', 'v6'],
];

const source = [
  'typedef int (*fn_t)(void);',
  'int f(void) { return 0; }',
  ...registrations.map(([form, section, name]) => {
    if (form === 'asm') return `asm(".section \\"${section}\\", \\"aw\\"\\n${name}: .quad f\\n.previous");`;
    const used = form === 'bare' ? '' : '__used__, ';
    return `static ${form === 'const' ? 'const ' : ''}fn_t ${name} __attribute__((${used}__section__("${section}"))) = f;`;
  }),
  // A function between two variables that uses one: it changes nothing.
  'int user(void) { return v3() + k1(); }',
].join('\n');

const entries: readonly SectionEntry[] = registrations.map(([form, section, name]) =>
  sectionEntry(section, 'f', {
    variable: name,
    form: form === 'asm' ? 'asm' : 'variable',
    isConst: form === 'const',
    isKept: form !== 'bare',
  }),
);

const compilation = (
  kind: 'gcc' | 'clang',
  optimisation: CompileFlags['optimisation'],
  keepsToplevelOrder = false,
): Compilation => ({
  compiler: { kind, lto: false },
  flags: { optimisation, keepsToplevelOrder, lto: false },
});

describe('sections of an object', () => {
  const bench = workbench();
  after(() => bench.remove());
  bench.write('unit.c', source);

  // Clang is a second witness where it is installed; CI installs it and may not do without.
  const hasClang = spawnSync('clang', ['--version']).status === 0;
  if (!hasClang && process.env.CI !== undefined) throw new Error('CI must install clang');
  if (!hasClang) console.log('    clang is not installed: its three cases are not run');
  const cases: readonly (readonly ['gcc' | 'clang', CompileFlags['optimisation'], boolean])[] = [
    ...(['0', '1', '2', '3', 's', 'g', 'fast'] as const).map((level) => ['gcc', level, false] as const),
    ['gcc', '2', true],
    ['gcc', 's', true],
    ...(['0', '2', 's'] as const).flatMap((level) => (hasClang ? [['clang', level, false] as const] : [])),
  ];
  for (const [compiler, level, keeps] of cases) {
    const flags = [`-O${level}`, ...(keeps ? ['-fno-toplevel-reorder'] : [])];
    it(`are those ${compiler} ${flags.join(' ')} makes, in order, with their flags and entries`, () => {
      bench.run(compiler, '-c', '-w', '-fno-pie', ...flags, '-o', 'unit.o', 'unit.c');
      const { sections, dropped } = objectSections('unit.o', entries, compilation(compiler, level, keeps));
      assert.deepEqual(
        sections.map(({ name, writable }) => ({ name, flags: writable ? 'WA' : 'A' })),
        sectionsByReadelf(bench, 'unit.o', '.w.'),
      );
      for (const { name, entries: held, orderUnknown } of sections) {
        assert.equal(orderUnknown, undefined);
        assert.deepEqual(
          held.map(({ variable }) => variable),
          variablesByNm(bench, 'unit.o', name),
          name,
        );
      }
      const all = sections.flatMap(({ name }) => variablesByNm(bench, 'unit.o', name));
      for (const { variable } of dropped) assert.ok(!all.includes(variable), `${variable} is there`);
    });
  }

  it('are writable for const pointers too when the code is position independent', () => {
    bench.run('gcc', '-c', '-w', '-O2', '-fPIE', '-o', 'pic.o', 'unit.c');
    const made = objectSections('pic.o', entries, { ...compilation('gcc', '2'), positionIndependent: true });
    const flags = new Map(sectionsByReadelf(bench, 'pic.o', '.w.').map((one) => [one.name, one.flags]));
    for (const { name, writable } of made.sections)
      assert.equal(flags.get(name), writable ? 'WA' : 'A', name);
  });

  it('cannot be made of const and other variables under one name: gcc refuses', () => {
    bench.write(
      'mixed.c',
      'int a __attribute__((section(".x"))) = 1; const int b __attribute__((section(".x"))) = 1;',
    );
    assert.throws(() => bench.run('gcc', '-c', 'mixed.c'), /section type conflict/);
  });

  it('have no known order where the compiler, its level or LTO leave it open, and say why', () => {
    const open: readonly (readonly [Compilation, RegExp])[] = [
      [compilation('gcc', 'unknown'), /optimisation level is not known/],
      [{ ...compilation('gcc', '2'), compiler: { kind: 'gcc', lto: true } }, /link-time/],
      [{ ...compilation('gcc', '2'), compiler: { kind: 'unknown', lto: false } }, /compiler is not known/],
    ];
    for (const [how, reason] of open) {
      const { sections } = objectSections('unit.o', entries, how);
      for (const { orderUnknown } of sections) assert.match(orderUnknown ?? '', reason);
      const single = objectSections('unit.o', entries.slice(0, 1), how);
      assert.equal(single.sections[0]?.orderUnknown, undefined, 'one entry has one order');
    }
  });
});
