#!/bin/sh
# Messages as fast as they are taken.
exec yes "\"$(printf %0100d 7)\"" >&3
