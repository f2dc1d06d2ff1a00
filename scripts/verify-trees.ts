/**
 * Writes random kernel trees to disk, builds each with the real make, gcc and ld, and compares every table with what
 * the whole pipeline predicts from the files alone: `npm run verify:trees -- [1000] [--seed 1] [--keep] [--jobs 2]`,
 * the number being how many trees. `--keep` leaves differing trees on disk. Exit status 1: some tree differs, or could not be built.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildKernel,
  builtTables,
  differences,
  predictKernel,
  slotCount,
  writeKernel,
} from '../test/link/kernels/kernel-tables';
import { randomKernel } from '../test/link/kernels/random-kernel';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const last = first + Number(positionals[0] ?? '1000');
const folder = mkdtempSync(join(tmpdir(), 'random-kernels-'));
const began = performance.now();
let entries = 0;
let differing = 0;
let unbuilt = 0;
let linked = 0;
let slots = 0;
let next = first;

async function verify(seed: number): Promise<void> {
  const kernel = randomKernel(seed);
  const root = join(folder, String(seed));
  writeKernel(root, kernel);
  const predicted = await predictKernel(root, seed % 2 === 0 ? 'tree' : 'linked');
  try {
    await buildKernel(root);
  } catch (error) {
    unbuilt++;
    console.log(`seed ${seed}: does not build\n${error instanceof Error ? error.message : ''}`);
    return;
  }
  let built;
  try {
    built = builtTables(root, kernel);
  } catch (error) {
    unbuilt++;
    console.log(`seed ${seed}: ${error instanceof Error ? error.message : ''}`);
    return;
  }
  for (const rows of built.rows.values()) entries += rows.length;
  const counted = slotCount(predicted);
  linked += counted.linked;
  slots += counted.slots;
  const found = differences(predicted, built);
  if (found.length > 0) {
    differing++;
    console.log(`seed ${seed} (${kernel.age}):\n  ${found.join('\n  ')}`);
  }
  if (found.length === 0 || !values.keep) rmSync(root, { recursive: true });
}

async function work(): Promise<void> {
  while (next < last) await verify(next++);
}

async function main(): Promise<void> {
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  if (!values.keep) rmSync(folder, { recursive: true });
  else console.log(`kept in ${folder}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${last - first} trees, ${entries} entries in their tables, ${differing} trees differ, ${unbuilt} do not build; ` +
      `${slots} of ${linked} predicted entries have a slot; ${seconds} s`,
  );
  process.exitCode = differing + unbuilt > 0 ? 1 : 0;
}

void main();
