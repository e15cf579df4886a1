# Takes its sockets as sd_listen_fds(3) describes, and sends its pid to each client of the first one. With "poll" it
# does not wait in accept(2).
import os
import select
import socket
import sys

count = int(os.environ["LISTEN_FDS"])
sockets = [socket.socket(fileno=3 + n) for n in range(count)]
mine = int(os.environ["LISTEN_PID"]) == os.getpid()
if "poll" in sys.argv:
    sockets[0].setblocking(False)
print("mine", mine, "fds", count, "names", os.environ["LISTEN_FDNAMES"],
      "ports", *[s.getsockname()[1] for s in sockets], flush=True)
print("ready", flush=True)
while True:
    if "poll" in sys.argv:
        select.select([sockets[0]], [], [])
    try:
        connection, _ = sockets[0].accept()
    except BlockingIOError:
        if "poll" in sys.argv:
            continue  # another process was faster
        raise
    connection.sendall(str(os.getpid()).encode())
    connection.close()
