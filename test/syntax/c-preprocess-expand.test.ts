import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expand, ExpansionTooLarge, parseMacro, type Macro } from '../../server/src/syntax/c/expand';
import { lex } from '../../server/src/syntax/c/lex';
import { scanC } from '../../server/src/syntax/c/scan';

/** A run of `#define` lines, then lines of text that use them. */
interface Case {
  readonly defines: readonly string[];
  readonly text: readonly string[];
}

const marker = '@case';

/** What `gcc -E` makes of each case's text: all cases in one run, each with its own macros. */
function gccExpands(cases: readonly Case[]): readonly (readonly string[])[] {
  const source = cases
    .map(({ defines, text }) => {
      const names = defines.map((line) => /^#define (\w+)/.exec(line)?.[1] ?? '');
      return [...defines, ...text, ...names.map((name) => `#undef ${name}`), marker].join('\n');
    })
    .join('\n');
  // Errors (a paste that gives no token) are part of the cases: the output counts.
  const { stdout, error } = spawnSync('gcc', ['-E', '-P', '-x', 'c', '-std=gnu11', '-w', '-'], {
    input: `${source}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  return stdout.split(marker).slice(0, cases.length).map(words);
}

const words = (text: string): readonly string[] => lex(text).map((token) => token.text);

function weExpand({ defines, text }: Case): readonly string[] {
  const macros = new Map<string, Macro>();
  for (const directive of scanC(`${defines.join('\n')}\n`).directives)
    if (directive.kind === 'define')
      macros.set(directive.name, parseMacro(directive.name, directive.parameters, directive.body));
  let counter = 0;
  return expand(lex(text.join('\n')), {
    lookup: (name) => macros.get(name),
    builtin: (name) => (name === '__COUNTER__' ? String(counter++) : undefined),
  }).map((token) => token.text);
}

function assertAsGcc(cases: readonly Case[]): void {
  const expected = gccExpands(cases);
  assert.equal(expected.length, cases.length);
  const wrong = cases.flatMap((one, index) => {
    const ours = weExpand(one).join(' ');
    const theirs = (expected[index] ?? []).join(' ');
    return ours === theirs ? [] : [{ one, ours, theirs }];
  });
  const size = ({ one }: (typeof wrong)[number]): number => JSON.stringify(one).length;
  const [least] = wrong.sort((a, b) => size(a) - size(b));
  if (least)
    assert.fail(
      `${wrong.length} of ${cases.length} differ:\n${[...least.one.defines, ...least.one.text].join('\n')}\n` +
        `gcc:  ${least.theirs}\nours: ${least.ours}`,
    );
}

const names = ['A', 'B', 'C', 'F', 'G', 'H'];
const plainToken = fc.constantFrom('x', 'y1', '7', '"s t"', "'c'", '+', '-', '"\\"q\\n"', '*', '.');

/** A macro body over the given parameters: pastes, strings, other macros, calls. */
function bodyOf(parameters: readonly string[], variadic: boolean): fc.Arbitrary<string> {
  const named = fc.constantFrom(...names, ...parameters, ...parameters, 'x', 'z');
  const atom = fc.oneof(
    { weight: 4, arbitrary: named },
    { weight: 2, arbitrary: plainToken },
    ...(parameters.length > 0
      ? [{ weight: 2, arbitrary: fc.constantFrom(...parameters).map((name) => `#${name}`) }]
      : []),
    { weight: 2, arbitrary: fc.tuple(named, named).map(([a, b]) => `${a} ## ${b}`) },
    { weight: 1, arbitrary: fc.tuple(named, named, named).map((all) => all.join('##')) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('F', 'G', 'H'), named).map(([f, a]) => `${f}(${a})`) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('G', 'H'), named, named).map(([f, a, b]) => `${f}(${a}, ${b})`),
    },
    ...(variadic ? [{ weight: 2, arbitrary: fc.constant(`H(z, ## ${parameters.at(-1) ?? ''})`) }] : []),
    { weight: 1, arbitrary: fc.constantFrom('(', ')', ',') },
  );
  return fc
    .array(fc.tuple(atom, fc.constantFrom(' ', ' ', '')), { maxLength: 5 })
    .map((parts) =>
      parts.map(([part, gap]) => part + (gap === '' && !/[(,]$/.test(part) ? ' ' : gap)).join(''),
    );
}

const argument = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    'A',
    'B',
    '1 + 2',
    '(p, q)',
    'F',
    'F(A)',
    'G(B, x)',
    'C C',
    ' C ',
    '"a  b"',
    'x/**/y',
  ),
  plainToken,
);
const callText = fc
  .tuple(
    fc.constantFrom(...names),
    fc.array(argument, { maxLength: 3 }),
    fc.constantFrom('', '', '(x)', '(x)(A)'),
  )
  .map(([name, given, after]) => `${name}(${given.join(', ')})${after} ;`);

