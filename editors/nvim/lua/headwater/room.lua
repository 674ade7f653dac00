-- Tells the server how wide the windows are that show a runbook, so that pictures fit and nothing of them is cut.

local M = {}

---Columns before a line of a picture.
local INDENT = 2

---@type table<integer, integer> what was told last, by buffer
local told = {}

---@param window integer
---@return integer
local function width_of(window)
  local info = vim.fn.getwininfo(window)[1]
  return info.width - info.textoff
end

---Of the narrowest window that shows the buffer.
---@param bufnr integer
---@return integer?
function M.columns(bufnr)
  local least ---@type integer?
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    local width = width_of(window) - INDENT
    least = math.min(least or width, width)
  end
  return least
end

---Behind a text of that width, in the window that has least. A wrapped text ends in its last row, and the end of
---a line takes a cell.
---@param bufnr integer
---@param written integer
---@return integer?
function M.behind(bufnr, written)
  local least ---@type integer?
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    local width = width_of(window)
    local last = vim.wo[window].wrap and written > width and (written - 1) % width + 1 or written
    least = math.min(least or width, width - last - 1 - INDENT)
  end
  return least
end

---@param anew? integer a buffer whose server knows nothing of it yet
function M.tell(anew)
  told[anew or 0] = nil
  for _, client in ipairs(vim.lsp.get_clients({ name = 'headwater' })) do
    for bufnr in pairs(client.attached_buffers) do
      local room = vim.bo[bufnr].filetype == 'markdown' and M.columns(bufnr) or nil
      if room and room ~= told[bufnr] then
        told[bufnr] = room
        local target = { uri = vim.uri_from_bufnr(bufnr), columns = room }
        client:request('workspace/executeCommand', { command = 'headwater.setRoom', arguments = { target } }, function() end, bufnr)
      end
    end
  end
end

return M
