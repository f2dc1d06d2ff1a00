/**
 * Builds random trees with the real gcc and ld and compares every table with the prediction, entry by entry:
 * `npx tsx scripts/generated-trees.ts [--count 1000] [--seed 1] [--keep]`. `--keep` leaves differing trees on disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTrees, differences, linkedRows, predict, rowsOf } from '../test/link/build-generated';
import { generateTree } from '../test/link/generated-tree';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const folder = mkdtempSync(join(tmpdir(), 'generated-trees-'));
const began = performance.now();
let entries = 0;
let wrong = 0;
for (let seed = first; seed < first + count; seed++) {
  const tree = generateTree(seed);
  buildTrees(folder, [tree]);
  const predicted = rowsOf(predict(tree));
  for (const rows of predicted.values()) entries += rows.length;
  const found = differences(predicted, linkedRows(folder, tree));
  if (found.length > 0) {
    wrong++;
    console.log(`seed ${seed}:\n  ${found.join('\n  ')}`);
  }
  if (found.length === 0 || !values.keep) rmSync(join(folder, String(seed)), { recursive: true });
}
if (!values.keep) rmSync(folder, { recursive: true });
else console.log(`kept in ${folder}`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(`${count} trees, ${entries} predicted entries, ${wrong} trees differ; ${seconds} s`);
process.exitCode = wrong > 0 ? 1 : 0;
