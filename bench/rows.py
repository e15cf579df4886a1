"""The rows of the table, in the order of the table. Each function fills the rows of its decorator.

`bench.turns()` yields the tools in turn; `bench.record(row, tool, value)` stores a sample.
"""
import json
import os
import select
import signal
import socket
import struct
import subprocess
import time
from fractions import Fraction
from pathlib import Path

from measure import Failure, Row, at_most, cpu_seconds, is_alive, measures, memory_mib, sleepers_file, until

HERE = Path(__file__).resolve().parent
# PM2 works only when its worker runs, every 30 s, and releases memory in the first run. The measurement begins after
# that, and covers whole periods.
SETTLE_SECONDS = 35
CPU_SECONDS = 60


# ---- commands ----------------------------------------------------------------------------------


@measures(Row("ping-cold", "`ping`, no daemon runs", "ms", at_most(Fraction(1, 2))))
def ping_cold(bench):
    for tool in bench.turns():
        tool.down()
        bench.record("ping-cold", tool, tool.must("ping").ms)


def warm(bench, row, command, apps):
    for tool in bench.tools:
        tool.sleepers(apps)
        tool.must(command)
    for tool in bench.turns():
        bench.record(row, tool, tool.must(command).ms)


@measures(Row("ls-1", "`ls`, 1 app", "ms", at_most(Fraction(1, 15))))
def ls_1(bench):
    warm(bench, "ls-1", "ls", 1)


@measures(Row("jlist-1", "`jlist`, 1 app", "ms", at_most(Fraction(1, 15))))
def jlist_1(bench):
    warm(bench, "jlist-1", "jlist", 1)


@measures(Row("ls-100", "`ls`, 100 apps", "ms", at_most(Fraction(1, 15))))
def ls_100(bench):
    warm(bench, "ls-100", "ls", 100)


@measures(Row("jlist-100", "`jlist`, 100 apps", "ms", at_most(Fraction(1, 15))))
def jlist_100(bench):
    warm(bench, "jlist-100", "jlist", 100)


# The commands on one app, in a typical order: each leaves the state that the next one needs.
DAY = [
    ("do-start", "`start FILE`, 1 app", lambda tool: ("start", sleepers_file(tool.work, 1), *tool.no_look)),
    ("do-stop", "`stop NAME`", lambda tool: ("stop", "s001")),
    ("do-restart-off", "`restart NAME`, from stopped", lambda tool: ("restart", "s001")),
    ("do-restart-on", "`restart NAME`, while it runs", lambda tool: ("restart", "s001")),
    ("do-reload", "`reload NAME`", lambda tool: ("reload", "s001")),
    ("do-describe", "`describe NAME`", lambda tool: ("describe", "s001")),
    ("do-logs", "`logs NAME --nostream`", lambda tool: ("logs", "s001", "--nostream")),
    ("do-save", "`save`, 1 app", lambda tool: ("save",)),
    ("do-ping", "`ping`, a daemon runs", lambda tool: ("ping",)),
    ("do-flush", "`flush NAME`", lambda tool: ("flush", "s001")),
    ("do-env", "`env ID`", lambda tool: ("env", tool.apps()[0]["pm_id"])),
    ("do-pid", "`pid NAME`", lambda tool: ("pid", "s001")),
    ("do-delete", "`delete NAME`", lambda tool: ("delete", "s001")),
]


# This command has its own bound: reading the file, creating a process, its files and its entry in the journal is the
# same work for both tools, and PM2 needs hardly more time for it than for `ping`.
OWN_BOUNDS = {"do-start": Fraction(1, 8)}


@measures(*(Row(name, what, "ms", at_most(OWN_BOUNDS.get(name, Fraction(1, 15)))) for name, what, _ in DAY))
def day(bench):
    def through(tool, record):
        for name, _, words in DAY:
            answer = tool.must(*words(tool))
            if record:
                bench.record(name, tool, answer.ms)

    for tool in bench.tools:
        tool.up()
        tool.clear()
        through(tool, False)
    for tool in bench.turns():
        through(tool, True)


@measures(
    Row("start-100", "`start` of a file with 100 apps", "ms", at_most(Fraction(1, 4))),
    Row("delete-100", "`delete all`, 100 apps", "ms", at_most(Fraction(1, 10))),
    share=3,
)
def start_and_delete_100(bench):
    for tool in bench.tools:
        tool.up()
        tool.clear()
    for tool in bench.turns():
        started = tool.must("start", sleepers_file(bench.work, 100), *tool.no_look, limit=120)
        pids = tool.online(100)
        deleted = tool.must("delete", "all", limit=120)
        left = sum(map(is_alive, pids))
        if left:
            bench.note(f"{tool.name}: {left} of 100 processes were still there when `delete all` had answered")
            until(lambda: not any(map(is_alive, pids)), 10, f"{tool.name}: no process left after delete all")
        bench.record("start-100", tool, started.ms)
        bench.record("delete-100", tool, deleted.ms)


