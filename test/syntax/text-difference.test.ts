import { strict as assert } from 'node:assert';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { textDifference } from '../../server/src/syntax/text-difference';

describe('the stretch in which two texts differ', () => {
  it('is the smallest one between a common beginning and a common end', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
    // Longer than what is compared at once, of one letter, so that beginnings and ends can overlap.
    const padding = fc.nat(2500).map((length) => 'a'.repeat(length));
    fc.assert(
      fc.property(padding, letters, letters, padding, (first, one, other, last) => {
        const [before, after] = [{ text: first + one + last }, { text: first + other + last }];
        const { start, endBefore, endAfter } = textDifference(before, after);
        assert.equal(before.text.slice(0, start), after.text.slice(0, start));
        assert.equal(before.text.slice(endBefore), after.text.slice(endAfter));
        assert.ok(start <= endBefore && start <= endAfter);
        if (start < endBefore && start < endAfter) {
          assert.notEqual(before.text[start], after.text[start]);
          assert.notEqual(before.text[endBefore - 1], after.text[endAfter - 1]);
        } else if (before.text === after.text) assert.deepEqual([endBefore, endAfter], [start, start]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps no version alive that nobody else does', async () => {
    setFlagsFromString('--expose-gc');
    const first = { text: 'first' };
    const between = ((): WeakRef<object> => {
      const second = { text: 'second' };
      textDifference(first, second);
      textDifference(second, { text: 'third' });
      return new WeakRef(second);
    })();
    // What a WeakRef was made of lives until the turn ends.
    await turn();
    runInNewContext('gc()');
    assert.equal(between.deref(), undefined);
    assert.equal(first.text, 'first');
  });

  it('is asked for anew when one of the two is another version', () => {
    const before = { text: 'one' };
    assert.deepEqual(textDifference(before, { text: 'two' }), { start: 0, endBefore: 3, endAfter: 3 });
    assert.deepEqual(textDifference(before, { text: 'ones' }), { start: 3, endBefore: 3, endAfter: 4 });
  });
});
