#!/bin/sh
# The grandchild keeps the pipe open.
sleep 1000 &
echo ready
exit 3
