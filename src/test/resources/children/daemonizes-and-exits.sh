#!/bin/sh
# As a classic daemon: double fork, and the main process is gone.
(setsid sh -c 'echo ready; exec sleep 1000' &)
exit 0
