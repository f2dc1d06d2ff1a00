# Prints what zsh completes for a command line: $1 is the completion script's folder, $2 the line.
zmodload zsh/zpty
zpty shell zsh -f -i
expect() { local text= part; repeat 200 { zpty -r -t shell part && text+=$part; [[ $text == *$1* ]] && break; sleep 0.05 }; REPLY=$text }
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste 2>/dev/null
list-matches() { compadd() { local -a found; builtin compadd -O found \"\$@\"; print -rl -- '<'\${^found}'>'; builtin compadd \"\$@\" }; _main_complete; print DONE-LISTING; unfunction compadd }
zle -C list-matches list-choices list-matches
bindkey '^X' list-matches
print READ''Y"
expect READY
zpty -w -n shell "$2"$'\x18'
expect DONE-LISTING
print -r -- $REPLY
zpty -d shell
