#!/bin/sh
# To be killed: a child in the session and one, younger, that leads a session of its own remain.
sleep 1000 &
sleep 0.1
setsid sh -c 'echo ready; exec sleep 1000' &
wait
