#!/bin/sh
# When it is killed, two children remain: one in its session, and a younger one that leads its own session.
sleep 1000 &
sleep 0.1
setsid sh -c 'echo ready; exec sleep 1000' &
wait
