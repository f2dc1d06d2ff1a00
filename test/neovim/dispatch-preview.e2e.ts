import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { z } from 'zod';
import { inEveryNeovim, initWatchers } from './suite';

const strings = z.array(z.string());

/** Functions of the test: `shows(pattern)` waits until the preview has a line with it, `press` is a key. */
const words = `
local function preview()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(bufnr):find('/dispatch/') then
      return bufnr
    end
  end
end
local function lines()
  local bufnr = preview()
  return bufnr and vim.api.nvim_buf_get_lines(bufnr, 0, -1, false) or {}
end
local function shows(pattern)
  wait(function() return table.concat(lines(), '\\n'):find(pattern) end, pattern .. ' in\\n' .. table.concat(lines(), '\\n'))
  return lines()
end
local function on(watcher)
  vim.fn.cursor(1, 1)
  vim.fn.search('^ *[0-9][0-9]*  ' .. watcher)
end
local function press(key)
  vim.api.nvim_feedkeys(vim.keycode(key), 'xt', false)
end
`;

const slotsOf = (lines: unknown): readonly string[] =>
  strings.parse(lines).flatMap((line) => {
    const read = /^\s+(\d+)\s+(\w+)\s/.exec(line);
    const name = read?.[2] ?? '';
    return initWatchers.includes(name) ? [`${read?.[1] ?? ''} ${name}`] : [];
  });
const numbered = initWatchers.map((name, slot) => `${slot} ${name}`);

inEveryNeovim('dispatch preview', (opened) => {
  it('shows the watchers of the call site under the cursor, and how its caller goes on', async () => {
    const { open, editor } = opened();
    await open('kernel/fork.c');
    const lines = await editor.lua(
      `${words}
       vim.fn.search('WATCH_TASK_INIT')
       vim.cmd('TaskWatchers dispatch')
       return shows('Then in copy_process')`,
    );
    assert.deepEqual(slotsOf(lines), numbered);
    const text = strings.parse(lines).join('\n');
    // The source of fork.c: `if (retval < 0) goto bad_fork_cleanup;` and, without an error, CLONE is notified.
    assert.match(text, /^Dispatch of INIT {2}val = clone_flags/);
    assert.match(text, /if retval < 0 {2}does not hold/);
    assert.match(text, /notifies CLONE/);
    assert.match(text, /^Result {2}0$/m);
  });

  it('makes the watcher under the cursor fail, and shows what that does', async () => {
    const { editor } = opened();
    const text = strings
      .parse(
        await editor.lua(
          `${words}
           on('copy_semundo')
           press('f')
           return shows('made to fail')`,
        ),
      )
      .join('\n');
    assert.match(text, /copy_semundo +-ENOMEM.* made to fail/);
    assert.match(text, /^Result {2}-ENOMEM$/m);
    assert.match(text, /if retval < 0 {2}holds/);
    assert.match(text, /goto bad_fork_cleanup/);
    assert.match(text, /notifies FREE/);
    // The cursor is still on it: the same key takes it back.
    const without = strings.parse(
      await editor.lua(
        `${words}
         press('f')
         wait(function() return not table.concat(lines(), '\\n'):find('made to fail') end, 'no failure')
         return lines()`,
      ),
    );
    assert.match(without.join('\n'), /^Result {2}0$/m);
  });

  it('takes an error and a val of your choice', async () => {
    const { editor } = opened();
    const text = strings
      .parse(
        await editor.lua(
          `${words}
           local input = vim.ui.input
           vim.ui.input = function(_, done) done('EPERM') end
           on('audit_alloc')
           press('F')
           shows('-EPERM')
           vim.ui.input = function(_, done) done('CLONE_THREAD') end
           press('v')
           local seen = shows('val = CLONE_THREAD')
           press('f')
           vim.ui.input = function(_, done) done('') end
           press('v')
           shows('val = clone_flags')
           vim.ui.input = input
           return seen`,
        ),
      )
      .join('\n');
    assert.match(text, /audit_alloc +-EPERM/);
    assert.match(text, /^Result {2}-EPERM$/m);
  });

  it('is drawn again as one types, for the same call site', async () => {
    const { editor, folder } = opened();
    const [during, cursor] = z.tuple([strings, z.string()]).parse(
      await editor.lua(
        `${words}
         local window = vim.api.nvim_get_current_win()
         on('copy_semundo')
         -- Above the call site, in its own file: it moves down, and a watcher goes.
         vim.api.nvim_set_current_win(vim.fn.bufwinid(...))
         vim.fn.search([[^task_watcher_func(init, init_hardirq_state)]], 'bw')
         vim.api.nvim_buf_set_lines(0, vim.fn.line('.') - 1, vim.fn.line('.'), false, { '', '', '' })
         wait(function() return not table.concat(lines(), '\\n'):find('init_hardirq_state') end, 'the change')
         local seen = lines()
         vim.api.nvim_set_current_win(window)
         return { seen, vim.api.nvim_get_current_line() }`,
        join(folder, 'kernel/fork.c'),
      ),
    );
    assert.deepEqual(
      slotsOf(during),
      initWatchers.filter((name) => name !== 'init_hardirq_state').map((name, slot) => `${slot} ${name}`),
    );
    assert.match(during.join('\n'), /Then in copy_process/);
    assert.match(cursor, /copy_semundo/);
  });

  it('goes to a watcher', async () => {
    const { editor, folder } = opened();
    const place = await editor.lua(
      `${words}
       on('audit_alloc')
       press('<CR>')
       return { vim.api.nvim_buf_get_name(0), vim.api.nvim_get_current_line() }`,
    );
    const [file, line] = z.tuple([z.string(), z.string()]).parse(place);
    assert.equal(file, join(folder, 'kernel/auditsc.c'));
    assert.match(line, /audit_alloc/);
  });

  it('opens from the lens of a call site', async () => {
    const { open, editor } = opened();
    await open('kernel/exit.c');
    const lines = await editor.lua(
      `${words}
       vim.fn.search('WATCH_TASK_EXIT')
       local row = vim.fn.line('.')
       wait(function()
         local lenses = vim.lsp.codelens.enable
           and vim.tbl_map(function(one) return one.lens end, vim.lsp.codelens.get({ bufnr = 0 }))
           or vim.lsp.codelens.get(0)
         return #vim.tbl_filter(function(lens) return lens.range.start.line + 1 == row end, lenses) == 2
       end, 'lenses')
       local select = vim.ui.select
       vim.ui.select = function(items, options, done)
         for _, item in ipairs(items) do
           if options.format_item(item):find('preview') then
             return done(item)
           end
         end
       end
       vim.lsp.codelens.run()
       local seen = shows('Then in do_exit')
       vim.ui.select = select
       return seen`,
    );
    assert.match(strings.parse(lines).join('\n'), /^Dispatch of EXIT/);
  });

  it('says in one line what can not be shown', async () => {
    const { open, editor } = opened();
    await open('kernel/fork.c');
    const line = await editor.lua(
      `${words}
       vim.cmd('TaskWatchers dispatch NONSENSE')
       wait(function() return #(vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] or '') > 0 end, 'a message')
       return vim.api.nvim_buf_get_lines(0, 0, -1, false)`,
    );
    assert.equal(strings.parse(line).length, 1);
    assert.match(strings.parse(line)[0] ?? '', /NONSENSE/);
  });
});
