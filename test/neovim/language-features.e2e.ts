import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { twIndex } from '../cli/kernel-under-test';
import { inEveryNeovim, initWatchers } from './suite';

const tablesSchema = z.object({ events: z.array(z.object({ entries: z.array(z.unknown()) })) });
const strings = z.array(z.string());

const recordProgress = `
_G.progress = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    local value = event.data.params.value
    table.insert(_G.progress, { kind = value.kind, title = value.title })
  end,
})`;

inEveryNeovim(
  'language features',
  (opened) => {
    it('starts the server in a kernel tree, and says when it is ready', async () => {
      const { open, editor, folder } = opened();
      await open('kernel/fork.c');
      const seen = await editor.lua(
        `local client = vim.lsp.get_clients({ bufnr = 0 })[1]
         return { client.name, client.config.root_dir, require('task_watchers').statusline() }`,
      );
      const { out } = twIndex(['table', '--all', '--format', 'json', '--root', folder]);
      const { events } = tablesSchema.parse(JSON.parse(out));
      const count = events.flatMap(({ entries }) => entries).length;
      assert.deepEqual(seen, ['task_watchers', folder, `tw: ${count}`]);
    });

    it('shows progress while it indexes', async () => {
      const { editor } = opened();
      const seen = z.array(z.object({ kind: z.string(), title: z.string().optional() })).parse(
        await editor.lua(
          `wait(function() return #_G.progress > 0 and _G.progress[#_G.progress].kind == 'end' end, 'the end')
           return _G.progress`,
        ),
      );
      assert.deepEqual(seen[0], { kind: 'begin', title: 'Task Watchers' });
    });

    it('starts no server outside of a kernel tree', async () => {
      const { editor, folder } = opened();
      const clients = await editor.lua(
        `vim.cmd.edit(...)  vim.wait(300)
         return { vim.bo.filetype, #vim.lsp.get_clients({ bufnr = 0 }) }`,
        join(folder, '../not-a-kernel.c'),
      );
      assert.deepEqual(clients, ['c', 0]);
    });

    it('shows what is wrong while one types, mends it, and stops showing it', async () => {
      const { open, editor } = opened();
      await open('kernel/auditsc.c');
      const wrong = await editor.lua(
        `vim.fn.search([[^task_watcher_func(init]])
         vim.api.nvim_set_current_line('task_watcher_func(inti, audit_alloc);')
         local found
         wait(function()
           found = vim.tbl_filter(function(one) return one.code == 'unknown-event' end, vim.diagnostic.get(0))
           return #found > 0
         end, 'a diagnostic')
         local one = found[1]
         return { one.lnum + 1 == vim.fn.line('.'), one.col, one.end_col, one.severity, one.source }`,
      );
      // \`inti\` is columns 18 to 22 of its line; severity 1 is an error.
      assert.deepEqual(wrong, [true, 18, 22, 1, 'task-watchers']);
      const mended = await editor.lua(
        `vim.api.nvim_win_set_cursor(0, { vim.fn.line('.'), 18 })
         vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.isPreferred end })
         wait(function() return not vim.api.nvim_get_current_line():find('inti') end, 'the quick fix')
         wait(function()
           return #vim.tbl_filter(function(one) return one.code == 'unknown-event' end, vim.diagnostic.get(0)) == 0
         end, 'no diagnostic')
         local line = vim.api.nvim_get_current_line()
         vim.cmd('edit!')
         return line`,
      );
      assert.equal(mended, 'task_watcher_func(init, audit_alloc);');
    });

    it('explains a registration in the hover', async () => {
      const { open, editor } = opened();
      await open('kernel/auditsc.c');
      const text = await editor.lua(
        `vim.fn.search([[^task_watcher_func(init, \\zsaudit_alloc]])
         vim.lsp.buf.hover()
         local shown
         wait(function()
           for _, window in ipairs(vim.api.nvim_list_wins()) do
             if vim.api.nvim_win_get_config(window).relative ~= '' then
               shown = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\\n')
               vim.api.nvim_win_close(window, true)
               return true
             end
           end
         end, 'a hover')
         return shown`,
      );
      assert.match(String(text), /slot 2/);
      assert.match(String(text), /INIT/);
    });

    it('finds the watchers of an event as implementations of its notification', async () => {
      const { open, editor, folder } = opened();
      await open('kernel/fork.c');
      const places = strings.parse(
        await editor.lua(
          `vim.fn.setqflist({}, 'f')
           vim.fn.search('notify_task_watchers(WATCH_TASK_INIT')
           vim.lsp.buf.implementation()
           wait(function() return #vim.fn.getqflist() > 0 end, 'the list')
           return vim.tbl_map(function(item)
             return vim.fn.bufname(item.bufnr) .. ' ' .. item.text
           end, vim.fn.getqflist())`,
        ),
      );
      assert.equal(places.length, initWatchers.length, places.join('\n'));
      // Neovim sorts them by file.
      for (const name of initWatchers)
        assert.ok(
          places.some((place) => new RegExp(`\\b${name}\\b`).test(place)),
          `${name} is missing in ${folder}`,
        );
    });

    it('knows who calls a watcher: the notification, as call hierarchy', async () => {
      const { open, editor } = opened();
      await open('kernel/auditsc.c');
      const callers = await editor.lua(
        `vim.fn.setqflist({}, 'f')
         vim.fn.search([[\\<audit_alloc(]])
         vim.lsp.buf.incoming_calls()
         wait(function() return #vim.fn.getqflist() > 0 end, 'the list')
         return vim.tbl_map(function(item)
           return vim.fs.basename(vim.fn.bufname(item.bufnr)) .. ' ' .. item.lnum
         end, vim.fn.getqflist())`,
      );
      const { stdout } = spawnSync(
        'grep',
        ['-n', 'WATCH_TASK_INIT', join(opened().folder, 'kernel/fork.c')],
        {
          encoding: 'utf8',
        },
      );
      assert.deepEqual(callers, [`fork.c ${stdout.split(':')[0] ?? ''}`]);
    });

    it('shows lenses and inlay hints without being asked', async () => {
      const { open, editor } = opened();
      await open('kernel/auditsc.c');
      const titles = strings.parse(
        await editor.lua(
          `local lenses
           wait(function()
             lenses = vim.lsp.codelens.enable and vim.tbl_map(function(one) return one.lens end, vim.lsp.codelens.get({ bufnr = 0 }))
               or vim.lsp.codelens.get(0)
             return #lenses > 0
           end, 'lenses')
           wait(function() return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0 end, 'inlay hints')
           table.sort(lenses, function(a, b) return a.range.start.line < b.range.start.line end)
           return vim.tbl_map(function(lens) return lens.command.title end, lenses)`,
        ),
      );
      assert.equal(titles[0], `INIT · slot 2 of ${initWatchers.length}`);
    });

    it('lists the watchers in slot order when the lens of a call site is run', async () => {
      const { open, editor } = opened();
      await open('kernel/fork.c');
      const shown = await editor.lua(
        `vim.fn.search('notify_task_watchers(WATCH_TASK_INIT')
         local row = vim.fn.line('.')
         wait(function()
           local lenses = vim.lsp.codelens.enable
             and vim.tbl_map(function(one) return one.lens end, vim.lsp.codelens.get({ bufnr = 0 }))
             or vim.lsp.codelens.get(0)
           return #vim.tbl_filter(function(lens) return lens.range.start.line + 1 == row end, lenses) == 2
         end, 'lenses')
         vim.fn.setqflist({}, 'f')
         local select = vim.ui.select
         vim.ui.select = function(items, options, done)
           for _, item in ipairs(items) do
             if options.format_item(item):find('dispatches') then
               return done(item)
             end
           end
         end
         vim.lsp.codelens.run()
         wait(function() return #vim.fn.getqflist() > 0 end, 'the list')
         vim.ui.select = select
         return vim.tbl_map(function(item) return item.text end, vim.fn.getqflist())`,
      );
      const lines = strings.parse(shown);
      assert.equal(lines.length, initWatchers.length);
      for (const [slot, name] of initWatchers.entries())
        assert.match(lines[slot] ?? '', new RegExp(`^${slot} .*\\b${name}\\b`));
    });

    it('goes on after a restart of the server, and of a server that was killed', async () => {
      const { open, editor } = opened();
      await open('kernel/auditsc.c');
      const restarted = await editor.lua(
        `local before = vim.lsp.get_clients({ bufnr = 0 })[1]
         vim.cmd('TaskWatchers restart')
         local after
         wait(function()
           after = vim.lsp.get_clients({ bufnr = 0 })[1]
           return after and after.id ~= before.id and after.initialized
         end, 'a new server')
         return { after.name, #vim.lsp.get_clients({ name = 'task_watchers' }) }`,
      );
      assert.deepEqual(restarted, ['task_watchers', 1]);
      await open('kernel/auditsc.c');
      const again = await editor.lua(
        `local client = vim.lsp.get_clients({ bufnr = 0 })[1]
         local running = client.rpc
         -- As when it crashed: it never answers to shutdown.
         vim.lsp.get_client_by_id(client.id).rpc.terminate()
         wait(function() return #vim.lsp.get_clients({ bufnr = 0 }) == 0 end, 'its end')
         vim.cmd('TaskWatchers restart')
         wait(function()
           local after = vim.lsp.get_clients({ bufnr = 0 })[1]
           return after and after.initialized
         end, 'a new server')
         return vim.lsp.get_clients({ bufnr = 0 })[1].name`,
      );
      assert.equal(again, 'task_watchers');
    });
  },
  recordProgress,
);

inEveryNeovim('a file that is edited before the tables are known', (opened) => {
  it('gets its diagnostics without another edit', async () => {
    const { editor, folder } = opened();
    const line = await editor.lua(
      `vim.cmd.edit(...)
       wait(function()
         local client = vim.lsp.get_clients({ bufnr = 0 })[1]
         return client and client.initialized
       end, 'the server')
       vim.fn.search([[^task_watcher_func(init]])
       vim.api.nvim_set_current_line('task_watcher_func(inti, audit_alloc);')
       local found
       wait(function()
         found = vim.tbl_filter(function(one) return one.code == 'unknown-event' end, vim.diagnostic.get(0))
         return #found > 0
       end, 'a diagnostic')
       return found[1].lnum + 1 == vim.fn.line('.')`,
      join(folder, 'kernel/auditsc.c'),
    );
    assert.equal(line, true);
  });
});
