import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTrees, differences, linkedRows, predict, rowsOf } from './build-generated';
import { generateTree } from './generated-tree';

describe('generated trees, built by gcc and ld', () => {
  const folder = mkdtempSync(join(tmpdir(), 'generated-trees-'));
  after(() => rmSync(folder, { recursive: true }));

  it('hold exactly the predicted tables, entry by entry', () => {
    const trees = Array.from({ length: 40 }, (_, index) => generateTree(7000 + index));
    buildTrees(folder, trees);
    let entries = 0;
    for (const tree of trees) {
      const linked = linkedRows(folder, tree);
      for (const rows of linked.values()) entries += rows.length;
      assert.deepEqual(differences(rowsOf(predict(tree)), linked), [], `seed ${tree.seed}`);
    }
    assert.ok(entries > 200, `only ${entries} entries: the generator has gone quiet`);
  });
});
