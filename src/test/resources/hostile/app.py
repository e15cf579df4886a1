"""Attacks the daemon and other apps in every way that an app's user can, until the file `over` exists.

Each attack runs in a process of its own. An attack that succeeds, which must not happen, adds a line to the
file `gained`. The file `made-NAME` contains how often an attack was made.
"""
import ctypes
import glob
import json
import os
import random
import resource
import signal
import socket
import struct
import sys
import time

WORK, HOME = sys.argv[1], sys.argv[2]
DAEMON, NEIGHBOUR = int(sys.argv[3]), int(sys.argv[4])
BRIDGE = int(sys.argv[5])
SECRET = sys.argv[6]
libc = ctypes.CDLL(None, use_errno=True)


def over():
    return os.path.exists(WORK + "/over") or os.getppid() == 1


def gained(what):
    with open(WORK + "/gained", "a") as file:
        file.write(what + "\n")


def threads(pid):
    try:
        return [int(tid) for tid in os.listdir("/proc/%d/task" % pid)]
    except OSError:
        return []


def signals():
    """Signals, limits and traces every thread of the daemon, and the neighbour."""
    for tid in threads(DAEMON) + [NEIGHBOUR]:
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(tid, number)
                gained("signal %d to %d" % (number, tid))
            except OSError:
                pass
        try:
            resource.prlimit(tid, resource.RLIMIT_NOFILE, (0, 0))
            gained("limit of %d" % tid)
        except OSError:
            pass
        if libc.ptrace(16, tid, 0, 0) == 0:
            gained("trace of %d" % tid)


def files():
    """Reads files of the daemon's owner, and places links to them where the daemon reads and writes."""
    for name in ("state.json", "token", "tokens.json", "audit.log", "jpm.log", "bridge.sock", "logs", "fifo"):
        for use in (os.R_OK, os.W_OK):
            if os.access(os.path.join(HOME, name), use):
                gained("access to " + name)
    for name in ("environ", "mem", "fd/0", "cwd"):
        for pid in (DAEMON, NEIGHBOUR):
            try:
                with open("/proc/%d/%s" % (pid, name), "rb") as file:
                    if SECRET.encode() in file.read(1 << 16):
                        gained("read %s of %d" % (name, pid))
            except OSError:
                pass
    for link in ("watched/link", "app.env", "package.json"):
        place = os.path.join(WORK, link)
        try:
            os.symlink(random.choice(("/etc/shadow", "/dev/zero", WORK + "/fifo", HOME + "/state.json")), place + ".new")
            os.replace(place + ".new", place)
        except OSError:
            pass


def inherited():
    """Looks for a variable of the shell that started the daemon."""
    if "CALLER_SECRET" in os.environ:
        gained("a variable of the caller's")
    time.sleep(0.5)


def tags():
    """Runs processes whose tag claims to be an instance of another app, of any generation."""
    environ = dict(os.environ)
    tag = environ.get("JPM_TAG", "jpm")
    for _ in range(4):
        forged = tag[: random.randrange(len(tag) + 1)] + str(random.randrange(1000))
        environ["JPM_TAG"] = random.choice((forged, tag, tag + ":999"))
        environ["PORT"] = "1"
        pid = os.fork()
        if pid == 0:
            os.setsid()
            null = os.open("/dev/null", os.O_RDWR)
            for fd in range(5):
                try:
                    os.dup2(null, fd)
                except OSError:
                    pass
            os.execve("/bin/sleep", ["sleep", "0.3"], environ)
        os.waitpid(pid, 0)


def channel():
    """Writes to Node's IPC channel what no program should."""
    fd = int(os.environ.get("NODE_CHANNEL_FD", "3"))
    texts = [
        b"[" * 100000 + b"\n",
        b'{"a":' * 20000 + b"1" + b"}" * 20000 + b"\n",
        b'{"' + b"n" * 200000 + b'":1}\n',
        b"x" * 1000000,
        json.dumps({"cmd": "NODE_CLUSTER", "act": "listening", "port": -1, "seq": 1}).encode() + b"\n",
        json.dumps({"cmd": "NODE_CLUSTER", "act": "queryServer", "port": 70000, "fd": 9, "addressType": 4}).encode() + b"\n",
        b'{"type":"process:msg","data":' + b"1" * 50000 + b"}\n",
        os.urandom(5000) + b"\n",
        b"\n" * 5000,
    ]
    try:
        os.set_blocking(fd, False)
        os.write(fd, random.choice(texts))
    except OSError:
        time.sleep(0.01)


def health():
    """Floods the notify socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.setblocking(False)
            for _ in range(50):
                to.sendto(random.choice((b"READY=1", b"STATUS=" + os.urandom(3000), b"MAINPID=1", b"WATCHDOG=1\n" * 300)),
                          os.environ["NOTIFY_SOCKET"])
    except (OSError, KeyError):
        time.sleep(0.01)


def strangers():
    """Connects to the daemon's ports without a credential, many times at once."""
    held = []
    try:
        for _ in range(150):
            it = socket.create_connection(("127.0.0.1", BRIDGE), timeout=2)
            held.append(it)
            it.sendall(random.choice((b"", b"\x00\x00", struct.pack(">I", 0x7FFFFFFF), b"GET / HTTP/1.1\r\n\r\n",
                                      struct.pack(">I", 900) + b"{" * 900, os.urandom(64))))
        time.sleep(0.2)
    except OSError:
        pass
    finally:
        for it in held:
            it.close()


def output():
    """Prints long lines, empty lines, binary data, and control sequences for terminals."""
    try:
        os.write(random.choice((1, 2)), random.choice(
            (b"y" * 200000, b"\n" * 1000, os.urandom(2000), b"\x1b]0;title\x07\x1b[2J", b"one line\n" * 500)))
    except OSError:
        pass
    time.sleep(0.02)


def tree():
    """Fills a watched directory, and empties it again."""
    place = os.path.join(WORK, "watched", "many")
    os.makedirs(place, exist_ok=True)
    for number in range(300):
        open(os.path.join(place, "f%d" % random.randrange(40000)), "w").close()
    if random.random() < 0.02:
        for name in glob.glob(place + "/*"):
            os.unlink(name)
    try:
        os.mkfifo(os.path.join(WORK, "watched", "pipe%d" % random.randrange(10)))
    except OSError:
        pass


def family():
    """Starts children that leave the session and are orphaned."""
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            if os.fork() == 0:
                os.execve("/bin/sleep", ["kworker/0:1"[:5] + ") R 1 1", "1"], {})
            os._exit(0)
        os.waitpid(pid, 0)


def forever(attack):
    made = 0
    while not over():
        try:
            attack()
        except Exception as problem:  # An attack that is refused must not end the attacks.
            with open(WORK + "/refused", "a") as file:
                file.write("%s: %r\n" % (attack.__name__, problem))
            time.sleep(0.05)
        made += 1
        with open(WORK + "/made-" + attack.__name__, "w") as file:
            file.write(str(made))


for each in (signals, files, inherited, tags, channel, health, strangers, output, tree, family):
    if os.fork() == 0:
        os.nice(5)
        forever(each)
        os._exit(0)
open(WORK + "/begun", "w").close()
while not over():
    time.sleep(0.1)
