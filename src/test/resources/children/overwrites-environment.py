#!/usr/bin/python3
"""Like a daemon that sets its title: forks twice, calls setsid, and overwrites its environment with zeros."""
import ctypes
import os
import sys

reading, writing = os.pipe()
if os.fork() > 0:
    os.close(writing)
    os.read(reading, 1)  # until the daemon is ready
    os._exit(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
os.setsid()
if os.fork() > 0:
    os._exit(0)
fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
begin, end = int(fields[47]), int(fields[48])  # env_start and env_end
mark = b"JPM_TEST_MARK=" + os.environ["JPM_TEST_MARK"].encode() + b"\0"
ctypes.memset(begin, 0, end - begin)
ctypes.memmove(begin, mark, len(mark))  # so that the test finds it
os.close(writing)
print("ready", flush=True)
os.closerange(0, 100)
import time

time.sleep(1000)
