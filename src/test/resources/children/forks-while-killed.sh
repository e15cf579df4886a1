#!/bin/sh
# Whenever it is asked to end, it starts another process in a session of its own.
left=20
again() {
  [ $left -gt 0 ] || return
  left=$((left - 1))
  setsid sleep 1000 &
}
trap again TERM INT
sleep 1000 &
echo ready
while :; do wait; done
