#!/bin/sh
# The program itself asks for a session: the main process forks and waits, as `setsid --wait` does.
setsid --wait sh -c 'trap "" HUP; echo ready; exec sleep 1000'
