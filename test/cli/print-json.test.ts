import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPieces } from '../../server/src/cli/print-json';

describe('JSON in pieces', () => {
  it('is what JSON.stringify makes of it', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }),
      fc.object({ maxDepth: 5, values: [fc.string(), fc.constant(undefined), fc.constant(new Date(0))] }),
    );
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 6 }), (any, depth) => {
        assert.equal([...jsonPieces(any, depth, '\n')].join(''), JSON.stringify(any, null, 2));
      }),
    );
  });

  it('keeps newlines in texts, leaves out what is undefined, and shows empty lists and objects', () => {
    const value = { text: 'a\nb', none: undefined, list: [undefined, [], {}, { one: undefined }] };
    for (const depth of [0, 1, 2, 3])
      assert.equal([...jsonPieces(value, depth, '\n')].join(''), JSON.stringify(value, null, 2));
  });
});
