import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  callsWithin,
  controlFlow,
  evaluatedBy,
  expressionsWithin,
  reachable,
  type FlowGraph,
} from '../../server/src/syntax/c/flow/control-flow';
import { scanC } from '../../server/src/syntax/c/scan';
import type { CParser } from '../../server/src/syntax/c/tree/c-parser';
import { bodiesOf, functionsOf } from '../../server/src/syntax/c/tree/functions';
import { cParser } from '../../server/src/workspace/c-parser-files';

/**
 * Statements over `t(n)`: evaluates to the next of a list of answers, and prints n. A run of the compiled program is a
 * list of numbers; so is a walk along the graph with the same answers.
 */
const statement = fc.letrec<{ s: string }>((tie) => ({
  s: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant('t(N);'),
    fc.constant('return;'),
    fc.constantFrom('a', 'b', 'c').map((label) => `{ t(N); goto ${label}; }`),
    fc.constantFrom('break;', 'continue;'),
    fc.tuple(tie('s'), tie('s')).map(([x, y]) => `{ ${x} ${y} }`),
    fc.tuple(tie('s'), tie('s')).map(([x, y]) => `if (t(N)) { ${x} } else { ${y} }`),
    tie('s').map((x) => `if (!t(N) && (t(N) || t(N))) { ${x} }`),
    tie('s').map((x) => `while (t(N)) { ${x} }`),
    tie('s').map((x) => `do { ${x} } while (t(N));`),
    tie('s').map((x) => `for (t(N); t(N); t(N)) { ${x} }`),
    fc.tuple(tie('s'), tie('s')).map(([x, y]) => `switch (t(N)) { case 1: ${x} default: ${y} }`),
    fc.tuple(tie('s'), tie('s')).map(([x, y]) => `switch (t(N)) { case 0: ${x} break; case 7: ${y} }`),
  ),
})).s;

/** A break or continue that nothing encloses would not compile. */
const program = fc
  .array(statement, { minLength: 3, maxLength: 6 })
  .map(([first = ';', second = ';', third = ';', ...rest]) => {
    let number = 0;
    const code = `do { ${first} ${rest.join(' ')} a: ${second} b: ${third} } while (t(N)); c: t(N);`;
    return code.replace(/N/g, () => String(++number));
  });

const maximum = 60;

