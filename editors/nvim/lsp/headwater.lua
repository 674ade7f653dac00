-- The language server's configuration, found by Neovim on the runtime path.
-- Change any of it with vim.lsp.config('headwater', { ... }); see :help headwater-config.

---@type vim.lsp.Config
return {
  cmd = { 'headwater', 'lsp' },
  filetypes = { 'markdown', 'toml' },
  root_markers = { 'headwater.toml', '.git' },
  -- Of TOML files only our own; where this calls nothing, no server is started and none is attached.
  root_dir = function(bufnr, on_dir)
    local name = vim.fs.basename(vim.api.nvim_buf_get_name(bufnr))
    if vim.bo[bufnr].filetype ~= 'toml' or name == 'headwater.toml' then
      on_dir(vim.fs.root(bufnr, vim.lsp.config.headwater.root_markers))
    end
  end,
  init_options = {
    -- This editor draws results itself, so the server need not send them as inlay hints.
    results = true,
    -- Rows for the results window.
    rows = 1000,
    -- The lens above a `let` shows where it is used.
    showReferences = true,
    -- Neovim asks nobody whether a folder is trusted; running is always the user's own command.
    trusted = true,
  },
  capabilities = {
    workspace = { codeLens = { refreshSupport = true } },
  },
  handlers = {
    ['headwater/blockResults'] = function(_, result, ctx)
      require('headwater.results').receive(result, ctx)
    end,
    ['headwater/runbook'] = function(_, result)
      require('headwater.runbook').receive(result)
    end,
    -- Neovim 0.11 has no handler of its own for this request.
    ['workspace/codeLens/refresh'] = function()
      require('headwater.lenses').refresh_all()
      return vim.NIL
    end,
  },
  commands = {
    ['headwater.explainBlock'] = function(command, ctx)
      require('headwater.commands').explain(command, ctx, 'explain')
    end,
    ['headwater.different'] = function(command, ctx)
      require('headwater.commands').explain(command, ctx, 'what is different')
    end,
    ['headwater.explainCode'] = function(command, ctx)
      require('headwater.commands').explain(command, ctx, 'finding')
    end,
    ['headwater.showReferences'] = function(command, ctx)
      require('headwater.commands').show_references(command, ctx)
    end,
  },
  on_exit = function(_, _, client_id)
    vim.schedule(function()
      require('headwater.results').forget_client(client_id)
    end)
  end,
}
