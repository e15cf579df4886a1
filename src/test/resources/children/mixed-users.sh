#!/bin/sh
# To be run by root: a child keeps uid 0, the main process and another child change to uid 65534.
sleep 1000 &
exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'sleep 1000 & echo ready; wait'
