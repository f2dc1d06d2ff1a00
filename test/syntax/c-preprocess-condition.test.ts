import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { evaluateCondition, type ConditionScope } from '../../server/src/syntax/c/condition';
import { parseMacro, type Macro } from '../../server/src/syntax/c/expand';
import { scanC } from '../../server/src/syntax/c/scan';

const defines = [
  '#define ONE 1',
  '#define ZERO 0',
  '#define EMPTY',
  '#define TEXT "x"',
  '#define BIG 0xffffffffffffffff',
  '#define LATER SOON',
  '#define SOON (ONE + 2)',
  '#define TWICE(x) ((x) * 2)',
  '#define BOTH (defined(ONE) && defined NOT_THERE || defined(SOON))',
  '#define IS(x) defined(x)',
  '#define VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))',
  '#define __ARG_PLACEHOLDER_1 0,',
  '#define __take_second_arg(__ignored, val, ...) val',
  '#define ____or(arg1_or_junk, y) __take_second_arg(arg1_or_junk 1, y)',
  '#define ___or(x, y) ____or(__ARG_PLACEHOLDER_##x, y)',
  '#define __or(x, y) ___or(x, y)',
  '#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)',
  '#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)',
  '#define __is_defined(x) ___is_defined(x)',
  '#define IS_BUILTIN(option) __is_defined(option)',
  '#define IS_MODULE(option) __is_defined(option##_MODULE)',
  '#define IS_ENABLED(option) __or(IS_BUILTIN(option), IS_MODULE(option))',
  '#define CONFIG_YES 1',
  '#define CONFIG_MOD_MODULE 1',
];

/** Which of the conditions gcc takes for true; `undefined` for division by zero, which it refuses to decide. */
function gccTakes(conditions: readonly string[]): readonly (boolean | undefined)[] {
  const tests = conditions.map((condition, index) => `#if ${condition}\nyes ${index}\n#endif`);
  const { stdout, stderr, error } = spawnSync('gcc', ['-E', '-P', '-x', 'c', '-std=gnu11', '-w', '-'], {
    input: `${[...defines, ...tests].join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  const taken = new Set([...stdout.matchAll(/^yes (\d+)$/gm)].map((match) => Number(match[1])));
  // The division may stand in a macro: then a note names the line that used it.
  const refused = new Set(
    stderr
      .split(/(?=^<stdin>:.* error: )/m)
      .filter((report) => report.includes('division by zero'))
      .flatMap((report) => [...report.matchAll(/^<stdin>:(\d+):/gm)].map((match) => Number(match[1]))),
  );
  return conditions.map((_, index) =>
    refused.has(defines.length + 3 * index + 1) ? undefined : taken.has(index),
  );
}

const macros = new Map<string, Macro>();
for (const directive of scanC(`${defines.join('\n')}\n`).directives)
  if (directive.kind === 'define')
    macros.set(directive.name, parseMacro(directive.name, directive.parameters, directive.body));
const scope: ConditionScope = {
  lookup: (name) => macros.get(name),
  isDefined: (name) => macros.has(name),
  hasInclude: (spec) => spec === '<stdio.h>',
};
const noConfig: ConditionScope = {
  ...scope,
  isDefined: (name) => (name.startsWith('CONFIG_') ? undefined : macros.has(name)),
  isUnknown: (name) => name.startsWith('CONFIG_'),
};

function assertAsGcc(conditions: readonly string[]): void {
  const expected = gccTakes(conditions);
  assert.ok(expected.includes(true) && expected.includes(false));
  const wrong = conditions
    .map((condition, index) => {
      const value = evaluateCondition(condition, scope);
      return { condition, ours: value, gcc: expected[index] };
    })
    .filter(({ ours, gcc }) => gcc !== undefined && (ours !== undefined && ours !== 0n) !== gcc)
    .sort((a, b) => a.condition.length - b.condition.length);
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${conditions.length}`);
}

const atom = fc.constantFrom(
  ...[
    '0',
    '1',
    '2',
    '7u',
    '0x10',
    '010',
    '0b11',
    '3L',
    '5ull',
    '18446744073709551615u',
    '9223372036854775807',
  ],
  ...["'a'", "'\\n'", "'\\377'", "'ab'", "'\\x41'"],
  ...['ONE', 'ZERO', 'LATER', 'SOON', 'BIG', 'UNSEEN', 'TWICE(3)', 'TWICE(ONE)', 'BOTH', 'VERSION(6, 1, 0)'],
  ...['defined(ONE)', 'defined UNSEEN', 'defined EMPTY', '! defined(ZERO)', 'IS(ONE)', 'IS(UNSEEN)', 'true'],
  ...['IS_ENABLED(CONFIG_YES)', 'IS_ENABLED(CONFIG_MOD)', 'IS_MODULE(CONFIG_MOD)', 'IS_BUILTIN(CONFIG_NO)'],
);
const expression = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    { weight: 3, arbitrary: atom },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          tie('any'),
          fc.constantFrom(...'|| && | ^ & == != < > <= >= << >> + - * / %'.split(' ')),
          tie('any'),
        )
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('!', '-', '~', '+'), tie('any')).map(([a, b]) => `${a}(${b})`),
    },
    { weight: 1, arbitrary: tie('any').map((inside) => `(${inside})`) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
    },
  ),
})).any;

