--- The tables of a kernel, in slot order; what is not linked can be shown too, with the reason.
local server = require('task_watchers.server')
local view = require('task_watchers.view')

local M = {}

local function known(value)
  if value == vim.NIL then
    return nil
  end
  return value
end

---@param root string
local function entry_row(root, entry, width)
  local slot = known(entry.slot)
  local linked = entry.status == 'linked'
  local about = linked and (known(entry.object) or '') or (entry.reason ~= '' and entry.reason or entry.status)
  return {
    { ('%6s  '):format(slot or '·'), 'Number' },
    { ('%-' .. width .. 's  '):format(entry['function']), linked and 'Function' or 'Comment' },
    { ('%s:%d  '):format(entry.file, entry.line), 'Directory' },
    { about, 'Comment' },
    target = { file = root .. '/' .. entry.file, line = entry.line, column = entry.column },
    key = ('%s %s'):format(entry.event, entry['function']),
    data = { event = entry.event, entry = entry },
  }
end

---@param tables table answer of `taskWatchers/tables`
---@param wanted { event?: string, all: boolean }
---@return task_watchers.Row[]
local function rows_of(tables, wanted)
  local root = tables.root
  local rows = {}
  local function add(row)
    rows[#rows + 1] = row
  end
  add({
    { tables.title, 'Title' },
    { ('  %s'):format(known(tables.config) or 'no configuration'), 'Comment' },
    { tables.complete and '' or '  still indexing', 'WarningMsg' },
  })
  for _, event in ipairs(tables.events) do
    if not wanted.event or event.name == wanted.event then
      local linked, shown, width = 0, {}, 8
      for _, entry in ipairs(event.entries) do
        linked = linked + (entry.status == 'linked' and 1 or 0)
        if wanted.all or entry.status == 'linked' or entry.status == 'conditional' then
          shown[#shown + 1] = entry
          width = math.max(width, #entry['function'])
        end
      end
      add({})
      add({
        { event.name, 'Type' },
        { ('  %d %s'):format(linked, tables.noun[linked == 1 and 1 or 2]) },
        { known(event.meaning) and '  ' .. event.meaning or '', 'Comment' },
        key = event.name,
        data = { event = event.name },
      })
      for _, entry in ipairs(shown) do
        add(entry_row(root, entry, width))
      end
      for _, site in ipairs(tables.callSites) do
        if known(site.event) == event.name then
          add({
            { '        from ', 'Comment' },
            { known(site.caller) or '?', 'Identifier' },
            { ('  %s:%d'):format(site.file, site.line), 'Directory' },
            target = { file = root .. '/' .. site.file, line = site.line, column = site.column },
            key = ('%s from %s:%s'):format(event.name, site.file, known(site.caller) or ''),
            data = { event = event.name, site = site },
          })
        end
      end
    end
  end
  if #tables.notes > 0 then
    add({})
    add({ { ('Notes (%d)'):format(#tables.notes), 'Title' } })
    for _, note in ipairs(tables.notes) do
      add({ { '  ' .. note.message, 'Comment' } })
    end
  end
  return rows
end

--- Opens the table of an event, or all of a family.
---@param client vim.lsp.Client
---@param wanted? { event?: string, family?: string }
---@return integer bufnr
function M.open(client, wanted)
  wanted = wanted or {}
  local root = server.root_of(client)
  local shown = { event = wanted.event, all = false }
  local name = ('task-watchers://%s/table/%s%s'):format(
    root,
    wanted.family and wanted.family .. '/' or '',
    wanted.event or ''
  )
  local bufnr
  bufnr = view.open({
    name = name,
    root = root,
    draw = function(show)
      local current = server.client(bufnr)
      if not current then
        return show({ { { 'The server is not running.', 'WarningMsg' } } })
      end
      local asked = { root = vim.uri_from_fname(root), family = wanted.family }
      server.request(current, 'taskWatchers/tables', asked, function(tables)
        show(tables and rows_of(tables, shown) or { { { 'No kernel tree is open.', 'WarningMsg' } } })
      end, function(message)
        show({ { { message, 'ErrorMsg' } } })
      end)
    end,
    keys = {
      a = {
        function()
          shown.all = not shown.all
          view.redraw(bufnr)
        end,
        'also what is not linked, and why',
      },
      gd = {
        function(row)
          local entry = row and row.data and row.data.entry
          local definition = entry and known(entry.definition)
          if definition then
            view.go({ file = root .. '/' .. definition.file, line = definition.line, column = definition.column })
          else
            vim.notify('task-watchers: no definition known')
          end
        end,
        'go to the watcher function',
      },
      p = {
        function(row)
          local current = server.need(bufnr)
          if not current or not (row and row.data) then
            return
          end
          local site = row.data.site
          require('task_watchers.dispatch_view').open(current, {
            event = row.data.event,
            uri = site and vim.uri_from_fname(root .. '/' .. site.file),
            line = site and site.line - 1,
            character = site and site.column - 1,
          })
        end,
        'preview what a notification does',
      },
      w = {
        function(row)
          local current = server.need(bufnr)
          local entry = row and row.data and row.data.entry
          if current and entry then
            require('task_watchers.why_view').open(current, { object = known(entry.object) or entry.file })
          end
        end,
        'why its object is linked or not',
      },
    },
  })
  return bufnr
end

return M
