/** Simulated dispatches against compiled ones: `npm run verify:dispatch -- [kernels] [pairs of each] [first seed]`. */
import { compareGenerated } from '../test/dispatch/against-gcc';

async function main(): Promise<void> {
  const [kernels = 50, pairs = 40, first = 1] = process.argv.slice(2).map(Number);
  const totals = { pairs: 0, certain: 0, certainCallers: 0, wrong: 0 };
  for (let seed = first; seed < first + kernels; seed++) {
    const compared = await compareGenerated(seed, pairs);
    totals.pairs += compared.pairs;
    totals.certain += compared.certain;
    totals.certainCallers += compared.certainCallers;
    totals.wrong += compared.wrong.length;
    for (const difference of compared.wrong.slice(0, 3)) console.log(difference);
  }
  const share = (part: number): string => `${((100 * part) / totals.pairs).toFixed(1)} %`;
  console.log(
    `${String(totals.pairs)} dispatches in ${String(kernels)} kernels: ${String(totals.wrong)} differences; ` +
      `certain of the result in ${share(totals.certain)}, of the caller too in ${share(totals.certainCallers)}`,
  );
  process.exitCode = totals.wrong > 0 ? 1 : 0;
}

void main();
