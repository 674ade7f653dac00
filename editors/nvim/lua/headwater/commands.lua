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
  above = { command = 'headwater.runAbove', block = true },
  below = { command = 'headwater.runBelow', block = true },
  pin = { command = 'headwater.pin', block = true },
  filter = {
    -- :Headwater filter cloud.region eu-west-1
    run = function(arguments)
      local bufnr = vim.api.nvim_get_current_buf()
      local line = vim.api.nvim_win_get_cursor(0)[1] - 1
      local target = {
        uri = vim.uri_from_bufnr(bufnr),
        position = { line = line, character = 0 },
        field = arguments[2],
        value = arguments[3],
      }
      M.send(bufnr, { title = 'filter', command = 'headwater.filter', arguments = { target } })
    end,
  },
  params = {
    -- :Headwater params [customer [c-1042]]
    run = function(arguments)
      require('headwater.runbook').set_param(vim.api.nvim_get_current_buf(), arguments[2], arguments[3])
    end,
  },
  live = {
    -- :Headwater live [on|off]
    run = function(arguments)
      local bufnr = vim.api.nvim_get_current_buf()
      local runbook = require('headwater.runbook').get(bufnr)
      local live = not (runbook and runbook.live)
      if arguments[2] then
        live = arguments[2] == 'on'
      end
      local target = { uri = vim.uri_from_bufnr(bufnr), live = live }
      M.send(bufnr, { title = 'live', command = 'headwater.setLive', arguments = { target } })
    end,
  },
  results = {
    run = function()
      require('headwater.split').open()
    end,
  },
  sources = {
    run = function(arguments)
      M.sources(arguments[2])
    end,
  },
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
    local what = word and ('unknown command `%s`'):format(word) or 'which command?'
    return complain(what .. ' <Tab> shows them all, :help :Headwater explains them')
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
    local found = lenses.find(list, { sub.command, 'headwater.runBlock', 'headwater.stopBlock' }, name, line)
    if not found and name then
      return complain(('no block `%s` in this runbook'):format(name))
    elseif not found then
      return complain('no block in this runbook')
    end
    local arguments = found.arguments or { by_place(bufnr, line, name) }
    send(bufnr, { title = word, command = sub.command, arguments = arguments })
  end)
end

---Fields that the block at or above the cursor shows, or the values of one of them.
---@param field? string
---@return string[]
local function shown(field)
  local found = {} ---@type table<string, true>
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local block = require('headwater.results').at(vim.api.nvim_get_current_buf(), line)
  local all = block and type(block.table) == 'table' and block.table or { columns = {}, rows = {} }
  for index, column in ipairs(all.columns) do
    if not field then
      found[column.name] = true
    elseif field == column.name then
      for _, row in ipairs(all.rows) do
        -- A word of the command line ends at a space.
        if type(row[index]) == 'string' and not row[index]:find('%s') then
          found[row[index]] = true
        end
      end
    end
  end
  return vim.tbl_keys(found)
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
  if (at == 2 or at == 3) and (words[2] == 'filter' or words[2] == 'follow') then
    candidates = shown(at == 3 and words[3] or nil)
  elseif at == 2 and words[2] == 'params' then
    local runbook = require('headwater.runbook').get(vim.api.nvim_get_current_buf())
    for _, param in ipairs(runbook and runbook.params or {}) do
      table.insert(candidates, param.name)
    end
  elseif at == 2 and words[2] == 'live' then
    candidates = { 'on', 'off' }
  elseif at == 3 and words[2] == 'params' then
    local runbook = require('headwater.runbook').get(vim.api.nvim_get_current_buf())
    for _, param in ipairs(runbook and runbook.params or {}) do
      if param.name == words[3] then
        vim.list_extend(candidates, param.choices)
      end
    end
  end
  table.sort(candidates)
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

---What the program says of all sources or of one, in a window of its own.
---@param name? string
function M.sources(name)
  local cmd = (vim.lsp.config.headwater or {}).cmd
  local program = type(cmd) == 'table' and cmd[1] or 'headwater'
  if vim.fn.executable(program) == 0 then
    return complain(no_server())
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local folder = vim.fs.dirname(vim.api.nvim_buf_get_name(bufnr))
  local words = { program, 'sources' }
  if name then
    table.insert(words, name)
  end
  vim.system(words, { cwd = vim.fn.isdirectory(folder) == 1 and folder or nil, text = true, timeout = 20000, env = { NO_COLOR = '1' } }, function(answer)
    vim.schedule(function()
      if answer.code ~= 0 then
        return complain(vim.trim(answer.stderr or 'it said nothing'))
      end
      vim.cmd('botright new')
      local lines = vim.split(vim.trim(answer.stdout), '\n')
      vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
      vim.bo.buftype, vim.bo.bufhidden, vim.bo.modifiable, vim.bo.filetype = 'nofile', 'wipe', false, 'headwater-sources'
      require('headwater.split').plain(' sources%=q close ')
      vim.api.nvim_win_set_height(0, math.min(#lines, math.floor(vim.o.lines / 2)))
      vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = 0 })
    end)
  end)
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
