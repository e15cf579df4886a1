#!/bin/sh
# A child leaves the session.
setsid sleep 1000 &
echo ready
wait
