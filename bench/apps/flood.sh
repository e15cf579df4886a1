#!/usr/bin/env bash
# Prints BYTES bytes of lines at full speed each time a line is written to the FIFO $GO.
line=$(printf '%0.s0123456789' {1..10})
while read -r _ <"$GO"; do
  yes "$line" | head -c "$BYTES"
done
