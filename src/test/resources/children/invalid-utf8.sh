#!/bin/sh
printf "a\377\376b\n"
