import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { copyOfExample, twIndex } from '../cli/kernel-under-test';
import { installedNeovims, missingNeovims, startNeovim, textOf, type Neovim } from './neovim';

/** In slot order, as linked: test/cli/example-kernel.test.ts compares it with nm. */
const initWatchers = [
  'copy_thread_tls',
  'init_hardirq_state',
  'audit_alloc',
  'lockdep_init_task',
  'init_task_mempolicy',
  'copy_semundo',
  'copy_keys',
];

const tablesSchema = z.object({ events: z.array(z.object({ entries: z.array(z.unknown()) })) });

const server = join(__dirname, '../../server/bin/task-watchers-language-server.js');

const found = installedNeovims();
const missing = missingNeovims(found);
if (missing.length > 0) {
  if (process.env.TW_CI) throw new Error(`missing: ${missing.join('; ')}`);
  console.log(`  Neovim tests that do not run; missing: ${missing.join('; ')}`);
}

for (const neovim of found)
  describe(`Neovim ${neovim.version}`, () => {
    let folder = '';
    let editor: Neovim;
    before(async () => {
      folder = copyOfExample();
      const start = neovim.modern
        ? `vim.lsp.config('task_watchers', { cmd = { 'node', '${server}', '--stdio' } })
           vim.lsp.enable('task_watchers')`
        : `require('task_watchers').setup({ cmd = { 'node', '${server}', '--stdio' } })`;
      editor = await startNeovim(neovim, folder, start);
    });
    after(async () => {
      await editor.stop();
      rmSync(folder, { recursive: true });
    });

    const open = (file: string): Promise<unknown> =>
      editor.lua('vim.cmd.edit(...)  vim.cmd("silent! only")', join(folder, file));

    it('starts the server in a kernel tree, and says when it is ready', async () => {
      await open('kernel/fork.c');
      const status = await editor.lua(
        `wait(function() local s = require('task_watchers').status() return s and s.state == 'ready' end, 'ready')
         local client = vim.lsp.get_clients({ bufnr = 0 })[1]
         return { client.name, client.config.root_dir, require('task_watchers').statusline() }`,
      );
      const { out } = twIndex(['table', '--all', '--format', 'json', '--root', folder]);
      const count = tablesSchema.parse(JSON.parse(out)).events.flatMap(({ entries }) => entries).length;
      assert.deepEqual(status, ['task_watchers', folder, `tw: ${count}`]);
    });

    it('starts no server outside of a kernel tree', async () => {
      await editor.lua('vim.cmd.edit(...)', join(folder, '../not-a-kernel.c'));
      const clients = await editor.lua(
        'vim.wait(300)  return { vim.bo.filetype, #vim.lsp.get_clients({ bufnr = 0 }) }',
      );
      assert.deepEqual(clients, ['c', 0]);
    });

    it('shows the table in slot order', async () => {
      await open('kernel/fork.c');
      const lines = await editor.lua(
        `vim.cmd('TaskWatchers table INIT')
         local shown
         wait(function()
           shown = vim.api.nvim_buf_get_lines(0, 0, -1, false)
           return #shown > 3
         end, 'table')
         return shown`,
      );
      assert.ok(Array.isArray(lines));
      const slots = lines.flatMap((line: unknown) => {
        const read = /^\s+(\d+)\s+(\w+)/.exec(String(line));
        return read ? [`${read[1] ?? ''} ${read[2] ?? ''}`] : [];
      });
      assert.deepEqual(
        slots,
        initWatchers.map((name, slot) => `${slot} ${name}`),
      );
    });

    it('goes from a line of the table to the registration', async () => {
      const place = await editor.lua(
        `vim.fn.search('audit_alloc')
         vim.cmd.normal(vim.keycode('<CR>'))
         return { vim.api.nvim_buf_get_name(0), vim.api.nvim_get_current_line() }`,
      );
      assert.deepEqual(place, [join(folder, 'kernel/auditsc.c'), 'task_watcher_func(init, audit_alloc);']);
      assert.ok(textOf(folder, 'kernel/auditsc.c').includes('task_watcher_func(init, audit_alloc);'));
    });
  });