describe('control flow of a body', () => {
  let parser: CParser;
  before(async () => {
    parser = await cParser();
  });

  function graphOf(code: string): FlowGraph {
    const text = `void f(void)\n{\n${code}\n}\n`;
    const [fact] = functionsOf(parser, text);
    assert.ok(fact);
    const [body] = bodiesOf(parser, text, fact, scanC(text));
    assert.ok(body);
    return controlFlow(body);
  }

  /** Walks the graph; `t(n)` gives the next answer, the last of them for ever false. */
  function walk(graph: FlowGraph, answers: readonly number[]): readonly number[] {
    const printed: number[] = [];
    const ask = (node: FlowGraph['nodes'][number]): number => {
      const expression =
        node.kind === 'branch'
          ? node.condition
          : node.kind === 'switch'
            ? node.value
            : node.kind === 'expression'
              ? node.expression
              : undefined;
      const argument = expression?.kind === 'call' ? expression.arguments[0] : undefined;
      if (argument?.kind !== 'number') return 0;
      printed.push(argument.value ?? -1);
      return answers[printed.length - 1] ?? 0;
    };
    let at = graph.entry;
    for (let steps = 0; steps < 5000 && at !== graph.exit && printed.length < maximum; steps++) {
      const node = graph.nodes[at];
      const edges = graph.next[at] ?? [];
      assert.ok(node);
      const answer = ask(node);
      const wanted =
        node.kind === 'branch'
          ? edges.find(({ when }) => when === (answer === 0 ? 'false' : 'true'))
          : node.kind === 'switch'
            ? (edges.find(
                (edge) => edge.when === 'case' && edge.value.kind === 'number' && edge.value.value === answer,
              ) ?? edges.find(({ when }) => when === 'default'))
            : edges[0];
      assert.ok(wanted, `${node.kind} leads nowhere`);
      at = wanted.to;
    }
    return printed;
  }

  it('takes the ways that the compiled program takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tw-flow-'));
    try {
      const cases = fc.sample(
        fc.tuple(program, fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 25 })),
        {
          numRuns: 120,
          seed: 11,
        },
      );
      const source = [
        '#include <stdio.h>\n#include <setjmp.h>\nstatic int count; static const int *answers; static int given;',
        `static jmp_buf out;\nstatic int t(int n) { if (count >= ${maximum}) longjmp(out, 1); printf("%d ", n); int a = count < given ? answers[count] : 0; count++; return a; }`,
        ...cases.map(([code], index) => `static void f${index}(void)\n{\n${code}\n}`),
        'int main(void) {',
        ...cases.map(
          ([, answers], index) =>
            `{ static const int a[] = { ${[...answers, 0].join(', ')} }; count = 0; answers = a; given = ${answers.length}; if (!setjmp(out)) f${index}(); printf("\\n"); }`,
        ),
        'return 0; }',
      ].join('\n');
      writeFileSync(join(folder, 'p.c'), source);
      execFileSync('gcc', ['-O0', '-w', '-o', join(folder, 'p'), join(folder, 'p.c')]);
      const lines = execFileSync(join(folder, 'p'), { encoding: 'utf8', timeout: 10_000 }).split('\n');
      cases.forEach(([code, answers], index) => {
        const expected = (lines[index] ?? '').trim().split(' ').filter(Boolean).map(Number);
        assert.deepEqual(walk(graphOf(code), answers), expected, code);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(30_000);

  it('ends where the body ends without a return', () => {
    const ends = (code: string): boolean => {
      const graph = graphOf(code);
      return [...reachable(graph, graph.entry)].some((at) => graph.nodes[at]?.kind === 'end');
    };
    assert.ok(ends('if (x) return;'));
    assert.ok(!ends('if (x) return; else goto out;\nout:\nreturn;'));
    assert.ok(!ends('while (1) work();'));
    assert.ok(ends('while (1) { if (likely(x)) break; }'));
    assert.ok(!ends('panic("no");'));
    assert.ok(!ends('for (;;) ;'));
    assert.ok(ends('list_for_each_entry(p, h, l) { return; }'));
  });

  // Each part lies in the one before: generated code has thousands, and a stack has room for some.
  const many = (text: (index: number) => string, between: string): string =>
    Array.from({ length: 10_000 }, (_, index) => text(index)).join(between);
  for (const [what, code] of [
    ['else if', many((index) => `if (v == ${String(index)}) x = 1;`, ' else ')],
    ['||', `if (${many((index) => `v == ${String(index)}`, ' || ')}) x = 1;`],
    ['+', `x = ${many(() => 'f()', ' + ')};`],
    ['?:', `x = ${many(() => 'v ? 1', ' : ')} : 0;`],
    ['{', `${'{'.repeat(10_000)} x = 1; ${'}'.repeat(10_000)}`],
    ['(', `x = ${'('.repeat(10_000)}1${')'.repeat(10_000)};`],
    ['!', `x = ${'!'.repeat(10_000)}v;`],
    ['labels', `${many((index) => `l${String(index)}:`, ' ')} x = 1;`],
    ['initialisers', `int y[] = ${'{'.repeat(10_000)}1${'}'.repeat(10_000)};`],
  ] as const)
    it(`${what} ten thousand deep: what lies too deep is unknown, and the rest is there`, () => {
      const { nodes } = graphOf(`first();\n${code}\nlast();`);
      const called = nodes.flatMap((node) =>
        node.kind === 'expression' ? [...callsWithin(node.expression)].map(({ name }) => name) : [],
      );
      assert.ok(called.includes('first') && called.includes('last'));
      const unknowns = nodes.filter(
        (node) =>
          node.kind === 'unknown' ||
          evaluatedBy(node).some((one) => [...expressionsWithin(one)].some(({ kind }) => kind === 'unknown')),
      );
      assert.ok(unknowns.length > 0);
    });

  it('a comma’s parts are all read, however many', () => {
    const { nodes } = graphOf(`${many((index) => `t(${String(index)})`, ', ')};`);
    const [only] = nodes.flatMap((node) => (node.kind === 'expression' ? [node.expression] : []));
    assert.equal(only?.kind === 'comma' ? only.expressions.length : 0, 10_000);
  });
});
