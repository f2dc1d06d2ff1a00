--- `:checkhealth task_watchers`
local server = require('task_watchers.server')

local M = {}

---@param command string[]
---@return string? output, first line
local function output_of(command)
  local done, process = pcall(vim.system, command, { text = true, timeout = 5000 })
  if not done then
    return nil
  end
  local result = process:wait()
  return result.code == 0 and vim.trim(result.stdout):match('^[^\n]*') or nil
end

local function check_server()
  local health = vim.health
  local command = server.config().cmd
  if type(command) ~= 'table' then
    health.info('The server is started by a function of your configuration.')
    return
  end
  local words = vim.tbl_filter(function(word)
    return not vim.startswith(word, '--')
  end, command)
  if vim.fn.executable(words[1]) == 0 then
    health.error(words[1] .. ' is not on the path', {
      'Install the server: npm install -g task-watchers-language-server-VERSION.tgz',
      'Or name it: require("task_watchers").setup({ cmd = { "node", "/…/task-watchers-language-server.js", "--stdio" } })',
      'See :help task-watchers-install',
    })
    return
  end
  local version = output_of(vim.list_extend(vim.list_extend({}, words), { '--version' }))
  if version then
    health.ok(('server %s: %s'):format(version, table.concat(command, ' ')))
  else
    health.error(table.concat(words, ' ') .. ' --version does not answer', {
      'It needs Node.js 20.12 or newer; in a checkout: npm ci && npm run build',
    })
  end
  local node = output_of({ 'node', '--version' })
  if not node then
    health.error('node is not on the path: the server needs Node.js 20.12 or newer')
  elseif vim.version.lt(node, '20.12.0') then
    health.error(('Node.js %s is too old: the server needs 20.12 or newer'):format(node))
  else
    health.ok('Node.js ' .. node)
  end
end

local function check_clients()
  local health = vim.health
  local clients = vim.lsp.get_clients({ name = server.name })
  if #clients == 0 then
    health.info('No server is running. It starts when a file of a kernel tree is opened.')
    return
  end
  for _, client in ipairs(clients) do
    local root = server.root_of(client)
    local status = require('task_watchers.handlers').status(root)
    local buffers = #vim.lsp.get_buffers_by_client_id(client.id)
    health.ok(('serves %s, %d buffer%s, positions in %s'):format(root, buffers, buffers == 1 and '' or 's', client.offset_encoding))
    if not status then
      health.warn('it has said nothing about this kernel yet')
    elseif status.state == 'failed' then
      health.error(status.message)
    else
      health.ok(('%s: %s registrations'):format(status.state, status.registrations or 'no'))
      if status.config then
        health.ok('configuration ' .. status.config)
      elseif status.state == 'ready' then
        health.warn('no configuration: registrations have no slots', {
          ':TaskWatchers config, or settings.taskWatchers.config or buildDir',
        })
      end
      for _, note in ipairs(status.notes or {}) do
        health.info(note)
      end
    end
  end
end

local function check_position_encodings()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    local encodings = {}
    for _, client in ipairs(vim.lsp.get_clients({ bufnr = bufnr })) do
      encodings[client.offset_encoding] = true
    end
    if vim.tbl_count(encodings) > 1 and #vim.lsp.get_clients({ bufnr = bufnr, name = server.name }) > 0 then
      vim.health.warn(
        ('%s: servers count positions in different units: %s'):format(
          vim.api.nvim_buf_get_name(bufnr),
          table.concat(vim.tbl_keys(encodings), ', ')
        ),
        { 'Start the other server with the same: clangd --offset-encoding=' .. 'utf-16, or utf-8' }
      )
      return
    end
  end
end

function M.check()
  vim.health.start('task_watchers')
  if vim.fn.has('nvim-0.10') == 0 then
    vim.health.error('Neovim 0.10 or newer is needed')
    return
  end
  vim.health.ok(('Neovim %s, %s'):format(
    tostring(vim.version()),
    vim.fn.has('nvim-0.11') == 1 and 'vim.lsp.enable' or "require('task_watchers').setup()"
  ))
  if #vim.api.nvim_get_runtime_file('lsp/task_watchers.lua', false) == 0 then
    vim.health.error('lsp/task_watchers.lua is not on the runtimepath')
    return
  end
  check_server()
  check_clients()
  check_position_encodings()
  vim.health.info("log: " .. vim.lsp.get_log_path())
end

return M
