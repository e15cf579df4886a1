#!/usr/bin/env bash
# Writes its pid and the time of its start into the FIFO $MARK, then sleeps.
echo "$$ ${EPOCHREALTIME:-$(date +%s.%N)}" >"$MARK"
exec sleep 100000
