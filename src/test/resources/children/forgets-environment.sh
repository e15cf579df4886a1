#!/bin/sh
# A child without the tag, in the session.
env -i /bin/sleep 1000 &
echo ready
exit 0
