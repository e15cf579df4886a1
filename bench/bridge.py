"""The rows about the bridge: typed requests of other services, and events for subscribers. jpm only."""
import json
import multiprocessing
import socket
import struct
import time

from measure import Failure, Row, measures, memory_mib, sleeper_names

SECONDS = 4
FOLLOWERS = 50
EVENTS = 4000


class Client:
    """A connection to the bridge's unix socket."""

    def __init__(self, home):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(home / "bridge.sock"))
        self.socket.settimeout(30)
        self.stream = self.socket.makefile("rb")

    def send(self, frame):
        text = json.dumps(frame).encode()
        self.socket.sendall(struct.pack(">I", len(text)) + text)

    def read(self):
        """Returns one frame as bytes: without parsing, the client uses less processor time."""
        header = self.stream.read(4)
        if len(header) < 4:
            raise Failure("jpm: the bridge has closed the connection")
        return self.stream.read(struct.unpack(">I", header)[0])


def ask(home, begin, results, clients):
    """Sends requests on `clients` connections, one at a time on each, and puts the milliseconds of each into `results`."""
    peers = [Client(home) for _ in range(clients)]
    request = {"type": "send", "address": "jpm.command", "replyAddress": "1", "body": {"v": 1, "verb": "ping"}}
    begin.wait()
    times = []
    sent = {}
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        for peer in peers:
            sent[peer] = time.perf_counter()
            peer.send(request)
        for peer in peers:
            if b'"ok":true' not in peer.read():
                raise Failure("jpm: a ping was not answered by ok")
            times.append((time.perf_counter() - sent[peer]) * 1000)
    results.put(times)


def together(target, parts):
    """Runs one process for each tuple of arguments, all starting at the same time, and returns their results."""
    begin = multiprocessing.Event()
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=target, args=(part[0], begin, results, *part[1:])) for part in parts]
    for worker in workers:
        worker.start()
    time.sleep(0.5)
    begin.set()
    try:
        return [results.get(timeout=120) for _ in workers]
    finally:
        for worker in workers:
            worker.join(10)
            if worker.is_alive():
                worker.kill()


def ours(bench):
    """Returns jpm if it is measured; PM2 does not have a bridge."""
    return [tool for tool in bench.tools if tool.name == "jpm"]


@measures(
    Row("bridge-1", "`jpm.command` ping over the bridge, 1 client", "/s"),
    Row("bridge-1-p99", "the same, 99 of 100 are answered within", "ms"),
    Row("bridge-50", "the same, 50 clients", "/s"),
    Row("bridge-50-p99", "the same, 99 of 100 are answered within", "ms"),
    share=5,
)
def requests(bench):
    for tool in ours(bench):
        tool.up()
        together(ask, [(tool.home, 1)])  # warm-up: the JVM compiles the code
        for _ in range(bench.rounds):
            for clients, processes in ((1, 1), (50, 2)):
                parts = [(tool.home, clients // processes)] * processes
                times = sorted(sum(together(ask, parts), []))
                bench.record(f"bridge-{clients}", tool, len(times) / SECONDS)
                bench.record(f"bridge-{clients}-p99", tool, times[int(len(times) * 0.99)])


def follow(home, begin, results, followers):
    """Reads all stored events on each of `followers` connections, and puts the times of begin and end into `results`."""
    peers = [Client(home) for _ in range(followers)]
    begin.wait()
    started = time.perf_counter()
    for peer in peers:
        peer.send({"type": "register", "address": "jpm.events", "headers": {"after": "0"}})
    count = {peer: 0 for peer in peers}
    while min(count.values()) < EVENTS:
        for peer in peers:
            for _ in range(min(100, EVENTS - count[peer])):
                if b'"seq":' not in peer.read():
                    raise Failure("jpm: the message received is not an event")
                count[peer] += 1
    results.put((started, time.perf_counter()))


@measures(Row("events-50", "events to 50 subscribers that begin at the oldest", "/s"), share=5)
def events(bench):
    for tool in ours(bench):
        make_events(tool)
        for _ in range(bench.rounds):
            spans = together(follow, [(tool.home, FOLLOWERS // 2)] * 2)
            seconds = max(ended for _, ended in spans) - min(started for started, _ in spans)
            bench.record("events-50", tool, EVENTS * FOLLOWERS / seconds)


def make_events(tool):
    """Ensures that the history contains at least EVENTS events."""
    tool.up()
    client = Client(tool.home)
    ask_last = {"type": "send", "address": "jpm.command", "replyAddress": "1",
                "body": {"v": 1, "verb": "events", "limit": 1}}
    while True:
        client.send(ask_last)
        latest = json.loads(client.read())["body"]["events"]
        if latest and latest[-1]["seq"] >= EVENTS:
            return
        tool.sleepers(100)
        tool.must("restart", "all", limit=120)


SILENT = 200
IDLE = 1000


def crowd(home):
    """Opens connections of subscribers that never read, and idle connections."""
    peers = []
    for number in range(SILENT + IDLE):
        peer = Client(home)
        peers.append(peer)
        if number < SILENT:
            address = ("jpm.events", "jpm.usage", f"jpm.lines.{sleeper_names(1)[0]}")[number % 3]
            headers = {"after": "0"} if address == "jpm.events" else {}
            peer.send({"type": "register", "address": address, "headers": headers})
        elif number % 50 == 0:
            time.sleep(0.01)
    return peers


@measures(
    Row("ls-alone", "`ls`, 10 apps, no other client", "ms"),
    Row("ls-crowd", "the same with 200 subscribers that never read and 1,000 idle connections", "ms"),
    Row("rss-crowd", "memory of the daemon then", "MiB"),
    share=2,
)
def crowded(bench):
    for tool in ours(bench):
        make_events(tool)
        tool.clear()
        tool.sleepers(10)
        daemon = tool.daemon()
        tool.must("ls")
        for row in ("ls-alone", "ls-crowd"):
            peers = crowd(tool.home) if row == "ls-crowd" else []
            time.sleep(3)
            for _ in range(3 * bench.rounds):
                bench.record(row, tool, tool.must("ls").ms)
                time.sleep(0.2)
            if peers:
                bench.record("rss-crowd", tool, memory_mib(daemon, "Rss"))
            for peer in peers:
                peer.socket.close()
