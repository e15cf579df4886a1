#!/bin/sh
# Sends messages until it exits.
i=0
while [ $i -lt 2000 ]; do
  i=$((i + 1))
  echo "$i"
done >&3
exit 0
