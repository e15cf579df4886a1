#!/bin/sh
# Prints COUNT numbered lines as fast as it can, but the last one only when FILE exists. Argument: `COUNT FILE`.
count=${1%% *} file=${1#* }
i=0
while [ $i -lt "$count" ]; do
  i=$((i + 1))
  if [ $i -eq "$count" ]; then
    until [ -e "$file" ]; do sleep 0.01; done
  fi
  echo "line $i of an app that goes on whatever becomes of its daemon"
done
exit 42
