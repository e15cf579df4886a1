#!/bin/sh
# Like redis, nginx and PostgreSQL: forks twice into a session of its own, and its environment is no longer
# visible.
(env -i "JPM_TEST_MARK=$JPM_TEST_MARK" setsid /bin/sh -c 'echo ready; exec /bin/sleep 1000' &)
exit ${1:-0}
