--- Choices through `vim.ui.select`, which every picker plugin can take over.
local server = require('task_watchers.server')
local view = require('task_watchers.view')

local M = {}

local function known(value)
  if value == vim.NIL then
    return nil
  end
  return value
end

---@param client vim.lsp.Client
---@param done fun(tables: table)
local function tables_of(client, family, done)
  local asked = { root = vim.uri_from_fname(server.root_of(client)), family = family }
  server.request(client, 'taskWatchers/tables', asked, function(tables)
    if not tables then
      return server.complain('no kernel tree is open')
    end
    done(tables)
  end)
end

--- Picks a registration, linked or not, and goes there.
---@param client vim.lsp.Client
---@param event? string
---@param family? string
function M.watchers(client, event, family)
  tables_of(client, family, function(tables)
    local entries = {}
    for _, one in ipairs(tables.events) do
      if not event or one.name == event then
        vim.list_extend(entries, one.entries)
      end
    end
    vim.ui.select(entries, {
      prompt = 'Watchers',
      kind = 'task_watchers_watcher',
      format_item = function(entry)
        local slot = known(entry.slot)
        local state = slot and ('slot %d'):format(slot) or entry.reason ~= '' and entry.reason or entry.status
        return ('%-6s %s  %s:%d  %s'):format(entry.event, entry['function'], entry.file, entry.line, state)
      end,
    }, function(entry)
      if entry then
        view.go({ file = tables.root .. '/' .. entry.file, line = entry.line, column = entry.column })
      end
    end)
  end)
end

--- Picks a call site and goes there.
---@param client vim.lsp.Client
---@param event? string
---@param family? string
function M.sites(client, event, family)
  tables_of(client, family, function(tables)
    local sites = vim.tbl_filter(function(site)
      return not event or known(site.event) == event
    end, tables.callSites)
    vim.ui.select(sites, {
      prompt = 'Call sites',
      kind = 'task_watchers_site',
      format_item = function(site)
        return ('%-6s in %s  %s:%d'):format(
          known(site.event) or '?',
          known(site.caller) or '?',
          site.file,
          site.line
        )
      end,
    }, function(site)
      if site then
        view.go({ file = tables.root .. '/' .. site.file, line = site.line, column = site.column })
      end
    end)
  end)
end

--- Picks the kernel configuration that slots are computed for.
---@param client vim.lsp.Client
---@param done? fun(config: string?)
function M.config(client, done)
  server.execute(client, 'taskWatchers.configs', vim.empty_dict(), function(result)
    local choices = vim.list_extend({}, result and result.json.configs or {})
    choices[#choices + 1] = { other = true, title = 'Another file…' }
    choices[#choices + 1] = { reset = true, title = 'As in the settings' }
    vim.ui.select(choices, {
      prompt = 'Which kernel configuration?',
      kind = 'task_watchers_config',
      format_item = function(choice)
        local path = choice.path and choice.path ~= choice.title and '  ' .. choice.path or ''
        return (choice.current and '* ' or '  ') .. choice.title .. path
      end,
    }, function(choice)
      if not choice then
        return
      end
      if choice.other then
        vim.ui.input({ prompt = 'Kernel configuration: ', completion = 'file' }, function(path)
          if path and path ~= '' then
            M.select_config(client, vim.fs.normalize(vim.fn.fnamemodify(path, ':p')), nil, done)
          end
        end)
      else
        M.select_config(client, choice.path, choice.buildDir, done)
      end
    end)
  end)
end

--- Applies a configuration until the server ends; nil: that of the settings.
---@param client vim.lsp.Client
---@param config? string
---@param build? string
---@param done? fun(config: string?)
function M.select_config(client, config, build, done)
  local argument = { config = config or vim.NIL, buildDir = build or vim.NIL }
  server.execute(client, 'taskWatchers.selectConfig', argument, function(result)
    local chosen = result and known(result.json.config)
    vim.notify('task-watchers: ' .. (chosen and 'configuration ' .. chosen or 'no configuration'))
    if done then
      done(chosen)
    end
  end)
end

return M
