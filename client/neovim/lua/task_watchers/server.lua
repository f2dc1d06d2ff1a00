--- The server as the rest of the plugin sees it: which client, how to ask it, starting and restarting.
local options = require('task_watchers.options')

local M = {}

--- Name of the client, as `vim.lsp.enable` has it.
M.name = 'task_watchers'

local modern = vim.fn.has('nvim-0.11') == 1

--- Calls a method of a client: from 0.11 on they are methods, before that plain functions in fields.
---@param client vim.lsp.Client
---@param method string
function M.call(client, method, ...)
  if modern then
    return client[method](client, ...)
  end
  return client[method](...)
end

--- The configuration as it will be used: that of `lsp/task_watchers.lua` with the user's over it.
---@return table
function M.config()
  if modern then
    return assert(vim.lsp.config[M.name], 'task_watchers: lsp/task_watchers.lua is not on the runtimepath')
  end
  local own = options.get()
  local file = vim.api.nvim_get_runtime_file('lsp/task_watchers.lua', false)[1]
  assert(file, 'task_watchers: lsp/task_watchers.lua is not on the runtimepath')
  return vim.tbl_extend('force', dofile(file), {
    name = M.name,
    cmd = own.cmd,
    settings = own.settings and { taskWatchers = own.settings } or nil,
  })
end

--- Starts the server for every buffer of a kernel tree, those that are open already too.
function M.enable()
  local own = options.get()
  if modern then
    vim.lsp.config(M.name, {
      cmd = own.cmd,
      settings = own.settings and { taskWatchers = own.settings } or nil,
    })
    vim.lsp.enable(M.name)
    return
  end
  local config = M.config()
  local function start(bufnr)
    config.root_dir(bufnr, function(folder)
      local capabilities =
        vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), config.capabilities)
      vim.lsp.start(
        vim.tbl_extend('force', config, { root_dir = folder, capabilities = capabilities }),
        { bufnr = bufnr }
      )
    end)
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('task_watchers_start', {}),
    pattern = config.filetypes,
    callback = function(event)
      start(event.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.list_contains(config.filetypes, vim.bo[bufnr].filetype) then
      start(bufnr)
    end
  end
end

--- Folder of the kernel that a client serves.
---@param client vim.lsp.Client
---@return string?
function M.root_of(client)
  return client.root_dir or client.config.root_dir
end

--- The client to ask: the one of the buffer, else that of the view in it, else the only one there is.
---@param bufnr? integer default: the current buffer
---@return vim.lsp.Client?
function M.client(bufnr)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  local attached = vim.lsp.get_clients({ name = M.name, bufnr = bufnr })[1]
  if attached then
    return attached
  end
  local root = vim.b[bufnr].task_watchers_root
  local all = vim.lsp.get_clients({ name = M.name })
  if root then
    for _, client in ipairs(all) do
      if M.root_of(client) == root then
        return client
      end
    end
    return nil
  end
  return all[1]
end

---@param message string
function M.complain(message)
  vim.notify('task-watchers: ' .. message, vim.log.levels.ERROR)
end

--- The client to ask; without one, nil, and the user is told.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.need(bufnr)
  local client = M.client(bufnr)
  if not client then
    M.complain('no server is running: open a file of a kernel tree, or see :checkhealth task_watchers')
  end
  return client
end

--- Sends a request. `done` gets what was answered, nil for null; an error is one line for the user, unless `failed` takes
--- it.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param done fun(result: any)
---@param failed? fun(message: string)
function M.request(client, method, params, done, failed)
  M.call(client, 'request', method, params, function(err, result)
    if err then
      (failed or M.complain)((err.message or tostring(err)):gsub('\n.*', ''))
      return
    end
    if result == vim.NIL then
      result = nil
    end
    done(result)
  end)
end

--- Runs one of the server's commands. `argument` may leave out the kernel: then it is the client's.
---@param client vim.lsp.Client
---@param command string `taskWatchers.table`, …
---@param argument table
---@param done fun(result: { markdown: string, json: table }?)
---@param failed? fun(message: string)
function M.execute(client, command, argument, done, failed)
  if not argument.uri and not argument.root then
    argument = vim.tbl_extend('force', argument, { root = vim.uri_from_fname(M.root_of(client)) })
  end
  M.request(
    client,
    'workspace/executeCommand',
    { command = command, arguments = { argument } },
    done,
    failed
  )
end

--- Ends the client and starts it again for the same buffers; `done` gets the new client.
---@param client vim.lsp.Client
---@param done? fun(client: vim.lsp.Client?)
function M.restart(client, done)
  local buffers = vim.lsp.get_buffers_by_client_id(client.id)
  local config = client.config
  local waited = 0
  M.call(client, 'stop')
  local timer = assert(vim.uv.new_timer())
  timer:start(
    20,
    20,
    vim.schedule_wrap(function()
      if timer:is_closing() then
        return
      end
      waited = waited + 20
      if vim.lsp.get_client_by_id(client.id) then
        -- A server that hangs must not keep the user from a new one.
        if waited == 3000 then
          M.call(client, 'stop', true)
        end
        return
      end
      timer:close()
      local id
      for _, bufnr in ipairs(buffers) do
        if vim.api.nvim_buf_is_loaded(bufnr) then
          id = vim.lsp.start(config, { bufnr = bufnr }) or id
        end
      end
      if done then
        done(id and vim.lsp.get_client_by_id(id))
      end
    end)
  )
end

return M
