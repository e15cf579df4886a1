#!/bin/sh
# A grandchild leaves the session and loses its parents; the main process lives on.
(setsid sh -c 'sleep 1000 & exec sleep 1000' &)
echo ready
exec sleep 1000
