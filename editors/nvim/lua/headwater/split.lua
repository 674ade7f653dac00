-- The results window: a block's table in full, or its picture as large as there is room for. It follows the
-- block that the cursor of the runbook is in, and keys act on the value under its own cursor.

local draw = require('headwater.draw')
local results = require('headwater.results')

local M = {}

---@class headwater.Split
---@field buf integer
---@field runbook integer buffer
---@field block? string
---@field sort? { column: integer, descending: boolean }
---@field columns { name: string, from: integer, to: integer }[] where columns stand, in display cells
---@field rows (string|vim.NIL)[][] as shown
---@field first integer line of the first row, 0-based

---@type headwater.Split?
local split

local namespace = vim.api.nvim_create_namespace('headwater.split')

---Characters of one value that are shown.
local WIDEST = 60
---Columns that are shown.
local MOST = 40

---@param value string|vim.NIL|nil
---@param widest? integer
---@return string one line, without control characters
local function shown(value, widest)
  if value == nil or value == vim.NIL then
    return '–'
  end
  widest = widest or WIDEST
  local text = value:sub(1, 4 * widest):gsub('%c', '·')
  if #value <= 4 * widest and vim.fn.strdisplaywidth(text) <= widest then
    return text
  end
  return vim.fn.printf('%.*S…', widest - 1, text)
end

---Characters of a sentence.
local SENTENCE = 400

local numbers = { long = true, real = true, timespan = true }

---@param table_ headwater.Table
---@param sort? { column: integer, descending: boolean }
---@return (string|vim.NIL)[][]
local function ordered(table_, sort)
  local rows = vim.list_slice(table_.rows)
  if not sort then
    return rows
  end
  local numeric = numbers[(table_.columns[sort.column] or {}).type]
  local function key(row)
    local value = row[sort.column]
    if value == nil or value == vim.NIL then
      return nil
    end
    -- Groups and units stand in numbers as they are shown; the size decides first.
    local digits = numeric and value:gsub(',', ''):match('^%-?[%d.]+')
    local units = { ns = 1e-9, ['µs'] = 1e-6, ms = 1e-3, s = 1, m = 60, h = 3600, d = 86400 }
    return digits and (tonumber(digits) or 0) * (units[value:match('%s(%S+)$') or ''] or 1) or value
  end
  local keyed = vim.tbl_map(function(row)
    return { key = key(row), row = row }
  end, rows)
  local place = {}
  for index, item in ipairs(keyed) do
    place[item] = index
  end
  table.sort(keyed, function(a, b)
    if a.key == b.key or type(a.key) ~= type(b.key) then
      return (a.key ~= nil and b.key == nil) or ((a.key ~= nil) == (b.key ~= nil) and place[a] < place[b])
    end
    if sort.descending then
      return a.key > b.key
    end
    return a.key < b.key
  end)
  return vim.tbl_map(function(item)
    return item.row
  end, keyed)
end

---@param table_ headwater.Table
---@param self headwater.Split
---@return string[]
local function table_lines(table_, self)
  self.rows = ordered(table_, self.sort)
  self.columns = {}
  local lines = {} ---@type string[]
  for _ = 0, #self.rows do
    table.insert(lines, '')
  end
  local at = 0
  for index, column in ipairs(vim.list_slice(table_.columns, 1, MOST)) do
    local mark = self.sort and self.sort.column == index and (self.sort.descending and ' ↓' or ' ↑') or ''
    local cells = { shown(column.name) .. mark }
    for _, row in ipairs(self.rows) do
      table.insert(cells, shown(row[index]))
    end
    local width = 0
    for _, cell in ipairs(cells) do
      width = math.max(width, vim.fn.strdisplaywidth(cell))
    end
    for line, cell in ipairs(cells) do
      local fill = (' '):rep(width - vim.fn.strdisplaywidth(cell))
      lines[line] = lines[line] .. (numbers[column.type] and fill .. cell or cell .. fill) .. '  '
    end
    table.insert(self.columns, { name = column.name, from = at, to = at + width })
    at = at + width + 2
  end
  return lines
end

