-- Colours inside the fences: as Vim's own syntax engine sees them, and as they are drawn over treesitter.

---@param lines string[]
local function open(lines)
  vim.cmd('silent! %bwipeout!')
  vim.cmd('syntax on')
  vim.cmd.edit(vim.fn.tempname() .. '.md')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  vim.cmd('syntax sync fromstart')
end

---@param line integer
---@param word string
---@return string
local function group_at(line, word)
  local column = assert(vim.fn.getline(line):find(word, 1, true), word .. ' is in line ' .. line)
  return vim.fn.synIDattr(vim.fn.synID(line, column, 1), 'name')
end

Test('words of the language', function()
  open({
    '```headwater name=slow',
    'let s = spans | where duration >= 250ms and route contains "pay"; // slow',
    's | project-away `odd name` | summarize count() by bin(timestamp, 10s)',
    '```',
    'let it be',
    '```headwater',
    'a | where kind == "server" | join kind=inner (b) on c',
  })
  Equal('let', group_at(2, 'let'), 'headwaterKeyword')
  Equal('stage', group_at(2, 'where'), 'headwaterStatement')
  Equal('stage with a dash', group_at(3, 'away'), 'headwaterStatement')
  Equal('number with a unit', group_at(2, 'ms'), 'headwaterNumber')
  Equal('word operator', group_at(2, 'contains'), 'headwaterWord')
  Equal('string', group_at(2, 'pay'), 'headwaterString')
  Equal('comment', group_at(2, '// slow'), 'headwaterComment')
  Equal('function', group_at(3, 'bin'), 'headwaterFunction')
  Equal('name', group_at(3, 'odd'), 'headwaterName')
  Equal('kind as a field', group_at(7, 'kind =='), 'headwaterFence')
  Equal('kind of a join', group_at(7, 'kind=inner'), 'headwaterKeyword')
  Equal('prose', group_at(5, 'let'), '')
end)

Test('fences in quotes, in lists and of tildes; no other language', function()
  open({ '> ~~~headwater', '> spans | take 5', '> ~~~', '- x', '  ```headwater', '  spans | take 5', '  ```', '```sh', 'cat a | take 5', '```' })
  Equal('in a quote', group_at(2, 'take'), 'headwaterStatement')
  Equal('in a list', group_at(6, 'take'), 'headwaterStatement')
  Equal('shell', group_at(9, 'take'), 'markdownCodeBlock')
end)

Test('the same words where treesitter highlights the Markdown', function()
  local line = '| where `a b` >= 250ms and x.count contains "p" | count() // where'
  local parts = vim.tbl_map(function(token)
    return line:sub(token[1] + 1, token[2]) .. ' ' .. token[3]
  end, require('headwater.colours').tokens(line))
  Equal('tokens', parts, {
    '| Operator',
    'where Statement',
    '`a b` Identifier',
    '>= Operator',
    '250ms Number',
    'and Operator',
    'x.count @variable',
    'contains Operator',
    '"p" String',
    '| Operator',
    'count Statement',
    '// where Comment',
  })
  Equal('an open string', require('headwater.colours').tokens('"é'), { { 0, 3, 'String' } })
  Equal('no words', require('headwater.colours').tokens('é ( ] ;'), {})
end)
