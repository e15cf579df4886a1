#!/bin/sh
# A main process and its child, both without the process tag.
exec env -i "JPM_TEST_MARK=$JPM_TEST_MARK" /bin/sh -c '/bin/sleep 1000 & echo ready; wait'
