import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterChange, type TextPosition } from '../../client/src/tracked-position';

const positionAt = (text: string, offset: number): TextPosition => {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length - 1, character: (lines.at(-1) ?? '').length };
};

describe('position that follows an edit', () => {
  it('stays at the same text, wherever the edit is', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '\n'), { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.nat(30), fc.nat(30), fc.nat(30), (before, inserted, one, two, three) => {
        const [start = 0, end = 0] = [one, two]
          .map((at) => Math.min(at, before.length))
          .sort((a, b) => a - b);
        const mark = Math.min(three, before.length);
        const after = before.slice(0, start) + inserted + before.slice(end);
        // What is replaced has no place any more; it moves to where that began.
        const expected = mark < start ? mark : mark < end ? start : mark - end + start + inserted.length;
        assert.deepEqual(
          afterChange(positionAt(before, mark), {
            range: { start: positionAt(before, start), end: positionAt(before, end) },
            text: inserted,
          }),
          positionAt(after, expected),
        );
      }),
    );
  });
});
