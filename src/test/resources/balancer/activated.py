# Takes its sockets as sd_listen_fds(3) says, and tells whoever connects to the first who it is.
import os
import socket

count = int(os.environ["LISTEN_FDS"])
sockets = [socket.socket(fileno=3 + n) for n in range(count)]
mine = int(os.environ["LISTEN_PID"]) == os.getpid()
print("mine", mine, "fds", count, "names", os.environ["LISTEN_FDNAMES"],
      "ports", *[s.getsockname()[1] for s in sockets], flush=True)
print("ready", flush=True)
sockets[0].setblocking(True)
while True:
    connection, _ = sockets[0].accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
