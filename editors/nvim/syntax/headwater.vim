" Colours for the pipeline language; included in the headwater fences of Markdown.

if exists('b:current_syntax')
  finish
endif

syn case match

syn region headwaterString start=+"+ skip=+\\.+ end=+"+ oneline contains=headwaterEscape
syn region headwaterString start=+'+ skip=+\\.+ end=+'+ oneline contains=headwaterEscape
syn region headwaterString start=+@"+ end=+"+ oneline
syn region headwaterString start=+@'+ end=+'+ oneline
syn match headwaterEscape "\\." contained
syn region headwaterName start=+`+ end=+`+ oneline

syn match headwaterNumber "\<\d\+\%(\.\d\+\)\?\%([eE][-+]\?\d\+\)\?\%(ns\|us\|µs\|ms\|s\|m\|h\|d\|%\|[KMGT]i\?B\|B\)\?\>"
syn match headwaterPipe "|"
syn match headwaterOperator "[=!<>]=\?\|=\~\|!\~\|[-+*/%]\|\.\."
syn match headwaterFunction "\<\h\w*\ze("
syn match headwaterStatement "\%(|\s*\)\@<=\h[A-Za-z0-9_-]*"
syn keyword headwaterKeyword let by on with within of from to step asc desc nulls size every gap
" A field's name, too: only `kind=inner` of a join is ours.
syn match headwaterKeyword "\<kind\>\ze\s*=[=~]\@!"
syn keyword headwaterWord and or not in between has startswith endswith matches regex
" Not a keyword: `contains` would be read as an argument of its own.
syn match headwaterWord "\<contains\>"
syn match headwaterWord "\<\%(has\|contains\|startswith\|endswith\|in\)_\%(cs\|any\|all\)\>"
syn match headwaterWord "!\%(in\|has\|contains\|startswith\|endswith\|between\)\>"
syn keyword headwaterBoolean true false null
syn keyword headwaterType bool long int real double string datetime timespan dynamic
" Last, so that it wins over the division.
syn match headwaterComment "//.*$" contains=@Spell

hi def link headwaterComment Comment
hi def link headwaterString String
hi def link headwaterEscape SpecialChar
hi def link headwaterName Identifier
hi def link headwaterNumber Number
hi def link headwaterPipe Operator
hi def link headwaterOperator Operator
hi def link headwaterFunction Function
hi def link headwaterStatement Statement
hi def link headwaterKeyword Keyword
hi def link headwaterWord Operator
hi def link headwaterBoolean Boolean
hi def link headwaterType Type

let b:current_syntax = 'headwater'
