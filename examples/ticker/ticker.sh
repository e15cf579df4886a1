#!/bin/sh
# Prints a numbered line every second, or every TICK_SECONDS (such as 0.1).
seconds=${TICK_SECONDS:-1}
tick=0
sleeper=

stop() {
  trap '' INT TERM
  [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null
  echo "$1: stopping after tick $tick"
  exit 0
}
trap 'stop SIGINT' INT
trap 'stop SIGTERM' TERM

echo "ticker ready, pid $$, a tick every $seconds s"
while :; do
  tick=$((tick + 1))
  echo "tick $tick"
  [ $((tick % 30)) -ne 0 ] || echo "$tick ticks so far" >&2
  # In the background, so that a signal is handled immediately and not at the next tick.
  sleep "$seconds" &
  sleeper=$!
  wait "$sleeper"
  case $? in
  0 | 129 | 1[3-9]? | 2??) ;;         # slept, or a signal ended the sleep
  *) exit 1 ;;                        # TICK_SECONDS is not a number
  esac
done
