import assert from 'node:assert/strict';
import type { CompileFlags } from '../../server/src/kbuild/link-plan';
import { memoryTree } from '../../server/src/source/tree-reader';
import { unitEntries, type UnitFiles, type Wanted } from '../../server/src/syntax/c/unit';
import { sourceFiles } from '../../server/src/watchers/source-files';
import { unitWalker } from '../../server/src/watchers/unit-walks';
import { random, type Random } from '../link/kernels/random';

const flags: CompileFlags = {
  optimisation: '2',
  keepsToplevelOrder: false,
  lto: false,
  includePaths: ['include'],
  forcedIncludes: [],
  defines: [],
};

const wanted: Wanted = {
  names: new Set(['WATCH', 'VIA']),
  pattern: /\b(?:WATCH|VIA)\b/g,
  registering: new Set(['WATCH']),
  sectionMatches: (section) => section.startsWith('.tw.'),
};

const headerCount = 7;
const names = ['F0', 'F1', 'F2', 'F3', 'LONGER_F0', 'LONGER_F1', 'CONFIG_X', 'CONFIG_Y'] as const;
/** Short enough for `##` to make them of what says nothing, and many enough to be asked for in one place only. */
const short = ['Z0', 'Z1', 'Z2', 'Y0', 'Y1', 'Y2'] as const;

function condition(rnd: Random): string {
  const name = rnd.pick(names);
  const other = rnd.pick(names);
  return rnd.pick([
    `#ifdef ${name}`,
    `#ifndef ${name}`,
    `#if ${name} > 1`,
    `#if defined(${name}) && !${other}`,
    `#if CAT(F, ${rnd.below(4)}) || defined(GUARD_${rnd.below(headerCount)})`,
    `#if CAT2(LONGER_, F${rnd.below(2)})`,
    `#if CAT(Z, ${rnd.below(3)}) == 1`,
    `#ifndef ${rnd.pick(short)}`,
  ]);
}

function definition(rnd: Random): string {
  const attribute = `__attribute__((used, section(".tw.${rnd.pick(['a', 'b'])}")))`;
  const name = rnd.pick(names);
  return rnd.pick([
    `#define WATCH(f) static void *p_##f ${attribute} = f`,
    `#define WATCH(f) static void *q_##f ${attribute} = f`,
    '#undef WATCH',
    '#define WATCH(f) VIA(f)',
    `#define VIA(f) static void *v_##f ${attribute} = f`,
    '#define VIA(f) CAT(WA, TCH)(f)',
    '#define VIA(f) CAT2(PICK_, F0)(f)',
    '#define VIA(f) PICK(F1)(f)',
    `#define PICK_${rnd.below(3)}(f) static void *k_##f ${attribute} = f`,
    '#define PICK(n) CAT2(PICK_, n)',
    '#define CAT(a, b) a##b',
    '#define CAT2(a, b) CAT(a, b)',
    `#define ${name} ${rnd.below(3)}`,
    `#define ${name} ${rnd.pick(names)}`,
    `#define ${rnd.pick(short)} ${rnd.below(2)}`,
    `#define ${rnd.pick(short)} ${rnd.below(2)}`,
    '#define VIA(f) CAT(Z, Q)(f)',
    `#define ZQ(f) static void *z_##f ${attribute} = f`,
    `#undef ${name}`,
    `#undef GUARD_${rnd.below(headerCount)}`,
    `#define GUARD_${rnd.below(headerCount)}`,
  ]);
}

function lines(rnd: Random, includes: readonly string[], depth: number, statement: () => string): string[] {
  const found: string[] = [];
  for (let count = rnd.below(5); count > 0; count--) {
    const kind = rnd.below(12);
    const include = rnd.oneOf(includes);
    if (kind < 4 && include !== undefined) found.push(`#include <${include}>`);
    else if (kind < 5 && include !== undefined) found.push(`#define WHERE <${include}>`, '#include WHERE');
    else if (kind < 7 && depth < 2) {
      found.push(condition(rnd), ...lines(rnd, includes, depth + 1, statement));
      if (rnd.chance(0.4)) found.push('#else', ...lines(rnd, includes, depth + 1, statement));
      found.push('#endif');
    } else if (kind < 8) found.push(statement());
    else found.push(definition(rnd));
  }
  return found;
}

