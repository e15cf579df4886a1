#!/usr/bin/env python3
"""Starts an app through jpm's bridge, prints its events, and stops it when Enter is pressed.

usage: client.py SCRIPT [unix|tcp]      the home is $JPM_HOME or ~/.jpm; its daemon must be running (jpm ping)
"""

import json
import os
import socket
import struct
import sys
import threading
import time

HOME = os.environ.get("JPM_HOME") or os.path.expanduser("~/.jpm")


class Bridge:
    """A connection. A frame is a length (4 bytes, big-endian) followed by that many bytes of JSON."""

    def __init__(self, way):
        if way == "unix":  # file permissions control the access
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(os.path.join(HOME, "bridge.sock"))
        else:  # each daemon creates a new token when it starts
            self.socket = socket.create_connection(("127.0.0.1", int(read("bridge.port"))), 30)
            self.socket.settimeout(None)
            self.send({"type": "auth", "token": read("token")})
        self.stream = self.socket.makefile("rb")

    def send(self, frame):
        data = json.dumps(frame).encode()
        self.socket.sendall(struct.pack(">I", len(data)) + data)

    def frames(self):
        while len(head := self.stream.read(4)) == 4:
            frame = json.loads(self.stream.read(struct.unpack(">I", head)[0]))
            if frame["type"] == "err":
                sys.exit("the daemon refuses it: " + frame["message"])
            yield frame
        raise ConnectionError("the daemon is gone")


def read(name):
    with open(os.path.join(HOME, name), encoding="ascii") as file:
        return file.readline().strip()


def ask(way, **request):
    """Sends a request on a separate connection and returns the reply."""
    bridge = Bridge(way)
    bridge.send({"type": "send", "address": "jpm.command", "replyAddress": "1", "body": {"v": 1, **request}})
    reply = next(frame["body"] for frame in bridge.frames() if frame.get("address") == "1")
    bridge.socket.close()
    if not reply["ok"]:
        sys.exit("; ".join(reply["problems"]))
    return reply


def follow(way, after):
    """Yields each event after a number exactly once and in order, even if connections break and daemons die."""
    failures = 0
    while True:
        try:
            bridge = Bridge(way)
            bridge.send({"type": "register", "address": "jpm.events", "headers": {"after": str(after)}})
            for event in (frame["body"] for frame in bridge.frames() if frame["type"] == "message"):
                if event["event"] == "gap":
                    print("lost:", event["forgotten"], "events after", event["after"], flush=True)
                elif event["event"] == "reset":
                    after = 0
                    print("another history: number", event["last"], "is its last", flush=True)
                elif event["seq"] > after:
                    after = event["seq"]
                    failures = 0
                    yield event
        except (OSError, ValueError) as lost:  # ValueError: the port or token file is being written
            print("not connected:", lost, file=sys.stderr, flush=True)
            time.sleep(min(0.1 * 2**failures, 5))
            failures = min(failures + 1, 6)


def stop_on_enter(way, name):
    sys.stdin.readline()
    while True:
        try:
            ask(way, verb="stop", targets=[name])
            return
        except OSError:  # repeats the request: stopping a stopped app is harmless
            time.sleep(0.5)


def main():
    script = os.path.abspath(sys.argv[1])
    way = sys.argv[2] if len(sys.argv) > 2 else "unix"
    name = "example-python"
    latest = ask(way, verb="events", limit=1)["events"]
    app = {"name": name, "script": script}
    ask(way, verb="start", app=app, cwd=os.getcwd(), env=dict(os.environ))
    threading.Thread(target=stop_on_enter, args=(way, name), daemon=True).start()
    for event in follow(way, latest[-1]["seq"] if latest else 0):
        print(event["seq"], event["event"], event["app"] or "-", event["reason"], flush=True)
        if event["app"] == name and event["event"] == "stop":
            ask(way, verb="delete", targets=[name])
            return


if __name__ == "__main__":
    main()
