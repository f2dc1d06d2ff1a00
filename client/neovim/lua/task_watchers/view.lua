--- Read-only buffers made of rows: each row is text in chunks, and may know the place in the source that it is about.
local M = {}

---@class task_watchers.Target
---@field file string absolute
---@field line integer 1-based
---@field column? integer 1-based, in UTF-16 code units

---@class task_watchers.Row
---@field [integer] { [1]: string, [2]: string? } chunks: text and highlight group
---@field target? task_watchers.Target
---@field key? string what the row is about: the cursor stays on it when the view is redrawn
---@field data? any for the keys of the view

---@class task_watchers.View
---@field root string folder of the kernel
---@field draw fun(show: fun(rows: task_watchers.Row[])) asks for what is to be seen, then shows it, at once or later
---@field rows task_watchers.Row[]
---@field busy boolean an answer is awaited
---@field again boolean something changed since it was asked for

---@type table<integer, task_watchers.View>
local views = {}

local namespace = vim.api.nvim_create_namespace('task_watchers_view')

--- The row under the cursor of the current window.
---@param bufnr integer
---@return task_watchers.Row?
local function row_under_cursor(bufnr)
  local view = views[bufnr]
  return view and view.rows[vim.api.nvim_win_get_cursor(0)[1]]
end
M.row_under_cursor = row_under_cursor

---@param bufnr integer
---@param rows task_watchers.Row[]
local function show(bufnr, rows)
  local view = views[bufnr]
  if not view or not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  local cursors = {} ---@type table<integer, { key: string?, nth: integer, line: integer, column: integer }>
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    local line, column = unpack(vim.api.nvim_win_get_cursor(window))
    cursors[window] = { key = (view.rows[line] or {}).key, line = line, column = column }
  end
  local lines, lines_of = {}, {}
  for number, row in ipairs(rows) do
    local text = {}
    for index, chunk in ipairs(row) do
      text[index] = chunk[1]
    end
    lines[number] = table.concat(text):gsub('\n', ' ')
    if row.key and not lines_of[row.key] then
      lines_of[row.key] = number
    end
  end
  view.rows = rows
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  for number, row in ipairs(rows) do
    local column = 0
    for _, chunk in ipairs(row) do
      if chunk[2] then
        vim.api.nvim_buf_set_extmark(bufnr, namespace, number - 1, column, {
          end_col = column + #chunk[1],
          hl_group = chunk[2],
        })
      end
      column = column + #chunk[1]
    end
  end
  for window, cursor in pairs(cursors) do
    local line = cursor.key and lines_of[cursor.key] or math.min(cursor.line, math.max(#lines, 1))
    pcall(vim.api.nvim_win_set_cursor, window, { line, cursor.column })
  end
end

--- Asks for the contents again. While an answer is awaited, many changes become one.
---@param bufnr integer
function M.redraw(bufnr)
  local view = views[bufnr]
  if not view then
    return
  end
  if view.busy then
    view.again = true
    return
  end
  view.busy = true
  view.draw(function(rows)
    view.busy = false
    show(bufnr, rows)
    if view.again then
      view.again = false
      M.redraw(bufnr)
    end
  end)
end

--- Tables of a kernel changed: its views are drawn again.
---@param root? string URI; nil: of any kernel
function M.changed(root)
  local folder = root and vim.fs.normalize(vim.uri_to_fname(root))
  for bufnr, view in pairs(views) do
    if not folder or vim.fs.normalize(view.root) == folder then
      M.redraw(bufnr)
    end
  end
end

--- Goes to a place: in the window that the view was opened from where it is still there, else in a new one.
---@param target task_watchers.Target
function M.go(target)
  local here = vim.api.nvim_get_current_win()
  local before = vim.fn.win_getid(vim.fn.winnr('#'))
  if before ~= 0 and before ~= here and vim.bo[vim.api.nvim_win_get_buf(before)].buftype == '' then
    vim.api.nvim_set_current_win(before)
  else
    vim.cmd('aboveleft split')
  end
  local position = { line = target.line - 1, character = (target.column or 1) - 1 }
  vim.lsp.util.show_document(
    { uri = vim.uri_from_fname(target.file), range = { start = position, ['end'] = position } },
    'utf-16',
    { focus = true }
  )
  if not target.column then
    vim.cmd('normal! ^')
  end
end

---@param name string
---@return integer?
local function buffer_named(name)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(bufnr) == name then
      return bufnr
    end
  end
end

--- Opens a view, or goes to the one of that name. Keys that every view has: `<CR>` goes to the place of the row, `r` asks
--- again, `q` closes. `keys` are those of this one, each with the function it calls and what it does.
---@param wanted { name: string, root: string, draw: function, keys?: table<string, { [1]: fun(row: task_watchers.Row?), [2]: string }> }
---@return integer bufnr
function M.open(wanted)
  local bufnr = buffer_named(wanted.name)
  if not bufnr then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, wanted.name)
  end
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].modifiable = false
  vim.b[bufnr].task_watchers_root = wanted.root
  views[bufnr] = { root = wanted.root, draw = wanted.draw, rows = {}, busy = false, again = false }
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      views[bufnr] = nil
    end,
  })

  local window = vim.fn.win_findbuf(bufnr)[1]
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('belowright split')
    vim.api.nvim_win_set_buf(0, bufnr)
    vim.wo[0][0].number = false
    vim.wo[0][0].relativenumber = false
    vim.wo[0][0].wrap = false
    vim.wo[0][0].signcolumn = 'no'
  end
  vim.bo[bufnr].filetype = 'task-watchers'

  local keys = vim.tbl_extend('force', {
    ['<CR>'] = {
      function(row)
        if row and row.target then
          M.go(row.target)
        else
          vim.notify('task-watchers: no place in this line')
        end
      end,
      'go to the source',
    },
    r = {
      function()
        M.redraw(bufnr)
      end,
      'ask again',
    },
    q = {
      function()
        vim.cmd.close()
      end,
      'close',
    },
  }, wanted.keys or {})
  local names = vim.tbl_keys(keys)
  table.sort(names)
  keys['g?'] = {
    function()
      local shown = vim.tbl_map(function(key)
        return ('%-4s %s'):format(key, keys[key][2])
      end, names)
      vim.notify(table.concat(shown, '\n'))
    end,
    'these keys',
  }
  for key, does in pairs(keys) do
    vim.keymap.set('n', key, function()
      does[1](row_under_cursor(bufnr))
    end, { buffer = bufnr, nowait = true, desc = 'Task Watchers: ' .. does[2] })
  end
  M.redraw(bufnr)
  return bufnr
end

return M
