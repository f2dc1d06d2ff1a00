--- What a user can set, through `setup` or `vim.g.task_watchers`.
local M = {}

---@class task_watchers.Options
---@field cmd? string[] command line of the server; default: found on the path, else in the checkout
---@field settings? table settings of the server, section `taskWatchers`: `config`, `buildDir`, `families`, …
---@field lenses? boolean lenses are switched on; default true
---@field inlay_hints? boolean inlay hints are switched on; default true

---@type task_watchers.Options
local defaults = { lenses = true, inlay_hints = true }

---@type task_watchers.Options?
local given

local kinds = { cmd = 'table', settings = 'table', lenses = 'boolean', inlay_hints = 'boolean' }

---@param options? task_watchers.Options
function M.set(options)
  for key, value in pairs(options or {}) do
    if not kinds[key] then
      error(('task_watchers: no option %s; there are: cmd, inlay_hints, lenses, settings'):format(key), 0)
    end
    if type(value) ~= kinds[key] then
      error(('task_watchers: %s: a %s is expected, not a %s'):format(key, kinds[key], type(value)), 0)
    end
  end
  given = options
end

---@return task_watchers.Options
function M.get()
  return vim.tbl_extend('force', defaults, vim.g.task_watchers or {}, given or {})
end

return M
