#!/usr/bin/env bash
# Starts an app through jpm's bridge, prints its events, and stops it when Enter is pressed.
# Uses TCP, because bash does not support unix sockets. The locale is C, because lengths are in bytes.
#
# usage: client.sh SCRIPT      the home is $JPM_HOME or ~/.jpm; its daemon must be running (jpm ping)
set -u
export LC_ALL=C

home=${JPM_HOME:-$HOME/.jpm}
name=example-bash

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Sets $quoted to $1 as a JSON string, without control characters.
quote() {
  quoted=${1//[[:cntrl:]]/}
  quoted=${quoted//\\/\\\\}
  quoted=\"${quoted//\"/\\\"}\"
}

# Opens descriptor $1 and authenticates. Each daemon creates a new token when it starts.
connect() {
  local port token
  { read -r port <"$home/bridge.port" && read -r token <"$home/token"; } 2>/dev/null || return 1
  { eval "exec $1<>/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
  send "$1" "{\"type\":\"auth\",\"token\":\"$token\"}"
}

# Sends $2 on descriptor $1. A frame is a length (4 bytes, big-endian) followed by that many bytes of JSON.
send() {
  local size=${#2} head
  printf -v head '\\x%02x' $((size >> 24)) $((size >> 16 & 255)) $((size >> 8 & 255)) $((size & 255))
  # shellcheck disable=SC2059
  { printf "$head%s" "$2" >&"$1"; } 2>/dev/null
}

# Sets $frame to the next frame of descriptor $1. Returns 2 if none begins within a second, 1 if the
# connection is closed.
receive() {
  local byte value size=0 i
  for i in 1 2 3 4; do
    IFS= read -r -d '' -n 1 -t 1 -u "$1" byte || {
      (($? > 128 && i == 1)) && return 2
      return 1
    }
    printf -v value %d "'$byte"
    size=$((size << 8 | value & 255))
  done
  IFS= read -r -N "$size" -u "$1" frame || return 1
  [[ $frame != '{"type":"err"'* ]] || fail "the daemon refuses it: $frame"
} 2>/dev/null

# Sends a request with the keys $1 on a separate connection. Sets $frame to the reply. Returns 1 if no
# daemon answers.
ask() {
  local code=2
  connect 8 || return 1
  send 8 "{\"type\":\"send\",\"address\":\"jpm.command\",\"replyAddress\":\"1\",\"body\":{\"v\":1,$1}}"
  while ((code == 2)); do
    receive 8
    code=$?
  done
  exec 8>&-
  ((code == 0)) || return 1
  [[ $frame == *'"ok":true'* ]] || fail "the daemon did not do it: $frame"
}

# Prints the event in $frame if its number is new.
show() {
  local event app=- reason=
  [[ $frame =~ \"event\":\"([a-z_]+)\" ]] || return 0
  event=${BASH_REMATCH[1]}
  case $event in
    gap) printf 'lost: %s\n' "$frame" ;;
    reset) after=0 && printf 'another history: %s\n' "$frame" ;;
  esac
  [[ $frame =~ \"seq\":([0-9]+) ]] && ((BASH_REMATCH[1] > after)) || return 0
  after=${BASH_REMATCH[1]} failures=0
  [[ $frame =~ \"app\":\"([^\"]*)\" ]] && app=${BASH_REMATCH[1]}
  [[ $frame =~ \"reason\":\"(([^\"\\]|\\.)*)\" ]] && reason=${BASH_REMATCH[1]}
  printf '%s %s %s %s\n' "$after" "$event" "$app" "$reason"
  [[ $app != "$name" || $event != stop ]] || stopped=yes
}

# Stops the app when Enter was pressed or standard input has ended. A repeated request is harmless.
stop_on_enter() {
  [[ ! $asked ]] && read -r -t 0 || return 0
  ask "\"verb\":\"stop\",\"targets\":[\"$name\"]" && asked=yes
}

quote "$(realpath "${1:?usage: client.sh SCRIPT}")" && script=$quoted
quote "$PWD" && cwd=$quoted
after=0 failures=0 asked='' stopped=''
ask '"verb":"events","limit":1' || fail "no daemon of $home answers: start one with jpm ping"
[[ ! $frame =~ \"seq\":([0-9]+) ]] || after=${BASH_REMATCH[1]}
ask "\"verb\":\"start\",\"app\":{\"name\":\"$name\",\"script\":$script},\"cwd\":$cwd" || fail 'no answer'

until [[ $stopped ]]; do
  if connect 9 &&
    send 9 "{\"type\":\"register\",\"address\":\"jpm.events\",\"headers\":{\"after\":\"$after\"}}"; then
    code=0
    while ((code != 1)) && [[ ! $stopped ]]; do
      receive 9
      code=$?
      ((code != 0)) || show
      stop_on_enter
    done
  fi
  exec 9>&- # the next connection continues after the last event: each is printed once and in order
  [[ $stopped ]] || { printf 'not connected\n' >&2 && sleep "$((failures < 5 ? failures++ : 5)).2"; }
done
ask "\"verb\":\"delete\",\"targets\":[\"$name\"]"
