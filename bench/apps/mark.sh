#!/usr/bin/env bash
# Says who it is and when it began to run into the FIFO $MARK, then does nothing.
echo "$$ ${EPOCHREALTIME:-$(date +%s.%N)}" >"$MARK"
exec sleep 100000
