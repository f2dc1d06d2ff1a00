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
});
