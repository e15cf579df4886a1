"""The rows about the output of apps: the rate at which it reaches the files, and its cost."""
import json
import os
import subprocess
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from measure import Failure, Row, at_least, at_most, cpu_seconds, measures, until

HERE = Path(__file__).resolve().parent
MIB = 1 << 20
FLOOD_MIB = 256


class Flood:
    """Apps that print a given amount of output each time they are triggered."""

    def __init__(self, tool, work):
        self.tool = tool
        apps = work.apps
        self.bytes = work.mib * MIB // apps
        name = work.name
        self.logs = tool.work / f"{tool.name}-flood-{name}"
        self.logs.mkdir(exist_ok=True)
        self.fifos = []
        self.files = []
        specs = []
        for number in range(apps):
            fifo = self.logs / f"{number}.go"
            fifo.unlink(missing_ok=True)
            os.mkfifo(fifo)
            out = self.logs / f"{number}.log"
            self.fifos.append(fifo)
            self.files.append(out)
            spec = {
                "name": f"flood{number}", "script": str(HERE / "apps" / work.script), "interpreter": work.interpreter,
                "out_file": str(out), "error_file": "/dev/null",
                "env": {"GO": str(fifo), "BYTES": str(self.bytes)},
            }
            if work.dated:
                spec["time"] = True
            if tool.name == "jpm":
                spec["logs"] = {"max_size": "100G", "max_total": "100G"}  # one file, as PM2 writes it
            specs.append(spec)
        self.file = tool.work / f"flood-{tool.name}-{name}.json"
        self.file.write_text(json.dumps({"apps": specs}))

    def start(self):
        self.tool.fresh()
        self.tool.must("start", self.file, limit=120)
        self.tool.online(len(self.files))

    def run(self):
        """Triggers all apps, and returns the seconds until the last byte is in the last file."""
        for file in self.files:
            os.truncate(file, 0)
        started = time.perf_counter()
        for fifo in self.fifos:
            with open(fifo, "w", encoding="ascii") as go:
                go.write("go\n")
        want = self.bytes * len(self.files)
        until(lambda: sum(file.stat().st_size for file in self.files) >= want, 120,
              f"{self.tool.name}: {want // MIB} MiB in the log files")
        return time.perf_counter() - started


def peak_mib(pid):
    """Returns the peak resident memory of a process since its start."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise Failure(f"no VmHWM for pid {pid}")


def into_a_file(bench):
    """Measures the limit: the same program with its output directly in a file. Returns MiB/s."""
    out = bench.work / "limit.log"
    with open(out, "wb") as file:
        started = time.perf_counter()
        line = "0123456789" * 10
        subprocess.run(["bash", "-c", f"yes {line} | head -c {FLOOD_MIB * MIB}"], stdout=file, check=True)
        seconds = time.perf_counter() - started
    out.unlink()
    return FLOOD_MIB / seconds


@dataclass
class Work:
    """The amount of output, and the program that prints it."""

    name: str
    mib: int = FLOOD_MIB
    apps: int = 1
    dated: bool = False
    script: str = "flood.sh"
    interpreter: str = "bash"


def flood(bench, work, speed, cost=None, peak=None):
    """Fills up to three rows: MiB/s of output, processor time per GiB, peak memory."""
    floods = {}
    for tool in bench.tools:
        floods[tool] = Flood(tool, work)
        floods[tool].start()
        floods[tool].run()  # not measured: warms up compilers and page cache for both
    limits = []
    for tool in bench.turns():
        pids = tool.processes()
        before = sum(map(cpu_seconds, pids))
        seconds = floods[tool].run()
        bench.record(speed, tool, work.mib / seconds)
        if cost:
            # Includes the work that is still in progress when the last byte has arrived.
            time.sleep(0.5)
            bench.record(cost, tool, (sum(map(cpu_seconds, pids)) - before) * 1024 / work.mib)
        if tool is bench.tools[-1] and work.script == "flood.sh":
            limits.append(into_a_file(bench))
    for tool in bench.tools:
        if peak:
            bench.record(peak, tool, peak_mib(tool.up()))
        tool.clear()
    if limits:
        limits.sort()
        bench.note(f"`app > file`, the limit of {speed}: {limits[len(limits) // 2]:.0f} MiB/s here")


# Both tools write blocks about as fast as the page cache accepts them, so a large ratio is not possible.
@measures(
    Row("log-1", "one app prints blocks at full speed", "MiB/s", at_least(Fraction(5, 4))),
    Row("log-cpu", "CPU of daemon and helpers for that", "s per GiB", at_most(Fraction(1, 2))),
    Row("log-peak", "daemon's peak RSS after it", "MiB", at_most(1)),
    share=3,
)
def blocks(bench):
    flood(bench, Work("1"), "log-1", "log-cpu", "log-peak")


@measures(Row("log-10", "ten apps print blocks at once", "MiB/s", at_least(Fraction(5, 4))), share=3)
def ten(bench):
    flood(bench, Work("10", apps=10), "log-10")


@measures(
    Row("log-lines", "one app prints line by line at full speed", "MiB/s", at_least(1)),
    Row("log-lines-cpu", "CPU of daemon and helpers for that", "s per GiB", at_most(Fraction(1, 5))),
    share=5,
)
def lines(bench):
    flood(bench, Work("lines", mib=48, script="lines.py", interpreter="python3"), "log-lines", "log-lines-cpu")


@measures(
    Row("log-time", "one app prints, each line behind a date (`time`)", "MiB/s", at_least(4)),
    Row("log-time-cpu", "CPU of daemon and helpers for that", "s per GiB", at_most(Fraction(1, 5))),
    share=5,
)
def dated(bench):
    flood(bench, Work("dated", mib=128, dated=True), "log-time", "log-time-cpu")
