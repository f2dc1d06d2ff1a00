--- What a notification does: each watcher in slot order with what it may return, the result, and how the caller goes on.
--- Watchers can be made to fail. Drawn again while the user types.
local server = require('task_watchers.server')
local view = require('task_watchers.view')

local M = {}

local anchors = vim.api.nvim_create_namespace('task_watchers_call_site')

local function known(value)
  if value == vim.NIL then
    return nil
  end
  return value
end

--- A possible return as text.
local function text_of(value)
  value = known(value)
  return type(value) == 'table' and (known(value.text) or '?') or (value and tostring(value)) or ''
end

local group_of = { error = 'DiagnosticError', zero = 'DiagnosticOk', unknown = 'DiagnosticWarn' }

local function returns_of(step)
  local chosen = known(step.chosen)
  local texts = {}
  for _, one in ipairs(known(step.returns) or {}) do
    local text = text_of(one)
    if not vim.list_contains(texts, text) then
      texts[#texts + 1] = text
    end
  end
  local others = table.concat(texts, ' | ')
  if not chosen then
    return others, 'Comment', ''
  end
  local reason = type(chosen) == 'table' and known(chosen.reason) or ''
  local kind = type(chosen) == 'table' and chosen.kind or nil
  local text = text_of(chosen)
  return text, group_of[kind] or 'Constant', others ~= text and others or '', reason or ''
end

local function caller_row(root, file, step)
  local line = step.line
  local shown = {
    test = function()
      local decided = known(step.decided) == false and ' (may also be the other way)' or ''
      return { { 'if ' .. (step.text or ''), 'Conditional' }, { (step.holds and '  holds' or '  does not hold') .. decided, 'Comment' } }
    end,
    ['goto'] = function()
      return { { 'goto ' .. (step.label or ''), 'Keyword' } }
    end,
    label = function()
      return { { (step.name or '') .. ':', 'Label' } }
    end,
    notify = function()
      local names = {}
      for _, watcher in ipairs(step.watchers or {}) do
        names[#names + 1] = watcher['function']
      end
      local after = { failed = 'after a failed INIT', never = 'for a task that INIT has not seen' }
      return {
        { 'notifies ' .. (step.event or ''), 'Type' },
        { after[step.afterInit] and '  ' .. after[step.afterInit] or '', 'WarningMsg' },
        { #names > 0 and '  ' .. table.concat(names, ', ') or '  no watchers', 'Function' },
      }
    end,
    call = function()
      return { { (step['function'] or '') .. '()', 'Identifier' } }
    end,
    ['return'] = function()
      return { { step.text or 'return', 'Keyword' } }
    end,
    unknown = function()
      return { { step.reason or '?', 'WarningMsg' } }
    end,
  }
  local row = (shown[step.kind] or shown.unknown)()
  table.insert(row, 1, { ('%6d  '):format(line), 'LineNr' })
  row.target = { file = root .. '/' .. file, line = line }
  row.key = ('%s %s %s'):format(file, step.kind, step.label or step.name or step.event or step.text or '')
  return row
end

---@param root string
---@param json table answer of `taskWatchers.dispatch`
---@param failing table<string, string|true> what was asked for
local function rows_of(root, json, failing)
  local rows = {}
  local function add(row)
    rows[#rows + 1] = row
  end
  local val = known(json.val)
  local value = type(val) == 'table' and known(val.value) or nil
  add({
    { ('Dispatch of %s'):format(json.event), 'Title' },
    { '  val = ' .. text_of(val), 'Constant' },
    { value and ('  (%s)'):format(value) or '', 'Comment' },
  })
  local dispatcher = known(json.dispatcher)
  if type(dispatcher) == 'table' then
    add({
      { dispatcher['function'], 'Function' },
      { '  ' .. (known(dispatcher.semantics) or ''), 'Comment' },
      { ('  %s:%d'):format(dispatcher.file, dispatcher.line), 'Directory' },
      target = { file = root .. '/' .. dispatcher.file, line = dispatcher.line },
    })
  end
  add({})
  local width = 8
  for _, step in ipairs(json.steps) do
    width = math.max(width, #step['function'])
  end
  for _, step in ipairs(json.steps) do
    local returns, group, others, reason = returns_of(step)
    local injected = known(step.injected) or failing[step['function']]
    local called = known(step.called) or 'yes'
    local file = known(step.file)
    add({
      { ('%6s  '):format(known(step.slot) or '·'), 'Number' },
      { ('%-' .. width .. 's  '):format(step['function']), called == 'no' and 'Comment' or 'Function' },
      { called == 'no' and 'not called' or returns, called == 'no' and 'Comment' or group },
      { injected and '  made to fail' or '', 'DiagnosticWarn' },
      { called == 'maybe' and '  perhaps not called' or '', 'DiagnosticWarn' },
      { called ~= 'no' and others ~= '' and '  may return ' .. others or '', 'Comment' },
      { called ~= 'no' and (reason or '') ~= '' and '  ' .. reason or '', 'Comment' },
      target = file and { file = root .. '/' .. file, line = step.line },
      key = 'watcher ' .. step['function'],
      data = { watcher = step['function'] },
    })
  end
  if #json.steps == 0 then
    add({ { '  no watchers', 'Comment' } })
  end
  add({})
  local results = {}
  local result = known(json.result)
  for _, one in ipairs(vim.islist(result) and result or { result }) do
    results[#results + 1] = text_of(one)
  end
  add({ { 'Result  ', 'Title' }, { table.concat(results, ' or '), 'Constant' } })
  for _, run in ipairs(known(json.caller) or {}) do
    add({})
    add({
      { 'Then in ', 'Title' },
      { known(run['function']) or '?', 'Function' },
      { ('  %s:%d'):format(run.file, run.line), 'Directory' },
      { known(run.certain) == false and '  one of several ways' or '', 'Comment' },
      target = { file = root .. '/' .. run.file, line = run.line },
    })
    for _, step in ipairs(run.steps or {}) do
      add(caller_row(root, run.file, step))
    end
    if known(run.returns) then
      add({ { '        returns ', 'Comment' }, { text_of(run.returns), 'Constant' } })
    end
  end
  local notes = known(json.notes) or {}
  if #notes > 0 then
    add({})
    for _, note in ipairs(notes) do
      add({ { '  ' .. (type(note) == 'table' and note.message or note), 'Comment' } })
    end
  end
  return rows
end

--- Keeps the place of a call site while the text around it changes. Returns what tells it now.
---@param wanted { uri?: string, line?: integer, character?: integer }
local function anchored(wanted)
  local bufnr = wanted.uri and vim.fn.bufnr(vim.uri_to_fname(wanted.uri)) or -1
  if not wanted.line or bufnr < 0 or not vim.api.nvim_buf_is_loaded(bufnr) then
    return function()
      return wanted.line, wanted.character
    end
  end
  -- The column is kept by the text in front of it: what moves is the line.
  local mark = vim.api.nvim_buf_set_extmark(bufnr, anchors, wanted.line, 0, {})
  return function()
    local at = vim.api.nvim_buf_is_loaded(bufnr) and vim.api.nvim_buf_get_extmark_by_id(bufnr, anchors, mark, {})
    return at and at[1] or wanted.line, wanted.character
  end
end

--- Opens the preview of an event, or of one call site.
---@param client vim.lsp.Client
---@param wanted { event?: string, uri?: string, line?: integer, character?: integer, val?: string }
---@return integer bufnr
function M.open(client, wanted)
  local root = server.root_of(client)
  local failing = {} ---@type table<string, string|true>
  local val = wanted.val
  local position = anchored(wanted)
  local place = wanted.line
      and ('%s:%d'):format(vim.fs.basename(vim.uri_to_fname(wanted.uri)), wanted.line + 1)
    or wanted.event
  local bufnr
  bufnr = view.open({
    name = ('task-watchers://%s/dispatch/%s'):format(root, place or ''),
    root = root,
    draw = function(show)
      local current = server.client(bufnr)
      if not current then
        return show({ { { 'The server is not running.', 'WarningMsg' } } })
      end
      local line, character = position()
      local asked = vim.deepcopy(failing)
      local fail = {}
      for watcher, errno in pairs(asked) do
        fail[#fail + 1] = { ['function'] = watcher, errno = errno ~= true and errno or nil }
      end
      local argument = {
        root = vim.uri_from_fname(root),
        uri = wanted.uri,
        line = line,
        character = character,
        event = not line and wanted.event or nil,
        val = val,
        fail = #fail > 0 and fail or nil,
      }
      server.execute(current, 'taskWatchers.dispatch', argument, function(result)
        show(result and rows_of(root, result.json, asked) or { { { 'No kernel tree is open.', 'WarningMsg' } } })
      end, function(message)
        show({ { { message, 'ErrorMsg' } } })
      end)
    end,
    keys = {
      f = {
        function(row)
          local watcher = row and row.data and row.data.watcher
          if not watcher then
            return vim.notify('task-watchers: no watcher in this line')
          end
          failing[watcher] = not failing[watcher] or nil
          view.redraw(bufnr)
        end,
        'make the watcher fail, or not',
      },
      F = {
        function(row)
          local watcher = row and row.data and row.data.watcher
          if not watcher then
            return vim.notify('task-watchers: no watcher in this line')
          end
          vim.ui.input({ prompt = watcher .. ' fails with: ', default = 'ENOMEM' }, function(errno)
            if errno and errno ~= '' then
              failing[watcher] = errno
              view.redraw(bufnr)
            end
          end)
        end,
        'make the watcher fail with an error of your choice',
      },
      v = {
        function()
          vim.ui.input({ prompt = 'val: ', default = val or '' }, function(text)
            if text then
              val = text ~= '' and text or nil
              view.redraw(bufnr)
            end
          end)
        end,
        'another val, such as CLONE_VM|CLONE_THREAD',
      },
    },
  })
  return bufnr
end

return M
