#!/bin/sh
# Its child keeps the output pipe open after it has exited.
sleep 1000 &
echo ready
exit 3
