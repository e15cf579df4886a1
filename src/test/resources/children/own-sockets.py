#!/usr/bin/env python3
# Closes the descriptors that it inherited, and opens its own pair of sockets under the same numbers.
import os
import signal
import socket

os.close(3)
os.close(4)
one, other = socket.socketpair()
one.sendall(b"private\n")
print("ready", one.fileno(), other.fileno(), flush=True)
signal.pause()
