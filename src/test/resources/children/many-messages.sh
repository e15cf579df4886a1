#!/bin/sh
# Messages up to the last moment.
i=0
while [ $i -lt 2000 ]; do
  i=$((i + 1))
  echo "$i"
done >&3
exit 0
