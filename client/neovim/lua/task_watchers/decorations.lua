--- Lenses and inlay hints of our server, switched on; those of other servers stay as they are.
local options = require('task_watchers.options')
local server = require('task_watchers.server')

local M = {}

--- Before 0.12 nobody asks for lenses unless told to; this asks only our server.
local function ask_for_lenses(client, bufnr)
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  server.call(client, 'request', 'textDocument/codeLens', {
    textDocument = vim.lsp.util.make_text_document_params(bufnr),
  }, vim.lsp.codelens.on_codelens, bufnr)
end

local asks = vim.lsp.codelens.enable == nil

---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  local own = options.get()
  if own.inlay_hints then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
  if not own.lenses then
    return
  end
  if not asks then
    vim.lsp.codelens.enable(true, { client_id = client.id })
    return
  end
  ask_for_lenses(client, bufnr)
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = vim.api.nvim_create_augroup('task_watchers_lenses_' .. bufnr, {}),
    buffer = bufnr,
    callback = function()
      local current = vim.lsp.get_clients({ name = server.name, bufnr = bufnr })[1]
      if current then
        ask_for_lenses(current, bufnr)
      end
    end,
  })
end

--- Tables changed: lenses in all buffers may say something else now.
function M.changed()
  if not asks or not options.get().lenses then
    return
  end
  for _, client in ipairs(vim.lsp.get_clients({ name = server.name })) do
    for _, bufnr in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
      ask_for_lenses(client, bufnr)
    end
  end
end

return M
