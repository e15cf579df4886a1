#!/bin/sh
# Starts a child and never waits for it. The child prints its pid in one line.
sh -c 'trap "exit 42" TERM; trap "exit 0" USR1; echo $$; while :; do sleep 0.01; done' &
exec sleep 1000
