#!/bin/sh
# Exits with 0 when asked. The child is started before the trap is set: a child forked under the trap would
# record a signal in the shell's handler and lose it at the exec.
sleep 1000 &
trap 'kill $! 2>/dev/null; exit 0' TERM INT
echo ready
wait
