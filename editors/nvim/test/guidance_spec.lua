-- Neovim's own client takes the guidance: what it offers is inserted, shown and applied as an editor would do it.

vim.lsp.config('headwater', { cmd = { assert(vim.env.HEADWATER), 'lsp' } })

local runbook = [[
# Shop

```headwater
let slow = spans | where duration > 100ms;
slow
| where kind == "server" and
| extend ms = duration / 1ms
| where name == "a" or name == "b"
```
]]

local bufnr ---@type integer
local client ---@type vim.lsp.Client

---@param line integer from 1
---@return string
local function line_at(line)
  return vim.api.nvim_buf_get_lines(bufnr, line - 1, line, false)[1]
end

---@param method string
---@param params? table
---@return any
local function ask(method, params)
  local response = assert(client:request_sync(method, params or vim.lsp.util.make_position_params(0, client.offset_encoding), 20000, bufnr))
  assert(not response.err, vim.inspect(response.err))
  return response.result
end

Test('the client attaches', function()
  vim.fn.writefile(vim.split(runbook, '\n'), 'guidance.md')
  vim.cmd.edit('guidance.md')
  bufnr = vim.api.nvim_get_current_buf()
  client = Eventually('the server attaches', function()
    return vim.lsp.get_clients({ bufnr = bufnr, name = 'headwater' })[1]
  end)
  Eventually('a finding', function()
    return vim.diagnostic.get(bufnr)[1]
  end)
end)

Test('completion is resolved, and its edit inserted', function()
  vim.api.nvim_buf_set_lines(bufnr, 5, 6, false, { '| where kind == "server" and servi' })
  vim.api.nvim_win_set_cursor(0, { 6, 34 })
  local result = ask('textDocument/completion')
  local item = vim.iter(result.items or result):find(function(item)
    return item.label == 'service.name'
  end)
  assert(item, 'the field is offered')
  item = ask('completionItem/resolve', item)
  assert(item.documentation, 'the item says what it is')
  vim.lsp.util.apply_text_edits({ item.textEdit }, bufnr, client.offset_encoding)
  Equal('inserted', line_at(6), '| where kind == "server" and service.name')
end)

Test('hover is shown, and says the type', function()
  vim.api.nvim_win_set_cursor(0, { 7, 14 })
  vim.lsp.buf.hover()
  local text = Eventually('a window with the hover', function()
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(win).relative ~= '' then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), '\n')
      end
    end
  end)
  assert(text:find('timespan'), text)
  vim.cmd('silent! fclose!')
end)

Test('a let is renamed where it is made and used', function()
  vim.api.nvim_buf_set_lines(bufnr, 5, 6, false, { '| where kind == "server"' })
  vim.api.nvim_win_set_cursor(0, { 5, 1 })
  vim.lsp.buf.rename('dragging')
  Eventually('the new name', function()
    return line_at(5) == 'dragging'
  end)
  Equal('where it is made', line_at(4), 'let dragging = spans | where duration > 100ms;')
end)

Test('a refactoring is applied', function()
  vim.api.nvim_win_set_cursor(0, { 8, 10 })
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { 'refactor.rewrite' }, diagnostics = {} },
    filter = function(action)
      return action.title:find('^Write as') ~= nil
    end,
  })
  Eventually('the list', function()
    return line_at(8) == '| where name in ("a", "b")'
  end)
end)

Test('signature help, colours of what changed, and formatting arrive', function()
  vim.api.nvim_win_set_cursor(0, { 8, 20 })
  local help = ask('textDocument/signatureHelp')
  Equal('signature', help.signatures[1].label, 'where PREDICATE')
  local tokens = ask('textDocument/semanticTokens/full', { textDocument = vim.lsp.util.make_text_document_params(bufnr) })
  local delta = ask('textDocument/semanticTokens/full/delta', {
    textDocument = vim.lsp.util.make_text_document_params(bufnr),
    previousResultId = tokens.resultId,
  })
  Equal('nothing changed', delta.edits, {})
  vim.api.nvim_buf_set_lines(bufnr, 7, 8, false, { '|   where name  in ("a",  "b")' })
  vim.lsp.buf.format({ async = false })
  Equal('formatted', line_at(8), '| where name in ("a", "b")')
end)
