import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readableMarkdown } from '../../client/src/readable-markdown';
import { code, markdownTable, plain } from '../../server/src/features/markdown';

describe('Markdown made readable in a text editor', () => {
  /** Each link's own text, cut out of the document where the link says it is. */
  const linked = (markdown: string): readonly (readonly [string, string])[] => {
    const { text, links } = readableMarkdown(markdown);
    const lines = text.split('\n');
    return links.map(
      ({ line, start, end, target }) => [lines[line]?.slice(start, end) ?? '', target] as const,
    );
  };

  it('takes the target out of a link and remembers it', () => {
    const markdown = 'see [kernel/fork.c:12](file:///k/fork.c#L12) and [a\\_b.c:1](file:///k/a_b.c#L1).';
    assert.equal(readableMarkdown(markdown).text, 'see kernel/fork.c:12 and a_b.c:1.');
    assert.deepEqual(linked(markdown), [
      ['kernel/fork.c:12', 'file:///k/fork.c#L12'],
      ['a_b.c:1', 'file:///k/a_b.c#L1'],
    ]);
  });

  it('leaves code as it is', () => {
    const markdown = '`[x](y)` and `` `\\_ `` and \\_';
    assert.equal(readableMarkdown(markdown).text, '`[x](y)` and `` `\\_ `` and _');
    assert.deepEqual(linked(markdown), []);
  });

  it('puts the columns of a table below each other, and links with them', () => {
    const markdown = markdownTable(
      ['slot', 'watcher', 'registered'],
      [
        ['0', code('f'), '[a.c:1](file:///a.c#L1)'],
        ['11', code('a_long_name'), '[kernel/b.c:22](file:///b.c#L22)'],
      ],
    );
    assert.deepEqual(readableMarkdown(markdown).text.split('\n'), [
      '| slot | watcher       | registered    |',
      '| ---- | ------------- | ------------- |',
      '| 0    | `f`           | a.c:1         |',
      '| 11   | `a_long_name` | kernel/b.c:22 |',
    ]);
    assert.deepEqual(linked(markdown), [
      ['a.c:1', 'file:///a.c#L1'],
      ['kernel/b.c:22', 'file:///b.c#L22'],
    ]);
  });

  it('shows any plain text as it was, and finds any link in any table', () => {
    // Bars stay escaped, they would end a cell: no path has any.
    const word = fc.stringMatching(/^[\w./$()=:`*[\]<>#~+-]{1,20}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 5 }), (rows) => {
        const target = (index: number): string => `file:///k/${index}.c#L1`;
        const cells = rows.map(([left, right], index) => [
          plain(left),
          `[${plain(right)}](${target(index)})`,
        ]);
        assert.deepEqual(
          linked(markdownTable(['one', 'two'], cells)),
          rows.map(([, right], index) => [right, target(index)]),
        );
      }),
    );
    fc.assert(
      fc.property(word, (text) => {
        assert.equal(readableMarkdown(plain(text)).text, text);
      }),
    );
  });
});
