#!/bin/sh
# Numbered lines, as fast as it can.
i=0
while [ $i -lt "$1" ]; do
  i=$((i + 1))
  echo "line $i of an app that goes on whatever becomes of its daemon"
done
exit 42
