import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { openCallAt } from '../../server/src/features/unfinished-call';
import { scanC } from '../../server/src/syntax/c/scan';
import { lineStarts } from '../../server/src/syntax/positions';
import type { SourceFile } from '../../server/src/syntax/c/unit';
import { marked } from '../lsp/client';

const fileOf = (text: string): SourceFile => ({
  path: 'kernel/a.c',
  text,
  facts: scanC(text),
  lineStarts: lineStarts(text),
});

/** The call around the cursor, as `name argument`. */
const callAt = (withMark: string): string | undefined => {
  const { text, offset } = marked(withMark);
  const call = openCallAt(fileOf(text), offset);
  return call && `${call.name} ${call.argument}`;
};

const inFunction = (code: string): string => `static int f(int a)\n{\n\t${code}\n}\n`;

/** Whole arguments, with commas and parentheses that belong to something in them. */
const { argument } = fc.letrec<{ argument: string }>((tie) => ({
  argument: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      '1',
      '-x',
      '"a, (b"',
      `','`,
      `'('`,
      '"\\", ("',
      '/* , ( */ a',
      'a // , (\n',
      'sizeof(a)',
    ),
    tie('argument').map((one) => `(${one})`),
    tie('argument').map((one) => `h(${one})`),
    fc.tuple(tie('argument'), tie('argument')).map(([one, two]) => `h(${one}, ${two})`),
    fc.tuple(tie('argument'), tie('argument')).map(([one, two]) => `(struct s){ ${one}, .x = ${two} }`),
    tie('argument').map((one) => `t[${one}]`),
    tie('argument').map((one) => `({ int z = ${one}; z; })`),
    tie('argument').map((one) => `\n#ifdef X\n${one}\n#else\n1\n#endif\n`),
  ),
}));

describe('the call that a cursor is in', () => {
  it('is that whose argument it stands in, whatever the arguments before and behind are', () => {
    fc.assert(
      fc.property(
        fc.array(argument, { maxLength: 3 }),
        argument,
        fc.array(argument, { maxLength: 2 }),
        fc.constantFrom('', '(', '(int)', '-', '"b, '),
        fc.boolean(),
        fc.boolean(),
        (before, own, behind, begun, isWhole, hasCarriage) => {
          const rest = isWhole ? `${[own, ...behind].join(', ')});` : '';
          const code = `notify(${[...before, begun].join(', ')}⟦⟧${begun.startsWith('"') || begun === '(' ? '' : rest}`;
          const text = inFunction(code);
          equal(callAt(hasCarriage ? text.replaceAll('\n', '\r\n') : text), `notify ${before.length}`);
        },
      ),
    );
  });

  it('is none behind the call, in a block or a function, or in another call', () => {
    for (const code of [
      'notify(1, 2)⟦⟧;',
      'notify⟦⟧(1, 2);',
      'notify(1, h(2, ⟦⟧3));',
      'notify(1, ({ int b; ⟦⟧b; }), 2);',
      'notify(1, 2); ⟦⟧',
      'notify(1 /* ⟦⟧ */);',
      'notify(1,\n\tif (a) {\n\t\t⟦⟧\n\t}',
    ]) {
      const found = callAt(inFunction(code));
      equal(found?.startsWith('notify') ?? false, false, `${code}: ${found ?? ''}`);
    }
    equal(callAt('reg(init,\n\nstatic int g(int a)\n{\n\treturn ⟦⟧0;\n}\n'), undefined);
  });

  it('counts one branch of an #if', () => {
    const branches = (mark: readonly [string, string, string]): string =>
      inFunction(
        `notify(0,\n#ifdef X\n\t1, 2,${mark[0]}\n#elif Y\n\t3, ${mark[1]}\n#else\n#endif\n\t${mark[2]}4);`,
      );
    deepEqual(
      [callAt(branches(['⟦⟧', '', ''])), callAt(branches(['', '⟦⟧', ''])), callAt(branches(['', '', '⟦⟧']))],
      // The last of them: it is empty.
      ['notify 3', 'notify 2', 'notify 1'],
    );
  });

  it('is found in the body of a macro', () => {
    equal(callAt('#define N(p) \\\n\tnotify(0, \\\n\t\t⟦⟧p)\n'), 'notify 1');
    equal(callAt('#if defined(A, ⟦⟧)\n#endif\n'), undefined);
  });
});
