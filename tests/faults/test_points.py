#!/usr/bin/env python3
"""I1, I2, I3, I5, I7, I8, I13, I15, I17 when the process is killed, a write is torn, or the disk fails (EIO) or is full
(ENOSPC), once or from then on, at each file operation of ingest, call import, sweep, pressure, hold and release, export, erasure by
order, rotation of the key-encryption key, a shorter policy, backup, restore, rebuild.
Every point in a long run; else a share of them that the seed chooses."""
import pathlib
import subprocess
import sys
import time

from faults import FAULTS, LONG, PRACTICE, Room, Tally, conclude, drive, seed, two_at_a_time

STRIDE = 1 if LONG else 13  # of all points
LEAST = 30_000 if LONG else 3000


def main():
    started, first = time.monotonic(), seed()
    scenarios = subprocess.run([str(PRACTICE), "scenarios"], capture_output=True, text=True, check=True).stdout.split()
    total = Tally()
    with Room() as room:
        jobs = [lambda s=scenario, f=fault, n=number: drive("points", s, f, 1 + (first + n) % STRIDE, STRIDE, room / f"{s}-{f}")
                for number, (scenario, fault) in enumerate((s, f) for s in scenarios for f in FAULTS)]
        for tally in two_at_a_time(jobs):
            total.add(tally)
    return conclude("kill, torn write, EIO, ENOSPC", total, started, LEAST, f"1 of {STRIDE} of all" if STRIDE > 1 else "all of them")


if __name__ == "__main__":
    sys.exit(main())
