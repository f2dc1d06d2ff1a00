import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { server } from '../neovim/suite';

const page = join(__dirname, '../../docs/editors/vim.md');

/** Debian puts the plugin there. */
const hasAle =
  existsSync('/usr/bin/vim') &&
  existsSync('/usr/share/vim') &&
  readdirSync('/usr/share', { encoding: 'utf8' }).includes('vim') &&
  spawnSync('dpkg', ['-s', 'vim-ale']).status === 0;
if (!hasAle) {
  const message = 'missing: Vim with ALE: apt-get install vim vim-ale';
  if (process.env.TW_CI) throw new Error(message);
  console.log(`  Vim tests do not run; ${message}`);
}

const seenSchema = z.object({
  diagnostic: z.tuple([z.number(), z.number(), z.string()]),
  hover: z.string(),
  definition: z.string(),
});

if (hasAle)
  describe('Vim with ALE, configured as docs/editors/vim.md says', () => {
    it('shows diagnostics and hovers, and goes to definitions', () => {
      const folder = copyOfExample();
      const home = mkdtempSync(join(tmpdir(), 'tw-vim-'));
      const programs = join(home, 'programs');
      mkdirSync(programs);
      const command = join(programs, 'task-watchers-language-server');
      writeFileSync(command, `#!/bin/sh\nexec node ${server} "$@"\n`);
      chmodSync(command, 0o755);
      const configuration = /^```vim\n(.*?)^```/ms.exec(readFileSync(page, 'utf8'))?.[1];
      assert.ok(configuration);
      writeFileSync(join(home, '.vimrc'), configuration);
      const result = join(home, 'result.json');
      const words = ['-N', '-n', '-i', 'NONE', '-T', 'dumb', '--not-a-term', '-u', join(home, '.vimrc')];
      spawnSync('vim', [...words, '-S', join(__dirname, 'session.vim')], {
        env: {
          ...process.env,
          HOME: home,
          PATH: `${programs}${delimiter}${process.env.PATH ?? ''}`,
          TW_FOLDER: folder,
          TW_RESULT: result,
        },
        stdio: 'ignore',
        timeout: 60000,
      });
      const text = readFileSync(result, 'utf8');
      const seen = seenSchema.parse(JSON.parse(text), { error: () => text });
      // In the line that was changed, at the misspelt event (1-based), an error.
      assert.deepEqual(seen.diagnostic, [1, 'task_watcher_func('.length + 1, 'E']);
      assert.match(seen.hover, /INIT · slot 2/);
      assert.equal(seen.definition, 'static int audit_alloc(unsigned long val, struct task_struct *tsk)');
      rmSync(folder, { recursive: true });
      rmSync(home, { recursive: true });
    });
  });
