-- Loaded at start: enables the server, defines :Headwater and the colours. Everything else is
-- loaded when it is first needed.

if vim.g.loaded_headwater then
  return
end
vim.g.loaded_headwater = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('headwater needs Neovim 0.11 or newer', vim.log.levels.WARN)
  return
end

local group = vim.api.nvim_create_augroup('headwater', {})

---Links are made with `default`, so a colour scheme or a user's own `:highlight` wins.
local function link_highlights()
  local links = {
    HeadwaterSummary = 'DiagnosticInfo',
    HeadwaterRunning = 'DiagnosticOk',
    HeadwaterStage = 'LspInlayHint',
    HeadwaterHint = 'DiagnosticVirtualTextHint',
    HeadwaterWarning = 'DiagnosticVirtualTextWarn',
    HeadwaterError = 'DiagnosticVirtualTextError',
    HeadwaterFailed = 'DiagnosticError',
    HeadwaterStale = 'Comment',
    HeadwaterView = 'Normal',
    HeadwaterBorder = 'NonText',
    HeadwaterHeader = 'Special',
    HeadwaterOpen = 'Comment',
    HeadwaterChart = 'Function',
    HeadwaterSeries1 = 'Function',
    HeadwaterSeries2 = 'String',
    HeadwaterSeries3 = 'DiagnosticWarn',
    HeadwaterSeries4 = 'DiagnosticError',
    HeadwaterSeries5 = 'HeadwaterMagenta',
    HeadwaterSeries6 = 'Identifier',
    HeadwaterHeat1 = 'Function',
    HeadwaterHeat2 = 'Function',
    HeadwaterHeat3 = 'String',
    HeadwaterHeat4 = 'DiagnosticWarn',
  }
  for name, target in pairs(links) do
    vim.api.nvim_set_hl(0, name, { link = target, default = true })
  end
  -- No common group is magenta, and of six lines no two should look alike.
  local magenta = vim.o.background == 'dark' and 'NvimLightMagenta' or 'NvimDarkMagenta'
  vim.api.nvim_set_hl(0, 'HeadwaterMagenta', { fg = magenta, ctermfg = 5 })
end

link_highlights()
vim.api.nvim_create_autocmd('ColorScheme', { group = group, callback = link_highlights })
vim.api.nvim_create_autocmd('OptionSet', { group = group, pattern = 'background', callback = link_highlights })

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'headwater' then
      require('headwater.lenses').attach(event.buf)
      require('headwater.results').show(event.buf)
      require('headwater.room').tell(event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd({ 'WinResized', 'BufWinEnter', 'VimResized' }, {
  group = group,
  callback = function()
    if package.loaded['headwater.results'] then
      require('headwater.room').tell()
    end
  end,
})

vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = 'markdown',
  once = true,
  callback = function()
    require('headwater.colours').enable()
  end,
})

vim.api.nvim_create_user_command('Headwater', function(command)
  require('headwater.commands').execute(command)
end, {
  nargs = '*',
  desc = 'Run, stop or explain the blocks of a runbook',
  complete = function(lead, line)
    return require('headwater.commands').complete(lead, line)
  end,
})

for name, sub in pairs({ run = 'run', stop = 'stop', explain = 'explain', ['run-all'] = 'runall', ['stop-all'] = 'stopall', above = 'above', below = 'below', pin = 'pin', params = 'params', live = 'live', results = 'results' }) do
  vim.keymap.set('n', ('<Plug>(headwater-%s)'):format(name), ('<Cmd>Headwater %s<CR>'):format(sub))
end

vim.lsp.enable('headwater')
