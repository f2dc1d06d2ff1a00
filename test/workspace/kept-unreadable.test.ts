import { deepEqual, notDeepEqual } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyOfExample } from '../cli/kernel-under-test';
import { fromScratch, withKept } from './kept-run';

const ways: Readonly<Record<string, (path: string) => void>> = {
  'is a folder': (path) => {
    mkdirSync(path);
  },
  'is a link to nothing': (path) => {
    symlinkSync('nothing-of-that-name', path);
  },
};

describe('an answer that was kept while something could not be read', function () {
  this.timeout(60_000);
  for (const path of ['kernel/Makefile', 'kernel/auditsc.c', 'Makefile', 'arch/x86/kernel/vmlinux.lds.S'])
    for (const [way, spoil] of Object.entries(ways))
      it(`is not given when it can be, nor the other way round: ${path} ${way}`, async () => {
        const root = copyOfExample();
        const cache = mkdtempSync(join(tmpdir(), 'tw-cache-'));
        const file = join(root, path);
        try {
          const asItWas = (await withKept(root, cache, 'linked')).shown;
          renameSync(file, `${file}.kept`);
          spoil(file);
          const { shown } = await withKept(root, cache, 'linked');
          deepEqual(shown, (await fromScratch(root, 'linked')).shown);
          notDeepEqual(shown, asItWas);
          deepEqual((await withKept(root, cache, 'linked')).shown, shown);
          rmSync(file, { recursive: true });
          renameSync(`${file}.kept`, file);
          deepEqual((await withKept(root, cache, 'linked')).shown, asItWas);
        } finally {
          rmSync(root, { recursive: true });
          rmSync(cache, { recursive: true });
        }
      });
});
