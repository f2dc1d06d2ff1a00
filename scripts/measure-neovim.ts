/**
 * How long Neovim takes on a real kernel until it shows something, and how much memory that costs.
 * usage: tsx scripts/measure-neovim.ts KERNEL [FILE] [RUNS]
 * Opens FILE (default: kernel/audit.c) in a headless Neovim with the plugin and an empty home, misspells an event in
 * the buffer (nothing is written), and waits for the diagnostic. Times count from the start of Neovim. Each later run
 * keeps the home, and with it what the server remembers on disk.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { enabling, installedNeovims, startNeovim } from '../test/neovim/neovim';

const [kernel, file = 'kernel/audit.c', runs = '2'] = process.argv.slice(2);

const seenSchema = z.object({
  attached: z.number(),
  ready: z.number(),
  diagnostic: z.number(),
  hover: z.number(),
  server: z.number(),
  editor: z.number(),
});

/** `VmHWM`, the most that was ever resident, and `VmRSS`, what is now; in MB. */
function memory(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (key: string): number =>
    Math.round(Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024);
  return `${read('VmRSS')} MB (at most ${read('VmHWM')})`;
}

async function main(): Promise<void> {
  const [neovim] = [...installedNeovims()].reverse();
  if (kernel === undefined || !neovim) throw new Error('usage: measure-neovim.ts KERNEL [FILE] [RUNS]');
  const home = mkdtempSync(join(tmpdir(), 'tw-measure-'));
  for (let run = 1; run <= Number(runs); run += 1) {
    const started = Date.now();
    const editor = await startNeovim(neovim, resolve(kernel), { init: enabling(neovim), home });
    const seen = seenSchema.parse(
      await editor.lua(
        `local limit = 600000
         local seen = {}
         local function now(name)
           local seconds, micro = vim.uv.gettimeofday()
           seen[name] = seconds * 1000 + math.floor(micro / 1000)
         end
         local function until_true(what, condition)
           if not vim.wait(limit, condition, 5) then
             error('waited in vain for ' .. what)
           end
         end
         vim.cmd.edit(...)
         local client
         until_true('the server', function()
           client = vim.lsp.get_clients({ bufnr = 0 })[1]
           return client and client.initialized
         end)
         now('attached')
         if vim.fn.search([[^task_watcher_func(\\w\\+, ]]) == 0 then
           error('no registration in this file')
         end
         local row = vim.fn.line('.')
         local line = vim.api.nvim_get_current_line()
         vim.api.nvim_set_current_line((line:gsub('%((%w+),', '(%1x,')))
         until_true('a diagnostic', function()
           local status = require('task_watchers').status()
           if status and status.state == 'ready' and not seen.ready then
             now('ready')
           end
           return #vim.tbl_filter(function(one) return one.lnum == row - 1 and one.code == 'unknown-event' end,
             vim.diagnostic.get(0)) > 0
         end)
         now('diagnostic')
         until_true('ready', function()
           return require('task_watchers').status().state == 'ready'
         end)
         if not seen.ready then now('ready') end
         local before = vim.uv.hrtime()
         vim.lsp.buf_request_sync(0, 'textDocument/hover', {
           textDocument = vim.lsp.util.make_text_document_params(0),
           position = { line = row - 1, character = 25 },
         }, limit)
         seen.hover = math.floor((vim.uv.hrtime() - before) / 1000000)
         for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
           seen.server = pid
         end
         seen.editor = vim.fn.getpid()
         return seen`,
        join(resolve(kernel), file),
      ),
    );
    const since = (time: number): string => `${((time - started) / 1000).toFixed(1)} s`;
    console.log(
      [
        `run ${run}, Neovim ${neovim.version}, ${file}`,
        `  attached          ${since(seen.attached)}`,
        `  first diagnostic  ${since(seen.diagnostic)}`,
        `  everything known  ${since(seen.ready)}`,
        `  a hover then      ${seen.hover} ms`,
        `  server            ${memory(seen.server)}`,
        `  Neovim            ${memory(seen.editor)}`,
      ].join('\n'),
    );
    await editor.stop();
  }
  rmSync(home, { recursive: true });
}

void main();
