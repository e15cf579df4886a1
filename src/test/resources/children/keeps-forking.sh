#!/bin/sh
# Starts new processes in sessions of their own as long as it runs.
trap "" TERM INT
echo ready
i=0
while [ $i -lt 150 ]; do
  i=$((i + 1))
  setsid sleep 1000 &
  (setsid sleep 1000 &)
done
wait
