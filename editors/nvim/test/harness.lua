-- The smallest test harness that waits for events instead of sleeping.

local tests = {} ---@type { [1]: string, [2]: fun() }[]

---@param name string
---@param run fun()
function Test(name, run)
  table.insert(tests, { name, run })
end

---Runs the event loop until the condition holds.
---@generic T
---@param what string
---@param condition fun(): T?
---@return T
function Eventually(what, condition)
  local value
  local held = vim.wait(20000, function()
    value = condition()
    return value and true or false
  end, 10)
  if not held then
    error('never happened: ' .. what, 2)
  end
  return value
end

---@param what string
---@param actual any
---@param expected any
function Equal(what, actual, expected)
  if not vim.deep_equal(actual, expected) then
    error(('%s: expected %s, got %s'):format(what, vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

---@param lines string[]
---@return string[]
local function indented(lines)
  return vim.tbl_map(function(line)
    return '     ' .. line
  end, lines)
end

---@param path string
function Run(path)
  dofile(path)
  local passed, failed = 0, 0
  for _, test in ipairs(tests) do
    local ok, err = xpcall(test[2], debug.traceback)
    passed, failed = passed + (ok and 1 or 0), failed + (ok and 0 or 1)
    print((ok and 'ok   ' or 'FAIL ') .. test[1] .. '\n')
    if not ok then
      print(table.concat(indented(vim.split(tostring(err), '\n')), '\n') .. '\n')
    end
  end
  print(('%d passed, %d failed (%s)\n'):format(passed, failed, vim.fs.basename(path)))
  vim.cmd(failed == 0 and 'qall!' or 'cquit 1')
end
