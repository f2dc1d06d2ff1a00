import { strict as assert } from 'node:assert';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { rememberLast } from '../../server/src/syntax/c/remember-last';

describe('what is kept for the last keys', () => {
  it('is worked out once, and again when others came in between', () => {
    const remembered = rememberLast<number>(2);
    let made = 0;
    const ask = (key: object): number => remembered(key, () => ++made);
    const [one, two, three] = [{}, {}, {}];
    assert.deepEqual([ask(one), ask(two), ask(one)], [1, 2, 1]);
    // `two` was asked for longest ago.
    assert.deepEqual([ask(three), ask(one), ask(two)], [3, 1, 4]);
  });

  it('keeps no key alive that nobody else does', async () => {
    setFlagsFromString('--expose-gc');
    const remembered = rememberLast<number>(100);
    const key = ((): WeakRef<object> => {
      const own = { version: 1 };
      remembered(own, () => 1);
      return new WeakRef(own);
    })();
    // What a WeakRef was made of lives until the turn ends.
    await turn();
    runInNewContext('gc()');
    assert.equal(key.deref(), undefined);
    assert.equal(
      remembered({}, () => 2),
      2,
    );
  });
});
