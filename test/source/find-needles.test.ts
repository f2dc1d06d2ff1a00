import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { findNeedles } from '../../server/src/source/find-needles';

describe('finding many needles at once', () => {
  it('finds what one search after another finds', () => {
    // Few letters, so that needles overlap, contain one another and nearly match.
    const letters = fc.constantFrom('a', 'b', '_');
    const needle = fc.string({ unit: letters, minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.array(needle, { minLength: 9, maxLength: 30 }),
        fc.string({ unit: letters, maxLength: 300 }),
        (needles, text) => {
          const found = new Set<number>();
          findNeedles(needles.map((one) => Buffer.from(one)))(Buffer.from(text), found);
          const expected = needles.flatMap((one, index) => (text.includes(one) ? [index] : []));
          assert.deepEqual(
            [...found].sort((a, b) => a - b),
            expected,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
