#!/usr/bin/env python3
# Three processes in one tree: this one, a child in the same session, and a grandchild in a session of its
# own; in addition an orphan that only shares the session. When the file of the first argument appears, the
# grandchild allocates the MiB of the second argument, and the orphan the MiB of the third. When the file is
# gone again, they free them.
import os, sys, time

gate, grandchild, orphan = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def wait_and_hold(mebibytes):
    print("ready", flush=True)
    while True:
        while not os.path.exists(gate):
            time.sleep(0.02)
        held = bytearray(os.urandom(1)) * (mebibytes << 20)
        print("holding", flush=True)
        while os.path.exists(gate):
            time.sleep(0.02)
        del held
        print("released", flush=True)

if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        wait_and_hold(grandchild)
    while True:
        time.sleep(60)
if os.fork() == 0:
    if os.fork() == 0:
        wait_and_hold(orphan)
    os._exit(0)
os.wait()
while True:
    time.sleep(60)
