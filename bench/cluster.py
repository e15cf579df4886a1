"""The rows about apps that share a port: their request rate, and the requests lost when processes are replaced."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from measure import NONE, Failure, Row, at_least, measures, until

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "cluster"
SECONDS = 4
CLIENTS = 32
RELOADS = 20
KILLS = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Load:
    """wrk on a port, until `stop` or for `seconds`."""

    def __init__(self, port, close=False, clients=CLIENTS, seconds=600):
        if not shutil.which("wrk"):
            raise Failure("wrk is needed: apt-get install wrk")
        headers = ["-H", "Connection: close"] if close else []
        self.wrk = subprocess.Popen(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", *headers, f"http://127.0.0.1:{port}/"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def stop(self):
        self.wrk.send_signal(signal.SIGINT)
        return self.end()

    def end(self):
        """Returns the requests per second and the number of failed requests."""
        try:
            told = self.wrk.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired as late:
            self.wrk.kill()
            raise Failure("wrk did not end") from late
        rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
        if not rate:
            raise Failure(f"wrk told: {told.strip()[-200:]}")
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
        lost = sum(map(int, errors.groups())) if errors else 0
        return float(rate[1]), lost + (int(refused[1]) if refused else 0)


class App:
    """A server with `instances` processes on one port."""

    def __init__(self, tool, name, instances, **more):
        self.tool = tool
        self.instances = instances
        self.port = free_port()
        more.setdefault("script", str(EXAMPLES / "node" / "server.js"))
        app = {"name": name, "instances": instances, "exec_mode": "cluster", "env": {"PORT": str(self.port)}, **more}
        self.file = tool.work / f"{tool.name}-{name}.json"
        self.file.write_text(json.dumps({"apps": [app]}))

    def start(self):
        self.tool.fresh()
        self.tool.must("start", self.file, limit=120)
        until(lambda: len(self.pids()) == self.instances, 60, f"{self.tool.name}: all instances answer")
        return self

    def pids(self):
        """Returns the pids of the processes that answer."""
        return {pid for pid in (answer(self.port) for _ in range(40 * self.instances)) if pid}

    def running(self):
        return [app["pid"] for app in self.tool.apps() if app["pid"]]


def answer(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return response.read().split()[0]
    except OSError:
        return None


class Bare:
    """One process of the program, run without jpm or PM2."""

    name = "bare"

    def __init__(self, *command):
        self.port = free_port()
        self.process = subprocess.Popen(command, env=dict(os.environ, PORT=str(self.port)))
        until(lambda: answer(self.port), 20, "the bare server answers")

    def stop(self):
        self.process.kill()
        self.process.wait()


def rate(port, close):
    return Load(port, close, seconds=SECONDS).end()[0]


def rates(bench, keep, close, servers):
    """Fills two rows for all servers in turn, A B, then B A, because each measurement affects the next one."""
    order = list(servers.items())
    for close_each in (False, True) * 2:  # not measured: each of two JVMs gets only half of the requests to warm up
        for _, port in order:
            rate(port, close_each)
    for _ in range(bench.rounds):
        for row, close_each in ((keep, False), (close, True)):
            for tool, port in order:
                bench.record(row, tool, rate(port, close_each))
        order.reverse()


@measures(
    Row("node-keep", "node ×2, requests on kept connections", "1/s", at_least(1)),
    Row("node-close", "node ×2, a connection for each request", "1/s", at_least(2)),
    share=3,
)
def node(bench):
    apps = {tool: App(tool, "web", 2).start() for tool in bench.tools}
    bare = Bare("node", str(EXAMPLES / "node" / "server.js"))
    try:
        rates(bench, "node-keep", "node-close", {tool: app.port for tool, app in apps.items()})
        bench.note(f"one bare node: {rate(bare.port, False):.0f} /s kept, {rate(bare.port, True):.0f} /s one by one")
    finally:
        bare.stop()
    for tool in bench.tools:
        tool.clear()


@measures(
    Row("turn-keep", "node ×2, strategy round_robin, kept connections", "1/s"),
    Row("turn-close", "node ×2, round_robin, a connection for each", "1/s"),
    share=3,
)
def in_turn(bench):
    more = {"jpm": {"strategy": "round_robin"}}
    apps = {tool: App(tool, "turn", 2, **more.get(tool.name, {})).start() for tool in bench.tools}
    rates(bench, "turn-keep", "turn-close", {tool: app.port for tool, app in apps.items()})
    for tool in bench.tools:
        tool.clear()


def against_bare(bench, keep, close, command, **more):
    """Compares jpm with one process of the program, because PM2 does not have this feature."""
    jpm = next((tool for tool in bench.tools if tool.name == "jpm"), None)
    if jpm is None:
        return
    app = App(jpm, "shared", 2, **more).start()
    bare = Bare(*command)
    try:
        rates(bench, keep, close, {jpm: app.port, bare: bare.port})
    finally:
        bare.stop()
    jpm.clear()


@measures(
    Row("jvm-keep", "JVM ×2, requests on kept connections", "1/s", at_least("0.95"), against="bare"),
    Row("jvm-close", "JVM ×2, a connection for each request", "1/s", against="bare"),
    share=3,
)
def jvm(bench):
    source = str(EXAMPLES / "jvm" / "Server.java")
    against_bare(bench, "jvm-keep", "jvm-close", ["java", source], script=source)


@measures(
    Row("proxy-keep", "node ×2 by the proxy, kept connections", "1/s", against="bare"),
    Row("proxy-close", "node ×2 by the proxy, a connection for each", "1/s", against="bare"),
    share=3,
)
def proxy(bench):
    source = str(EXAMPLES / "node" / "server.js")
    against_bare(bench, "proxy-keep", "proxy-close", ["node", source], balance="proxy")


# ---- lost requests -----------------------------------------------------------------------------


def lost(bench, tool, row, close, app, work):
    load = Load(app.port, close, clients=16)
    try:
        time.sleep(0.5)
        work()
        time.sleep(0.5)
    finally:
        failed = load.stop()[1]
    bench.record(row, tool, failed)


@measures(
    Row("reload-keep", f"requests lost in {RELOADS} reloads, kept connections", "", NONE),
    Row("reload-close", f"requests lost in {RELOADS} reloads, one by one", "", NONE),
    Row("reload", "one reload of 2 instances under load", "ms"),
    share=15,
)
def reloads(bench):
    for tool in bench.turns():
        app = App(tool, "web", 2).start()

        def reload():
            for _ in range(RELOADS):
                bench.record("reload", tool, tool.must("reload", "web", limit=120).ms)

        lost(bench, tool, "reload-keep", False, app, reload)
        lost(bench, tool, "reload-close", True, app, reload)
        tool.clear()


@measures(
    Row("kill-keep", f"requests lost when one of 4 workers is killed {KILLS} times, kept", ""),
    Row("kill-close", f"requests lost when one of 4 workers is killed {KILLS} times, one by one", ""),
    share=15,
)
def kills(bench):
    for tool in bench.turns():
        app = App(tool, "web", 4).start()

        def kill():
            for _ in range(KILLS):
                os.kill(app.running()[0], signal.SIGKILL)
                time.sleep(1)

        lost(bench, tool, "kill-keep", False, app, kill)
        lost(bench, tool, "kill-close", True, app, kill)
        tool.clear()


@measures(Row("daemon-lost", "requests lost when the daemon is killed", "", NONE), share=15)
def daemon(bench):
    for tool in bench.turns():
        app = App(tool, "web", 2).start()

        def kill():
            old = tool.up()
            os.kill(old, signal.SIGKILL)
            time.sleep(2)

        lost(bench, tool, "daemon-lost", False, app, kill)
        tool.up()
        tool.clear()
