import { strict as assert } from 'node:assert';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { copyOfExample } from '../cli/kernel-under-test';
import { plugin, startNeovim, type InstalledNeovim, type Start } from './neovim';
import { neovimsFor, server } from './suite';

const strings = z.array(z.string());

/** A path with node and the system's programs, and nothing of ours. */
const plainPath = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);

/** Opens a file of a kernel, and returns the command line of the server that answers there. */
async function commandAt(neovim: InstalledNeovim, start: Start): Promise<readonly string[]> {
  const folder = copyOfExample();
  const editor = await startNeovim(neovim, folder, start);
  try {
    return strings.parse(
      await editor.lua(
        `vim.cmd.edit('kernel/fork.c')
         wait(function()
           local client = vim.lsp.get_clients({ bufnr = 0 })[1]
           return client and client.initialized
         end, 'the server')
         return vim.lsp.get_clients({ bufnr = 0 })[1].config.cmd`,
      ),
    );
  } finally {
    await editor.stop();
    rmSync(folder, { recursive: true });
  }
}

for (const neovim of neovimsFor('installation'))
  describe(`Neovim ${neovim.version}: installation`, () => {
    const start = neovim.modern ? "vim.lsp.enable('task_watchers')" : "require('task_watchers').setup()";

    it('works by path, with the server of the checkout', async () => {
      const command = await commandAt(neovim, {
        path: plainPath,
        prepare({ config }) {
          writeFileSync(join(config, 'init.lua'), `vim.opt.runtimepath:append('${plugin}')\n${start}\n`);
        },
      });
      assert.deepEqual(command, ['node', server, '--stdio']);
    });

    it('works as a package, with a link', async () => {
      const command = await commandAt(neovim, {
        path: plainPath,
        prepare({ config, data }) {
          mkdirSync(join(data, 'site/pack/task-watchers/start'), { recursive: true });
          symlinkSync(plugin, join(data, 'site/pack/task-watchers/start/task-watchers'));
          writeFileSync(join(config, 'init.lua'), `${start}\n`);
        },
      });
      assert.deepEqual(command, ['node', server, '--stdio']);
    });

    it('works copied to another place, with the server on the path', async () => {
      const programs = mkdtempSync(join(tmpdir(), 'tw-programs-'));
      writeFileSync(join(programs, 'task-watchers-language-server'), `#!/bin/sh\nexec node ${server} "$@"\n`);
      chmodSync(join(programs, 'task-watchers-language-server'), 0o755);
      const command = await commandAt(neovim, {
        path: `${programs}${delimiter}${plainPath}`,
        prepare({ config, data }) {
          cpSync(plugin, join(data, 'site/pack/task-watchers/start/task-watchers'), { recursive: true });
          writeFileSync(join(config, 'init.lua'), `${start}\n`);
        },
      });
      rmSync(programs, { recursive: true });
      assert.deepEqual(command, ['task-watchers-language-server', '--stdio']);
    });

    if (neovim.modern)
      it('works with nothing but lsp/task_watchers.lua', async () => {
        const programs = mkdtempSync(join(tmpdir(), 'tw-programs-'));
        symlinkSync(server, join(programs, 'task-watchers-language-server'));
        const command = await commandAt(neovim, {
          path: `${programs}${delimiter}${plainPath}`,
          prepare({ config }) {
            mkdirSync(join(config, 'lsp'));
            copyFileSync(join(plugin, 'lsp/task_watchers.lua'), join(config, 'lsp/task_watchers.lua'));
            writeFileSync(join(config, 'init.lua'), `${start}\n`);
          },
        });
        rmSync(programs, { recursive: true });
        assert.deepEqual(command, ['task-watchers-language-server', '--stdio']);
      });

    it('refuses an option that there is not, in one line', async () => {
      const editor = await startNeovim(neovim, tmpdir(), {});
      const said = await editor.lua(
        `local ok, message = pcall(require('task_watchers').setup, { lense = true })
         return { ok, message }`,
      );
      await editor.stop();
      assert.deepEqual(said, [
        false,
        'task_watchers: no option lense; there are: cmd, inlay_hints, lenses, settings',
      ]);
    });
  });

for (const neovim of neovimsFor('help'))
  describe(`Neovim ${neovim.version}: help`, () => {
    it('has a tag for everything it refers to, and for every command', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tw-help-'));
      cpSync(plugin, join(folder, 'plugin'), { recursive: true });
      const editor = await startNeovim(neovim, folder, {});
      const seen = await editor.lua(
        `local folder = ...
         vim.opt.runtimepath:remove(vim.api.nvim_get_runtime_file('lsp/task_watchers.lua', false)[1]:match('(.*)/lsp/'))
         vim.opt.runtimepath:append(folder)
         -- Fails where a tag is there twice.
         vim.cmd('helptags ' .. folder .. '/doc')
         local unknown = {}
         local function check(tag)
           if not vim.list_contains(vim.fn.getcompletion(tag, 'help'), tag) then
             table.insert(unknown, tag)
           end
         end
         local text = table.concat(vim.fn.readfile(folder .. '/doc/task-watchers.txt'), '\\n')
         for tag in text:gmatch('|([^%s|]+)|') do
           check(tag)
         end
         for name in pairs(require('task_watchers.commands').subcommands) do
           check(':TaskWatchers-' .. name)
         end
         vim.cmd.help('task-watchers')
         return { unknown, vim.fs.basename(vim.api.nvim_buf_get_name(0)) }`,
        join(folder, 'plugin'),
      );
      await editor.stop();
      rmSync(folder, { recursive: true });
      assert.deepEqual(seen, [[], 'task-watchers.txt']);
    });
  });
