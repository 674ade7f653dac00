-- The whole way: a runbook is opened, the server speaks, blocks run, and what they find is drawn.

local draw = require('headwater.draw')
local results = require('headwater.results')

vim.lsp.config('headwater', { cmd = { assert(vim.env.HEADWATER), 'lsp' } })

local runbook = [[
# Checkout

```headwater name=latest
spans
| where service.name == "checkout"
| project service.name, cloud.region, duration
| tail 5
```

```headwater name=regions
spans
| summarize spans = count() by cloud.region, bin(timestamp, 1s)
| render table
```
]]

local broken = [[
```headwater name=broken
spans | were duration > 1s
```
]]

---@param name string
---@param text string
---@return integer bufnr
local function open(name, text)
  vim.fn.writefile(vim.split(text, '\n'), name)
  vim.cmd.edit(name)
  local bufnr = vim.api.nvim_get_current_buf()
  Eventually('the server attaches', function()
    return vim.lsp.get_clients({ bufnr = bufnr, name = 'headwater' })[1]
  end)
  return bufnr
end

---@param bufnr integer
---@return string[] titles
local function lens_titles(bufnr)
  return vim.tbl_map(function(lens)
    return lens.command and lens.command.title or ''
  end, vim.lsp.codelens.get(bufnr))
end

---@param bufnr integer
---@param pattern string
---@return boolean
local function has_lens(bufnr, pattern)
  return vim.iter(lens_titles(bufnr)):any(function(title)
    return title:find(pattern) ~= nil
  end)
end

---@param bufnr integer
---@param line integer closing fence, 0-based
---@return string[] the virtual lines below it
local function below(bufnr, line)
  local texts = {}
  local marks = vim.api.nvim_buf_get_extmarks(bufnr, draw.namespace, { line, 0 }, { line, -1 }, { details = true })
  for _, mark in ipairs(marks) do
    for _, chunks in ipairs(mark[4].virt_lines or {}) do
      local parts = vim.tbl_map(function(chunk)
        return chunk[1]
      end, chunks)
      table.insert(texts, table.concat(parts))
    end
  end
  return texts
end

Test('a mistake is underlined', function()
  local bufnr = open('broken.md', broken)
  local found = Eventually('diagnostics', function()
    return vim.diagnostic.get(bufnr)[1]
  end)
  Equal('line', found.lnum, 1)
  assert(found.message:find('where'), 'the message names the right word: ' .. found.message)
end)

local bufnr ---@type integer

Test('blocks carry lenses', function()
  bufnr = open('checkout.md', runbook)
  Eventually('Run lenses', function()
    return has_lens(bufnr, 'Run')
  end)
  Equal('blocks by name', require('headwater.commands').complete('', 'Headwater run '), { 'latest', 'regions' })
end)

Test(':Headwater run shows rows of the source below the fence', function()
  vim.api.nvim_win_set_cursor(0, { 5, 0 })
  vim.cmd('Headwater run')
  local lines = Eventually('rows of checkout', function()
    local lines = below(bufnr, 7)
    return table.concat(lines, '\n'):find('checkout') and lines
  end)
  assert(#lines <= 13, 'the view is at most a dozen lines')
  local latest = results.get(bufnr).latest
  Equal('state', latest.state, 'running')
  assert(latest.summary ~= '', 'a summary')
  Eventually('a Stop lens', function()
    return has_lens(bufnr, 'Stop')
  end)
end)

Test('results follow the block when the text above it grows', function()
  vim.api.nvim_buf_set_lines(bufnr, 0, 0, false, { 'A new first line.', '' })
  local before = results.get(bufnr).latest
  Eventually('results after the edit', function()
    local now = results.get(bufnr).latest
    return now ~= before and now.range['end'].line == 9
  end)
  Eventually('the view below the fence', function()
    return table.concat(below(bufnr, 9), '\n'):find('checkout')
  end)
  Equal('nothing at the old place', below(bufnr, 7), {})
end)

Test('an edited block is marked stale', function()
  vim.api.nvim_buf_set_lines(bufnr, 8, 9, false, { '| tail 3' })
  Eventually('stale', function()
    return results.get(bufnr).latest.stale
  end)
end)

Test('a second block runs by name beside the first', function()
  vim.cmd('Headwater run regions')
  Eventually('regions and counts', function()
    return table.concat(below(bufnr, 15), '\n'):find('%a+%-%a+.*%d')
  end)
end)

Test(':Headwater stopall ends them', function()
  vim.cmd('Headwater stopall')
  Eventually('both ended', function()
    local now = results.get(bufnr)
    return now.latest.state ~= 'running' and now.regions.state ~= 'running'
  end)
  Eventually('no Stop lens', function()
    return not has_lens(bufnr, 'Stop') and has_lens(bufnr, 'Run')
  end)
end)

Test(':checkhealth headwater is content', function()
  vim.cmd('checkhealth headwater')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  assert(report:find('headwater'), report)
  assert(not report:find('ERROR'), report)
end)
