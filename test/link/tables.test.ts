import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTables } from '../../server/src/link/compare';
import { bytesOf, readElf } from '../../server/src/link/elf';
import { readElfTables, type ElfTable } from '../../server/src/link/elf-tables';
import type { LinkedObject } from '../../server/src/link/input-section';
import { layOut, type Layout } from '../../server/src/link/layout';
import { objectSections } from '../../server/src/link/object-sections';
import { tables, type LaidTable } from '../../server/src/link/tables';
import { parseLinkerScript } from '../../server/src/syntax/ldscript/parse';
import { workbench } from './compile';
import { sectionEntry } from './section-entry-of';

const gcc = {
  compiler: { kind: 'gcc', lto: false },
  flags: { optimisation: '2', keepsToplevelOrder: false, lto: false },
} as const;

/** `a.o` with one entry a section: the variable is called after both. */
function object(path: string, ...sections: readonly string[]): LinkedObject {
  const stem = path.replace(/^.*\/|\.o$/g, '');
  const entries = sections.map((section, index) =>
    sectionEntry(section, 'f', { variable: `${stem}${section.replace(/\W/g, '_')}_${index}` }),
  );
  return { path, sections: objectSections(path, entries, gcc).sections };
}

const lay = (script: string, ...objects: readonly LinkedObject[]): Layout =>
  layOut(objects, parseLinkerScript(`SECTIONS {\n${script}\n}`));

const variables = (table: LaidTable | undefined): readonly string[] =>
  (table?.entries ?? []).map(({ entry }) => entry.variable);

const request = (event: string, ...sections: readonly string[]): Parameters<typeof tables>[1][number] => ({
  event,
  sections: sections.length > 0 ? sections : [`.tw.${event}`],
});

const twoEvents = '.tw : { s_a = .; *(.tw.a) s_b = .; *(.tw.b) e_b = .; }';

