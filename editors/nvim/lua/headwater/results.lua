-- Live results beside the text: what the server says of each block, drawn as virtual text and lines.
-- The wording is the server's; this file only decides when to draw and where the text stands now.

local draw = require('headwater.draw')

local M = {}

---@class headwater.Line
---@field line integer document line, 0-based
---@field text string
---@field severity? 'hint'|'warning'|'error'

---@class headwater.Results the payload of `headwater/blockResults`
---@field uri string
---@field block string
---@field flow string
---@field state 'starting'|'running'|'finished'|'stopped'|'failed'
---@field stale boolean
---@field gone? boolean it is not in the text any more
---@field summary string
---@field range lsp.Range from fence to fence
---@field title? string the nearest heading above
---@field lines headwater.Line[]
---@field shape? string as what it is drawn, e.g. 'heatmap'
---@field view string[]
---@field table? headwater.Table
---@field series? { series: { name: string }[] }
---@field notices { severity: string, message: string }[]

---@class headwater.Table
---@field columns { name: string, type: string }[]
---@field rows (string|vim.NIL)[][]
---@field provisional boolean[] which rows may still change
---@field total integer rows found so far, of which `rows` are the last

---@class headwater.Block what is known and drawn of one block
---@field results headwater.Results
---@field client_id integer
---@field marks? headwater.Marks
---@field height integer lines of the view, which never shrinks while the block runs
---@field changed? boolean not yet drawn

---Redraws wait this long, so that many blocks at once cost one redraw.
local COALESCE_MS = 30

---@type table<string, table<string, headwater.Block>> by uri and block name
local blocks = {}
---@type table<string, true> uris with blocks not yet drawn
local dirty = {}
local timer = assert(vim.uv.new_timer())
local waiting = false

---@param state string
---@return boolean
local function is_live(state)
  return state == 'starting' or state == 'running'
end

---@param uri string
---@return integer? bufnr of a loaded buffer
local function buffer_of(uri)
  local bufnr = vim.uri_to_bufnr(uri)
  return vim.api.nvim_buf_is_loaded(bufnr) and bufnr or nil
end

local function flush()
  waiting = false
  local uris = dirty
  dirty = {}
  -- Signs and line numbers take columns from the text whenever they come, and no event says so.
  require('headwater.room').tell()
  for uri in pairs(uris) do
    local bufnr = buffer_of(uri)
    for _, block in pairs(bufnr and blocks[uri] or {}) do
      if block.changed then
        block.changed = false
        block.marks = draw.block(bufnr, block)
      end
    end
    vim.api.nvim_exec_autocmds('User', { pattern = 'HeadwaterResults', data = { uri = uri, buf = bufnr } })
  end
end

---@param uri string
local function schedule(uri)
  dirty[uri] = true
  if not waiting then
    waiting = true
    timer:start(COALESCE_MS, 0, vim.schedule_wrap(flush))
  end
end

---Takes one notification.
---@param results headwater.Results
---@param ctx { client_id: integer }
function M.receive(results, ctx)
  local of_document = blocks[results.uri] or {}
  blocks[results.uri] = of_document
  -- It is not in the text any more: nothing of it is drawn there.
  if results.gone then
    local gone = of_document[results.block]
    local bufnr = buffer_of(results.uri)
    if gone and gone.marks and bufnr then
      draw.clear(bufnr, gone.marks)
    end
    of_document[results.block] = nil
    return schedule(results.uri)
  end
  local block = of_document[results.block]
  local before = block and block.results
  if not block then
    block = { results = results, client_id = ctx.client_id, height = 0 }
    of_document[results.block] = block
  end
  block.results = results
  block.client_id = ctx.client_id
  block.changed = true
  block.height = is_live(results.state) and math.max(block.height, #results.view) or #results.view
  if not before or is_live(before.state) ~= is_live(results.state) then
    local bufnr = buffer_of(results.uri)
    if bufnr then
      require('headwater.lenses').refresh(bufnr)
    end
  end
  schedule(results.uri)
end

---Draws everything that is known of a buffer again, e.g. after it was loaded anew.
---@param bufnr integer
function M.show(bufnr)
  local uri = vim.uri_from_bufnr(bufnr)
  for _, block in pairs(blocks[uri] or {}) do
    block.marks = nil
    block.changed = true
    schedule(uri)
  end
end

---Removes what a server that is gone had said.
---@param client_id integer
function M.forget_client(client_id)
  for uri, of_document in pairs(blocks) do
    local bufnr = buffer_of(uri)
    for name, block in pairs(of_document) do
      if block.client_id == client_id then
        if bufnr and block.marks then
          draw.clear(bufnr, block.marks)
        end
        of_document[name] = nil
      end
    end
  end
end

---The latest results of the block at or above a line.
---@param bufnr integer
---@param line integer 0-based
---@return headwater.Results?
function M.at(bufnr, line)
  local nearest ---@type headwater.Results?
  for _, block in pairs(M.get(bufnr)) do
    local start = block.range.start.line
    if start <= line and (not nearest or start > nearest.range.start.line) then
      nearest = block
    end
  end
  return nearest
end

---The latest results of a document's blocks, by name.
---@param bufnr integer
---@return table<string, headwater.Results>
function M.get(bufnr)
  return vim.tbl_map(function(block)
    return block.results
  end, blocks[vim.uri_from_bufnr(bufnr)] or {})
end

return M
