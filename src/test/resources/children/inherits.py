#!/usr/bin/env python3
# Prints the sockets that it inherited from the descriptor of the first argument on, listens on the first
# of them if the second argument has an address to bind, and sends hello to each client.
import os
import socket
import stat
import sys

first = int(sys.argv[1])
names = []
number = first
while True:
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            names.append("pipe")
            break
    except OSError:
        break
    one = socket.socket(fileno=number)
    names.append(f"{number}:{one.getsockname()[1]}")
    if number == first:
        server = one
    else:
        one.detach()
    number += 1
print("given", *names, flush=True)
server.setblocking(True)
if len(sys.argv) > 2:
    server.bind((sys.argv[2], 0))
    server.listen()
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall(b"hello")
    connection.close()
