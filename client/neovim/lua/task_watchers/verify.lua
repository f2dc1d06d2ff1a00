--- Compares the predicted tables with those in a vmlinux.
local server = require('task_watchers.server')

local M = {}

---@param client vim.lsp.Client
---@param vmlinux? string default: the one in the root of the kernel
function M.run(client, vmlinux)
  local root = server.root_of(client)
  local path = vmlinux and vim.fs.normalize(vim.fn.fnamemodify(vmlinux, ':p')) or root .. '/vmlinux'
  if not vim.uv.fs_stat(path) then
    return server.complain(path .. ': no such file; name the vmlinux to compare with')
  end
  server.execute(client, 'taskWatchers.verify', { vmlinux = path }, function(result)
    if not result then
      return server.complain('no kernel tree is open')
    end
    local bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(result.markdown, '\n'))
    vim.bo[bufnr].bufhidden = 'wipe'
    vim.bo[bufnr].modifiable = false
    vim.cmd('belowright split')
    vim.api.nvim_win_set_buf(0, bufnr)
    vim.bo[bufnr].filetype = 'markdown'
    vim.wo[0][0].conceallevel = 2
  end)
end

return M