/** Headers that include each other in circles where guards allow it, and a unit. */
function randomTree(seed: number): ReadonlyMap<string, string> {
  const rnd = random(seed);
  const files = new Map<string, string>();
  let functions = 0;
  for (let index = 0; index < headerCount; index++) {
    const guard = rnd.below(10);
    const later = Array.from({ length: headerCount - index - 1 }, (_, at) => `h${index + 1 + at}.h`);
    const all = Array.from({ length: headerCount }, (_, at) => `h${at}.h`);
    const isGuarded = guard < 7;
    // A guard that something undefines does not end a circle.
    const body = lines(rnd, isGuarded && seed % 2 === 0 ? all : later, 0, () =>
      rnd.chance(0.2) ? `WATCH(h${index}_${functions++});` : `int v${functions++};`,
    );
    const name = `GUARD_${guard < 2 ? rnd.below(headerCount) : index}`;
    const text =
      guard < 6
        ? [`#ifndef ${name}`, `#define ${name}`, ...body, '#endif']
        : guard < 8
          ? ['#pragma once', ...body]
          : body;
    files.set(`include/h${index}.h`, `${text.join('\n')}\n`);
  }
  const includes = Array.from({ length: headerCount }, (_, at) => `h${at}.h`);
  const main = [
    '#include <h0.h>',
    ...lines(rnd, includes, 0, () => `WATCH(m${functions++});`),
    ...lines(rnd, includes, 0, () => `${rnd.pick(['WATCH', 'VIA'])}(m${functions++});`),
    'WATCH(last);',
    'VIA(very_last);',
  ];
  files.set('main.c', `${main.join('\n')}\n`);
  return files;
}

const defineWatch = '#define WATCH(f) static void *p_##f __attribute__((used, section(".tw.a"))) = f\n';

/** `main.c` with headers, by name; a compiler sees `registered` entries in it. */
const byHand: readonly {
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly main: string;
  readonly registered: number;
}[] = [
  {
    what: 'behind names that lead from header to header',
    headers: {
      a: '#pragma once\n#define DEEP 1\n',
      b: '#pragma once\n#define MIDDLE DEEP\n',
      c: '#pragma once\n#define TOP MIDDLE\n',
      d: `#pragma once\n#if TOP == 1\n${defineWatch}#endif\n`,
    },
    main: '#include <a.h>\n#include <b.h>\n#include <c.h>\n#include <d.h>\nWATCH(one);\n',
    registered: 1,
  },
  {
    what: 'of a header that does something else each time',
    headers: {
      flip: `#ifdef ON\n#undef ON\n#undef WATCH\n#else\n#define ON\n${defineWatch}#endif\n`,
      a: '#pragma once\n#include <flip.h>\n',
      b: '#pragma once\n#include <flip.h>\n',
      all: '#pragma once\n#include <a.h>\n#include <b.h>\n',
    },
    main: '#include <all.h>\nWATCH(one);\n',
    registered: 0,
  },
  {
    what: 'behind conditions that lead from header to header',
    headers: {
      a: '#pragma once\n#define DEEP\n',
      b: '#pragma once\n#ifdef DEEP\n#define MIDDLE\n#endif\n',
      c: '#pragma once\n#ifdef MIDDLE\n#define TOP\n#endif\n',
      d: `#pragma once\n#ifdef TOP\n${defineWatch}#endif\n`,
    },
    main: '#include <a.h>\n#include <b.h>\n#include <c.h>\n#include <d.h>\nWATCH(one);\n',
    registered: 1,
  },
  {
    what: 'of a header whose guard is not defined the first time',
    headers: {
      p: '#ifndef P\n#ifdef LATER\n#define P\n#endif\n#include <m.h>\n#endif\n',
      m: `#ifdef LATER\n${defineWatch}#endif\n`,
      outer: '#pragma once\n#include <p.h>\n#define LATER\n#include <q.h>\n',
      q: '#pragma once\n#include <p.h>\n',
    },
    main: '#include <outer.h>\nWATCH(one);\n',
    registered: 1,
  },
  {
    what: 'of a header that comes to say something when a name is undefined',
    headers: {
      m: `#ifndef OFF\n${defineWatch}#endif\n`,
      a: '#pragma once\n#include <m.h>\n',
      b: '#pragma once\n#include <m.h>\n',
      outer: '#pragma once\n#define OFF\n#include <a.h>\n#undef OFF\n#include <b.h>\n',
    },
    main: '#include <outer.h>\nWATCH(one);\n',
    registered: 1,
  },
  {
    what: 'of a header that only a computed include still leads to',
    headers: {
      m: `#ifdef LATER\n${defineWatch}#endif\n`,
      a: '#pragma once\n#include <m.h>\n',
      outer: '#pragma once\n#include <a.h>\n#define LATER\n#define WHERE <m.h>\n#include WHERE\n',
    },
    main: '#include <outer.h>\nWATCH(one);\n',
    registered: 1,
  },
];

