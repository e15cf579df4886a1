#!/bin/sh
# A grandchild, orphaned and deaf, goes on writing.
(sh -c 'trap "" INT TERM; while :; do echo still; sleep 0.2; done' &)
echo ready
exec sleep 1000
