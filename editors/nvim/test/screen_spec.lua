-- As a person sees it: a Neovim in a terminal, installed as the help says, driven by keys, and judged by what
-- stands on its screen. Numbers are live, so screens are compared by what must be there.

local socket = vim.fn.tempname()
local columns, rows = 110, 44

---@param ... string
---@return string
local function tmux(...)
  local done = vim.system({ 'tmux', '-S', socket, '-f', '/dev/null', '-u', ... }, { text = true }):wait()
  assert(done.code == 0, 'tmux: ' .. (done.stderr or ''))
  return done.stdout
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  callback = function()
    vim.system({ 'tmux', '-S', socket, 'kill-server' }):wait()
  end,
})

---@return string[]
local function screen()
  return vim.split(tmux('capture-pane', '-p'), '\n')
end

---@param pattern string
---@return integer? row, string? line
local function find(pattern)
  for row, line in ipairs(screen()) do
    if line:find(pattern) then
      return row, line
    end
  end
end

---Waits for something to hold on the screen; where it never does, the screen is told.
---@generic T
---@param what string
---@param holds string|fun(): T? a pattern, or a function
---@return T
local function see(what, holds)
  local ok, seen = pcall(Eventually, what, type(holds) == 'function' and holds or function()
    return find(holds --[[@as string]])
  end)
  if not ok then
    error(('never seen: %s\n%s'):format(what, table.concat(screen(), '\n')), 2)
  end
  return seen
end

---@param what string
---@param pattern string
local function gone(what, pattern)
  see(what, function()
    return not find(pattern)
  end)
end

---Types, beginning in normal mode.
---@param text string
local function type_(text)
  tmux('send-keys', 'C-\\', 'C-n')
  tmux('send-keys', '-l', text)
end

---@param command string
local function ex(command)
  type_(':' .. command)
  tmux('send-keys', 'Enter')
end

---The colours before a word, as the terminal was told them.
---@param word string
---@return string?
local function colours(word)
  for _, line in ipairs(vim.split(tmux('capture-pane', '-p', '-e'), '\n')) do
    local at = line:find(word, 1, true)
    if at then
      return line:sub(1, at - 1):match('.*(\27%[[%d;:]*m)')
    end
  end
end

---Rows of the table below the fence with that summary.
---@param heading string
---@return string[]
local function below(heading)
  local found = {} ---@type string[]
  local inside = false
  for _, line in ipairs(screen()) do
    if inside and not line:find('%S') then
      break
    elseif inside then
      table.insert(found, line)
    end
    inside = inside or line:find(heading) ~= nil
  end
  return found
end

---@return integer[] of the runners of this editor
local function runners()
  local found = {} ---@type integer[]
  ---@param pid integer
  ---@param by string
  local function walk(pid, by)
    local name = (vim.api.nvim_get_proc(pid) or {}).name or ''
    if name == 'headwater' and by == name then
      table.insert(found, pid)
    end
    -- Neovim's own list leaves out what a thread has started.
    for _, child in ipairs(vim.fn.systemlist({ 'pgrep', '-P', tostring(pid) })) do
      walk(assert(tonumber(child)), name)
    end
  end
  walk(assert(tonumber(vim.trim(tmux('display-message', '-p', '#{pane_pid}')))), '')
  return found
end

local runbook = [[
---
params:
  customer: { type: string, default: c-1042 }
---
# Checkout

```headwater name=latest
spans
| project customer.id, cloud.region, duration
| tail 3
```

After the table.

```headwater name=one
spans
| where customer.id == customer
| summarize count() by customer.id, name
| top 2 by count_
```

After the customer.

```headwater name=errors
spans
| summarize n = count() by cloud.region, bin(timestamp, 5s)
| render timechart
```

After the chart.
]]

local hostile = [[
# Hostile

```headwater name=bad
bad
| tail 4
```

After the harm.
]]