const someCase: fc.Arbitrary<Case> = fc
  .tuple(
    bodyOf([], false),
    bodyOf([], false),
    bodyOf([], false),
    bodyOf(['a'], false),
    bodyOf(['a', 'b'], false),
    bodyOf(['a', 'rest'], true),
    bodyOf(['__VA_ARGS__'], true),
    fc.boolean(),
    fc.array(fc.oneof(callText, fc.constantFrom('A;', 'B C;', 'F;', 'G F(H)(A);')), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([a, b, c, f, g, h, va, isVa, text]) => ({
    defines: [
      `#define A ${a}`,
      `#define B ${b}`,
      `#define C ${c}`,
      `#define F(a) ${f}`,
      `#define G(a, b) ${g}`,
      isVa ? `#define H(...) ${va}` : `#define H(a, rest...) ${h}`,
    ],
    text,
  }));

/** `#x` may only stand before a parameter, and unbalanced parentheses would reach into the next case. */
const balanced = ({ defines, text }: Case): boolean =>
  [...defines.map((line) => line.replace(/^#define \w+(\([^)]*\))?/, '')), ...text].every((line) => {
    const bare = line.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, '');
    let depth = 0;
    for (const char of bare) {
      if (char === '(') depth++;
      if (char === ')' && --depth < 0) return false;
    }
    return depth === 0;
  });

describe('C macro expansion', () => {
  it('gives what gcc -E gives, for the examples of the standard and of the kernel', () => {
    assertAsGcc([
      {
        // C11 6.10.3.5 example 3.
        defines: [
          '#define x 3',
          '#define f(a) f(x * (a))',
          '#define g f',
          '#define z z[0]',
          '#define h g(~',
          '#define m(a) a(w)',
          '#define w 0,1',
          '#define t(a) a',
          '#define p() int',
          '#define q(x) x',
          '#define r(x,y) x ## y',
          '#define str(x) # x',
        ],
        text: [
          'f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);',
          'g(x+(3,4)-w) | h 5) & m (f)^m(m);',
          'p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };',
          'char c[2][6] = { str(hello), str() };',
        ],
      },
      {
        // C11 6.10.3.5 examples 4, 5 and 7.
        defines: [
          '#define str(s) # s',
          '#define xstr(s) str(s)',
          '#define debug(s, t) printf("x" # s "= %d, x" # t "= %s", x ## s, x ## t)',
          '#define INCFILE(n) vers ## n',
          '#define glue(a, b) a ## b',
          '#define xglue(a, b) glue(a, b)',
          '#define HIGHLOW "hello"',
          '#define LOW LOW ", world"',
          '#define t(x,y,z) x ## y ## z',
          '#define showlist(...) puts(#__VA_ARGS__)',
        ],
        text: [
          'debug(1, 2);',
          `fputs(str(strncmp("abc\\0d", "abc", '\\4') == 0) str(: @\\n), s);`,
          'xstr(INCFILE(2).h)',
          'glue(HIGH, LOW);',
          'xglue(HIGH, LOW)',
          'int j[] = { t(1,2,3), t(,4,5), t(6,,7), t(8,9,), t(10,,), t(,11,), t(,,12), t(,,) };',
          'showlist(The first, second, and third items.);',
        ],
      },
      {
        // IS_ENABLED, as include/linux/kconfig.h builds it.
        defines: [
          '#define __ARG_PLACEHOLDER_1 0,',
          '#define __take_second_arg(__ignored, val, ...) val',
          '#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)',
          '#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)',
          '#define __is_defined(x) ___is_defined(x)',
          '#define CONFIG_ON 1',
        ],
        text: ['__is_defined(CONFIG_ON) __is_defined(CONFIG_OFF)'],
      },
      {
        defines: [
          '#define paste(a, b) a##b',
          '#define unique(x) paste(x, __COUNTER__)',
          '#define e(fmt, args...) p(fmt , ## args)',
          '#define none() [none]',
          '#define empty',
        ],
        text: [
          'unique(u) unique(u)',
          'e(1) e(1,) e(1, 2, 3) e()',
          'none() none( ) none(empty) none(1)',
          'paste',
          'empty empty(3)',
        ],
      },
    ]);
  });

  it('joins lines cut anywhere, in names, strings and operators', () => {
    const text = 'na\\\nme "st\\\nring" a -\\\n> b /\\\n* gone *\\\n/ c // to the end \\\n still\nd';
    const { stdout } = spawnSync('gcc', ['-E', '-P', '-x', 'c', '-w', '-'], {
      input: `${text}\n`,
      encoding: 'utf8',
    });
    assert.deepEqual(
      lex(text).map((token) => token.text),
      words(stdout),
    );
    assert.deepEqual(
      lex(text.replace(/\n/g, '\r\n')).map((token) => token.text),
      words(stdout),
    );
    for (const token of lex(text))
      assert.equal(text.startsWith(token.text.slice(0, 1), token.offset), true, token.text);
  });

  it('gives what gcc -E gives, for any set of macros', () => {
    const cases = fc.sample(someCase, { numRuns: 6000, seed: 20061123 }).filter(balanced);
    assert.ok(cases.length > 2000, `${cases.length} cases`);
    assertAsGcc(cases);
  });

  it('gives up on an expansion without end, instead of filling the memory', () => {
    const defines = Array.from({ length: 40 }, (_, index) => `#define M${index} M${index + 1} M${index + 1}`);
    assert.throws(() => weExpand({ defines, text: ['M0'] }), ExpansionTooLarge);
  });

  it('reads a megabyte of anything in linear time', () => {
    const big = 1 << 20;
    for (const text of [
      ' '.repeat(big),
      `"${'x'.repeat(big)}`,
      `/*${'*'.repeat(big)}`,
      '\\\n'.repeat(big / 2),
      '('.repeat(big),
      `'${'\\'.repeat(big)}`,
    ]) {
      const began = performance.now();
      lex(text);
      scanC(text);
      assert.ok(performance.now() - began < 2000, JSON.stringify(text.slice(0, 4)));
    }
  });
});
