#!/bin/sh
# On SIGUSR1 it starts a daemon without its environment, and exits.
trap '(env -i "JPM_TEST_MARK=$JPM_TEST_MARK" setsid /bin/sleep 1000 >/dev/null 2>&1 &); exit 3' USR1
echo ready
while :; do sleep 0.05; done
