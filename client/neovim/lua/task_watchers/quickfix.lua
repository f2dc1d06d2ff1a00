--- Places in slot order, in the quickfix list.
local M = {}

---@param title string
---@param locations table[] `Location`s, in the order to be shown
function M.show(title, locations)
  local lines = {} ---@type table<string, string[]>
  local items = {}
  for slot, location in ipairs(locations) do
    local file = vim.uri_to_fname(location.uri)
    if not lines[file] then
      local bufnr = vim.fn.bufnr(file)
      local loaded = bufnr >= 0 and vim.api.nvim_buf_is_loaded(bufnr)
      lines[file] = loaded and vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
        or (vim.uv.fs_stat(file) and vim.fn.readfile(file) or {})
    end
    local start = location.range.start
    items[slot] = {
      filename = file,
      lnum = start.line + 1,
      col = start.character + 1,
      text = ('%d  %s'):format(slot - 1, vim.trim(lines[file][start.line + 1] or '')),
    }
  end
  if #items == 0 then
    vim.notify('task-watchers: ' .. title .. ': nothing to show')
    return
  end
  vim.fn.setqflist({}, ' ', { title = title, items = items })
  vim.cmd('botright copen')
end

return M
