" What a user does in Vim, and what ALE shows, as JSON. Run by ale.e2e.ts after the configuration of docs/editors/vim.md.
" TW_FOLDER is a kernel, TW_RESULT the file to write.
function! s:WaitFor(what, Condition) abort
  let l:tries = 0
  while !a:Condition()
    if l:tries > 300
      throw 'waited in vain for ' . a:what . execute('messages')
    endif
    let l:tries += 1
    sleep 50m
  endwhile
endfunction

function! s:Session() abort
  let l:result = {}
  execute 'edit' fnameescape($TW_FOLDER . '/kernel/auditsc.c')
  call ale#Queue(0)
  call search('^task_watcher_func(init')
  call setline('.', 'task_watcher_func(inti, audit_alloc);')
  call ale#Queue(0)
  call s:WaitFor('a diagnostic', {-> !empty(filter(copy(ale#engine#GetLoclist(bufnr(''))), 'v:val.text =~? "inti"'))})
  let l:one = filter(copy(ale#engine#GetLoclist(bufnr(''))), 'v:val.text =~? "inti"')[0]
  let l:result.diagnostic = [l:one.lnum == line('.'), l:one.col, l:one.type]
  silent undo
  call ale#Queue(0)
  call s:WaitFor('no diagnostic', {-> empty(filter(copy(ale#engine#GetLoclist(bufnr(''))), 'v:val.text =~? "inti"'))})

  call search('^task_watcher_func(init, \zsaudit_alloc')
  let g:ale_hover_to_preview = 1
  ALEHover
  call s:WaitFor('a hover', {-> winnr('$') > 1})
  wincmd P
  let l:result.hover = join(getline(1, '$'), "\n")
  pclose

  call search('^task_watcher_func(init, \zsaudit_alloc')
  ALEGoToDefinition
  call s:WaitFor('the definition', {-> getline('.') =~# 'static int audit_alloc'})
  let l:result.definition = getline('.')
  return l:result
endfunction

try
  let s:result = s:Session()
catch
  let s:result = {'failure': v:exception . ' ' . v:throwpoint}
endtry
call writefile([json_encode(s:result)], $TW_RESULT)
qall!
