#!/usr/bin/env python3
# Listens, and waits for connections with the call that the argument names; `none` does not wait.
import os
import select
import selectors
import signal
import socket
import sys

way = sys.argv[1]
server = socket.create_server(("127.0.0.1", 0))
if way == "child":
    if os.fork() != 0:
        server.close()
        signal.pause()
    way = "accept"
print("port", server.getsockname()[1], "ready", flush=True)
held = []
while True:
    if way == "none":
        signal.pause()
    elif way == "select":
        select.select([server], [], [])
    elif way == "poll":
        poll = select.poll()
        poll.register(server, select.POLLIN)
        poll.poll()
    elif way == "epoll":
        epoll = select.epoll()
        epoll.register(server, select.EPOLLIN)
        epoll.poll()
    elif way == "selectors":
        selector = selectors.DefaultSelector()
        selector.register(server, selectors.EVENT_READ)
        selector.select()
    elif way == "writable":
        epoll = select.epoll()
        epoll.register(server, select.EPOLLERR)
        epoll.poll()
    held.append(server.accept()[0])