describe('tables as ld lays them out', () => {
  const bench = workbench();
  after(() => bench.remove());

  /** What ld makes of the same objects and script, per requested event. */
  function linked(
    script: string,
    objects: readonly LinkedObject[],
    laid: readonly LaidTable[],
  ): readonly ElfTable[] {
    for (const { path, sections } of objects) {
      const lines = sections.flatMap(({ name, writable, entries }) => [
        `.section ${name},"${writable ? 'aw' : 'a'}"`,
        ...entries.map(({ variable }) => `.balign 8\n${variable}: .quad f`),
      ]);
      bench.write(
        `${path}.s`,
        [...(path === objects[0]?.path ? ['.globl f', '.text', 'f: nop'] : []), ...lines, ''].join('\n'),
      );
      bench.run('as', '-o', path, `${path}.s`);
    }
    const needs = laid
      .flatMap(({ start, stop }) => [start, stop])
      .map((name) => (name ? `EXTERN(${name})` : ''));
    bench.write('t.lds', `SECTIONS {\n.text : { *(.text) }\n${script}\n}\n${needs.join('\n')}\n`);
    bench.run(
      'ld',
      ...[
        '-T',
        't.lds',
        '-e',
        '0',
        '--no-warn-rwx-segments',
        '-o',
        'out',
        ...objects.map(({ path }) => path),
      ],
    );
    const elf = readElf(bytesOf(readFileSync(join(bench.folder, 'out'))));
    assert.ok(!('error' in elf));
    return laid.flatMap(({ event, start, stop }) =>
      readElfTables(elf, [{ event, start, stop, sections: [] }]),
    );
  }

  const cases: readonly (readonly [title: string, script: string])[] = [
    ['one pattern after the other', twoEvents],
    ['two sections in one pattern, file by file', '.tw : { s_a = .; *(.tw.a .tw.b) e_a = .; }'],
    ['two patterns on one line', '.tw : { s_a = .; *(.tw.a) *(.tw.b) e_a = .; }'],
    ['a wildcard in front that takes it all', '.early : { *(.tw.*) } .tw : { s_a = .; *(.tw.a) e_a = .; }'],
    ['a file named first', '.tw : { s_a = .; y.o(.tw.a) *(.tw.a) s_b = .; *(.tw.b) e_b = .; }'],
    [
      'commas, which belong to names',
      '.tw : { s_a = .; *(.tw.a, .tw.b) *(.tw.b,.tw.a) *(.tw.c , .tw.a) e_a = .; }',
    ],
    ['commas after a file to leave out', '.tw : { s_a = .; *(EXCLUDE_FILE(*y.o, *x.o) .tw.a) e_a = .; }'],
    ['sorted sections', '.tw : { s_a = .; *(SORT(.tw.*)) e_a = .; }'],
    [
      'reverse alphabetical files',
      '.tw : { s_a = .; *z.o(.tw.a) *y.o(.tw.a) *(.tw.a) s_b = .; *(.tw.b) e_b = .; }',
    ],
    ['an orphan that joins the output section of its name', '.tw.b : { s_a = .; *(.tw.a) e_a = .; }'],
    ['numbers between the entries', '.tw : { s_a = .; *(.tw.a) QUAD(0) *(.tw.b) s_b = .; e_b = .; }'],
    ['sections thrown away', '.tw : { s_a = .; *(.tw.a) e_a = .; } /DISCARD/ : { *(.tw.b) }'],
    ['by the flags of sections', '.tw : { s_a = .; INPUT_SECTION_FLAGS (SHF_WRITE) *(.tw.a) e_a = .; }'],
  ];
  for (const [title, script] of cases)
    it(`agree with ld: ${title}`, () => {
      const objects = [
        object('z.o', '.tw.a', '.tw.b', '.tw.a'),
        object('y.o', '.tw.b', '.tw.a'),
        object('x.o', '.tw.a', '.other', 'odd_watchers'),
      ];
      const layout = lay(script, ...objects);
      const wanted = [request('a'), request('b'), request('odd', 'odd_watchers')];
      const laid = wanted.flatMap((one) => tables(layout, [one]));
      const bounded = laid.filter(({ start, stop }) => start !== undefined && stop !== undefined);
      assert.ok(bounded.length > 0);
      const actual = linked(script, objects, bounded);
      bounded.forEach((table, index) => {
        // A number in the script is an entry that no source has.
        const found = actual[index]?.entries.map(({ variable }) => variable);
        assert.deepEqual(
          variables(table),
          found?.filter((name) => name !== undefined),
          table.event,
        );
      });
    });

  const gaps: readonly (readonly [title: string, script: string, slots: readonly (number | undefined)[]])[] =
    [
      ['a whole number', '.tw : { s_a = .; *(.tw.a) QUAD(0) *(.tw.b) e_b = .; }', [0, 1, 3, 4]],
      [
        'half a number',
        '.tw : { s_a = .; *(.tw.a) LONG(0) *(.tw.b) e_b = .; }',
        [0, 1, undefined, undefined],
      ],
      ['alignment to a pointer', '.tw : { s_a = .; *(.tw.a) . = ALIGN(8); *(.tw.b) e_b = .; }', [0, 1, 2, 3]],
      [
        'alignment to more',
        '.tw : { s_a = .; *(.tw.a) . = ALIGN(64); *(.tw.b) e_b = .; }',
        [0, 1, undefined, undefined],
      ],
      ['a step', '.tw : { s_a = .; *(.tw.a) . += 16; *(.tw.b) e_b = .; }', [0, 1, undefined, undefined]],
      ['sections set apart', '.tw : SUBALIGN(32) { s_a = .; *(.tw.?) e_b = .; }', Array(4).fill(undefined)],
    ];
  for (const [title, script, slots] of gaps)
    it(`have slots only as far as nothing else may lie in between: ${title}`, () => {
      const objects = [object('z.o', '.tw.a', '.tw.b'), object('y.o', '.tw.b', '.tw.a')];
      const [table] = tables(lay(script, ...objects), [
        { ...request('a', '.tw.a', '.tw.b'), start: 's_a', stop: 'e_b' },
      ]);
      assert.ok(table);
      assert.deepEqual(
        table.entries.map(({ slot }) => slot),
        slots,
      );
      assert.equal(table.orderUnknown === undefined, !slots.includes(undefined));
      const [actual] = linked(script, objects, [table]);
      for (const { slot, entry } of table.entries)
        if (slot !== undefined) assert.equal(actual?.entries[slot]?.variable, entry.variable);
    });

  it('are found without names: the symbol before the pattern and the one after', () => {
    const [a, b] = tables(lay(twoEvents, object('x.o', '.tw.a', '.tw.b')), [request('a'), request('b')]);
    assert.deepEqual([a?.start, a?.stop, b?.start, b?.stop], ['s_a', 's_b', 's_b', 'e_b']);
    assert.deepEqual(a?.patterns, ['*(.tw.a)']);
    const [empty] = tables(lay(twoEvents), [request('a')]);
    assert.deepEqual([empty?.start, empty?.stop, empty?.entries], ['s_a', 's_b', []]);
  });

  it('say where an entry is when it is in no table', () => {
    const script = `/DISCARD/ : { *(.tw.c) } .other : { x.o(.tw.b) } ${twoEvents}`;
    const objects = [object('x.o', '.tw.a', '.tw.b', '.tw.c', '.tw.d'), object('y.o', '.tw.b')];
    const layout = lay(script, ...objects);
    const found = tables(layout, [
      request('a'),
      { ...request('b'), start: 's_b', stop: 'e_b' },
      request('c'),
      request('d'),
    ]);
    assert.deepEqual(
      found.map(({ outside }) => outside.map(({ entry, why }) => [entry.variable, why])),
      [[], [['x_tw_b_1', 'elsewhere']], [['x_tw_c_2', 'discarded']], [['x_tw_d_3', 'orphan']]],
    );
    assert.deepEqual(variables(found[1]), ['y_tw_b_0']);
    assert.deepEqual(
      found[3]?.problems.map(({ kind }) => kind),
      ['start-missing', 'stop-missing'],
    );
    assert.deepEqual(
      layout.orphans.map(({ name }) => name),
      ['.tw.d'],
    );
  });

  it('of an orphan section with a C name lie between the symbols that ld provides', () => {
    const [odd] = tables(lay(twoEvents, object('x.o', 'odd'), object('y.o', 'odd')), [request('odd', 'odd')]);
    assert.deepEqual(
      [odd?.start, odd?.stop, variables(odd)],
      ['__start_odd', '__stop_odd', ['xodd_0', 'yodd_0']],
    );
  });

  it('say when boundaries are missing or the wrong way round', () => {
    const layout = lay(twoEvents, object('x.o', '.tw.a'));
    const [wrong, missing] = tables(layout, [
      { ...request('a'), start: 'e_b', stop: 's_a' },
      { ...request('a'), start: 'no_such', stop: 's_b' },
    ]);
    assert.deepEqual(wrong?.problems, [{ kind: 'stop-before-start', start: 'e_b', stop: 's_a' }]);
    assert.deepEqual(missing?.problems, [{ kind: 'start-missing', symbol: 'no_such' }]);
    assert.deepEqual([...variables(wrong), ...variables(missing)], []);
  });

  for (const [said, script] of [
    ['s_a = . - 0', '.tw : { s_a = . - 0; *(.tw.a) e_a = .; }'],
    ['s_a = ADDR(.tw)', '.tw : { s_a = ADDR(.tw); *(.tw.a) e_a = .; }'],
    ['s_a = ADDR(.tw)', '.tw : { *(.tw.a) e_a = .; } s_a = ADDR(.tw);'],
    ['e_a = . + 0', '.tw : { s_a = .; *(.tw.a) e_a = . + 0; }'],
    [
      'ONLY_IF_RW',
      '.tw : ONLY_IF_RO { s_a = .; *(.tw.a) e_a = .; } .tw : ONLY_IF_RW { s_a = .; *y.o(.tw.a) *(.tw.a) e_a = .; }',
    ],
  ] as const)
    it(`hold what ld puts there, without slots, where a boundary is not understood: ${script}`, () => {
      const objects = [object('z.o', '.tw.a'), object('y.o', '.tw.a')];
      const [table] = tables(lay(script, ...objects), [{ ...request('a'), start: 's_a', stop: 'e_a' }]);
      assert.ok(table);
      const [actual] = linked(script, objects, [table]);
      assert.deepEqual(
        variables(table).toSorted(),
        actual?.entries.map(({ variable }) => variable).toSorted(),
      );
      assert.deepEqual(
        table.entries.map(({ slot }) => slot),
        [undefined, undefined],
      );
      assert.deepEqual([table.outside, table.problems], [[], []]);
      assert.ok(
        table.orderUnknown?.replaceAll(' ', '').includes(said.replaceAll(' ', '')),
        table.orderUnknown,
      );
    });

  it('name the inputs that make the output section writable, and code mixed into it', () => {
    const constant = objectSections('c.o', [sectionEntry('.tw.a', 'f', { isConst: true })], gcc).sections;
    const readOnly = tables(lay(twoEvents, { path: 'c.o', sections: constant }), [request('a')]);
    assert.equal(readOnly[0]?.output?.writable, false);
    const code = {
      name: '.tw.b',
      object: 'd.o',
      writable: false,
      executable: true,
      alignment: 16,
      entries: [],
    };
    const [mixed] = tables(
      lay(twoEvents, { path: 'c.o', sections: constant }, object('w.o', '.tw.a'), {
        path: 'd.o',
        sections: [code],
      }),
      [request('a')],
    );
    assert.deepEqual(
      mixed?.output?.writableInputs.map(({ object: from }) => from),
      ['w.o'],
    );
    assert.deepEqual(
      mixed.output.executableInputs.map(({ object: from }) => from),
      ['d.o'],
    );
  });

  it('have no slots where an object’s order is open, and say why; later objects keep theirs', () => {
    const open = objectSections('o.o', [sectionEntry('.tw.a', 'f'), sectionEntry('.tw.a', 'g')], {
      ...gcc,
      flags: { ...gcc.flags, lto: true },
    });
    const [table] = tables(
      lay(
        twoEvents,
        object('x.o', '.tw.a'),
        { path: 'o.o', sections: open.sections },
        object('z.o', '.tw.a'),
      ),
      [request('a')],
    );
    assert.deepEqual(
      table?.entries.map(({ slot }) => slot),
      [0, undefined, undefined, 3],
    );
    assert.match(table.orderUnknown ?? '', /link-time/);
  });

  it('match members of archives by member, archive, or both', () => {
    const member = { ...object('m.o', '.tw.a'), archive: 'lib/lib.a' };
    const takes = (pattern: string, one: LinkedObject): boolean =>
      variables(tables(lay(`.tw : { s_a = .; ${pattern} e_a = .; }`, one), [request('a')])[0]).length === 1;
    const cases: readonly (readonly [string, boolean, boolean])[] = [
      ['*lib.a:m.o(.tw.a)', true, false],
      ['*lib.a:(.tw.a)', true, false],
      ['*lib.a:n.o(.tw.a)', false, false],
      [':m.o(.tw.a)', false, true],
      ['*m.o(.tw.a)', true, true],
      ['*(EXCLUDE_FILE(*lib.a) .tw.a)', false, true],
      ['*(EXCLUDE_FILE(*lib.a:*) .tw.a)', false, true],
    ];
    for (const [pattern, inArchive, alone] of cases) {
      assert.equal(takes(pattern, member), inArchive, `${pattern} and a member`);
      assert.equal(takes(pattern, object('m.o', '.tw.a')), alone, `${pattern} and an object`);
    }
  });

  it('note what --gc-sections may drop for want of KEEP', () => {
    const script = parseLinkerScript('SECTIONS { .tw : { KEEP(*(.tw.a)) *(.tw.b) } }');
    const objects = [object('x.o', '.tw.a', '.tw.b')];
    assert.deepEqual(layOut(objects, script).notes, []);
    const notes = layOut(objects, script, { garbageCollected: true }).notes.map(({ message }) => message);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /\*\(\.tw\.b\) has no KEEP/);
  });
});

