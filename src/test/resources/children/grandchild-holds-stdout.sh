#!/bin/sh
# A grandchild, which is orphaned and ignores signals, keeps writing.
(sh -c 'trap "" INT TERM; while :; do echo still; sleep 0.2; done' &)
echo ready
exec sleep 1000
