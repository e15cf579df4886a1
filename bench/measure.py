"""The infrastructure of the rows: the two tools, alternating rounds, measurements from /proc, the table.

Started by bench/run, which installs, prepares and cleans up. The rows are in rows.py.
"""
import argparse
import functools
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
UNITS = {"ms": "ms", "MiB": "MiB", "% core": "%"}


class Failure(Exception):
    """A step did not do the work that the row measures, so the row has no number."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def until(condition, seconds, what):
    """Waits for a condition outside a measurement, and returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.01)


# ---- bounds ------------------------------------------------------------------------------------


class Hold:
    """A bound for the ratio jpm/PM2."""

    def __init__(self, sign, bound):
        self.sign = sign
        self.bound = Fraction(bound)

    def holds(self, ratio):
        return ratio <= self.bound if self.sign == "≤" else ratio >= self.bound

    def __str__(self):
        if self.bound.numerator == 1 and self.bound != 1:
            return f"{self.sign} 1/{self.bound.denominator}"
        return f"{self.sign} {float(self.bound):g}×"


def at_most(bound):
    return Hold("≤", bound)


def at_least(bound):
    return Hold("≥", bound)


class Nothing:
    """The bound of a count that must be 0."""

    def __str__(self):
        return "none"


NONE = Nothing()


class Row:
    """`against`: the samples with which jpm's are compared, PM2's or those of the bare program."""

    def __init__(self, name, what, unit, hold=None, against="pm2"):
        self.name = name
        self.what = what
        self.unit = unit
        self.hold = hold
        self.against = against
        self.samples = {}
        self.problem = None

    def median(self, tool):
        return statistics.median(self.samples[tool]) if self.samples.get(tool) else None

    def ratio(self):
        """Returns the median of the ratios of all rounds: a slow moment of the machine affects both values of a pair."""
        pairs = zip(self.samples.get("jpm", []), self.samples.get(self.against, []))
        ratios = [jpm / other for jpm, other in pairs if other]
        return statistics.median(ratios) if ratios else None

    def verdict(self):
        if self.problem:
            return "failed"
        if self.hold is NONE and self.samples.get("jpm"):
            return "NO" if max(self.samples["jpm"]) else "yes"
        if self.hold is None or self.ratio() is None:
            return "–"
        return "yes" if self.hold.holds(self.ratio()) else "NO"


GROUPS = []


def measures(*rows, share=1):
    """Registers a function(bench) that fills these rows. It gets the number of rounds divided by `share`."""

    def register(function):
        GROUPS.append((function, rows, share))
        return function

    return register


# ---- the tools ---------------------------------------------------------------------------------


class Answer:
    def __init__(self, code, out, err, seconds):
        self.code = code
        self.out = out
        self.err = err
        self.ms = seconds * 1000


