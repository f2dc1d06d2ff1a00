import { deepEqual, ok } from 'node:assert/strict';
import { compareGenerated } from './against-gcc';

describe('dispatch: simulated and compiled', function () {
  this.timeout(60_000);
  // Between them these have every dispatcher and every caller of generated-code.ts; `npm run verify:dispatch` does more.
  for (const seed of [2, 5, 105, 111, 113])
    it(`generated kernel ${String(seed)}: what runs, what comes back and what is freed is as predicted`, async () => {
      const { pairs, certain, wrong } = await compareGenerated(seed, 12);
      deepEqual(wrong, []);
      ok(pairs > 5, 'hardly anything was compared');
      ok(certain > 0, 'certain of nothing');
    });
});
