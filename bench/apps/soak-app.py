"""An app of bench/soak. It keeps its own records (the ledger), which the judge compares with jpm's reports.

It holds a lock for its place (app and instance number): a second process in the same place is a duplicate, except
during a reload, whose times the judge knows. It counts the lines that it has written, and records how it ends.
SOAK_ROLE selects its further behavior.
"""
import fcntl
import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time

LEDGER = os.environ["SOAK_LEDGER"]
ROLE = os.environ["SOAK_ROLE"]
PLACE = f"{os.environ['SOAK_APP']}-{os.environ.get('NODE_APP_INSTANCE', '0')}"


def begin_time():
    with open("/proc/self/stat", encoding="ascii") as stat:
        return int(stat.read().rsplit(") ", 1)[1].split()[19])


def note(**what):
    """Appends one line to the ledger; a single append is atomic."""
    what |= {"place": PLACE, "pid": os.getpid(), "begun": begin_time(), "at": time.time()}
    file = os.open(f"{LEDGER}/book", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, json.dumps(what).encode() + b"\n")
    os.close(file)


def take_place(part):
    """Locks the place. The descriptor stays open, and the kernel releases the lock when the process ends."""
    if ROLE == "proxy":
        return look_around()
    file = os.open(f"{LEDGER}/{PLACE}.{part}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        note(what="duplicate", part=part, holder=os.pread(file, 32, 0).decode())
        fcntl.flock(file, fcntl.LOCK_EX)
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)
    return file


def look_around():
    """Records other processes in this place, where a reload may have two."""
    mine = f"{os.getpid()}-{begin_time()}"
    folder = f"{LEDGER}/places/{PLACE}"
    os.makedirs(folder, exist_ok=True)
    file = os.open(f"{folder}/{mine}", os.O_RDWR | os.O_CREAT, 0o600)
    for other in os.listdir(folder):
        pid, begun = other.split("-")
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                words = stat.read().rsplit(") ", 1)[1].split()
            lives = words[19] == begun and words[0] not in "ZX"
        except OSError:
            lives = False
        if lives and other != mine:
            note(what="duplicate", part="main", holder=other)
    return file


def serve():
    """Listens on PORT, which makes the instance ready, and answers every connection."""
    server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=64)

    def answer():
        while True:
            with server.accept()[0] as caller:
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    threading.Thread(target=answer, daemon=True).start()


def end(code):
    note(what="exit", code=code)
    os._exit(code)


def make_child(part, own_session):
    if os.fork() == 0:
        os.close(place)
        if own_session:
            os.setsid()
        take_place(part)
        while True:
            time.sleep(60)


def main():
    stubborn = ROLE == "stubborn"
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN if stubborn else lambda *_: end(0))
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    begun = begin_time()
    note(what="start", id=os.environ.get("pm_id"))
    if ROLE == "proxy":
        try:
            serve()
        except OSError:
            end(98)
    if ROLE == "children":
        make_child("session", True)
        make_child("group", False)
    counter = os.open(f"{LEDGER}/lines/{os.getpid()}-{begun}", os.O_RDWR | os.O_CREAT, 0o600)
    dies_at = time.monotonic() + random.uniform(0.3, 2.5) if ROLE == "crasher" else float("inf")
    burst = 2000 if ROLE == "flood" else 1
    number = 0
    while True:
        for _ in range(burst):
            number += 1
            os.write(1, f"{os.getpid()}-{begun} {number}\n".encode())
            os.pwrite(counter, struct.pack("q", number), 0)
        if time.monotonic() >= dies_at:
            end(random.randrange(1, 60))
        time.sleep(0.25 if ROLE == "flood" else 0.02)


place = take_place("main")
sys.exit(main())
