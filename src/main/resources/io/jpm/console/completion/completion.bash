# shellcheck shell=bash
#
# Completes jpm's command lines in bash, from 3.2 on: `jpm completion install` has bash read this at its start.
# The daemon says what fits. Where none runs, none is started, and commands and options are completed all the same.

# $1 is jpm as it was typed.
_jpm() {
  local words=() candidates=() files='' quote='' plain typed
  COMPREPLY=()
  _jpm_split
  _jpm_ask "$1"
  [[ $files ]] || _jpm_guess
  _jpm_offer
}

# Sets $words to the words up to the cursor without their quotes, $typed to the last of them as it stands there and
# $quote to the quote that is open in it. COMP_WORDS has words cut at : and = that are one.
_jpm_split() {
  local rest=${COMP_LINE:0:COMP_POINT} i count=0 raw=() next
  for ((i = 0; i <= COMP_CWORD; i++)); do
    next=${rest#"${rest%%[![:space:]]*}"}
    if ((count == 0)) || [[ $next != "$rest" ]]; then
      raw[count++]=${COMP_WORDS[i]}
    else
      raw[count - 1]+=${COMP_WORDS[i]}
    fi
    ((i < COMP_CWORD)) || raw[count - 1]=${raw[count - 1]%"${COMP_WORDS[i]}"}$next
    rest=${next#"${COMP_WORDS[i]}"}
  done
  for ((i = 0; i < count; i++)); do
    typed=${raw[i]}
    _jpm_unquote "$typed"
    words[i]=$plain
  done
}

# Sets $plain to $1 without quotes, and $quote to that which is still open.
_jpm_unquote() {
  local rest=$1 char
  plain='' quote=''
  while [[ $rest ]]; do
    char=${rest:0:1} rest=${rest:1}
    if [[ $char == "${quote:-none}" ]]; then
      quote=''
    elif [[ $char == [\"\'] && ! $quote ]]; then
      quote=$char
    elif [[ $char == \\ && $quote != \' ]]; then
      plain+=${rest:0:1} rest=${rest:1}
    else
      plain+=$char
    fi
  done
}

# Sets $candidates and $files to what the daemon says; leaves them empty if there is none.
_jpm_ask() {
  local said lines=() line program=$1 globs=''
  # shellcheck disable=SC2088 # as typed, before the shell has expanded it
  [[ $program != '~/'* ]] || program=$HOME/${program:2}
  type -P "$program" >/dev/null || program=jpm
  # Not line by line: bash reads lines from a pipe with a system call for each byte.
  said=$(
    JPM_COMPLETION=described COMP_CWORD=$((${#words[@]} - 1)) \
      "$program" completion -- "${words[@]}" </dev/null 2>/dev/null
  )
  [[ $- == *f* ]] || { globs=yes && set -f; }
  local IFS=$'\n'
  # shellcheck disable=SC2206 # split at line feeds
  lines=($said)
  [[ ! $globs ]] || set +f
  files=${lines[0]-}
  for line in "${lines[@]:1}"; do
    candidates+=("${line%%$'\t'*}")
  done
}

# Sets $candidates and $files as far as it can be said without a daemon.
_jpm_guess() {
  local last=$((${#words[@]} - 1)) word verb='' known='@COMMANDS@' options='--help --version'
  files=files
  for word in "${words[@]:1:last-1}"; do
    [[ $word == -* ]] || { verb=$word && break; }
  done
  [[ ! $verb ]] || _jpm_options "$verb"
  if [[ ${words[last]} == -* ]]; then known=$options; elif [[ $verb ]]; then return; fi
  files=none
  for word in $known; do
    [[ $word != "${words[last]}"* ]] || candidates+=("$word")
  done
}

# Sets $options to those of the command $1.
_jpm_options() {
  case $1 in
    # @OPTIONS@
    *) options=--help ;;
  esac
}

# Sets COMPREPLY. bash replaces only what stands behind the last : or = of a word that is not quoted.
_jpm_offer() {
  local candidate before='' path part
  [[ $quote || $typed != *[=:@]* ]] || before=${typed%"${typed##*[=:@]}"}
  if ((${#candidates[@]} == 0)) && [[ $files == files ]]; then
    return # bash completes files by itself
  fi
  compopt +o default 2>/dev/null
  for candidate in ${candidates[@]+"${candidates[@]}"}; do
    # With files among them bash quotes all.
    [[ $quote || $files != none ]] || printf -v candidate %q "$candidate"
    COMPREPLY+=("${candidate#"$before"}")
  done
  [[ $files != none ]] || return 0
  compopt -o filenames 2>/dev/null
  part=${words[${#words[@]} - 1]}
  [[ ! $before || $part != --*=* ]] || part=${part#*=}
  while IFS= read -r path; do
    COMPREPLY+=("$path")
  done < <(if [[ $files == files ]]; then compgen -f -- "$part"; else compgen -d -- "$part"; fi)
}

complete -o default -F _jpm jpm