describe('a predicted table against the one in the ELF', () => {
  const predicted = (...names: readonly string[]): LaidTable => {
    const objects = names.map((name): LinkedObject => ({
      path: `${name}.o`,
      sections: objectSections(`${name}.o`, [sectionEntry('.tw.a', name, { variable: `v_${name}` })], gcc)
        .sections,
    }));
    const [table] = tables(lay(twoEvents, ...objects), [request('a')]);
    assert.ok(table);
    return table;
  };
  const actual = (...names: readonly string[]): ElfTable => ({
    event: 'a',
    section: undefined,
    form: 'pointer',
    namesFunctions: true,
    problems: [],
    entries: names.map((name, slot) => ({
      slot,
      address: BigInt(slot * 8),
      isNull: false,
      function: name,
      aliases: [name],
      variable: `v_${name}`,
    })),
  });
  /** With what the first entry points to changed. */
  const pointing = (table: ElfTable, more: Partial<ElfTable['entries'][number]>): ElfTable => ({
    ...table,
    entries: table.entries.map((entry, slot) => (slot === 0 ? { ...entry, ...more } : entry)),
  });
  const differences = (one: LaidTable, other: ElfTable): readonly string[] =>
    compareTables(one, other).differences.map((difference) => `${difference.kind} ${difference.function}`);

  it('is the same, entry by entry', () => {
    assert.deepEqual(differences(predicted('p', 'q', 'r'), actual('p', 'q', 'r')), []);
    assert.deepEqual(differences(predicted(), actual()), []);
  });

  it('has missing and extra entries, without calling what follows them moved', () => {
    assert.deepEqual(differences(predicted('p', 'q', 'r'), actual('q', 'r')), ['missing p']);
    assert.deepEqual(differences(predicted('q', 'r'), actual('p', 'q', 'r', 's')), ['extra p', 'extra s']);
    assert.deepEqual(differences(predicted('p', 'q'), actual('x', 'q')), ['missing p', 'extra x']);
  });

  it('takes what has no name for any function only in a file without names', () => {
    const unnamed = pointing(actual('p', 'q'), { function: undefined, aliases: [] });
    const stripped = { ...unnamed, namesFunctions: false };
    assert.deepEqual(differences(predicted('p', 'q'), unnamed), ['missing p', 'extra (unnamed)']);
    assert.deepEqual(differences(predicted('p', 'q'), stripped), []);
    const isNull = pointing(stripped, { isNull: true });
    assert.deepEqual(differences(predicted('p', 'q'), isNull), ['missing p', 'extra 0']);
  });

  it('compares null pointers, and not what is not known', () => {
    const first = (called: string): LaidTable => {
      const table = predicted('p', 'q');
      const entries = table.entries.map((laid, slot) =>
        slot === 0 ? { ...laid, entry: { ...laid.entry, function: called } } : laid,
      );
      return { ...table, entries };
    };
    const isNull = pointing(actual('p', 'q'), { isNull: true, function: undefined, aliases: [] });
    assert.deepEqual(differences(first('0'), isNull), []);
    assert.deepEqual(differences(first('0'), actual('p', 'q')), ['missing 0', 'extra p']);
    assert.deepEqual(differences(first('(unknown)'), isNull), []);
    assert.deepEqual(differences(first('(unknown)'), actual('p', 'q')), []);
  });

  it('has as few moved entries as explain it', () => {
    assert.deepEqual(differences(predicted('p', 'q', 'r', 's'), actual('q', 'r', 's', 'p')), ['moved p']);
    assert.equal(differences(predicted('p', 'q', 'r', 's'), actual('s', 'r', 'q', 'p')).length, 3);
  });

  it('tells registrations of one function apart by their variables', () => {
    const twice = [
      sectionEntry('.tw.a', 'f', { variable: 'v1' }),
      sectionEntry('.tw.a', 'f', { variable: 'v2' }),
    ];
    const [table] = tables(
      lay(twoEvents, { path: 'o.o', sections: objectSections('o.o', twice, gcc).sections }),
      [request('a')],
    );
    assert.ok(table);
    const entry = { address: 0n, isNull: false, function: 'f', aliases: ['f'] };
    const made = {
      ...actual(),
      entries: [
        { ...entry, slot: 0, variable: 'v2' },
        { ...entry, slot: 1, variable: 'v1' },
      ],
    };
    assert.deepEqual(differences(table, made), []);
    const swapped = {
      ...made,
      entries: [
        { ...entry, slot: 0, variable: 'v1' },
        { ...entry, slot: 1, variable: 'v2' },
      ],
    };
    assert.equal(differences(table, swapped).length, 1);
  });
});
