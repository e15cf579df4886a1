#!/bin/sh
# For root: a child stays root's, the main process and another child become nobody's.
sleep 1000 &
exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'sleep 1000 & echo ready; wait'
