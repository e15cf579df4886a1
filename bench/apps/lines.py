"""Prints BYTES bytes each time the FIFO $GO is written, with one write per line, as most programs do."""
import os

LINE = b"0123456789" * 10 + b"\n"
while True:
    with open(os.environ["GO"], encoding="ascii") as go:
        go.read()
    left = int(os.environ["BYTES"])
    while left > 0:
        left -= os.write(1, LINE[-min(left, len(LINE)):])