class Tool:
    """jpm or PM2 with its own home. Both accept the same commands."""

    def __init__(self, name, command, work, home_variable, more=None):
        self.name = name
        self.command = command
        self.work = work
        self.home = work / name
        self.pid_file = self.home / f"{name}.pid"
        self.env = dict(os.environ, LC_ALL="C", BENCH_RUN=str(self.home), **(more or {}))
        self.env[home_variable] = str(self.home)

    @functools.cached_property
    def no_look(self):
        """The option of `start` that skips the observation of new processes. PM2 and earlier versions of jpm have none."""
        return ("--no-wait",) if self.name == "jpm" and "--no-wait" in self.must("help", "start").out else ()

    def run(self, *words, limit=60):
        """Runs one command with its output in pipes. Measures the time from before the fork to after the last byte."""
        command = [self.command, *map(str, words)]
        started = time.perf_counter()
        try:
            done = subprocess.run(command, env=self.env, cwd=self.work, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired as late:
            raise Failure(f"{self.name} {' '.join(command[1:])}: no end within {limit} s") from late
        seconds = time.perf_counter() - started
        return Answer(done.returncode, done.stdout.decode(errors="replace"),
                      done.stderr.decode(errors="replace"), seconds)

    def must(self, *words, limit=60):
        answer = self.run(*words, limit=limit)
        if answer.code != 0:
            last = (answer.err.strip() or answer.out.strip()).splitlines()[-1:] or ["no output"]
            raise Failure(f"{self.name} {' '.join(map(str, words))}: exit {answer.code}: {last[0][:200]}")
        return answer

    def daemon(self):
        """Returns the daemon's pid, or None if none is running."""
        try:
            pid = int(self.pid_file.read_text().strip())
        except (OSError, ValueError):
            return None
        return pid if is_alive(pid) else None

    def up(self):
        """Starts a daemon if none is running, and returns its pid."""
        if self.daemon() is None:
            self.must("ping")
        return until(self.daemon, 10, f"{self.name}: {self.pid_file.name} names a live daemon")

    def down(self):
        pid = self.daemon()
        if pid is not None:
            self.must("kill")
            until(lambda: not is_alive(pid), 10, f"{self.name}: the daemon is gone after kill")

    def fresh(self):
        """Starts a new daemon without apps."""
        self.down()
        self.up()
        self.clear()

    def apps(self):
        """Returns the output of `jlist`."""
        self.up()
        return json.loads(self.must("jlist").out)

    def clear(self):
        if self.apps():
            self.must("delete", "all", limit=120)

    def sleepers(self, count):
        """Ensures that exactly `count` idle apps exist and are online. Does nothing if this is already so."""
        found = self.apps()
        if sorted(app["name"] for app in found) != sleeper_names(count):
            self.clear()
            if count:
                self.must("start", sleepers_file(self.work, count), limit=120)
        self.online(count)

    def online(self, count):
        """Waits until `count` apps are online, and returns their pids."""

        def pids():
            found = self.apps()
            online = [app["pid"] for app in found if app["pm2_env"]["status"] == "online"]
            return (online or True) if len(online) == len(found) == count else None

        answer = until(pids, 30, f"{self.name}: {count} apps online")
        return [] if answer is True else answer

    def processes(self):
        """Returns the pids of the daemon (first) and of the other processes that the tool keeps running, without apps."""
        apps = {app["pid"] for app in self.apps()}
        daemon = self.up()
        mark = f"BENCH_RUN={self.home}".encode()
        home = str(self.home).encode()
        helpers = []
        for entry in Path("/proc").glob("[0-9]*"):
            pid = int(entry.name)
            if pid == daemon or pid in apps or pid == os.getpid():
                continue
            try:
                marked = mark in (entry / "environ").read_bytes().split(b"\0")
                marked = marked or home in (entry / "cmdline").read_bytes()
            except OSError:
                continue
            # A helper may run `sleep` now and then; its cost is counted for its parent.
            if marked and parent(pid) not in helpers:
                helpers.append(pid)
        return [daemon, *helpers]


def sleeper_names(count):
    return [f"s{number:03d}" for number in range(1, count + 1)]


def sleepers_file(work, count):
    path = work / f"sleepers-{count}.json"
    app = {"script": shutil.which("sleep"), "args": ["100000"], "interpreter": "none"}
    path.write_text(json.dumps({"apps": [{"name": name, **app} for name in sleeper_names(count)]}))
    return path


# ---- /proc -------------------------------------------------------------------------------------


def is_alive(pid):
    """Whether the process exists and is not a zombie."""
    try:
        return stat_fields(pid)[0] not in "ZX"
    except OSError:
        return False


def stat_fields(pid):
    """Returns the fields of /proc/PID/stat from `state` (3) on; the command before it may contain spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def parent(pid):
    try:
        return int(stat_fields(pid)[1])
    except OSError:
        return None


def memory_mib(pid, kind):
    """Returns `Rss` or `Pss` of one process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise Failure(f"no {kind} for pid {pid}")


def cpu_seconds(pid):
    """Returns the processor time of a process (in nanoseconds) and of its ended children (in clock ticks), in seconds."""
    clock = (~pid << 3) | 2  # clock_getcpuclockid(3)
    children = sum(int(value) for value in stat_fields(pid)[13:15])
    return time.clock_gettime(clock) + children / TICKS


# ---- running -----------------------------------------------------------------------------------


class Bench:
    def __init__(self, tools, work, rounds):
        self.tools = tools
        self.work = work
        self.all_rounds = rounds
        self.rounds = rounds
        self.rows = {}
        self.notes = []

    def turns(self):
        """Yields the tools in turn, A B A B …, each once per round."""
        for _ in range(self.rounds):
            yield from self.tools

    def record(self, row, tool, value):
        self.rows[row].samples.setdefault(tool.name, []).append(value)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def run(self, groups):
        for function, rows, share in groups:
            say(", ".join(row.name for row in rows))
            self.rounds = max(1, self.all_rounds // share)
            self.rows.update((row.name, row) for row in rows)
            try:
                function(self)
            except (Failure, OSError, ValueError, KeyError) as problem:
                for row in rows:
                    row.problem = f"{row.name}: {problem}"
                say(f"failed: {problem}")
                self.start_over()

    def start_over(self):
        for tool in self.tools:
            try:
                tool.down()
            except Failure as problem:
                say(f"{problem}")


def selected(only):
    """Returns the groups that fill at least one of the named rows; all groups for an empty list."""
    names = [row.name for _, rows, _ in GROUPS for row in rows]
    wanted = set()
    for word in filter(None, only.split(",")):
        hits = [name for name in names if name == word or word.endswith("*") and name.startswith(word[:-1])]
        if not hits:
            raise SystemExit(f"bench: no row {word!r}; there are {', '.join(names)}")
        wanted.update(hits)
    return [group for group in GROUPS if not wanted or any(row.name in wanted for row in group[1])]


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        return (done.stdout or done.stderr).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "?"


def machine(tools):
    """Returns the properties of the machine and the tools on which the numbers depend."""
    facts = {"cores": os.cpu_count(), "system": f"{platform.system()} {platform.release()}"}
    model = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    facts["cpu"] = model[0] if model else platform.machine()
    facts["node"] = first_line("node", "--version")
    for tool in tools:
        version = re.search(r"\d+(\.\w+)+\S*", tool.must("--version").out)
        facts[tool.name] = version[0] if version else "?"
        if tool.name == "jpm":
            release = Path(os.readlink(f"/proc/{tool.up()}/exe")).parent.parent / "release"
            if release.exists():
                facts["java"] = next((line.split('"')[1] for line in release.read_text().splitlines()
                                      if line.startswith("JAVA_VERSION=")), "?")
    return facts


# ---- the report --------------------------------------------------------------------------------


def number(value, unit):
    if value is None:
        return "–"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f} {UNITS.get(unit, unit)}"


def ratio_text(ratio):
    if ratio is None:
        return "–"
    return f"{ratio:.3f} (1/{1 / ratio:.1f})" if 0 < ratio < 0.667 else f"{ratio:.2f}"


def table(rows):
    lines = [("row", "what", "PM2", "jpm", "jpm/PM2", "to hold", "holds")]
    for row in rows:
        other = number(row.median(row.against), row.unit)
        lines.append((row.name, row.what, f"bare {other}" if row.against == "bare" else other,
                      number(row.median("jpm"), row.unit), ratio_text(row.ratio()),
                      str(row.hold or "–"), row.verdict()))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    rule = tuple("-" * (width - 1) + ":" if 2 <= column <= 4 else "-" * width
                 for column, width in enumerate(widths))
    lines.insert(1, rule)
    for line in lines:
        cells = (cell.rjust(width) if 2 <= column <= 4 else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(line, widths)))
        print("| " + " | ".join(cells) + " |")


