#!/bin/sh
# Like a classic daemon: forks twice, and the main process exits.
(setsid sh -c 'echo ready; exec sleep 1000' &)
exit 0
