import { strict as assert } from 'node:assert';
import { allRules } from '../../server/src/checks/all-rules';
import { mutations } from './mutations';
import { field, type Field } from './plant';

/** The long version: `npm run mutate -- 50`. */
const seeds = [1];
/** Seeds that once went unseen: a misspelt function in a file that another includes. */
const onceMissed: Readonly<Record<string, readonly number[]>> = { 'unknown-function': [3] };

describe('errors planted at random places of the example kernel', () => {
  let kernel: Field | undefined;
  before(async () => {
    kernel = await field();
  });
  after(() => {
    kernel?.remove();
  });

  it('every rule has a kind of error that it must find', () => {
    assert.deepEqual(
      [...new Set(mutations.map(({ rule }) => rule))].sort(),
      allRules.map(({ name }) => name).sort(),
    );
  });

  for (const mutation of mutations)
    it(mutation.name, async () => {
      for (const seed of [...seeds, ...(onceMissed[mutation.rule] ?? [])]) {
        const outcome = await kernel?.tryOut(mutation, seed);
        assert.ok(outcome, 'nothing was planted');
        assert.ok(outcome.found.length > 0, `${mutation.rule} does not find ${outcome.planted.text}`);
      }
    });
});