describe('includes that are passed over', () => {
  for (const { what, headers, main, registered } of byHand)
    it(`are not those ${what}`, () => {
      const tree = new Map([
        ...Object.entries(headers).map(([name, text]) => [`include/${name}.h`, text] as const),
        ['main.c', main],
      ]);
      const files = sourceFiles(memoryTree(tree), undefined, 'x86', 'x86');
      const unit = { source: 'main.c', flags, predefined: new Map(), undecided: false };
      assert.equal(unitWalker([unit], files, wanted).walk(unit).entries.length, registered);
    });

  it('are not those that a condition behind #pragma once hangs on', () => {
    const tree = new Map([
      ['include/flag.h', '#define ONLY_HERE 1\n'],
      [
        'include/watch.h',
        '#pragma once\n#ifdef ONLY_HERE\n#define WATCH(f) static void *p_##f __attribute__((used, section(".tw.a"))) = f\n#endif\n',
      ],
      ['main.c', '#include <flag.h>\n#include <watch.h>\nWATCH(one);\n'],
    ]);
    const files = sourceFiles(memoryTree(tree), undefined, 'x86', 'x86');
    const unit = { source: 'main.c', flags, predefined: new Map(), undecided: false };
    assert.equal(unitWalker([unit], files, wanted).walk(unit).entries.length, 1);
  });

  it("are not those of another unit's source, which nobody included before", () => {
    const first = 'int a;\nWATCH(one);\n';
    const tree = new Map([
      ['first.c', first],
      ['second.c', defineWatch],
    ]);
    const texts = { current: memoryTree(tree) };
    const files = (): ReturnType<typeof sourceFiles> => sourceFiles(texts.current, undefined, 'x86', 'x86');
    let current = files();
    const followed: UnitFiles = {
      source: (path) => current.source(path),
      exists: (path) => current.exists(path),
      fallback: (spec) => current.fallback(spec),
    };
    const units = ['first.c', 'second.c'].map((source) => ({
      source,
      flags,
      predefined: new Map<string, string>(),
      undecided: false,
    }));
    const [unit] = units;
    assert.ok(unit);
    const walker = unitWalker(units, followed, wanted);
    assert.equal(walker.walk(unit).entries.length, 0);
    texts.current = memoryTree(new Map([...tree, ['first.c', `#include "second.c"\n${first}`]]));
    current = files();
    const next = walker.follow('first.c') ? walker : unitWalker(units, followed, wanted);
    assert.equal(next.walk(unit).entries.length, 1);
  });

  it('change nothing, whatever the headers do to each other', () => {
    let registered = 0;
    for (let seed = 1; seed <= 1500; seed++) {
      const tree = randomTree(seed);
      const files = sourceFiles(memoryTree(tree), undefined, 'x86', 'x86');
      const predefined = new Map(seed % 3 === 0 ? [] : [['CONFIG_X', '1']]);
      const unit = { source: 'main.c', flags, predefined, undecided: false };
      const all = unitEntries({ ...flags, ...unit }, files, wanted);
      registered += all.entries.length;
      const some = unitWalker([unit], files, wanted).walk(unit);
      assert.deepEqual(
        { entries: some.entries, ineffective: some.ineffective },
        { entries: all.entries, ineffective: all.ineffective },
        `seed ${seed}\n${[...tree].map(([path, text]) => `--- ${path}\n${text}`).join('')}`,
      );
    }
    assert.ok(registered > 500, `only ${registered}: the generator has gone quiet`);
  });
});
