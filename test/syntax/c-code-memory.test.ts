import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { FunctionBody } from '../../server/src/syntax/c/function-body';
import { scanC } from '../../server/src/syntax/c/scan';
import { openCParser, type CParser } from '../../server/src/syntax/c/tree/c-parser';
import { generations } from '../../server/src/syntax/c/tree/code-memory';
import { bodiesOf, functionsOf, type FunctionFact } from '../../server/src/syntax/c/tree/functions';
import { exampleKernel } from '../cli/kernel-under-test';

const lines = [
  '',
  '}',
  '{',
  '#ifdef CONFIG_X',
  '#else',
  '#endif',
  'static int more(int x) { return x; }',
  'int declared(void);',
  '/* not closed',
  '*/',
  '#define A(x) x',
];

describe('functions read again after an edit', () => {
  let parser: CParser;
  before(async () => {
    const { resolve } = createRequire(__filename);
    const [runtime, grammar] = [
      'web-tree-sitter/web-tree-sitter.wasm',
      'tree-sitter-c/tree-sitter-c.wasm',
    ].map((file) => readFileSync(resolve(file)));
    assert.ok(runtime && grammar);
    parser = await openCParser({ runtime, grammar });
  });

  it('are those that reading the whole text finds', function () {
    this.timeout(60000);
    const start = readFileSync(join(exampleKernel, 'kernel/fork.c'), 'utf8');
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(60), remove: fc.boolean(), line: fc.constantFrom(...lines) }), {
          minLength: 1,
          maxLength: 8,
        }),
        (edits) => {
          const functions = generations<readonly FunctionFact[]>();
          const bodies = generations<readonly FunctionBody[]>(40);
          let rows = start.split('\n');
          for (const { at, remove, line } of edits) {
            rows = remove ? rows.toSpliced(at, 1) : rows.toSpliced(at, 0, line);
            const text = rows.join('\n');
            const facts = scanC(text);
            functions.turn();
            bodies.turn();
            const found = functionsOf(parser, text, facts, functions);
            assert.deepEqual(found, functionsOf(parser, text, facts));
            for (const fact of found)
              assert.deepEqual(
                bodiesOf(parser, text, fact, facts, undefined, bodies),
                bodiesOf(parser, text, fact, facts),
              );
          }
        },
      ),
      { seed: 3, numRuns: 40 },
    );
  });

  it('do not keep the versions alive that they were read in', async function () {
    this.timeout(60000);
    const heapUsed = (): number => {
      setFlagsFromString('--expose-gc');
      runInNewContext('gc()');
      return process.memoryUsage().heapUsed;
    };
    const count = 50;
    const filling = `/* ${'a text as long as that of a large source. '.repeat(12_000)} */\n`;
    const names = Array.from({ length: count }, (_, at) => `a_function_with_a_long_name_${String(at)}`);
    const functions = generations<readonly FunctionFact[]>();
    const bodies = generations<readonly FunctionBody[]>(count);
    const edited = new Set<string>();
    const readAll = (): void => {
      const text = names
        .map(
          (name) => `int ${name}(void)\n{\n\treturn another_long_name(${edited.has(name) ? '1' : '0'});\n}\n`,
        )
        .join('')
        .concat(filling);
      const facts = scanC(text);
      functions.turn();
      bodies.turn();
      const found = functionsOf(parser, text, facts, functions);
      assert.equal(found.length, count);
      for (const fact of found) bodiesOf(parser, text, fact, facts, undefined, bodies);
    };
    readAll();
    const before = heapUsed();
    for (const name of names) {
      edited.add(name);
      readAll();
    }
    // What is held weakly is held until the present turn ends.
    await turn();
    // Each version is half a megabyte.
    assert.ok(heapUsed() - before < 5_000_000, `${String(heapUsed() - before)} bytes more`);
  });
});
