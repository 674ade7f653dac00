-- What a user's own configuration may call.

local M = {}

---For a statusline: how many blocks of the buffer run, and whether they run again by themselves. Empty where
---nothing is to be said.
---@param bufnr? integer
---@return string
function M.status(bufnr)
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  local running, failed = 0, 0
  for _, block in pairs(require('headwater.results').get(bufnr)) do
    running = running + ((block.state == 'running' or block.state == 'starting') and 1 or 0)
    failed = failed + (block.state == 'failed' and 1 or 0)
  end
  local runbook = require('headwater.runbook').get(bufnr)
  local parts = {} ---@type string[]
  if running > 0 then
    table.insert(parts, ('▶ %d running'):format(running))
  end
  if failed > 0 then
    table.insert(parts, ('✗ %d failed'):format(failed))
  end
  if runbook and runbook.live then
    table.insert(parts, 'live')
  end
  return table.concat(parts, ' · ')
end

return M
