-- Where a let is used, where it is made, and another name for it, by Neovim's own commands.

vim.lsp.config('headwater', { cmd = { assert(vim.env.HEADWATER), 'lsp' } })

local runbook = [[
```headwater
let slow = spans | where duration > 1s;
slow | take 5
```
]]

vim.fn.writefile(vim.split(runbook, '\n'), 'moving.md')
vim.cmd.edit('moving.md')
local bufnr = vim.api.nvim_get_current_buf()

---@return lsp.Command?
local function uses()
  for _, lens in ipairs(vim.lsp.codelens.get(bufnr)) do
    if lens.command and lens.command.command == 'headwater.showReferences' then
      return lens.command
    end
  end
end

Test('the lens above a let shows where it is used', function()
  Eventually('the lens comes', uses)
  assert(uses().title == '1 use', uses().title)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'headwater' })[1]
  client:exec_cmd(uses(), { bufnr = bufnr })
  local places = vim.fn.getqflist()
  assert(#places == 1 and places[1].lnum == 3, vim.inspect(places))
  vim.cmd.cclose()
end)

Test('a let is gone to, and renamed wherever it is used', function()
  vim.api.nvim_set_current_buf(bufnr)
  vim.api.nvim_win_set_cursor(0, { 3, 1 })
  vim.lsp.buf.definition()
  Eventually('the cursor is at the let', function()
    return vim.api.nvim_win_get_cursor(0)[1] == 2
  end)
  vim.lsp.buf.rename('late')
  Eventually('the use has the new name', function()
    return vim.api.nvim_buf_get_lines(bufnr, 2, 3, false)[1] == 'late | take 5'
  end)
end)
