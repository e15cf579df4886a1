#!/bin/sh
# The first argument and the variable GREETING, as they came.
printf "%s|%s" "$1" "$GREETING"
