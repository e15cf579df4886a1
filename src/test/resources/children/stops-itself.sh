#!/bin/sh
trap "exit 5" TERM
echo ready
kill -s STOP $$
sleep 1000 &
wait
