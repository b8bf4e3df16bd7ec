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

STRIDE = 1 if LONG else 8  # of all points;
OF_LONG_ONES = 1 if LONG else 30  # of those that read and write backups, or everything
LONG_ONES = ("backups", "restore", "rebuild")
LEAST = 30_000 if LONG else 3000


def main():
    started, first = time.monotonic(), seed()
    scenarios = subprocess.run([str(PRACTICE), "scenarios"], capture_output=True, text=True, check=True).stdout.split()
    total = Tally()
    with Room() as room:
        stride = {s: OF_LONG_ONES if s in LONG_ONES else STRIDE for s in scenarios}
        jobs = [lambda s=scenario, f=fault, n=number: drive("points", s, f, 1 + (first + n) % stride[s], stride[s], room / f"{s}-{f}")
                for number, (scenario, fault) in enumerate((s, f) for s in scenarios for f in FAULTS)]
        for tally in two_at_a_time(jobs):
            total.add(tally)
    return conclude("kill, torn write, EIO, ENOSPC", total, started, LEAST, "all of them" if LONG else f"1 of {STRIDE} of all, of {', '.join(LONG_ONES)} 1 of {OF_LONG_ONES}")


if __name__ == "__main__":
    sys.exit(main())
