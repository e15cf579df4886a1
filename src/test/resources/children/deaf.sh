#!/bin/sh
# Ignores INT and TERM, and so do its children.
trap "" TERM INT
echo ready
while :; do sleep 1000; done
