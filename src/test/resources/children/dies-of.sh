#!/bin/sh
# Kills itself with the signal that the argument names.
kill -s "$1" $$
sleep 1000
