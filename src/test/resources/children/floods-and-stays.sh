#!/bin/sh
# 20 MB without a newline from a child, then nothing.
echo ready
head -c 20000000 /dev/zero | tr "\000" x
exec sleep 1000
