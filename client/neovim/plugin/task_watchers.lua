-- Loaded by Neovim itself. What costs anything is loaded when it is first used.
if vim.g.loaded_task_watchers then
  return
end
vim.g.loaded_task_watchers = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('task-watchers: needs Neovim 0.10 or newer', vim.log.levels.WARN)
  return
end

require('task_watchers.handlers').register()

vim.api.nvim_create_user_command('TaskWatchers', function(invocation)
  require('task_watchers.commands').run(invocation)
end, {
  nargs = '*',
  desc = 'Task Watchers: tables, dispatch preview, reasons, configurations',
  complete = function(...)
    return require('task_watchers.commands').complete(...)
  end,
})
