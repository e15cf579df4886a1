#!/bin/sh
# Sends messages as fast as they are read.
exec yes "\"$(printf %0100d 7)\"" >&3
