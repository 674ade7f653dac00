-- Types a runbook as people do, key by key, into another Neovim whose completion comes by itself; asks that its buffer
-- holds what was typed, also where the first item is focused and Enter takes it.

local text = [[
# Checkout is slow

```headwater
let failed = spans | where status == "error";
failed
| where service.name == "checkout" and duration > 1s
| summarize errors = count(), p99 = percentile(duration, 99) by bin(timestamp, 10s)
| top 10 by errors desc
| render timechart
```

```headwater
spans
| extend ms = duration / 1ms
| project timestamp, ms, name
| where ms >= 500
| take 10
```]]

---@param completeopt string
---@param pace integer
local function types(completeopt, pace)
  local plugin = vim.fs.dirname(vim.fs.dirname(vim.api.nvim_get_runtime_file('plugin/headwater.lua', false)[1]))
  local path = ('runtimepath^=%s runtimepath+=%s/after'):format(plugin, plugin)
  local child = vim.fn.jobstart({ vim.v.progpath, '--embed', '--headless', '--clean', '--cmd', 'set ' .. path }, { rpc = true })
  local function lua(code, ...)
    return vim.rpcrequest(child, 'nvim_exec_lua', code, { ... })
  end
  local file = ('typed-%d.md'):format(pace)
  vim.fn.writefile({}, file)
  lua(
    [[
      local program, file, completeopt = ...
      vim.o.completeopt = completeopt
      vim.lsp.config('headwater', { cmd = { program, 'lsp' } })
      vim.api.nvim_create_autocmd('LspAttach', {
        callback = function(event)
          vim.lsp.completion.enable(true, event.data.client_id, event.buf, { autotrigger = true })
          vim.g.attached = true
        end,
      })
      _G.shown = 0
      vim.api.nvim_create_autocmd('CompleteChanged', {
        callback = function()
          _G.shown = _G.shown + 1
        end,
      })
      vim.cmd.edit(file)
      vim.bo.autoindent = false
    ]],
    vim.env.HEADWATER,
    file,
    completeopt
  )
  Eventually('the server attaches', function()
    return lua('return vim.g.attached')
  end)
  vim.rpcrequest(child, 'nvim_input', 'i')
  for key in text:gmatch('.') do
    vim.rpcrequest(child, 'nvim_input', key == '\n' and '<CR>' or key == '<' and '<lt>' or key)
    vim.wait(pace)
  end
  vim.rpcrequest(child, 'nvim_input', '<C-e><Esc>')
  local found, shown = lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)'), lua('return _G.shown')
  vim.fn.jobstop(child)
  return found, shown
end

for _, how in ipairs({ { 'menuone,noselect', 60 }, { 'menuone,noinsert', 120 } }) do
  Test(('what is typed stands there with completeopt=%s, %d ms a key'):format(how[1], how[2]), function()
    local found, shown = types(how[1], how[2])
    Equal('the buffer', found, vim.split(text, '\n'))
    assert(shown > 10, 'lists came by themselves')
  end)
end
