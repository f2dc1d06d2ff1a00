-- Runs the Lua that a test sends, in this very Neovim, and sends back what it returns: one JSON object a line, over the
-- socket named in TW_SOCKET. When the other side hangs up, Neovim ends.
local pipe = assert(vim.uv.new_pipe(false))

local function answer(line)
  local request = vim.json.decode(line)
  local chunk, problem = load(request.lua, '=test')
  local ok, result = false, problem
  if chunk then
    ok, result = xpcall(chunk, debug.traceback, unpack(request.arguments))
  end
  if result == nil then
    result = vim.NIL
  end
  local encoded, text = pcall(vim.json.encode, { id = request.id, ok = ok, result = result })
  if not encoded then
    text = vim.json.encode({ id = request.id, ok = false, result = text })
  end
  pipe:write(text .. '\n')
end

pipe:connect(vim.env.TW_SOCKET, function(failure)
  assert(not failure, failure)
  local pending = ''
  pipe:read_start(function(_, data)
    if not data then
      vim.schedule(function()
        vim.cmd('qall!')
      end)
      return
    end
    pending = pending .. data
    while true do
      local line, rest = pending:match('^([^\n]*)\n(.*)$')
      if not line then
        return
      end
      pending = rest
      vim.schedule(function()
        answer(line)
      end)
    end
  end)
end)
