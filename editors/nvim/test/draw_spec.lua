-- Where results are drawn, with payloads made by hand: no server takes part.

local draw = require('headwater.draw')
local results = require('headwater.results')

local uri ---@type string
local bufnr ---@type integer

---@param changes? table
---@return headwater.Results
local function payload(changes)
  return vim.tbl_extend('force', {
    uri = uri,
    block = 'slow',
    flow = 'f-1',
    state = 'running',
    stale = false,
    summary = 'read 2,100',
    range = { start = { line = 1, character = 0 }, ['end'] = { line = 4, character = 3 } },
    lines = { { line = 2, text = '2,100/s' }, { line = 3, text = '12/s', severity = 'warning' } },
    view = { 'region  count', 'eu-west    12' },
  }, changes or {})
end

---@param changes? table
local function receive(changes)
  local drawn = false
  vim.api.nvim_create_autocmd('User', {
    pattern = 'HeadwaterResults',
    once = true,
    callback = function()
      drawn = true
    end,
  })
  results.receive(payload(changes), { client_id = 7 })
  Eventually('results are drawn', function()
    return drawn
  end)
end

---@return table<integer, { text: string, highlight: string, below: string[] }> by line
local function drawn()
  local found = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, draw.namespace, 0, -1, { details = true })) do
    local below = {}
    for _, line in ipairs(mark[4].virt_lines or {}) do
      local chunks = vim.tbl_map(function(chunk)
        return chunk[1]
      end, line)
      table.insert(below, vim.trim(table.concat(chunks)))
    end
    local chunk = mark[4].virt_text[1]
    found[mark[2]] = { text = vim.trim(chunk[1]), highlight = chunk[2], below = below }
  end
  return found
end

local function open()
  vim.cmd('silent! %bwipeout!')
  vim.cmd.edit(vim.fn.tempname() .. '.md')
  bufnr = vim.api.nvim_get_current_buf()
  uri = vim.uri_from_bufnr(bufnr)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, { 'Prose.', '```headwater', 'spans', '| count', '```', 'More.' })
end

Test('summary at the fence, stages at their lines, the view below', function()
  open()
  receive()
  Equal('drawn', drawn(), {
    [2] = { text = '2,100/s', highlight = 'HeadwaterStage', below = {} },
    [3] = { text = '12/s', highlight = 'HeadwaterWarning', below = {} },
    [4] = { text = 'read 2,100', highlight = 'HeadwaterRunning', below = { 'region  count', 'eu-west    12' } },
  })
end)

Test('results stay with their text when lines come above it', function()
  open()
  receive()
  vim.api.nvim_buf_set_lines(bufnr, 0, 0, false, { 'One.', 'Two.' })
  receive({ summary = 'for the older text' })
  Equal('the summary moved with the fence', drawn()[6].text, 'for the older text')
  receive({
    summary = 'for the newer text',
    range = { start = { line = 3, character = 0 }, ['end'] = { line = 6, character = 3 } },
    lines = { { line = 4, text = '2,100/s' }, { line = 5, text = '12/s' } },
  })
  Equal('and is drawn once', vim.tbl_count(drawn()), 3)
  Equal('at the same place', drawn()[6].text, 'for the newer text')
end)

Test('the view keeps its height while the block runs', function()
  open()
  receive({ view = { 'a', 'b', 'c' } })
  receive({ view = { 'a' } })
  Equal('height while running', #drawn()[4].below, 3)
  receive({ view = { 'a' }, state = 'finished' })
  Equal('height at the end', #drawn()[4].below, 1)
end)

Test('behind a wrapped line there is the room of its last row, and wide characters are cut by their cells', function()
  open()
  local columns = require('headwater.room').columns(bufnr) + 2
  vim.api.nvim_buf_set_lines(bufnr, 2, 4, false, { ('x'):rep(columns + 10), ('x'):rep(columns - 20) })
  receive({ lines = { { line = 2, text = ('y'):rep(40) }, { line = 3, text = ('漢'):rep(40) } } })
  Equal('whole', drawn()[2].text, ('y'):rep(40))
  Equal('cut', drawn()[3].text, ('漢'):rep(8) .. '…')
end)

Test('a stale block is dimmed, a failed one is loud', function()
  open()
  receive({ stale = true })
  Equal('stale summary', drawn()[4].highlight, 'HeadwaterStale')
  Equal('stale stage', drawn()[3].highlight, 'HeadwaterStale')
  receive({ state = 'failed', view = {}, lines = {} })
  Equal('failed summary', drawn()[4].highlight, 'HeadwaterFailed')
  Equal('nothing else is left', vim.tbl_count(drawn()), 1)
end)

Test('a server that is gone leaves nothing behind', function()
  open()
  receive()
  results.forget_client(7)
  Equal('drawn', drawn(), {})
end)

Test('a place behind the end of the text does no harm', function()
  open()
  receive({ lines = { { line = 900, text = 'far' } } })
  Equal('at the last line', drawn()[5].text, 'far')
end)

Test('frames, charts and text have their own colours; control characters are made visible', function()
  Equal('chunks', draw.chunks('│ 12 ▁▂ ⣿', false), {
    { '│ ', 'HeadwaterBorder' },
    { '12 ', 'HeadwaterView' },
    { '▁▂ ⣿', 'HeadwaterChart' },
  })
  Equal('a heatmap', draw.chunks('5 ms ░▓█', false, 'heatmap'), {
    { '5 ms ', 'HeadwaterView' },
    { '░', 'HeadwaterHeat1' },
    { '▓', 'HeadwaterHeat3' },
    { '█', 'HeadwaterHeat4' },
  })
  Equal('escape', draw.chunks('a\27[31mb\nc', true), { { 'a·[31mb·c', 'HeadwaterStale' } })
end)

Test('each of several lines has its own colour', function()
  local several = { shape = 'chart', series = { series = { {}, {} } } }
  Equal('the first', draw.series(several, 1), 'HeadwaterSeries1')
  Equal('the second', draw.series(several, 2), 'HeadwaterSeries2')
  Equal('the axis', draw.series(several, 3), 'HeadwaterChart')
  Equal('one alone', draw.series({ shape = 'chart', series = { series = { {} } } }, 1), 'HeadwaterChart')
  Equal('chunks', draw.chunks('eu ▁▂', false, 'chart', 'HeadwaterSeries2'), {
    { 'eu ', 'HeadwaterView' },
    { '▁▂', 'HeadwaterSeries2' },
  })
end)

Test('hostile data is shown as text, cut, and breaks nothing', function()
  open()
  local long = ('x'):rep(1000000)
  local columns, row = {}, {}
  for index = 1, 500 do
    columns[index] = { name = 'c' .. index, type = 'string' }
    row[index] = index == 1 and long or '\27[31m<b>%s\n'
  end
  receive({
    summary = long,
    lines = { { line = 2, text = long } },
    view = { '\27]0;title\7', long:sub(1, 5000) },
    table = { columns = columns, rows = { row, {} }, provisional = { false, false }, total = 2 },
    notices = { { severity = 'warning', message = long } },
    shape = 'table',
  })
  local room = require('headwater.room').columns(bufnr)
  assert(#drawn()[4].text <= room + 8, 'the summary is cut: ' .. #drawn()[4].text)
  Equal('control characters', drawn()[4].below[1], '·]0;title·')
  vim.cmd('Headwater results')
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  for _, line in ipairs(lines) do
    assert(#line < 12000 and not line:find('%c'), 'a line of ' .. #line)
  end
  vim.cmd.close()
end)
