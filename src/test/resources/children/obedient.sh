#!/bin/sh
# Ends with code 0 when asked.
trap 'kill $!; exit 0' TERM INT
sleep 1000 &
echo ready
wait
