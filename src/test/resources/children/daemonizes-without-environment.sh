#!/bin/sh
# As redis, nginx and PostgreSQL do: double fork, a session of its own, and nothing of the environment
# is to be seen any more.
(env -i "JPM_TEST_MARK=$JPM_TEST_MARK" setsid /bin/sh -c 'echo ready; exec /bin/sleep 1000' &)
exit ${1:-0}
