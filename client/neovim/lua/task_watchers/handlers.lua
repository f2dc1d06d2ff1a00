--- What the server sends by itself, and the lens commands that are the client's own.
local M = {}

---@class task_watchers.Status
---@field root string URI of the kernel's root
---@field state 'indexing'|'ready'|'idle'|'failed'
---@field message string
---@field fraction? number
---@field registrations? integer
---@field config? string
---@field notes? string[]

---@type table<string, task_watchers.Status> by folder
local states = {}

---@param root? string
---@return task_watchers.Status?
function M.status(root)
  if not root then
    local server = require('task_watchers.server')
    local client = server.client()
    root = client and server.root_of(client)
  end
  return root and states[vim.fs.normalize(root)]
end

local function fire(pattern, data)
  vim.api.nvim_exec_autocmds('User', { pattern = pattern, modeline = false, data = data })
end

local function on_status(_, params)
  local known = {}
  for key, value in pairs(params) do
    known[key] = value ~= vim.NIL and value or nil
  end
  local folder = vim.fs.normalize(vim.uri_to_fname(params.root))
  local before = states[folder]
  states[folder] = known.state ~= 'idle' and known or nil
  fire('TaskWatchersStatus', known)
  if known.state == 'ready' and not (before and before.state == 'ready') then
    fire('TaskWatchersChanged', { root = params.root })
  end
  vim.cmd.redrawstatus()
end

local function on_changed(_, params)
  fire('TaskWatchersChanged', params)
end

--- In slot order: `vim.lsp.util.locations_to_items` would sort them by file.
local function show_watchers(command)
  local argument = (command.arguments or {})[1]
  if not argument then
    return
  end
  require('task_watchers.quickfix').show(argument.title, argument.locations or {})
end

local function preview_dispatch(command, context)
  local argument = (command.arguments or {})[1] or {}
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client then
    require('task_watchers.dispatch_view').open(client, {
      uri = argument.uri,
      line = argument.line,
      character = argument.character,
      event = argument.event,
    })
  end
end

--- Makes all of them known to Neovim, however the server will be started.
function M.register()
  vim.lsp.handlers['taskWatchers/status'] = on_status
  vim.lsp.handlers['taskWatchers/changed'] = on_changed
  vim.lsp.commands['taskWatchers.showWatchers'] = show_watchers
  vim.lsp.commands['taskWatchers.previewDispatch'] = preview_dispatch

  local group = vim.api.nvim_create_augroup('task_watchers', {})
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'task_watchers' then
        require('task_watchers.decorations').attach(client, event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = 'TaskWatchersChanged',
    callback = function(event)
      require('task_watchers.decorations').changed()
      require('task_watchers.view').changed(event.data and event.data.root)
    end,
  })
end

return M
