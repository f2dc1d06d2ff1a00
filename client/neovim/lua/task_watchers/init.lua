--- The module that a user's configuration calls; `:help task-watchers-lua`.
local M = {}

--- Takes options and starts the server in every kernel tree that is opened. From Neovim 0.11 on,
--- `vim.lsp.enable('task_watchers')` does the same with the defaults.
---@param options? task_watchers.Options
function M.setup(options)
  require('task_watchers.options').set(options)
  require('task_watchers.server').enable()
end

--- The last status that the server sent for a kernel; nil before the first.
---@param root? string folder of the kernel; default: that of the current buffer, else the only one
---@return task_watchers.Status?
function M.status(root)
  return require('task_watchers.handlers').status(root)
end

--- For a status line: `INIT 7 …` is for views; this is one short word or two, empty outside a kernel tree.
---@return string
function M.statusline()
  local status = M.status()
  if not status then
    return ''
  end
  if status.state == 'ready' then
    return ('tw: %d'):format(status.registrations or 0)
  end
  if status.state == 'indexing' and type(status.fraction) == 'number' then
    return ('tw: %d%%'):format(math.floor(status.fraction * 100))
  end
  return 'tw: ' .. status.state
end

return M