describe('conditions of #if', () => {
  it('are as gcc has them', () => {
    assertAsGcc([
      'ONE',
      'ZERO',
      'EMPTY',
      'EMPTY + 1',
      'TEXT',
      '',
      'defined',
      'defined(ONE',
      'defined(ONE)',
      'defined ONE && defined(LATER)',
      'BOTH',
      'IS(LATER)',
      'UNSEEN(1)',
      '1 || UNSEEN(1)',
      '-1 > 0u',
      '-1 > 0',
      '(2 || 1/0)',
      '(0 && 1/0)',
      '1/0',
      "'\\377' < 0",
      '1 ? 2 : (3/0)',
      '0x7fffffffffffffff + 1 < 0',
      '1.0',
      '1 2',
      '(1',
      '1)',
      'IS_ENABLED(CONFIG_YES)',
      'IS_ENABLED(CONFIG_MOD) && !IS_BUILTIN(CONFIG_MOD)',
      'IS_ENABLED(CONFIG_NO)',
      '__has_include(<stdio.h>)',
      '__has_include(<no-such.h>)',
      'defined(__has_include) || 1',
      'VERSION(6,1,0) >= VERSION(5, 10, 99)',
    ]);
  });

  it('are as gcc has them, for any expression', () => {
    assertAsGcc(fc.sample(expression, { numRuns: 4000, seed: 20061215 }));
  });

  it('know the attributes and builtins that kernels ask for', () => {
    const attributes =
      'alias aligned always_inline assume_aligned cold const copy designated_init diagnose_as_builtin error externally_visible fallthrough format gnu_inline malloc mode no_caller_saved_registers no_instrument_function no_profile_instrument_function no_sanitize_address no_sanitize_thread no_sanitize_undefined noclone noinline nonstring noreturn overloadable packed pass_object_size pass_dynamic_object_size pure section unused used warn_unused_result warning weak btf_type_tag btf_decl_tag disable_sanitizer_instrumentation counted_by';
    assertAsGcc([
      ...attributes
        .split(' ')
        .flatMap((name) => [`__has_attribute(${name})`, `__has_attribute(__${name}__)`]),
      ...'expect constant_p object_size dynamic_object_size types_compatible_p unreachable'
        .split(' ')
        .map((name) => `__has_builtin(__builtin_${name})`),
    ]);
  });

  it('on CONFIG_ names without a configuration are unknown, unless the rest decides', () => {
    const value = (condition: string): bigint | undefined => evaluateCondition(condition, noConfig);
    for (const open of [
      'defined(CONFIG_A)',
      'IS_ENABLED(CONFIG_A)',
      '!IS_BUILTIN(CONFIG_A)',
      'CONFIG_A > 3',
      'defined(CONFIG_A) || 0',
      'ONE && CONFIG_A',
      'CONFIG_A ? 1 : 0',
    ])
      assert.equal(value(open), undefined, open);
    assert.equal(value('defined(CONFIG_A) || ONE'), 1n);
    assert.equal(value('IS_ENABLED(CONFIG_A) && ZERO'), 0n);
    assert.equal(value('CONFIG_A ? 1 : ONE'), 1n);
  });

  it('never throw, however deep or odd', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'()!~+-?:&|<>="\'\\#,0aONE '.split('')), maxLength: 40 }),
        (text) => {
          evaluateCondition(text, scope);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
    for (const odd of [
      '('.repeat(50_000),
      '!'.repeat(50_000),
      '1?'.repeat(50_000),
      '0+'.repeat(20_000) + '0',
    ])
      evaluateCondition(odd, scope);
  });
});
