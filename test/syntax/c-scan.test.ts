import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { scanC } from '../../server/src/syntax/c/scan';

const definitions = (text: string): readonly { name: string; line: number; offset: number }[] =>
  scanC(text).directives.flatMap((directive) => (directive.kind === 'define' ? [directive] : []));

/** The names that gcc takes as defined, in order. */
function gccs(text: string): readonly string[] {
  const output = execFileSync('gcc', ['-E', '-dD', '-undef', '-w', '-x', 'c', '-'], {
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return [...output.matchAll(/^#define (NAME_\d+)/gm)].map(([, name = '']) => name);
}

describe('scanning C for directives', () => {
  it('counts the lines of a literal that a backslash continues', () => {
    // The literal takes lines 1 and 2.
    const [found] = definitions('char *s = "one \\\ntwo";\n#define NAME_1 1\n');
    assert.equal(found?.line, 3);
  });

  it('finds what gcc finds', function () {
    this.timeout(60_000);
    const piece = fc.constantFrom(
      '#define NAME_',
      ' # define NAME_',
      '\t#\\\n define NAME_',
      '/* said */ #define NAME_',
      '/* two\nlines */#define NAME_',
      '/**/ /* # */ \\\n #define NAME_',
      'int a; #define NAME_',
      '; /* no */ #define NAME_',
      '"text" #define NAME_',
      '\\\n#define NAME_',
      'int b; \\\n#define NAME_',
      '// to the end \\\n#define NAME_',
      '// to the end #define NAME_',
      '"#define /*" /* " */\n#define NAME_',
      "char c = '\"';\n",
      'char *s = "a \\" \\\n# b /* ";\n',
      '"/*";',
      "'\\\\'\n",
      '\n',
      '\r\n',
      ' ',
      '\f',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 25 }), (pieces) => {
        let count = 0;
        let text = '';
        for (const one of pieces) text += one.endsWith('NAME_') ? `${one}${count++} 1\n` : one;
        const found = definitions(text);
        assert.deepEqual(
          found.map(({ name }) => name),
          gccs(text),
        );
        for (const { line, offset } of found)
          assert.equal(line, text.slice(0, offset).split('\n').length, 'the line of its #');
      }),
      { numRuns: 60 },
    );
  });

  it('takes characters beyond Latin-1 as they are, and for one code unit each', () => {
    // The low byte of U+0123 is that of a #, and that of U+0122 is that of a quote.
    const text =
      '\ufeff#define A "\u0123" /* \u0122 */\n\u0123define B\n#include <\u0122.h>\n\u{1f427}\n#ifdef C\n';
    const { directives } = scanC(text);
    assert.deepEqual(
      directives.map(({ kind, offset, line }) => [kind, offset, line]),
      [
        ['define', 1, 1],
        ['include', text.indexOf('#include'), 3],
        ['if', text.indexOf('#ifdef'), 5],
      ],
    );
    assert.equal(directives[0]?.kind === 'define' && directives[0].body, '"\u0123"');
    assert.deepEqual(
      scanC(text).includes.map((include) => include.text),
      ['\u0122.h'],
    );
  });

  it('leaves out definitions of names that nobody asks for, but not the rest', () => {
    const facts = scanC(
      '#ifndef G\n#define G\n#define A 1\n#undef A\n#define B(x) \\\n x\n#undef C\n#endif\n',
    );
    assert.equal(facts.guard, 'G');
    const said = facts
      .naming(new Set(['B', 'C']))
      .map((one) => ('name' in one ? `${one.kind} ${one.name}` : one.kind));
    assert.deepEqual(said, ['if', 'define G', 'define B', 'undef C', 'endif']);
    assert.equal(facts.directives.length, 7);
    assert.equal(facts.directives[4], facts.naming(new Set(['B']))[2], 'one object for each');
  });

  describe('worded', () => {
    const piece = fc.constantFrom(
      ...[
        '#define A',
        '#define A(x)',
        ' 1',
        '\n',
        'define',
        '#undef A',
        '#undef B',
        '#if A',
        '#elif B',
        '#else',
        '#endif',
      ],
      ...[
        '#include <a.h>',
        '#include "a.h"',
        '#',
        '/* c */',
        '\\\n',
        'int a;',
        ' ',
        '#ifdef A',
        '\u0123',
        '__LINE__',
        '0',
      ],
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const said = (of: string): unknown =>
      scanC(of).directives.map((directive) => ({ ...directive, offset: 0, end: 0, line: 0 }));

    it('alike say the same', () => {
      // Of two at random hardly any are alike: one of few changes, most of which change nothing, makes the other.
      const change = fc.constantFrom<readonly [string, string]>(
        ['int a;', 'int b;'],
        ['\n', '\n\n'],
        ['/* c */', '/* d */'],
        ['A', 'B'],
        ['1', '0'],
        ['<a.h>', '"a.h"'],
        ['if', 'elif'],
        ['#else', '#endif'],
        ['undef', 'define'],
      );
      let alike = 0;
      fc.assert(
        fc.property(text, change, (one, [from, to]) => {
          const other = one.replace(from, to);
          const [wording, changed] = [scanC(one).wording(), scanC(other).wording()];
          if (wording === undefined || wording !== changed) return;
          alike++;
          assert.deepEqual(said(one), said(other));
        }),
        { numRuns: 3000 },
      );
      assert.ok(alike > 300, String(alike));
    });

    it('are the same from other lines, but where they name their line', () => {
      const moved = (of: string): string => `int before;\n\n${of}`;
      const plain = '#define A 1\n#ifdef B\nint x;\n#undef A\n#endif\n';
      assert.ok(scanC(plain).wording());
      assert.equal(scanC(moved(plain)).wording(), scanC(plain).wording());
      assert.equal(scanC('#define A __LINE__\n').wording(), undefined);
      assert.equal(scanC('#define A "\u0123"\n').wording(), undefined);
    });

    it('are counted up to an offset', () => {
      fc.assert(
        fc.property(text, fc.nat(60), (of, offset) => {
          const facts = scanC(of);
          const before = facts.directives.filter((directive) => directive.offset < offset);
          // One that says nothing is counted, too.
          assert.ok(facts.directivesBefore(offset) >= before.length);
          if (facts.directives.length === facts.directivesBefore(Infinity))
            assert.equal(facts.directivesBefore(offset), before.length);
        }),
      );
    });
  });
});

describe('scanning C for statements', () => {
  /** A statement, and where in it its body begins: -1, it has none. */
  const statement = fc.constantFrom<readonly [string, number]>(
    ['int f(void)\n{\n\tif (a) { b(); } /* } */\n\treturn "}"[0];\n}', 12],
    ['struct s {\n\tint a;\n\tstruct { int b; } c;\n};', 9],
    ["static const int a[] = { 1, '}', 2 };", -1],
    ['task_watcher_func(init, f);', -1],
    ['enum { A, B };', 5],
    ['typedef int (*fn)(void);', -1],
    ['char *s = "a;\\"b";', -1],
    ['DEFINE(a, ({ b; }));', -1],
    ['int g(int a) // {\n{ return a; }', 18],
    ['struct s *h(struct s *a)\n{\n#ifdef X\n\tone();\n#else\n\ttwo();\n#endif\n}', 25],
  );
  const between = fc.constantFrom(
    ...[
      '\n',
      ' ',
      '\n/* ; { */\n',
      '\n// }\n',
      '\n#define A { ; \\\n }\n',
      "\n#error don't\n",
      '\n\ufeff/* \u0123 \u0122 */\n',
    ],
  );

  it('finds where each begins, where its body does, and where it ends', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(between, statement), { maxLength: 12 }), (pieces) => {
        const expected: number[] = [];
        let text = '\n';
        for (const [space, [said, body]] of pieces) {
          text += space;
          const end = text.length + said.length;
          expected.push(text.length, body < 0 ? end : text.length + body, end);
          text += said;
        }
        assert.deepEqual([...scanC(`${text}\n`).statements], expected);
      }),
    );
  });

  it('closes at the margin what braces in two branches leave open', () => {
    const text =
      'int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\nint g;\n#ifdef B\nint h(void) {\n#endif\n}\n';
    const starts = (found: Int32Array): readonly string[] =>
      [...found].flatMap((from, at) => (at % 3 === 0 ? [text.slice(from, from + 5)] : []));
    assert.deepEqual(starts(scanC(text).statements), ['int f', 'int g', 'int h']);
  });
});
