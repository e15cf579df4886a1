#!/bin/sh
# Writes bytes to the IPC channel that Node would not write, then exits.
printf '"a\377b"\n\n"par' >&3
printf 'tial"\n' >&3
head -c 1100000 /dev/zero | tr '\000' x >&3
printf '\n"after"\n"unfinished' >&3
exit 7