local function install()
  local plugin = vim.fs.dirname(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)))
  local pack = vim.fn.stdpath('data') .. '/site/pack/headwater/start'
  vim.fn.mkdir(pack, 'p')
  vim.fn.mkdir(vim.fn.stdpath('config') --[[@as string]], 'p')
  assert(vim.system({ 'cp', '-r', plugin, pack .. '/headwater' }):wait().code == 0)
  vim.fn.writefile({
    'vim.lsp.config("headwater", { cmd = { vim.env.HEADWATER, "lsp" } })',
    'vim.o.termguicolors = true',
    'vim.o.signcolumn = "yes"',
    [[vim.o.statusline = "%f %= %{v:lua.require'headwater'.status()}"]],
  }, vim.fn.stdpath('config') .. '/init.lua')
end

---@return string[]
local function harmful()
  local messages = {
    '\27[31mRED\27[0m\27]0;owned\7',
    'left \226\128\174thgir\226\128\172',
    ('x'):rep(1000000),
    'nul\0\8 %s <b>{{ }}</b>',
  }
  return vim.tbl_map(function(message)
    return vim.json.encode({ msg = message, timestamp = '2026-01-01T00:00:00Z' })
  end, messages)
end

Test('blocks carry lenses', function()
  assert(vim.fn.executable('tmux') == 1, 'tmux is needed')
  install()
  vim.fn.mkdir('screen', 'p')
  vim.fn.writefile(vim.split(runbook, '\n'), 'screen/shop.md')
  vim.fn.writefile(vim.split(hostile, '\n'), 'screen/hostile.md')
  vim.fn.writefile(harmful(), 'screen/bad.jsonl')
  vim.fn.writefile({
    '[sources.spans]',
    'uri = "demo:shop"',
    '[sources.bad]',
    'uri = "file:bad.jsonl?follow=true"',
  }, 'screen/headwater.toml')
  tmux('new-session', '-d', '-x', tostring(columns), '-y', tostring(rows),
    ('cd screen && COLORTERM=truecolor LC_ALL=C.UTF-8 exec %s -n shop.md'):format(vim.v.progpath))
  see('a Run lens', '```headwater name=latest ▶ Run')
end)

Test('commands are completed', function()
  type_(':Headwater st')
  tmux('send-keys', 'Tab')
  see('both', 'stopall')
  tmux('send-keys', 'C-c')
  gone('the menu', 'stopall')
end)

Test('a block runs: rates at the stages, a summary at the fence, rows below', function()
  ex('8')
  ex('Headwater run')
  see('a rate', '| project customer.id, cloud.region, duration +→ [%d.]+')
  see('a summary', '``` +● .* read')
  see('a Stop lens', '```headwater name=latest ■ Stop')
  see('a head and three rows', function()
    local shown = below('``` +● .* read')
    return #shown == 4 and shown[1]:find('customer.id +cloud.region +duration') and shown[4]:find('c%-%d+ .*s$')
  end)
  see('the statusline', 'shop.md .* ▶ 1 running')
end)

Test('edited, it is dimmed; broken, it is underlined; and the text below stays where it is', function()
  local after, fresh = find('After the table'), colours('●')
  type_('/tail 3\rA by')
  see('other colours', function()
    local stale = colours('●')
    return stale and stale ~= fresh
  end)
  tmux('send-keys', 'C-\\', 'C-n')
  see('the finding', '^E.*| tail 3 by')
  Equal('rows stay', #below('``` +● .* read'), 4)
  Equal('the text below', find('After the table'), after)
  ex('Headwater live on')
  see('the statusline', 'shop.md .* live')
  ex('.s/3 by/2/')
  see('it answers anew', function()
    return colours('●') == fresh and #vim.tbl_filter(function(line)
      return line:find('c%-%d+ ')
    end, below('``` +● .* read')) == 2
  end)
  gone('the finding', '^E')
  Equal('the text below', find('After the table'), after)
end)

Test('a filter is written into the block, and it shows nothing else', function()
  ex('Headwater filter cloud.region eu-west-1')
  see('the stage', '| where cloud.region == "eu%-west%-1"')
  see('its rows alone', function()
    local shown = below('``` +● .* read')
    return #shown >= 3 and shown[2]:find('eu%-west%-1') and shown[3]:find('eu%-west%-1')
  end)
end)