# ---- a crash -----------------------------------------------------------------------------------


class Victim:
    """An app that reports its pid and the time of its start through a FIFO."""

    def __init__(self, tool):
        self.tool = tool
        fifo = tool.work / f"{tool.name}.mark"
        os.mkfifo(fifo)
        self.descriptor = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        self.file = tool.work / f"victim-{tool.name}.json"
        self.file.write_text(json.dumps({"apps": [{
            "name": "victim", "script": str(HERE / "apps" / "mark.sh"), "interpreter": "bash",
            "env": {"MARK": str(fifo)},
        }]}))

    def start(self):
        self.tool.up()
        self.tool.clear()
        self.tool.must("start", self.file)
        self.pid, self.born = self.next_mark()

    def next_mark(self):
        if not select.select([self.descriptor], [], [], 10)[0]:
            raise Failure(f"{self.tool.name}: the app did not begin to run within 10 s")
        pid, moment = os.read(self.descriptor, 4096).decode().split()
        return int(pid), float(moment.replace(",", "."))

    def kill(self):
        """Returns the milliseconds from kill(2) to the first line of the replacement."""
        # Longer than min_uptime (1 s), so that no tool treats it as a crash loop.
        time.sleep(max(0.0, self.born + 1.2 - time.time()))
        killed = time.time()
        os.kill(self.pid, signal.SIGKILL)
        self.pid, self.born = self.next_mark()
        return (self.born - killed) * 1000


@measures(Row("restart", "kill -9 of an app → its replacement runs", "ms", at_most(Fraction(1, 4))))
def restart(bench):
    victims = {}
    for tool in bench.tools:
        victims[tool] = Victim(tool)
        victims[tool].start()
    for tool in bench.turns():
        bench.record("restart", tool, victims[tool].kill())
    for tool in bench.tools:
        tool.clear()


# ---- at rest -----------------------------------------------------------------------------------


def at_rest(bench, apps):
    """Starts new daemons with `apps` idle apps, waits until they are at rest, and returns the processes of each tool."""
    pids = {}
    for tool in bench.tools:
        tool.fresh()
        tool.sleepers(apps)
        pids[tool] = tool.processes()
        if pids[tool][1:]:
            bench.note(f"{tool.name} keeps {len(pids[tool]) - 1} more process(es) beside its daemon: "
                       "counted in `pss` and `cpu`, not in `rss`.")
    time.sleep(SETTLE_SECONDS)
    return pids


def record_memory(bench, pids, apps):
    for tool in bench.tools:
        bench.record(f"rss-{apps}", tool, memory_mib(pids[tool][0], "Rss"))
        bench.record(f"pss-{apps}", tool, sum(memory_mib(pid, "Pss") for pid in pids[tool]))


@measures(
    Row("rss-0", "daemon at rest, RSS, no apps", "MiB", at_most(1)),
    Row("pss-0", "the same, PSS with helpers", "MiB"),
    share=7,
)
def rest_0(bench):
    for _ in range(bench.rounds):
        record_memory(bench, at_rest(bench, 0), 0)


@measures(
    Row("rss-100", "daemon at rest, RSS, 100 apps", "MiB", at_most(Fraction(6, 5))),
    Row("pss-100", "the same, PSS with helpers", "MiB"),
    Row("cpu-100", "CPU of daemon and helpers, 100 idle apps", "% core", at_most(Fraction(1, 2))),
    share=7,
)
def rest_100(bench):
    for _ in range(bench.rounds):
        pids = at_rest(bench, 100)
        record_memory(bench, pids, 100)
        # Measures both at the same time: neither uses so much processor time that it affects the other.
        before = {tool: sum(map(cpu_seconds, pids[tool])) for tool in bench.tools}
        time.sleep(CPU_SECONDS)
        for tool in bench.tools:
            spent = sum(map(cpu_seconds, pids[tool])) - before[tool]
            bench.record("cpu-100", tool, 100 * spent / CPU_SECONDS)


