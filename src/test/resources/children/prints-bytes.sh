#!/bin/sh
# Prints the first argument and the variable GREETING unchanged.
printf "%s|%s" "$1" "$GREETING"
