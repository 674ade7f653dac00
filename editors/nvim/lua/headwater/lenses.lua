-- The Run and Stop lenses of a runbook: asking for them, and finding the one that is meant.
-- Lenses come from the server; this file never works out where a block begins.

local M = {}

local group = vim.api.nvim_create_augroup('headwater.lenses', {})

---@param bufnr integer
---@return vim.lsp.Client?
function M.client(bufnr)
  return vim.lsp.get_clients({ bufnr = bufnr, name = 'headwater' })[1]
end

---@type table<integer, 'once'|'again'> buffers whose lenses are on their way
local asked = {}

---Neovim's own refresh is dropped while another is on its way, and then shows lenses at lines of an older text.
---@param bufnr integer
function M.refresh(bufnr)
  local client = M.client(bufnr)
  if not client or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  elseif asked[bufnr] then
    asked[bufnr] = 'again'
    return
  end
  asked[bufnr] = 'once'
  local text = vim.b[bufnr].changedtick
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  client:request('textDocument/codeLens', params, function(err, lenses, ctx)
    local again = asked[bufnr] == 'again'
    asked[bufnr] = nil
    if not vim.api.nvim_buf_is_loaded(bufnr) then
      return
    elseif vim.b[bufnr].changedtick ~= text then
      return M.refresh(bufnr)
    end
    vim.lsp.codelens.on_codelens(err, lenses, ctx)
    if again then
      M.refresh(bufnr)
    end
  end, bufnr)
end

function M.refresh_all()
  local client = vim.lsp.get_clients({ name = 'headwater' })[1]
  for bufnr in pairs(client and client.attached_buffers or {}) do
    M.refresh(bufnr)
  end
end

---Keeps the lenses of a buffer fresh. Neovim 0.11 leaves that to plugins.
---@param bufnr integer
function M.attach(bufnr)
  vim.api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  -- What a server that is gone was asked for never comes.
  asked[bufnr] = nil
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = group,
    buffer = bufnr,
    callback = function()
      M.refresh(bufnr)
    end,
  })
  M.refresh(bufnr)
end

---The block's name among a lens's arguments; nil for one that is about no block.
---@param lens lsp.CodeLens
---@return string?
function M.block(lens)
  local arguments = lens.command and lens.command.arguments or {}
  local first = arguments[1]
  if type(first) == 'table' then
    return first.block and tostring(first.block)
  end
  if type(arguments[2]) ~= 'table' then
    return arguments[2] and tostring(arguments[2])
  end
end

---Asks the server for the lenses as they are now, with all edits sent before.
---@param bufnr integer
---@param done fun(lenses: lsp.CodeLens[])
function M.request(bufnr, done)
  local client = M.client(bufnr)
  if not client then
    return done({})
  end
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  client:request('textDocument/codeLens', params, function(_, lenses)
    done(lenses or {})
  end, bufnr)
end

---A lens of the named block, else of the block at or above the line, else of the first block. Which lens a block has
---depends on whether it runs, so the place decides, and any of the commands will do.
---@param lenses lsp.CodeLens[]
---@param commands string[]
---@param name? string
---@param line integer 0-based
---@return lsp.Command?
function M.find(lenses, commands, name, line)
  local best, best_line ---@type lsp.Command?, integer?
  for _, lens in ipairs(lenses) do
    local start = lens.range.start.line
    if lens.command and vim.list_contains(commands, lens.command.command) then
      if name then
        if M.block(lens) == name then
          return lens.command
        end
      elseif not best_line or (start <= line and (start > best_line or best_line > line)) then
        best, best_line = lens.command, start
      end
    end
  end
  return best
end

return M
