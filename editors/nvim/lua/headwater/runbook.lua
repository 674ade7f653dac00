-- What the server says of a runbook as a whole: parameters and blocks.

local M = {}

---@class headwater.Param
---@field name string
---@field type string
---@field default string|vim.NIL
---@field value string|vim.NIL
---@field set boolean
---@field doc string|vim.NIL
---@field choices string[]

---@class headwater.Runbook the payload of `headwater/runbook`
---@field uri string
---@field live boolean
---@field params headwater.Param[]
---@field blocks { block: string, line: integer, ['end']: integer, runnable: boolean, state: string }[]

---@type table<string, headwater.Runbook> by uri
local runbooks = {}

---@param runbook headwater.Runbook
function M.receive(runbook)
  runbooks[runbook.uri] = runbook
  vim.cmd.redrawstatus()
end

---@param bufnr integer
---@return headwater.Runbook?
function M.get(bufnr)
  return runbooks[vim.uri_from_bufnr(bufnr)]
end

---@param param headwater.Param
---@return string
local function described(param)
  local value = param.value == vim.NIL and 'no value' or tostring(param.value)
  local doc = param.doc == vim.NIL and '' or ('  – ' .. tostring(param.doc))
  return ('%s = %s%s (%s)%s'):format(param.name, value, param.set and ' *' or '', param.type, doc)
end

---@param param headwater.Param
---@param set fun(value: string|vim.NIL)
local function ask(param, set)
  local function write()
    local default = param.value == vim.NIL and '' or tostring(param.value)
    vim.ui.input({ prompt = ('%s (%s, empty for its default): '):format(param.name, param.type), default = default }, function(value)
      if value then
        set(value == '' and vim.NIL or value)
      end
    end)
  end
  if #param.choices == 0 then
    return write()
  end
  local items = vim.list_extend({}, param.choices)
  vim.list_extend(items, { 'another value …', 'its default' })
  vim.ui.select(items, { prompt = param.name }, function(_, index)
    if index == #param.choices + 1 then
      write()
    elseif index == #param.choices + 2 then
      set(vim.NIL)
    elseif index then
      set(param.choices[index])
    end
  end)
end

---Asks for a parameter and its value, as far as they are not named.
---@param bufnr integer
---@param name? string
---@param value? string
function M.set_param(bufnr, name, value)
  local function set(param, to)
    local target = { uri = vim.uri_from_bufnr(bufnr), field = param, value = to }
    require('headwater.commands').send(bufnr, { title = 'params', command = 'headwater.setParam', arguments = { target } })
  end
  if name and value then
    return set(name, value)
  end
  local params = (M.get(bufnr) or { params = {} }).params
  if #params == 0 then
    return vim.notify('headwater: this runbook has no parameters; they are declared in its front matter, under `params:`')
  end
  for _, param in ipairs(params) do
    if param.name == name then
      return ask(param, function(to)
        set(param.name, to)
      end)
    end
  end
  if name then
    return vim.notify(('headwater: there is no parameter `%s`'):format(name), vim.log.levels.ERROR)
  end
  vim.ui.select(params, { prompt = 'Parameter', format_item = described }, function(param)
    if param then
      ask(param, function(to)
        set(param.name, to)
      end)
    end
  end)
end

return M
