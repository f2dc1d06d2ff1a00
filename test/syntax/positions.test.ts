import { strict as assert } from 'node:assert';
import { lineAt, lineStarts } from '../../server/src/syntax/positions';

describe('positions', () => {
  it('counts lines from 1, the newline belonging to the line it ends', () => {
    const starts = lineStarts('a\nbc\n\nd');
    assert.deepEqual(
      [0, 1, 2, 4, 5, 6].map((offset) => lineAt(starts, offset)),
      [1, 1, 2, 2, 3, 4],
    );
  });
});
