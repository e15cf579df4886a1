"""jpm puts this directory first on PYTHONPATH of a process that replaces another one.

The old process still listens, so bind(2) would fail with EADDRINUSE. The daemon has set SO_REUSEPORT
on the old socket, so a second socket that sets it too can be bound to the same port. This module sets
it for TCP sockets on the ports of JPM_SHARE_PORTS (`8000:inode,...`), and only while the socket with
that inode, which belongs to the old process, listens there. All other sockets are bound as usual, and
fail with EADDRINUSE if another program has the port. The sitecustomize of the site is loaded
afterwards. Requires Python 3.6 or later.
"""

import os
import sys


def _is_living(port, inodes):
    for name in ("/proc/self/net/tcp", "/proc/self/net/tcp6"):
        try:
            with open(name) as rows:
                next(rows)
                for row in rows:
                    words = row.split()
                    if (
                        words[3] == "0A"
                        and int(words[1].rsplit(":", 1)[1], 16) == port
                        and words[9] in inodes
                    ):
                        return True
        except (OSError, IndexError, ValueError, StopIteration):
            pass
    return False


def _share(ports):
    import errno
    import socket

    inodes = {}
    for word in ports.split(","):
        port, inode = word.split(":")
        inodes.setdefault(int(port), set()).add(inode)
    plain = socket.socket.bind

    def may_share(sock, address, error):
        try:
            return (
                error.errno == errno.EADDRINUSE
                and sock.type == socket.SOCK_STREAM
                and sock.family in (socket.AF_INET, socket.AF_INET6)
                and _is_living(address[1], inodes.get(address[1], ()))
            )
        except Exception:
            return False

    def bind(self, address):
        try:
            return plain(self, address)
        except OSError as error:
            if not may_share(self, address, error):
                raise
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        return plain(self, address)

    socket.socket.bind = bind


def _load_next():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != here]
    mine = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", mine)


if os.environ.get("JPM_SHARE_PORTS"):
    try:
        _share(os.environ["JPM_SHARE_PORTS"])
    except Exception:  # The app runs without this code; a reload then restarts it, with a gap.
        pass
_load_next()
