-- A headwater.toml has the server too; other TOML files are left alone.

vim.lsp.config('headwater', { cmd = { assert(vim.env.HEADWATER), 'lsp' } })

local config = [[
[sources.requests]
url = "file:requests.jsonl"
]]

-- In a folder of its own: the other tests' runbooks have no configuration.
vim.fn.mkdir('configured')

---@param name string
---@param text string
---@return integer bufnr
local function edit(name, text)
  name = 'configured/' .. name
  vim.fn.writefile(vim.split(text, '\n'), name)
  vim.cmd.edit(name)
  return vim.api.nvim_get_current_buf()
end

Test('a mistake in headwater.toml is underlined', function()
  local other = edit('other.toml', config)
  Equal('filetype', vim.bo[other].filetype, 'toml')
  local bufnr = edit('headwater.toml', config)
  local found = Eventually('diagnostics', function()
    return vim.diagnostic.get(bufnr)[1]
  end)
  Equal('line', found.lnum, 1)
  assert(found.message:find('uri'), 'the message names the right key: ' .. found.message)
  Equal('servers of another file', #vim.lsp.get_clients({ bufnr = other, name = 'headwater' }), 0)
end)

Test('a runbook knows a source when headwater.toml is saved', function()
  local runbook = edit('requests.md', '```headwater\nrequests | where status > 5 | count\nother | count\n```\n')
  Eventually('diagnostics', function()
    return vim.diagnostic.get(runbook)[1]
  end)
  vim.cmd.edit('configured/headwater.toml')
  vim.api.nvim_buf_set_lines(0, 1, 2, false, { 'uri = "file:requests.jsonl"', '[sources.other]', 'uri = "stdin:"' })
  vim.cmd.write()
  Eventually('no unknown source', function()
    return not vim.iter(vim.diagnostic.get(runbook)):any(function(found)
      return found.code == 'unknown-source'
    end)
  end)
end)
