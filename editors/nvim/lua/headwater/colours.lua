-- Colours inside the fences while treesitter highlights the Markdown, which then knows no syntax files.
-- There is no grammar for treesitter: lines are cut into words as they are drawn, on the screen only.

local M = {}

local namespace = vim.api.nvim_create_namespace('headwater.colours')

---@param words string
---@return table<string, true>
local function set(words)
  local found = {}
  for word in words:gmatch('%S+') do
    found[word] = true
  end
  return found
end

local KEYWORDS = set('let by on with within of asc desc nulls')
local OPERATORS = set('and or not in between has contains startswith endswith matches regex has_cs contains_cs startswith_cs endswith_cs')
local CONSTANTS = set('true false null')

---@alias headwater.Token [integer, integer, string] first byte (0-based), end, highlight group

---What each part of a line looks like.
---@param line string
---@return headwater.Token[]
function M.tokens(line)
  local tokens = {} ---@type headwater.Token[]
  local at, after_pipe = 1, false
  ---@param pattern string
  ---@param group string?
  ---@return string?
  local function take(pattern, group)
    local from, to = line:find('^' .. pattern, at)
    if not from then
      return nil
    end
    local text = line:sub(from, to)
    if group then
      table.insert(tokens, { from - 1, to, group })
    end
    at = to + 1
    return text
  end
  while at <= #line do
    local stage = after_pipe
    after_pipe = false
    if take('%s+') then
      after_pipe = stage
    elseif take('|', 'Operator') then
      after_pipe = true
    elseif take('//.*', 'Comment') or take('@?"[^"]*"?', 'String') or take("@?'[^']*'?", 'String') then
      -- taken
    elseif take('`[^`]*`?', 'Identifier') or take('%d[%d.]*[%%%a]*', 'Number') or take('[-=!<>~+*/%%]+', 'Operator') then
      -- taken
    elseif stage and take('[%a_][%w_-]*', 'Statement') then
      -- taken
    else
      local from = at
      local word = take('[%a_][%w_.]*')
      local group = word and (KEYWORDS[word] and 'Keyword' or OPERATORS[word] and 'Operator' or CONSTANTS[word] and 'Boolean')
      if word then
        group = group
          or word == 'kind' and line:find('^%s*=[^=~]', at) and 'Keyword'
          or line:find('^%s*%(', at) and 'Function' or '@variable'
        table.insert(tokens, { from - 1, at - 1, group })
      else
        at = at + 1
      end
    end
  end
  return tokens
end

---@type vim.treesitter.Query?
local query

---The lines of the headwater fences that are in sight.
---@param bufnr integer
---@param top integer
---@param bottom integer
---@return table<integer, true>
local function fenced(bufnr, top, bottom)
  query = query
    or vim.treesitter.query.parse(
      'markdown',
      '(fenced_code_block (info_string (language) @language) (code_fence_content) @content)'
    )
  local lines = {} ---@type table<integer, true>
  local parser = vim.treesitter.get_parser(bufnr, 'markdown', { error = false })
  for _, tree in pairs(parser and parser:trees() or {}) do
    for _, match in query:iter_matches(tree:root(), bufnr, top, bottom + 1) do
      local language, content
      for id, nodes in pairs(match) do
        if query.captures[id] == 'language' then
          language = vim.treesitter.get_node_text(nodes[1], bufnr)
        else
          content = nodes[1]
        end
      end
      if language and content and language:lower() == 'headwater' then
        local from, _, to = content:range()
        for line = math.max(from, top), math.min(to - 1, bottom) do
          lines[line] = true
        end
      end
    end
  end
  return lines
end

---Registers the drawing; it does nothing in buffers that treesitter does not highlight.
function M.enable()
  local lines = {} ---@type table<integer, true>
  vim.api.nvim_set_decoration_provider(namespace, {
    on_win = function(_, _, bufnr, top, bottom)
      if vim.bo[bufnr].filetype ~= 'markdown' or not vim.treesitter.highlighter.active[bufnr] then
        return false
      end
      lines = fenced(bufnr, top, bottom)
      return next(lines) ~= nil
    end,
    on_line = function(_, _, bufnr, row)
      if not lines[row] then
        return
      end
      local text = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
      for _, token in ipairs(M.tokens(text)) do
        vim.api.nvim_buf_set_extmark(bufnr, namespace, row, token[1], {
          end_col = token[2],
          hl_group = token[3],
          ephemeral = true,
          -- Above treesitter's own, which colours the fence as a whole.
          priority = vim.hl.priorities.treesitter + 5,
        })
      end
    end,
  })
end

return M