local function render()
  local self = split
  if not self or not vim.api.nvim_buf_is_valid(self.buf) then
    return
  end
  local of_document = results.get(self.runbook)
  local block = of_document[self.block or '']
  local lines = {} ---@type string[]
  self.rows, self.columns = {}, {}
  if not block then
    lines = { 'No block has run yet. Put the cursor into one and use :Headwater run.' }
  else
    local title = type(block.title) == 'string' and (block.title .. ' · ') or ''
    lines = { shown(title .. block.block), shown(block.summary, SENTENCE), '' }
    local pictured = block.shape and block.shape ~= 'table' and block.shape ~= 'log'
    if pictured then
      vim.list_extend(lines, vim.tbl_map(function(line)
        return (line:gsub('%c', '·'))
      end, block.view))
      table.insert(lines, '')
    end
    self.first = #lines + 1
    if type(block.table) == 'table' then
      vim.list_extend(lines, table_lines(block.table, self))
      local more = block.table.total - #block.table.rows
      if more > 0 then
        vim.list_extend(lines, { '', ('the last %d of %d rows'):format(#block.table.rows, block.table.total) })
      end
    end
    for _, notice in ipairs(block.notices or {}) do
      vim.list_extend(lines, { '', shown(notice.message, SENTENCE) })
    end
  end
  vim.bo[self.buf].modifiable = true
  vim.api.nvim_buf_set_lines(self.buf, 0, -1, false, lines)
  vim.bo[self.buf].modifiable = false
  vim.api.nvim_buf_clear_namespace(self.buf, namespace, 0, -1)
  if block then
    vim.hl.range(self.buf, namespace, 'Title', { 0, 0 }, { 0, -1 })
    vim.hl.range(self.buf, namespace, 'HeadwaterSummary', { 1, 0 }, { 1, -1 })
    if #self.columns > 0 then
      vim.hl.range(self.buf, namespace, 'HeadwaterHeader', { self.first - 1, 0 }, { self.first - 1, -1 })
    end
    for index, open in ipairs(type(block.table) == 'table' and not self.sort and block.table.provisional or {}) do
      if open then
        vim.hl.range(self.buf, namespace, 'HeadwaterOpen', { self.first + index - 1, 0 }, { self.first + index - 1, -1 })
      end
    end
    for index, line in ipairs(lines) do
      if index > 3 and index < self.first then
        local column = 0
        local series = draw.series(block, index - 3)
        for _, chunk in ipairs(draw.chunks(line, block.stale, block.shape, series)) do
          vim.hl.range(self.buf, namespace, chunk[2], { index - 1, column }, { index - 1, column + #chunk[1] })
          column = column + #chunk[1]
        end
      end
    end
  end
end

---@return integer? column, integer? row, both 1-based
local function under_cursor()
  if not split then
    return nil
  end
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local at = vim.fn.virtcol('.') - 1
  for index, column in ipairs(split.columns) do
    if at <= column.to then
      local row = line - split.first
      return index, row >= 1 and row <= #split.rows and row or nil
    end
  end
  return nil
end

---@param command string
local function act(command)
  local column, row = under_cursor()
  if not split or not column or not row then
    return vim.notify('headwater: put the cursor onto a value', vim.log.levels.INFO)
  end
  local target = {
    uri = vim.uri_from_bufnr(split.runbook),
    block = split.block,
    field = split.columns[column].name,
    value = split.rows[row][column],
  }
  require('headwater.commands').send(split.runbook, { title = command, command = 'headwater.' .. command, arguments = { target } })
end

local function sort()
  local column = under_cursor()
  if split and column then
    local same = split.sort and split.sort.column == column
    -- Largest first, then smallest first, then as they came.
    if same and not split.sort.descending then
      split.sort = nil
    else
      split.sort = { column = column, descending = not same }
    end
    render()
  end
end

---The block of the runbook that its cursor is in, else the first that has run.
local function follow()
  if not split then
    return
  end
  local window = vim.fn.bufwinid(split.runbook)
  local line = window ~= -1 and vim.api.nvim_win_get_cursor(window)[1] - 1 or 0
  local nearest = results.at(split.runbook, line) or select(2, next(results.get(split.runbook)))
  if nearest and nearest.block ~= split.block then
    split.block, split.sort = nearest.block, nil
  end
  render()
end

---Shows nothing but the text in the current window, for as long as this buffer is in it; its keys stand below.
---@param statusline string
function M.plain(statusline)
  local of_window = vim.wo[0][0]
  of_window.wrap, of_window.number, of_window.relativenumber, of_window.signcolumn = false, false, false, 'no'
  -- A mark where a line goes on.
  of_window.list, of_window.listchars = true, 'extends:…,precedes:…'
  of_window.statusline = statusline
end

---Opens the window beside the runbook, or goes to it.
function M.open()
  local runbook = vim.api.nvim_get_current_buf()
  if split and vim.api.nvim_buf_is_valid(split.buf) then
    local window = vim.fn.bufwinid(split.buf)
    if split.runbook == runbook or split.buf == runbook then
      if window ~= -1 then
        return vim.api.nvim_set_current_win(window)
      end
    else
      split.runbook, split.block = runbook, nil
    end
  end
  if not split or not vim.api.nvim_buf_is_valid(split.buf) then
    local buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buf, 'headwater://results')
    vim.bo[buf].filetype = 'headwater-results'
    vim.bo[buf].modifiable = false
    split = { buf = buf, runbook = runbook, columns = {}, rows = {}, first = 0 }
    local group = vim.api.nvim_create_augroup('headwater.split', {})
    vim.api.nvim_create_autocmd('User', {
      group = group,
      pattern = 'HeadwaterResults',
      callback = function(event)
        if split and event.data.buf == split.runbook then
          follow()
        end
      end,
    })
    vim.api.nvim_create_autocmd('CursorMoved', {
      group = group,
      callback = function(event)
        if split and event.buf == split.runbook then
          follow()
        end
      end,
    })
    local function map(key, run, desc)
      vim.keymap.set('n', key, run, { buffer = buf, desc = desc, nowait = true })
    end
    map('<CR>', function() act('filter') end, 'filter the block by this value')
    map('f', function() act('follow') end, 'follow this value through the runbook')
    map('s', sort, 'sort by this column')
    map('p', function()
      local target = { uri = vim.uri_from_bufnr(split.runbook), block = split.block }
      require('headwater.commands').send(split.runbook, { title = 'pin', command = 'headwater.pin', arguments = { target } })
    end, 'write this result into the runbook')
    map('q', '<Cmd>close<CR>', 'close')
  end
  vim.cmd(vim.o.columns >= 140 and 'rightbelow vsplit' or 'belowright split')
  vim.api.nvim_win_set_buf(0, split.buf)
  M.plain(' results%=⏎ filter  f follow  s sort  p pin  q close ')
  follow()
end

return M
