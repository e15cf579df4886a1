#!/bin/sh
# The program itself creates a session: the main process forks and waits, as `setsid --wait` does.
setsid --wait sh -c 'trap "" HUP; echo ready; exec sleep 1000'