def report(bench, rows, facts, loads, path):
    facts["load"] = " → ".join(f"{load:.2f}" for load in loads)
    facts["rounds"] = bench.all_rounds
    print(" · ".join(f"{name} {value}" for name, value in facts.items()))
    print()
    table(rows)
    for line in bench.notes + [f"failed: {row.problem}" for row in rows if row.problem]:
        print(f"\n{line}", end="")
    print("\n" if bench.notes or any(row.problem for row in rows) else "", end="")
    if path:
        Path(path).write_text(json.dumps({
            "machine": facts, "notes": bench.notes,
            "rows": [{"name": row.name, "what": row.what, "unit": row.unit,
                      "pm2": row.median("pm2"), "bare": row.median("bare"), "jpm": row.median("jpm"), "ratio": row.ratio(),
                      "hold": str(row.hold) if row.hold else None, "verdict": row.verdict(),
                      "problem": row.problem, "samples": row.samples} for row in rows],
        }, indent=2, ensure_ascii=False) + "\n")


def main():
    import rows  # noqa: F401  registers the rows
    import logs  # noqa: F401
    import cluster  # noqa: F401
    import bridge  # noqa: F401
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--tools", default="")
    parser.add_argument("--jpm")
    parser.add_argument("--pm2")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", default="")
    options = parser.parse_args()
    groups = selected(options.only)
    chosen = [row for _, group, _ in groups for row in group]
    if options.list:
        for row in chosen:
            print(f"{row.name:12} {row.what}{f' ({row.hold})' if row.hold else ''}")
    if options.list or options.check:
        return 0

    # A background job of a shell ignores SIGINT, and its child processes would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    makers = {
        "pm2": lambda: Tool("pm2", options.pm2, options.work, "PM2_HOME",
                            {"PM2_DISCRETE_MODE": "true", "PM2_DISABLE_VERSION_CHECK": "true"}),
        "jpm": lambda: Tool("jpm", options.jpm, options.work, "JPM_HOME"),
    }
    tools = [makers[name]() for name in options.tools.split()]
    loads = [os.getloadavg()[0]]
    for tool in tools:
        tool.fresh()  # once untimed, so that both programs are in the page cache
    bench = Bench(tools, options.work, options.rounds)
    facts = machine(tools)
    bench.run(groups)
    loads.append(os.getloadavg()[0])
    report(bench, chosen, facts, loads, options.json)
    verdicts = {row.verdict() for row in chosen}
    return 2 if "failed" in verdicts else 1 if "NO" in verdicts else 0


if __name__ == "__main__":
    sys.modules["measure"] = sys.modules["__main__"]
    try:
        sys.exit(main())
    except Failure as failure:
        say(str(failure))
        sys.exit(2)
