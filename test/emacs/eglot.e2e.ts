import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { initWatchers, server } from '../neovim/suite';

const project = join(__dirname, '../..');

const hasEglot =
  spawnSync('emacs', ['-q', '--batch', '--eval', "(progn (package-initialize) (require 'eglot))"]).status ===
  0;
if (!hasEglot) {
  const message = 'missing: Emacs 28 or newer with eglot: apt-get install emacs-nox elpa-eglot';
  if (process.env.TW_CI) throw new Error(message);
  console.log(`  Emacs tests do not run; ${message}`);
}

const seenSchema = z.object({
  emacs: z.string(),
  root: z.string(),
  diagnostic: z.string(),
  message: z.string(),
  definition: z.string(),
  eldoc: z.string(),
  implementations: z.array(z.string()),
  table: z.string(),
  dispatch: z.string(),
  why: z.string(),
});

if (hasEglot)
  describe('Emacs with eglot', () => {
    let folder = '';
    let seen: z.infer<typeof seenSchema>;
    before(() => {
      folder = realpathSync(copyOfExample());
      const { stdout, stderr } = spawnSync('emacs', ['-q', '--batch', '-l', join(__dirname, 'session.el')], {
        encoding: 'utf8',
        env: {
          ...process.env,
          TW_FOLDER: folder,
          TW_SERVER: server,
          TW_CLIENT: join(project, 'client/emacs'),
        },
        timeout: 100000,
      });
      const result = /^RESULT (.*)$/m.exec(stdout)?.[1];
      assert.ok(result, stderr);
      seen = seenSchema.parse(JSON.parse(result));
    });
    after(() => rmSync(folder, { recursive: true }));

    it('takes the kernel tree for the project', () => assert.equal(seen.root, folder));

    it('shows what is wrong where it is, through flymake', () => {
      assert.equal(seen.diagnostic, 'inti');
      assert.match(seen.message, /no event inti/);
    });

    it('goes from a registration to the function, through xref', () =>
      assert.equal(seen.definition, 'static int audit_alloc(unsigned long val, struct task_struct *tsk)'));

    it('finds the watchers of a notification', () => {
      assert.equal(seen.implementations.length, initWatchers.length);
      for (const name of initWatchers)
        assert.ok(
          seen.implementations.some((summary) => new RegExp(`\\b${name}\\b`).test(summary)),
          name,
        );
    });

    it('tells the slot in the echo area, through eldoc', () => {
      assert.match(seen.eldoc, /INIT/);
      assert.match(seen.eldoc, /slot 2/);
    });

    it('shows tables, previews and reasons', () => {
      const places = initWatchers.map((name) => seen.table.indexOf(name));
      assert.ok(
        places.every((place, slot) => place > (places[slot - 1] ?? 0)),
        seen.table,
      );
      assert.match(seen.dispatch, /copy_process/);
      assert.match(seen.why, /kernel\/Makefile/);
    });
  });