Test('a result is pinned, and lenses stand at fences alone', function()
  ex('Headwater pin')
  see('its time', '%*latest at 20%d%d')
  see('its rows', '^ *| c%-%d+ | eu%-west%-1 |')
  see('lenses at their fences', function()
    local lenses = vim.tbl_filter(function(line)
      return line:find('[▶■] [RS]%a+ | Explain')
    end, screen())
    return #lenses > 1 and vim.iter(lenses):all(function(line)
      return line:find('^ *```headwater')
    end)
  end)
  type_('u')
  gone('the snapshot', '%*latest at')
end)

Test('a parameter is set', function()
  ex('Headwater run one')
  see('the default', '^ +c%-1042 ')
  ex('Headwater params customer c-1001')
  see('the other', '^ +c%-1001 ')
  gone('the default', '^ +c%-1042 ')
end)

Test('a chart has a line in its own colour for each series', function()
  ex('Headwater run errors')
  type_('/After the chart\rzb')
  local bars = see('three lines of bars', function()
    local found = {}
    for _, line in ipairs(vim.split(tmux('capture-pane', '-p', '-e'), '\n')) do
      local before = line:find('max') and line:match('^(.-)[▁▂▃▄▅▆▇█]')
      if before then
        found[before:match('.*(\27%[[%d;:]*m)')] = true
      end
    end
    return vim.tbl_count(found) == 3 and found
  end)
  Equal('colours', vim.tbl_count(bars), 3)
end)

Test('a narrow window cuts nothing without a mark', function()
  tmux('resize-window', '-x', '60', '-y', tostring(rows))
  type_('/After the chart\rzb')
  see('whole lines of the chart', function()
    local charts = vim.tbl_filter(function(line)
      return line:find('max [%d,]+$')
    end, screen())
    return #charts == 3 and find('``` +● .*…$') and not find('simulated')
  end)
  tmux('resize-window', '-x', tostring(columns), '-y', tostring(rows))
end)

Test('the results window shows its keys', function()
  ex('Headwater results')
  see('its title', 'Checkout · errors')
  see('its keys', 'results +⏎ filter')
  type_('q')
  gone('the window', 'results +⏎ filter')
end)

Test('a block is explained', function()
  ex('Headwater explain')
  see('the plan', '│read spans %(demo:shop%)')
  type_('jk')
  gone('the plan', '│read spans')
end)

Test('a runner that is lost is said, and the next run starts another', function()
  local lost = runners()
  Equal('runners', #lost, 1)
  vim.uv.kill(lost[1], 'sigkill')
  see('it is said', '``` +✗ runner ended; press Run')
  see('the statusline', '✗ 3 failed')
  ex('Headwater run errors')
  see('it runs', '▶ 1 running')
  Equal('runners', #runners(), 1)
end)

Test('blocks are stopped, and show what they found', function()
  ex('Headwater stopall')
  see('a Run lens', '```headwater name=errors ▶ Run')
  gone('the count', '▶ %d running')
  see('its chart', 'max [%d,]+$')
end)

Test('hostile data is text', function()
  ex('edit hostile.md')
  see('a Run lens', '```headwater name=bad ▶ Run')
  ex('4')
  ex('Headwater run')
  see('escapes', '^ +.*\\u{1b}%[31mRED\\u{1b}%[0m')
  see('marks of direction', 'left \\u{202e}thgir\\u{202c}')
  see('a long value, cut', 'xxxxxxxx…')
  see('no markup', 'nul\\u{0}\\u{8} %%s <b>{{ }}</b>')
  local all = tmux('capture-pane', '-p')
  assert(not all:find('\226\128\174', 1, true), 'a mark of direction is on the screen')
  assert(not tmux('display-message', '-p', '#{pane_title}'):find('owned'), 'data has set the title')
end)

Test('sources, health and help', function()
  ex('Headwater sources spans')
  see('the source', '^spans +demo:shop')
  type_('q')
  ex('checkhealth headwater')
  see('the program', 'OK headwater %d')
  see('the server', 'OK server %d+ runs for')
  ex('helptags ALL')
  ex('help :Headwater')
  see('the help', ':Headwater run %[{block}%]')
end)
