-- :checkhealth headwater

local M = {}

function M.check()
  local health = vim.health
  health.start('headwater')

  local version = vim.version()
  local neovim = ('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch)
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok(neovim)
  else
    health.error('Neovim 0.11 or newer is needed, this is ' .. neovim)
    return
  end

  local config = vim.lsp.config.headwater
  local cmd = config and config.cmd
  if type(cmd) == 'table' then
    local path = vim.fn.exepath(cmd[1])
    if path == '' then
      health.error(('`%s` was not found'):format(cmd[1]), {
        'install it: cargo install --path lsp (in a checkout of Headwater)',
        "or set its path: vim.lsp.config('headwater', { cmd = { '/path/to/headwater', 'lsp' } })",
      })
    else
      local answer = vim.system({ path, '--version' }, { text = true, timeout = 5000 }):wait()
      if answer.code == 0 then
        health.ok(('%s (%s)'):format(vim.trim(answer.stdout), path))
      else
        health.error(('`%s --version` failed: %s'):format(path, vim.trim(answer.stderr or '')))
      end
    end
  else
    health.info('the server is started by a function of your own')
  end

  if not vim.lsp.is_enabled('headwater') then
    health.warn('the server is not enabled', "vim.lsp.enable('headwater')")
  end
  local clients = vim.lsp.get_clients({ name = 'headwater' })
  if #clients == 0 then
    health.info('no server is running; it starts with the first Markdown file')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    health.ok(('server %d runs for %s, buffers: %d'):format(client.id, client.root_dir or 'single files', buffers))
  end

  local runner = config and (config.init_options or {}).runner
  if runner then
    health.info('runner: ' .. runner)
  else
    health.info('runner: a private one, started with the first block that runs')
  end
end

return M
