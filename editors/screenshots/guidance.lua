-- For a picture: runs the first block, and when the runner has seen events shows a hover or a completion.

local what = vim.env.WHAT

---@param pattern string
---@param after integer
local function to(pattern, after)
  vim.fn.cursor(1, 1)
  vim.fn.search(pattern)
  vim.cmd.normal({ after .. 'l', bang = true })
end

local function show()
  if what == 'hover' then
    to('duration > 250ms', 2)
    vim.lsp.buf.hover({ border = 'rounded', max_width = 70 })
  else
    to('"eu-"', 4)
    vim.cmd.startinsert()
    vim.schedule(function()
      vim.lsp.completion.get()
    end)
  end
end

vim.api.nvim_create_autocmd('LspAttach', {
  callback = function(event)
    vim.lsp.completion.enable(true, event.data.client_id, event.buf)
    vim.schedule(function()
      vim.cmd.Headwater({ 'run', 'slow' })
    end)
  end,
})

-- The first results come with what was kept; a few seconds later the profile is what it stays.
vim.api.nvim_create_autocmd('User', {
  pattern = 'HeadwaterResults',
  once = true,
  callback = function()
    vim.defer_fn(show, 6000)
  end,
})
