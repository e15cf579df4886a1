#compdef jpm
#
# Completes jpm's command lines in zsh: `jpm completion install` has zsh read this at its start.
# The daemon says what fits. Where none runs, none is started, and commands and options are completed all the same.

_jpm() {
  local -a lines before shown
  local files line about typed=${(Q)PREFIX} program=${words[1]/#\~\//$HOME/}
  integer found=1
  before=("${(@Q)words[1,CURRENT-1]}")
  whence -p -- $program >/dev/null || program=jpm
  lines=("${(@f)$(JPM_COMPLETION=described COMP_CWORD=$((CURRENT - 1)) \
    $program completion -- "${before[@]}" "$typed" </dev/null 2>/dev/null)}")
  files=$lines[1]
  if [[ -n $files ]]; then
    for line in "${(@)lines[2,-1]}"; do
      [[ -n $line ]] || continue
      about=${line#*$'\t'}
      shown+=("${${${line%%$'\t'*}//\\/\\\\}//:/\\:}${about:+:$about}")
    done
  else
    _jpm_guess
  fi
  (( ! $#shown )) || { _describe -V 'jpm' shown && found=0 }
  [[ $files == none || $typed != --*=* ]] || compset -P '*='
  case $files in
    files) _files && found=0 ;;
    directories) _files -/ && found=0 ;;
  esac
  return found
}

# Sets $shown and $files as far as it can be said without a daemon.
_jpm_guess() {
  local word verb options='--help --version' known='@COMMANDS@'
  for word in "${(@)before[2,-1]}"; do
    [[ $word == -* ]] || { verb=$word; break }
  done
  [[ -z $verb ]] || _jpm_options $verb
  if [[ $typed == -* ]]; then
    known=$options
  elif [[ -n $verb ]]; then
    files=files
    return
  fi
  files=none
  shown=("${(@)${=known}//:/\\:}")
}

# Sets $options to those of the command $1.
_jpm_options() {
  case $1 in
    # @OPTIONS@
    *) options=--help ;;
  esac
}

if [[ $funcstack[1] == _jpm ]]; then
  _jpm "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _jpm jpm
fi
