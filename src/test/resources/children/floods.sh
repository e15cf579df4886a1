#!/bin/sh
# 20 MB without a newline.
head -c 20000000 /dev/zero | tr "\000" x
