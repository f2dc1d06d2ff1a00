--- Why an object is linked or not: the lines of the makefiles that ask for it.
local server = require('task_watchers.server')
local view = require('task_watchers.view')

local M = {}

local function rows_of(root, why)
  local about = {
    linked = 'is linked' .. (type(why.index) == 'number' and (', number %d in link order'):format(why.index) or ''),
    ['archive-member'] = 'is in an archive: linked only when something needs it',
    module = 'is built as a module: not in vmlinux',
    conditional = 'is linked if (there is no configuration to tell):',
  }
  local rows = {
    { { why.object, 'Title' }, { '  ' .. (about[why.status] or 'is not built (' .. why.status .. ')') } },
    {},
  }
  for _, step in ipairs(why.why) do
    local guards = #step.guards > 0 and '  if ' .. table.concat(step.guards, ', ') or ''
    rows[#rows + 1] = {
      { ('%s:%d  '):format(step.file, step.line), 'Directory' },
      { step.text, 'String' },
      { guards, 'Comment' },
      target = { file = root .. '/' .. step.file, line = step.line },
      key = ('%s %s'):format(step.file, step.text),
    }
  end
  if #why.why == 0 then
    rows[#rows + 1] = { { 'No makefile names it.', 'Comment' } }
  end
  return rows
end

--- Of an object (`kernel/fork.o`), or of a source file by its URI.
---@param client vim.lsp.Client
---@param wanted { object?: string, uri?: string }
---@return integer bufnr
function M.open(client, wanted)
  local root = server.root_of(client)
  local bufnr
  bufnr = view.open({
    name = ('task-watchers://%s/why/%s'):format(root, wanted.object or vim.uri_to_fname(wanted.uri)),
    root = root,
    draw = function(show)
      local current = server.client(bufnr)
      if not current then
        return show({ { { 'The server is not running.', 'WarningMsg' } } })
      end
      local argument = { object = wanted.object, uri = wanted.uri, root = vim.uri_from_fname(root) }
      server.execute(current, 'taskWatchers.why', argument, function(result)
        show(result and rows_of(root, result.json) or { { { 'No kernel tree is open.', 'WarningMsg' } } })
      end, function(message)
        show({ { { message, 'ErrorMsg' } } })
      end)
    end,
  })
  return bufnr
end

return M
