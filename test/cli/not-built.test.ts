import { deepEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { command } from './kernel-under-test';

describe('a clone in which nothing was built', () => {
  const clone = realpathSync(mkdtempSync(join(tmpdir(), 'tw-clone-')));
  before(() => {
    cpSync(dirname(command), join(clone, 'server/bin'), { recursive: true });
  });
  after(() => {
    rmSync(clone, { recursive: true });
  });

  for (const name of ['tw-index', 'task-watchers-language-server'])
    it(`is said in one line by ${name}`, () => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(clone, `server/bin/${name}.js`), '--version'],
        { encoding: 'utf8' },
      );
      deepEqual(
        [status, stdout, stderr],
        [2, '', `${name}: not built: run \`npm ci && npm run build\` in ${clone}\n`],
      );
    });
});