class Follower:
    """A client that wants the usage of all apps every second: for jpm it subscribes to `jpm.usage`; for PM2, which does
    not publish it, it requests the list over one connection."""

    def __init__(self, tool):
        self.socket = None
        self.asker = None
        if tool.name == "jpm":
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(str(tool.home / "bridge.sock"))
            self.socket.settimeout(30)
            frame = json.dumps({"type": "register", "address": "jpm.usage"}).encode()
            self.socket.sendall(struct.pack(">I", len(frame)) + frame)
        else:
            module = Path(tool.command).parent.parent / "pm2"
            self.asker = subprocess.Popen(
                ["node", HERE / "apps" / "ask-pm2.cjs", module], env=tool.env, stdin=subprocess.DEVNULL)

    def follow(self, seconds):
        """Follows for `seconds`, and returns the number of messages received."""
        end = time.monotonic() + seconds
        count = 0
        while time.monotonic() < end:
            if self.asker is not None:
                time.sleep(end - time.monotonic())
                if self.asker.poll() is not None:
                    raise Failure("pm2: the client that asks for its list has ended")
            else:
                length = struct.unpack(">I", self.read(4))[0]
                count += b'"instances"' in self.read(length)
        return count

    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise Failure("jpm: the bridge has closed the connection of a follower")
            data += more
        return data

    def close(self):
        if self.socket is not None:
            self.socket.close()
        if self.asker is not None:
            self.asker.kill()
            self.asker.wait()


@measures(
    Row("cpu-100-usage", "CPU, 100 idle apps, a client requests usage each second", "% core", at_most(1)),
    share=7,
)
def usage_100(bench):
    for _ in range(bench.rounds):
        pids = at_rest(bench, 100)
        for tool in bench.tools:
            follower = Follower(tool)
            follower.follow(3)
            before = sum(map(cpu_seconds, pids[tool]))
            follower.follow(CPU_SECONDS)
            spent = sum(map(cpu_seconds, pids[tool])) - before
            follower.close()
            bench.record("cpu-100-usage", tool, 100 * spent / CPU_SECONDS)


@measures(Row("sweep-200", "one look at 200 apps for a follower, CPU", "ms"), share=7)
def sweep_200(bench):
    for tool in bench.tools:
        if tool.name != "jpm":
            continue
        tool.fresh()
        tool.sleepers(200)
        daemon = tool.up()
        time.sleep(SETTLE_SECONDS)
        for _ in range(bench.rounds):
            follower = Follower(tool)
            follower.follow(3)
            before = cpu_seconds(daemon)
            looks = follower.follow(20)
            bench.record("sweep-200", tool, 1000 * (cpu_seconds(daemon) - before) / looks)
            follower.close()


# ---- a thousand --------------------------------------------------------------------------------


def sleeping(tool):
    """Returns the pids of the idle apps of a tool, according to the kernel."""
    mark = f"BENCH_RUN={tool.home}".encode()
    pids = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes().endswith(b"sleep\x00100000\x00") and mark in (
                entry / "environ"
            ).read_bytes().split(b"\0"):
                pids.add(int(entry.name))
        except OSError:
            continue
    return pids


def milliseconds(what):
    started = time.perf_counter()
    what()
    return (time.perf_counter() - started) * 1000


@measures(
    Row("start-1000", "`start` of a file with 1,000 apps", "ms"),
    Row("crash-1000", "kill -9 of all 1,000 at once → all replaced", "ms"),
    Row("rss-1000", "daemon over 1,000 apps after that, RSS", "MiB"),
    Row("back-1000", "kill -9 of the daemon → it answers, 1,000 apps untouched", "ms"),
    share=15,
)
def thousand(bench):
    for tool in bench.turns():
        tool.fresh()
        started = tool.must("start", sleepers_file(bench.work, 1000), *tool.no_look, limit=600)
        bench.record("start-1000", tool, started.ms)
        until(lambda: len(sleeping(tool)) == 1000, 60, f"{tool.name}: 1,000 processes")
        time.sleep(1.2)  # longer than min_uptime, so that no tool treats it as a crash loop
        old = sleeping(tool)

        def crash():
            for pid in old:
                os.kill(pid, signal.SIGKILL)
            until(lambda: len(sleeping(tool) - old) == 1000, 300, f"{tool.name}: 1,000 replacements")

        bench.record("crash-1000", tool, milliseconds(crash))
        until(lambda: sum(app["pm2_env"]["restart_time"] for app in tool.apps()) == 1000, 60,
              f"{tool.name}: every restart is counted once")
        time.sleep(SETTLE_SECONDS)
        daemon = tool.up()
        bench.record("rss-1000", tool, memory_mib(daemon, "Rss"))
        if tool.name == "jpm":  # PM2's apps end with its daemon
            bench.record("back-1000", tool, milliseconds(lambda: back(tool, daemon)))
        tool.must("delete", "all", limit=600)


def back(tool, daemon):
    """Kills the daemon and waits until it is back. No command is run before, since a command would start a daemon."""
    before = sleeping(tool)
    os.kill(daemon, signal.SIGKILL)
    until(lambda: tool.daemon() not in (None, daemon), 60, f"{tool.name}: the daemon is back")
    found = [app for app in tool.apps() if app["pm2_env"]["status"] == "online"]
    if {app["pid"] for app in found} != before:
        raise Failure(f"{tool.name}: {len(found)} apps online after the daemon's death, or other pids")
