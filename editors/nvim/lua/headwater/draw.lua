-- One block's results as extmarks: stage lines and summary at the ends of lines, the view below the fence.
-- Marks follow the user's edits by themselves; they are moved only when the server names another place.

local M = {}

M.namespace = vim.api.nvim_create_namespace('headwater.results')

---@class headwater.Mark
---@field id integer
---@field line integer where the server last placed it, 0-based

---@class headwater.Marks
---@field fence headwater.Mark
---@field stages headwater.Mark[]

---Stands before each line of the view, so that it is seen to be none of the text.
local INDENT = { '  ', 'HeadwaterView' }

local severities = { hint = 'HeadwaterHint', warning = 'HeadwaterWarning', error = 'HeadwaterError' }

---Data can hold anything; a control character must never reach the screen raw.
---@param text string
---@return string
local function printable(text)
  return (text:gsub('%c', '·'))
end

---From little to much, in a heatmap.
local shades = { ['░'] = 'HeadwaterHeat1', ['▒'] = 'HeadwaterHeat2', ['▓'] = 'HeadwaterHeat3', ['█'] = 'HeadwaterHeat4' }

---The highlight of a character of the view, by its block in Unicode: frames are dimmed, bars and dots coloured.
---@param char string
---@param shape? string
---@param series string of bars and dots
---@return string
local function highlight_of(char, shape, series)
  if shape == 'heatmap' and shades[char] then
    return shades[char]
  end
  local code = #char == 3 and vim.fn.char2nr(char) or 0
  if code >= 0x2500 and code <= 0x257F then
    return 'HeadwaterBorder'
  elseif (code >= 0x2580 and code <= 0x259F) or (code >= 0x2801 and code <= 0x28FF) then
    return series
  end
  return 'HeadwaterView'
end

---Of several lines over time, each stands on a line of its own and has a colour of its own.
---@param results headwater.Results
---@param row integer of the view, from 1
---@return string
function M.series(results, row)
  local lines = type(results.series) == 'table' and #results.series.series or 0
  if results.shape ~= 'chart' or lines < 2 or row > lines then
    return 'HeadwaterChart'
  end
  return 'HeadwaterSeries' .. ((row - 1) % 6 + 1)
end

---@param text string
---@param stale boolean
---@param shape? string as what the block's result is drawn
---@param series? string the highlight of bars and dots
---@return [string, string][] chunks
function M.chunks(text, stale, shape, series)
  text = printable(text)
  if stale then
    return { { text, 'HeadwaterStale' } }
  end
  local chunks = {} ---@type [string, string][]
  local from, current = 1, nil ---@type integer, string?
  for at, char in text:gmatch('()([%z\1-\127\194-\244][\128-\191]*)') do
    -- A space continues whatever it stands in.
    local group = char == ' ' and current or highlight_of(char, shape, series or 'HeadwaterChart')
    if group ~= current then
      if current then
        table.insert(chunks, { text:sub(from, at - 1), current })
      end
      from, current = at, group
    end
  end
  table.insert(chunks, { text:sub(from), current or 'HeadwaterView' })
  return chunks
end

---@param results headwater.Results
---@return string
local function summary_highlight(results)
  if results.state == 'failed' then
    return 'HeadwaterFailed'
  elseif results.stale then
    return 'HeadwaterStale'
  end
  return results.state == 'running' and 'HeadwaterRunning' or 'HeadwaterSummary'
end

---Sets a mark, where it stands now if the server still names the same place as before.
---@param bufnr integer
---@param mark? headwater.Mark
---@param line integer
---@param opts vim.api.keyset.set_extmark
---@return headwater.Mark?
local function place(bufnr, mark, line, opts)
  local row = line
  if mark and mark.line == line then
    row = vim.api.nvim_buf_get_extmark_by_id(bufnr, M.namespace, mark.id, {})[1] or line
  end
  -- The text may be shorter than when the server looked.
  row = math.min(row, vim.api.nvim_buf_line_count(bufnr) - 1)
  opts.id = mark and mark.id
  opts.hl_mode = 'combine'
  return { id = vim.api.nvim_buf_set_extmark(bufnr, M.namespace, row, 0, opts), line = line }
end

---Least that is shown behind a line of text, however long the line is.
local LEAST = 12

---What there is room for behind the text of a line, with a mark where it was cut.
---@param bufnr integer
---@param line integer
---@param text string
---@return string
local function fit(bufnr, line, text)
  text = printable(text)
  local written = vim.api.nvim_buf_get_lines(bufnr, line, line + 1, false)[1] or ''
  local room = require('headwater.room').behind(bufnr, vim.fn.strdisplaywidth(written))
  if not room then
    return text
  end
  local width = math.max(LEAST, room)
  if vim.fn.strdisplaywidth(text) <= width then
    return text
  end
  return vim.fn.printf('%.*S…', width - 1, text)
end

---@param bufnr integer
---@param block headwater.Block
---@return headwater.Marks
function M.block(bufnr, block)
  local results, old = block.results, block.marks
  local stages = {} ---@type headwater.Mark[]
  for index, line in ipairs(results.lines) do
    local highlight = results.stale and 'HeadwaterStale' or severities[line.severity] or 'HeadwaterStage'
    stages[index] = place(bufnr, old and old.stages[index], line.line, {
      virt_text = { { '  ' .. fit(bufnr, line.line, line.text), highlight } },
    })
  end
  for index = #results.lines + 1, old and #old.stages or 0 do
    vim.api.nvim_buf_del_extmark(bufnr, M.namespace, old.stages[index].id)
  end

  local below = {} ---@type [string, string][][]
  for row, text in ipairs(results.view) do
    local chunks = M.chunks(text, results.stale, results.shape, M.series(results, row))
    table.insert(below, vim.list_extend({ INDENT }, chunks))
  end
  for _ = #below + 1, block.height do
    table.insert(below, { INDENT })
  end
  local fence = place(bufnr, old and old.fence, results.range['end'].line, {
    virt_text = { { '  ' .. fit(bufnr, results.range['end'].line, results.summary), summary_highlight(results) } },
    virt_lines = below,
  })
  return { fence = fence, stages = stages }
end

---@param bufnr integer
---@param marks headwater.Marks
function M.clear(bufnr, marks)
  for _, mark in ipairs(vim.list_extend({ marks.fence }, marks.stages)) do
    vim.api.nvim_buf_del_extmark(bufnr, M.namespace, mark.id)
  end
end

return M
