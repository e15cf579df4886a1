#!/usr/bin/env python3
# Closes what it was given and opens a pair of its own under the same numbers.
import os
import signal
import socket

os.close(3)
os.close(4)
one, other = socket.socketpair()
one.sendall(b"private\n")
print("ready", one.fileno(), other.fileno(), flush=True)
signal.pause()
