" Colours the headwater fences of a runbook, at any indent, in lists and in quotes.

unlet! b:current_syntax
syn include @headwater syntax/headwater.vim
let b:current_syntax = 'markdown'

syn region headwaterFence matchgroup=markdownCodeDelimiter keepend contains=@headwater
      \ start="^[ >*+.0-9-]*\z(`\{3,\}\)\s*headwater\>.*$" end="^[ >]*\z1`*\s*$"
syn region headwaterFence matchgroup=markdownCodeDelimiter keepend contains=@headwater
      \ start="^[ >*+.0-9-]*\z(\~\{3,\}\)\s*headwater\>.*$" end="^[ >]*\z1\~*\s*$"
