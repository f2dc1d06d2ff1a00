--- `:TaskWatchers …`: one command, its subcommands and their completion.
local server = require('task_watchers.server')

local M = {}

local events = { 'INIT', 'CLONE', 'EXEC', 'UID', 'GID', 'EXIT', 'FREE' }

---@class task_watchers.Subcommand
---@field does string one line
---@field run fun(client: vim.lsp.Client, words: string[])
---@field words? string[] what its first argument may be

---@param client vim.lsp.Client
---@return table
local function here(client)
  local bufnr = vim.api.nvim_get_current_buf()
  if not vim.lsp.buf_is_attached(bufnr, client.id) then
    return {}
  end
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  return { uri = vim.uri_from_bufnr(bufnr), line = position.line, character = position.character }
end

---@type table<string, task_watchers.Subcommand>
M.subcommands = {
  ['table'] = {
    does = 'table of an event; of all without',
    words = events,
    run = function(client, words)
      require('task_watchers.table_view').open(client, { event = words[1], family = words[2] })
    end,
  },
  dispatch = {
    does = 'what a notification does: of an event, or of the call site under the cursor',
    words = events,
    run = function(client, words)
      local wanted = words[1] and { event = words[1], val = words[2] } or here(client)
      if not words[1] and not wanted.uri then
        return server.complain('name an event, or put the cursor on a call site')
      end
      require('task_watchers.dispatch_view').open(client, wanted)
    end,
  },
  why = {
    does = 'why an object is linked or not; without one, that of the current file',
    run = function(client, words)
      local wanted = words[1] and { object = words[1] } or { uri = here(client).uri }
      if not words[1] and not wanted.uri then
        return server.complain('name an object, such as kernel/fork.o')
      end
      require('task_watchers.why_view').open(client, wanted)
    end,
  },
  watchers = {
    does = 'pick a registration, and go there',
    words = events,
    run = function(client, words)
      require('task_watchers.pickers').watchers(client, words[1], words[2])
    end,
  },
  sites = {
    does = 'pick a call site, and go there',
    words = events,
    run = function(client, words)
      require('task_watchers.pickers').sites(client, words[1], words[2])
    end,
  },
  config = {
    does = 'choose the kernel configuration; with a path, that one',
    run = function(client, words)
      local pickers = require('task_watchers.pickers')
      if words[1] then
        pickers.select_config(client, vim.fs.normalize(vim.fn.fnamemodify(words[1], ':p')))
      else
        pickers.config(client)
      end
    end,
  },
  verify = {
    does = 'compare the predicted tables with those in a vmlinux',
    run = function(client, words)
      require('task_watchers.verify').run(client, words[1])
    end,
  },
  reindex = {
    does = 'read everything anew from the disk',
    run = function(client)
      server.execute(client, 'taskWatchers.reindex', {}, function(result)
        vim.notify(('task-watchers: %d registrations'):format(result and result.json.registrations or 0))
      end)
    end,
  },
  restart = {
    does = 'end the server and start it again',
    run = function()
      local client = server.client()
      if not client then
        return server.enable()
      end
      server.restart(client, function(started)
        vim.notify(started and 'task-watchers: the server was restarted' or 'task-watchers: the server did not start')
      end)
    end,
  },
  status = {
    does = 'what the server last said about this kernel',
    run = function(client)
      local status = require('task_watchers.handlers').status(server.root_of(client))
      if not status then
        return vim.notify('task-watchers: no status yet')
      end
      local lines = {
        ('%s: %s'):format(vim.uri_to_fname(status.root), status.message),
        ('registrations: %s, configuration: %s'):format(status.registrations or '?', status.config or 'none'),
      }
      vim.notify(table.concat(vim.list_extend(lines, status.notes or {}), '\n'))
    end,
  },
  log = {
    does = "open Neovim's log of language servers",
    run = function()
      vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.get_log_path()))
    end,
  },
}

local needs_no_server = { log = true, restart = true }

---@return string[]
local function names()
  local all = vim.tbl_keys(M.subcommands)
  table.sort(all)
  return all
end

function M.run(invocation)
  local words = vim.list_extend({}, invocation.fargs)
  local name = table.remove(words, 1) or 'table'
  local subcommand = M.subcommands[name]
  if not subcommand then
    return server.complain(('no command %s; there are: %s'):format(name, table.concat(names(), ', ')))
  end
  if needs_no_server[name] then
    return subcommand.run(nil, words)
  end
  local client = server.need()
  if client then
    subcommand.run(client, words)
  end
end

function M.complete(lead, line)
  local words = vim.split(line:gsub('^.-TaskWatchers!?%s*', ''), '%s+')
  local candidates = {}
  if #words <= 1 then
    candidates = names()
  elseif #words == 2 then
    local subcommand = M.subcommands[words[1]]
    if subcommand and (words[1] == 'config' or words[1] == 'verify') then
      return vim.fn.getcompletion(lead, 'file')
    end
    candidates = subcommand and subcommand.words or {}
  end
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate:lower(), lead:lower())
  end, candidates)
end

return M
