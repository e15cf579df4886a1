#!/bin/sh
# Bytes on the channel that Node would not write, then the end.
printf '"a\377b"\n\n"par' >&3
printf 'tial"\n' >&3
head -c 1100000 /dev/zero | tr '\000' x >&3
printf '\n"after"\n"unfinished' >&3
exit 7
