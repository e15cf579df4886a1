#!/bin/sh
# Ends with code 0 when asked. The child first: forked under the trap, it would take note of a
# signal in the shell's handler and forget it at the exec.
sleep 1000 &
trap 'kill $! 2>/dev/null; exit 0' TERM INT
echo ready
wait
