#!/bin/sh
# Leaves a child without the process tag in the session.
env -i /bin/sleep 1000 &
echo ready
exit 0
