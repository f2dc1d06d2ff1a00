import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { z } from 'zod';
import { inEveryNeovim, initWatchers } from './suite';

const strings = z.array(z.string());

/** `2 audit_alloc` of the lines that show a watcher. */
const slotsOf = (lines: unknown): readonly string[] =>
  strings.parse(lines).flatMap((line) => {
    const read = /^\s+(\d+|·)\s+(\w+)/.exec(line);
    return read ? [`${read[1] ?? ''} ${read[2] ?? ''}`] : [];
  });

const numbered = initWatchers.map((name, slot) => `${slot} ${name}`);

/** Waits until the current buffer shows a line with `pattern`, and returns all lines. */
const showing = `
local function showing(pattern, bufnr)
  local lines
  wait(function()
    lines = vim.api.nvim_buf_get_lines(bufnr or 0, 0, -1, false)
    return table.concat(lines, '\\n'):find(pattern)
  end, pattern)
  return lines
end
local function press(key)
  vim.api.nvim_feedkeys(vim.keycode(key), 'xt', false)
end
`;

inEveryNeovim('views', (opened) => {
  it('shows a table in slot order', async () => {
    const { open, editor } = opened();
    await open('kernel/fork.c');
    const lines = await editor.lua(
      `${showing} vim.cmd('TaskWatchers table INIT') return showing('copy_keys')`,
    );
    assert.deepEqual(slotsOf(lines), numbered);
    assert.ok(strings.parse(lines).some((line) => /from copy_process\s+kernel\/fork\.c:\d+/.test(line)));
  });

  it('also shows what is not linked, with the reason', async () => {
    const { editor } = opened();
    const lines = strings.parse(await editor.lua(`${showing} press('a') return showing('debug_new_task')`));
    assert.match(lines.find((line) => line.includes('debug_new_task')) ?? '', /CONFIG_TASK_DEBUG/);
    const without = await editor.lua(
      `${showing} press('a')
       wait(function() return vim.fn.search('debug_new_task', 'nw') == 0 end, 'fewer lines')
       return vim.api.nvim_buf_get_lines(0, 0, -1, false)`,
    );
    assert.deepEqual(slotsOf(without), numbered);
  });

  it('keeps the cursor on its watcher when the table changes as one types', async () => {
    const { editor, folder } = opened();
    const [lines, row] = z.tuple([strings, z.string()]).parse(
      await editor.lua(
        `${showing}
         local view = vim.api.nvim_get_current_buf()
         vim.fn.search('copy_semundo')
         -- Unsaved, in another window: the first watcher of the table goes.
         vim.cmd('aboveleft split ' .. vim.fn.fnameescape(...))
         vim.fn.search('^task_watcher_func(init, copy_thread_tls)')
         vim.api.nvim_set_current_line('')
         wait(function()
           return not table.concat(vim.api.nvim_buf_get_lines(view, 0, -1, false), '\\n'):find('copy_thread_tls')
         end, 'the change')
         vim.cmd('edit!')
         vim.cmd.close()
         local line = vim.api.nvim_get_current_line()
         return { showing('0  copy_thread_tls', view), line }`,
        join(folder, 'arch/x86/kernel/process.c'),
      ),
    );
    assert.match(row, /copy_semundo/);
    assert.deepEqual(slotsOf(lines), numbered);
  });

  it('goes from a line to the registration, and to the function', async () => {
    const { editor, folder } = opened();
    const place = await editor.lua(
      `${showing}
       local view = vim.api.nvim_get_current_win()
       vim.fn.search('audit_alloc')
       press('<CR>')
       local registration = { vim.api.nvim_buf_get_name(0), vim.api.nvim_get_current_line() }
       vim.api.nvim_set_current_win(view)
       press('gd')
       wait(function() return vim.api.nvim_get_current_win() ~= view end, 'the jump')
       local definition = { vim.api.nvim_buf_get_name(0), vim.api.nvim_get_current_line() }
       vim.api.nvim_set_current_win(view)
       return { registration, definition }`,
    );
    const file = join(folder, 'kernel/auditsc.c');
    assert.deepEqual(place, [
      [file, 'task_watcher_func(init, audit_alloc);'],
      [file, 'static int audit_alloc(unsigned long val, struct task_struct *tsk)'],
    ]);
  });

  it('says which makefile lines link an object, and goes there', async () => {
    const { open, editor, folder } = opened();
    await open('kernel/auditsc.c');
    const shown = await editor.lua(
      `${showing}
       vim.cmd('TaskWatchers why')
       local lines = showing('kernel/Makefile')
       vim.fn.search('kernel/Makefile:.*audit.o')
       press('<CR>')
       return { lines[1], vim.api.nvim_buf_get_name(0), vim.api.nvim_get_current_line() }`,
    );
    const [title, file, line] = z.tuple([z.string(), z.string(), z.string()]).parse(shown);
    assert.match(title, /^kernel\/auditsc\.o {2}is linked/);
    assert.equal(file, join(folder, 'kernel/Makefile'));
    assert.equal(line, 'obj-$(CONFIG_AUDITSYSCALL) += audit.o');
  });

  it('picks a watcher and a call site', async () => {
    const { open, editor, folder } = opened();
    await open('kernel/fork.c');
    const places = await editor.lua(
      `local select = vim.ui.select
       local offered = {}
       local function picking(wanted)
         vim.ui.select = function(items, options, done)
           for _, item in ipairs(items) do
             local text = options.format_item(item)
             table.insert(offered, text)
             if text:find(wanted) then
               done(item)
               return
             end
           end
         end
       end
       picking('copy_semundo')
       vim.cmd('TaskWatchers watchers INIT')
       wait(function() return vim.api.nvim_buf_get_name(0):find('sem.c') end, 'the jump')
       local watcher = vim.api.nvim_get_current_line()
       picking('in do_exit')
       vim.cmd('TaskWatchers sites FREE')
       wait(function() return vim.api.nvim_buf_get_name(0):find('exit.c') end, 'the jump')
       vim.ui.select = select
       return { watcher, vim.api.nvim_get_current_line(), offered[1] }`,
    );
    const [watcher, site, first] = z.tuple([z.string(), z.string(), z.string()]).parse(places);
    assert.equal(watcher, 'task_watcher_func(init, copy_semundo);');
    assert.match(site, /notify_task_watchers\(WATCH_TASK_FREE, code, tsk\);/);
    assert.match(first, /^INIT +copy_thread_tls .*slot 0$/, folder);
  });

  it('computes slots for the configuration that is chosen', async () => {
    const { open, editor, folder } = opened();
    await open('kernel/fork.c');
    const lines = await editor.lua(
      `${showing}
       local folder = ...
       -- The same without auditing: its watchers are not built.
       local config = {}
       for line in io.lines(folder .. '/.config') do
         table.insert(config, (line:gsub('^CONFIG_AUDITSYSCALL=y', '# CONFIG_AUDITSYSCALL is not set')))
       end
       vim.fn.writefile(config, folder .. '/no-audit.config')
       vim.cmd('TaskWatchers table INIT')
       showing('audit_alloc')
       local view = vim.api.nvim_get_current_buf()
       local select, input = vim.ui.select, vim.ui.input
       vim.ui.select = function(items, options, done)
         done(vim.tbl_filter(function(item) return item.other end, items)[1])
       end
       vim.ui.input = function(_, done) done(folder .. '/no-audit.config') end
       vim.cmd('TaskWatchers config')
       wait(function()
         return not table.concat(vim.api.nvim_buf_get_lines(view, 0, -1, false), '\\n'):find('audit_alloc')
       end, 'other slots')
       local lines = vim.api.nvim_buf_get_lines(view, 0, -1, false)
       vim.ui.select = function(items, options, done)
         done(vim.tbl_filter(function(item) return item.reset end, items)[1])
       end
       vim.cmd('TaskWatchers config')
       showing('audit_alloc', view)
       vim.ui.select, vim.ui.input = select, input
       return lines`,
      folder,
    );
    assert.deepEqual(
      slotsOf(lines),
      initWatchers.filter((name) => name !== 'audit_alloc').map((name, slot) => `${slot} ${name}`),
    );
  });

  it('completes its commands, and says which there are', async () => {
    const { editor } = opened();
    const seen = await editor.lua(
      `local said
       local notify = vim.notify
       vim.notify = function(message) said = message end
       vim.cmd('TaskWatchers nonsense')
       vim.notify = notify
       return {
         vim.fn.getcompletion('TaskWatchers d', 'cmdline'),
         vim.fn.getcompletion('TaskWatchers dispatch in', 'cmdline'),
         said,
       }`,
    );
    const [commands, events, said] = z.tuple([strings, strings, z.string()]).parse(seen);
    assert.deepEqual(commands, ['dispatch']);
    assert.deepEqual(events, ['INIT']);
    assert.match(said, /^task-watchers: no command nonsense; there are: .*table/);
  });

  it('passes its health check', async () => {
    const { open, editor, folder } = opened();
    await open('kernel/fork.c');
    const lines = strings.parse(
      await editor.lua(
        `vim.cmd('checkhealth task_watchers')
         local lines
         wait(function()
           lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
           return table.concat(lines, '\\n'):find('log:')
         end, 'the report')
         return lines`,
      ),
    );
    const text = lines.join('\n');
    assert.doesNotMatch(text, /ERROR|WARNING/, text);
    assert.match(text, /OK server \d+\.\d+\.\d+/);
    assert.match(text, /OK Node\.js v\d+/);
    assert.ok(text.includes(`serves ${folder}`), text);
    assert.match(text, /ready: \d+ registrations/);
  });
});
