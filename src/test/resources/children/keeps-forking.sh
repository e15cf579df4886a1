#!/bin/sh
# New processes, in sessions of their own, while it lives.
trap "" TERM INT
echo ready
i=0
while [ $i -lt 150 ]; do
  i=$((i + 1))
  setsid sleep 1000 &
  (setsid sleep 1000 &)
done
wait
