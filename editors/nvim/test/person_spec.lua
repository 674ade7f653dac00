-- As a person works in it, with a real server: parameters, live mode, the results window, filters, snapshots, narrow
-- windows, a runner that is lost.

local draw = require('headwater.draw')
local results = require('headwater.results')

vim.lsp.config('headwater', { cmd = { assert(vim.env.HEADWATER), 'lsp' } })

local runbook = [[
---
params:
  customer: { type: string, default: c-1042, doc: whom to follow }
---
# Checkout

```headwater name=latest
spans
| where kind == "server"
| project service.name, cloud.region, duration
| tail 5
```

```headwater name=one
spans
| where customer.id == customer
| project timestamp, customer.id, cloud.region
| tail 3
```
]]

local bufnr ---@type integer

---@return string
local function text()
  return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
end

---@param name string
---@return headwater.Results?
local function of(name)
  return results.get(bufnr)[name]
end

---@param name string
---@return (string|vim.NIL)[][]
local function rows(name)
  local found = of(name)
  return found and type(found.table) == 'table' and found.table.rows or {}
end

---@param line integer 1-based
local function at(line)
  vim.api.nvim_set_current_win(vim.fn.bufwinid(bufnr))
  vim.api.nvim_win_set_cursor(0, { line, 0 })
end

---@return string[]
local function window()
  return vim.api.nvim_buf_get_lines(vim.fn.bufnr('headwater://results'), 0, -1, false)
end

Test('blocks above and below are run, and the statusline counts them', function()
  vim.fn.writefile(vim.split(runbook, '\n'), 'person.md')
  vim.cmd.edit('person.md')
  bufnr = vim.api.nvim_get_current_buf()
  Eventually('the server says what the runbook is', function()
    return require('headwater.runbook').get(bufnr)
  end)
  at(15)
  vim.cmd('Headwater above')
  Eventually('the first block runs', function()
    return #rows('latest') == 5
  end)
  Equal('the second does not', of('one'), nil)
  Equal('statusline', require('headwater').status(bufnr), '▶ 1 running')
  vim.cmd('Headwater below')
  Eventually('the second block runs', function()
    return #rows('one') > 0
  end)
  Equal('statusline', require('headwater').status(bufnr), '▶ 2 running')
end)

Test('a parameter is set by name, and refused with the reason', function()
  Equal('completion', require('headwater.commands').complete('', 'Headwater params '), { 'customer' })
  vim.cmd('Headwater params customer c-1001')
  Eventually('the block shows the other customer', function()
    return (rows('one')[1] or {})[2] == 'c-1001'
  end)
  local said = {}
  local notify = vim.notify
  vim.notify = function(message)
    table.insert(said, message)
  end
  vim.cmd('Headwater params nobody x')
  Eventually('the refusal', function()
    return said[1]
  end)
  vim.notify = notify
  assert(said[1]:find('no parameter `nobody`'), said[1])
end)

Test('in live mode a block answers anew as it is edited, and keeps what it showed while it is wrong', function()
  vim.cmd('Headwater live on')
  Eventually('the statusline says so', function()
    return require('headwater').status(bufnr):find('live')
  end)
  vim.api.nvim_buf_set_lines(bufnr, 10, 11, false, { '| tail 3 by' })
  Eventually('stale', function()
    return of('latest').stale
  end)
  Equal('what was shown stays', #rows('latest'), 5)
  vim.api.nvim_buf_set_lines(bufnr, 10, 11, false, { '| tail 3' })
  Eventually('fresh', function()
    return not of('latest').stale and #rows('latest') == 3
  end)
end)

Test('the results window shows the block under the cursor, sorted at a key', function()
  at(9)
  vim.cmd('Headwater results')
  Equal('its own buffer', vim.bo.filetype, 'headwater-results')
  Eventually('the table', function()
    return window()[1] == 'Checkout · latest' and (window()[4] or ''):find('service.name  +cloud.region')
  end)
  at(16)
  Eventually('the other block', function()
    -- Nobody moves the cursor in a headless editor.
    vim.api.nvim_exec_autocmds('CursorMoved', { buffer = bufnr })
    return window()[1] == 'Checkout · one'
  end)
  at(9)
  vim.api.nvim_exec_autocmds('CursorMoved', { buffer = bufnr })
  vim.api.nvim_set_current_win(vim.fn.bufwinid('headwater://results'))
  vim.api.nvim_win_set_cursor(0, { 4, 0 })
  vim.api.nvim_feedkeys('s', 'x', false)
  assert(window()[4]:find('service.name ↓', 1, true), window()[4])
end)

Test('a value in it filters the block', function()
  local column = window()[4]:find('cloud.region', 1, true) - 1
  vim.api.nvim_win_set_cursor(0, { 5, 0 })
  vim.cmd('normal! ' .. (column + 1) .. '|')
  local value = window()[5]:match('%a+%-%a+%-%d')
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'x', false)
  at(9)
  local complete = require('headwater.commands').complete
  Equal('fields are completed', complete('cloud', 'Headwater filter cloud'), { 'cloud.region' })
  assert(vim.list_contains(complete('', 'Headwater filter cloud.region '), value), 'and the values in sight')
  Eventually('the filter is in the text', function()
    return text():find(('| where cloud.region == "%s"'):format(value), 1, true)
  end)
  Eventually('and the block shows nothing else', function()
    local found = rows('latest')
    return #found > 0 and vim.iter(found):all(function(row)
      return row[2] == value
    end)
  end)
end)

Test('a snapshot is written under the block', function()
  at(9)
  vim.cmd('Headwater pin')
  Eventually('the table', function()
    return text():find('*latest at 20%d%d') and text():find('| service.name | cloud.region | duration |', 1, true)
  end)
end)

Test('pictures fit a narrow window, and what is cut has a mark', function()
  vim.cmd('silent! only!')
  vim.api.nvim_set_current_buf(bufnr)
  vim.o.columns = 48
  vim.api.nvim_exec_autocmds('VimResized', {})
  Eventually('narrow pictures', function()
    local view = of('latest').view
    return #view > 0 and vim.iter(view):all(function(line)
      return vim.fn.strdisplaywidth(line) <= 48
    end)
  end)
  Eventually('a cut summary', function()
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, draw.namespace, 0, -1, { details = true })) do
      local shown = mark[4].virt_lines and mark[4].virt_text[1][1]
      if shown and shown:find('…$') and vim.fn.strdisplaywidth(shown) <= 48 then
        return true
      end
    end
  end)
  vim.o.columns = 80
  vim.api.nvim_exec_autocmds('VimResized', {})
end)

Test('a runner that is lost is said, and the next run starts another', function()
  vim.fn.system({ 'pkill', '-9', '-P', tostring(vim.fn.systemlist({ 'pgrep', '-f', '-P', tostring(vim.uv.os_getpid()), 'lsp' })[1]) })
  Eventually('the block says so', function()
    return of('latest').state == 'failed' and of('latest').summary:find('runner ended')
  end)
  assert(require('headwater').status(bufnr):find('failed'), 'the statusline too')
  at(9)
  vim.cmd('Headwater run')
  Eventually('rows again', function()
    return of('latest').state == 'running' and #rows('latest') > 0
  end)
end)

Test('sources are listed', function()
  vim.cmd('Headwater sources')
  Eventually('the list', function()
    return vim.bo.filetype == 'headwater-sources' and table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'):find('spans')
  end)
end)
