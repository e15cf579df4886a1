#!/usr/bin/env python3
# Answers each descriptor as its argument says, and sends everything else back.
import json
import socket
import sys

channel = socket.socket(fileno=3)
answers = sys.argv[1].split(",")
rest = b""
while True:
    data, fds, _, _ = socket.recv_fds(channel, 65536, 10)
    if not data:
        break
    rest += data
    *lines, rest = rest.split(b"\n")
    for line in lines:
        message = json.loads(line)
        if isinstance(message, dict) and message.get("cmd") == "NODE_HANDLE":
            answer = answers.pop(0) if answers else "none"
            channel.sendall(json.dumps({"saw": message["msg"]}).encode() + b"\n")
            if answer == "exit":
                sys.exit(0)
            if answer != "none":
                channel.sendall(b'{"cmd":"NODE_HANDLE_' + answer.encode() + b'"}\n')
        else:
            channel.sendall(line + b"\n")
