#!/bin/sh
# A grandchild leaves the session and is orphaned; the main process keeps running.
(setsid sh -c 'sleep 1000 & exec sleep 1000' &)
echo ready
exec sleep 1000
