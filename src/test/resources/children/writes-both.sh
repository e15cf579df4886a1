#!/bin/sh
i=0
while [ $i -lt 2000 ]; do
  i=$((i + 1))
  echo "out $i"
  echo "error $i" >&2
done
