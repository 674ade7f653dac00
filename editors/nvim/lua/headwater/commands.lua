-- The :Headwater command: turns its words into the server's commands.

local lenses = require('headwater.lenses')

local M = {}

---@class headwater.Subcommand
---@field command? string the server's command
---@field block? boolean whether it is about one block and takes its name
---@field place? boolean whether it is about the stage at the cursor
---@field run? fun(arguments: string[])

---@type table<string, headwater.Subcommand>
local subcommands = {
  run = { command = 'headwater.runBlock', block = true },
  stop = { command = 'headwater.stopBlock', block = true },
  explain = { command = 'headwater.explainBlock', block = true },
  here = { command = 'headwater.runToHere', place = true },
  different = { command = 'headwater.different', place = true },
  runall = { command = 'headwater.runAll' },
  follow = {
    -- :Headwater follow customer.id c-1042
    run = function(arguments)
      local bufnr = vim.api.nvim_get_current_buf()
      local target = { uri = vim.uri_from_bufnr(bufnr), field = arguments[2], value = arguments[3] }
      M.send(bufnr, { title = 'follow', command = 'headwater.follow', arguments = { target } })
    end,
  },
  stopall = { command = 'headwater.stopAll' },
  log = {
    run = function()
      vim.cmd.tabnew(vim.fn.fnameescape(vim.lsp.log.get_filename()))
    end,
  },
}

---@param message string
local function complain(message)
  vim.notify('headwater: ' .. message, vim.log.levels.ERROR)
end

---Why there is no server, and what to do about it.
---@return string
local function no_server()
  local cmd = (vim.lsp.config.headwater or {}).cmd
  local program = type(cmd) == 'table' and cmd[1] or 'headwater'
  if type(cmd) ~= 'function' and vim.fn.executable(program) == 0 then
    return ('`%s` was not found; install it or set its path, see :checkhealth headwater'):format(program)
  end
  return 'no server for this buffer; is it a Markdown file? See :checkhealth headwater'
end

---@param bufnr integer
---@param command lsp.Command
local function send(bufnr, command)
  local client = lenses.client(bufnr)
  if not client then
    return complain(no_server())
  end
  client:exec_cmd(command, { bufnr = bufnr }, function(err)
    if err then
      complain(err.message)
    end
    lenses.refresh(bufnr)
  end)
end

M.send = send

---Arguments for a block that has no lens of the kind, e.g. to stop one that is not running: the server answers.
---@param bufnr integer
---@param line integer
---@param name? string
---@return table
local function by_place(bufnr, line, name)
  return { uri = vim.uri_from_bufnr(bufnr), block = name, position = { line = line, character = 0 } }
end

---@param command vim.api.keyset.create_user_command.command_args
function M.execute(command)
  local word, name = command.fargs[1], command.fargs[2]
  local sub = subcommands[word]
  if not sub then
    return complain(('unknown command `%s`; there are %s'):format(word, table.concat(M.complete('', 'Headwater '), ', ')))
  end
  if sub.run then
    return sub.run(command.fargs)
  end
  local bufnr = vim.api.nvim_get_current_buf()
  if not lenses.client(bufnr) then
    return complain(no_server())
  end
  if sub.place then
    local position = vim.lsp.util.make_position_params(0, lenses.client(bufnr).offset_encoding).position
    local target = { uri = vim.uri_from_bufnr(bufnr), position = position }
    return send(bufnr, { title = word, command = sub.command, arguments = { target } })
  end
  if not sub.block then
    return send(bufnr, { title = word, command = sub.command, arguments = { { uri = vim.uri_from_bufnr(bufnr) } } })
  end
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  lenses.request(bufnr, function(list)
    -- Any lens of a block knows which block it is; only the command differs.
    local kinds = { sub.command, 'headwater.runBlock', 'headwater.stopBlock' }
    local found = lenses.find(list, kinds, name, line)
    if not found and name then
      return complain(('no block `%s` in this runbook'):format(name))
    elseif not found then
      return complain('no block in this runbook')
    end
    local arguments = found.arguments or { by_place(bufnr, line, name) }
    send(bufnr, { title = word, command = sub.command, arguments = arguments })
  end)
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local words = vim.split(line, '%s+', { trimempty = true })
  local at = #words - (lead == '' and 0 or 1)
  local candidates = {} ---@type string[]
  if at == 1 then
    candidates = vim.tbl_keys(subcommands)
  elseif at == 2 and subcommands[words[2]] and subcommands[words[2]].block then
    for _, lens in ipairs(vim.lsp.codelens.get(0)) do
      local name = lenses.block(lens)
      if name and not vim.list_contains(candidates, name) then
        table.insert(candidates, name)
      end
    end
  end
  table.sort(candidates)
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

---Shows where something is used in the quickfix list.
---@param command lsp.Command
---@param ctx { bufnr: integer, client_id: integer }
function M.show_references(command, ctx)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  local places = command.arguments[3]
  if not client or #places == 0 then
    return vim.notify('headwater: no uses', vim.log.levels.INFO)
  end
  local items = vim.lsp.util.locations_to_items(places, client.offset_encoding)
  vim.fn.setqflist({}, ' ', { title = command.title, items = items })
  vim.cmd('botright copen')
end

---Shows what the server says of a block, a filter or a finding in a window of its own.
---@param command lsp.Command
---@param ctx { bufnr: integer, client_id: integer }
---@param title string
function M.explain(command, ctx, title)
  local client = vim.lsp.get_client_by_id(ctx.client_id)
  if not client then
    return complain(no_server())
  end
  local params = { command = command.command, arguments = command.arguments }
  client:request('workspace/executeCommand', params, function(err, result)
    if err then
      return complain(err.message)
    end
    local text = type(result) == 'string' and result
      or type(result) == 'table' and (result.text or result.markdown)
      or vim.inspect(result)
    vim.lsp.util.open_floating_preview(
      vim.split(text, '\n'),
      'markdown',
      { border = 'rounded', focus_id = 'headwater.explain', title = ' ' .. title .. ' ' }
    )
  end, ctx.bufnr)
end

return M
