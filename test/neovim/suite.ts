import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfExample } from '../cli/kernel-under-test';
import {
  enabling,
  installedNeovims,
  missingNeovims,
  startNeovim,
  type InstalledNeovim,
  type Neovim,
} from './neovim';

export { server } from './neovim';

/** In slot order, as linked: test/cli/example-kernel.test.ts compares it with nm. */
export const initWatchers = [
  'copy_thread_tls',
  'init_hardirq_state',
  'audit_alloc',
  'lockdep_init_task',
  'init_task_mempolicy',
  'copy_semundo',
  'copy_keys',
];

/** What a suite works with: set before its first test. */
export interface Opened {
  /** A copy of the example kernel. */
  readonly folder: string;
  readonly editor: Neovim;
  readonly neovim: InstalledNeovim;
  /** Opens a file of the kernel as the only window. */
  readonly open: (file: string) => Promise<unknown>;
}

/** The Neovims of this machine; says what is missing, and where `TW_CI` is set that is an error. */
export function neovimsFor(title: string): readonly InstalledNeovim[] {
  const found = installedNeovims();
  const missing = missingNeovims(found);
  if (missing.length > 0) {
    if (process.env.TW_CI) throw new Error(`missing: ${missing.join('; ')}`);
    console.log(`  ${title}: not run everywhere, missing: ${missing.join('; ')}`);
  }
  return found;
}

/** One suite in every Neovim of this machine, each with a kernel of its own. `init` runs before the server is enabled. */
export function inEveryNeovim(title: string, tests: (opened: () => Opened) => void, init = ''): void {
  for (const neovim of neovimsFor(title))
    describe(`Neovim ${neovim.version}: ${title}`, () => {
      let opened: Opened | undefined;
      before(async () => {
        const folder = copyOfExample();
        const editor = await startNeovim(neovim, folder, { init: `${init}\n${enabling(neovim)}` });
        opened = {
          folder,
          editor,
          neovim,
          open: (file) =>
            editor.lua(
              `vim.cmd('silent! cclose') vim.cmd('silent! only!') vim.cmd.edit(...)
               wait(function()
                 local status = require('task_watchers').status()
                 return status and status.state == 'ready' and #vim.lsp.get_clients({ bufnr = 0 }) > 0
               end, 'the server')`,
              join(folder, file),
            ),
        };
      });
      after(async () => {
        if (!opened) return;
        await opened.editor.stop();
        rmSync(opened.folder, { recursive: true });
      });
      tests(() => {
        if (!opened) throw new Error('Neovim did not start');
        return opened;
      });
    });
}
