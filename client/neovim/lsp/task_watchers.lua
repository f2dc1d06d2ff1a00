---@brief
---
--- The language server of Task Watchers tools: what the linker-gathered tables of a Linux kernel hold, in which order, and
--- why. Install it with npm from the tarball of a release, or build it from the repository; see `:help task-watchers`.
---
--- It answers only where a table, an event or a watcher is concerned, so that it can run beside clangd on the same buffer.
--- It starts only inside a kernel tree.
---
--- ```lua
--- vim.lsp.enable('task_watchers')
--- ```
---
--- Settings, all optional:
---
--- ```lua
--- vim.lsp.config('task_watchers', {
---   settings = {
---     taskWatchers = {
---       buildDir = '/build/linux',
---       families = { 'task-watchers', 'initcalls' },
---       diagnostics = { rules = { ['not-linked'] = 'off' } },
---     },
---   },
--- })
--- ```

local name = 'task-watchers-language-server'

--- What every kernel tree has had since 2.6, and hardly anything else has together: the server looks for the same.
local evidence = { 'Makefile', 'arch', 'include', 'init/main.c', 'kernel' }

---@param folder string
local function is_kernel(folder)
  for _, path in ipairs(evidence) do
    if not vim.uv.fs_stat(folder .. '/' .. path) then
      return false
    end
  end
  return true
end

--- The command on the path. Where there is none, that of the checkout this file lies in.
---@return string[]
local function command()
  if vim.fn.executable(name) == 0 then
    local here = debug.getinfo(1, 'S').source:gsub('^@', '')
    local checkout = vim.fs.normalize(vim.uv.fs_realpath(here) or here):match('^(.*)/client/neovim/lsp/[^/]+$')
    local script = (checkout or '') .. '/server/bin/' .. name .. '.js'
    if checkout and vim.uv.fs_stat(script) then
      return { 'node', script, '--stdio' }
    end
  end
  return { name, '--stdio' }
end

---@type vim.lsp.Config
return {
  cmd = command(),
  -- glibc gives back what Node.js frees: 15 MB less, for nothing.
  cmd_env = { MALLOC_TRIM_THRESHOLD_ = '65536' },
  -- All that decides what is linked, and where: sources, linker scripts, makefiles.
  filetypes = { 'c', 'cpp', 'asm', 'ld', 'make', 'kconfig' },
  -- Findings change without an edit of the buffer: when the tables become known, when another file changes. Told to ask
  -- again, Neovim 0.12 asks for those of the workspace only, and leaves open buffers as they were. So they are pushed.
  capabilities = { workspace = { diagnostics = { refreshSupport = false } } },
  -- Outside a kernel tree the callback is not called, and so no server starts.
  root_dir = function(bufnr, on_dir)
    local file = vim.api.nvim_buf_get_name(bufnr)
    if file == '' or vim.bo[bufnr].buftype ~= '' then
      return
    end
    for folder in vim.fs.parents(vim.fs.normalize(file)) do
      if is_kernel(folder) then
        return on_dir(folder)
      end
    end
  end,
}
