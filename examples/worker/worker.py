#!/usr/bin/env python3
"""A job loop: takes a job, processes it, and counts the jobs that are done and failed.

    python3 worker.py --every 1.5 --fail 10
"""
import argparse
import hashlib
import os
import random
import signal
import sys
import time


class Stop(Exception):
    """A signal asked the worker to stop."""


def on_signal(number, _frame):
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Stop(signal.Signals(number).name)


def say(text, out=sys.stdout):
    print(text, file=out, flush=True)


def work(job, fail_percent):
    """Uses a few milliseconds of processor time, and fails occasionally."""
    if random.uniform(0, 100) < fail_percent:
        raise RuntimeError("the other side did not answer")
    return hashlib.pbkdf2_hmac("sha256", str(job).encode(), b"worker", 10_000).hex()[:8]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="pause between jobs (1)")
    parser.add_argument("--fail", type=float, default=10.0, metavar="PERCENT", help="jobs that fail (10)")
    options = parser.parse_args()

    done = failed = job = 0
    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        say(f"worker ready, pid {os.getpid()}, one job every {options.every:g} s")
        while True:
            job += 1
            started = time.monotonic()
            try:
                result = work(job, options.fail)
                done += 1
                say(f"job {job} done in {(time.monotonic() - started) * 1000:.1f} ms: {result}")
            except RuntimeError as problem:
                failed += 1
                say(f"job {job} failed: {problem}", sys.stderr)
            if job % 10 == 0:
                say(f"{done} done, {failed} failed")
            time.sleep(options.every)
    except Stop as stop:
        say(f"{stop}: stopping, {done} done, {failed} failed")


if __name__ == "__main__":
    main()
