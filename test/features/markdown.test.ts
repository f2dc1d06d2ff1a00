import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  code,
  codeBlock,
  linkTarget,
  markdownTable,
  plain,
  withoutMarkup,
} from '../../server/src/features/markdown';
import { place } from '../../server/src/features/table-markdown';
import { anyText } from './any-dispatch';

describe('text from the tree in Markdown', () => {
  it('stays code, whatever it holds', () => {
    equal(code('a`b'), '`` a`b ``');
    // A blank line would end the paragraph, and the code with it.
    equal(code('val\n\n# heading'), '`val # heading`');
    // One blank on each side is taken away by the reader.
    equal(code(' x '), '`  x  `');
    equal(code(''), '');
  });

  it('stays text, whatever it holds', () => {
    equal(plain('<b>&amp;[x](y)'), '\\<b\\>\\&amp;\\[x\\](y)');
    equal(plain('a\n- b\r\n1. c'), 'a - b 1. c');
  });

  it('keeps a link’s address inside its brackets', () => {
    equal(linkTarget('file:///a b/(c).c'), 'file:///a%20b/%28c%29.c');
    equal(
      place({ file: 'ipc/sem (1).c', line: 3 }, (file) => `file:///tree/${file}`),
      '[ipc/sem (1).c:3](file:///tree/ipc/sem%20%281%29.c)',
    );
  });

  it('is the same text without its markup', () => {
    const oneLine = anyText.map((text) => text.replace(/\s+/g, ' '));
    fc.assert(
      fc.property(oneLine, oneLine, (one, two) => {
        equal(withoutMarkup(code(one)), one);
        equal(withoutMarkup(plain(one)), one);
        equal(withoutMarkup(`- **${plain(one)}x** ${code(`y${two}`)}`), `- ${one}x y${two}`);
      }),
    );
    equal(
      withoutMarkup(
        `## A\n\n*b* ${place({ file: 'a_b (1).c', line: 3 }, () => 'file:///x')}\n\n${codeBlock('**c**;')}`,
      ),
      'A\n\nb a_b (1).c:3\n\n**c**;',
    );
  });

  it('keeps a table’s rows and columns', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { minLength: 1, maxLength: 4 }), (rows) => {
        const table = markdownTable(
          ['one', 'two'],
          rows.map(([one, two]) => [code(one), plain(two)]),
        );
        const lines = table.split(/[\r\n]/);
        equal(lines.length, rows.length + 2);
        // A bar is a border unless an odd number of backslashes stands before it.
        for (const line of lines) ok([...line.matchAll(/(?<!\\)(?:\\\\)*\|/g)].length === 3, line);
      }),
    );
  });
});
