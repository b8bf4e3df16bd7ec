#!/usr/bin/env python3
"""I1, I2, I3, I7, I13, I15, I17 on disks that hold what was synced and any part of what was not (disk_history.h tells the
model: files, not blocks)."""
import sys
import time

from faults import LONG, Room, Tally, conclude, drive, seed, two_at_a_time

COUNT = 10_000 if LONG else 400


def main():
    started, first = time.monotonic(), seed()
    total = Tally()
    with Room() as room:
        for tally in two_at_a_time([lambda n=n: drive("states", "life", first + n, COUNT // 4, room / str(n)) for n in range(4)]):
            total.add(tally)
    return conclude("reordered, unsynced writes (files)", total, started, COUNT)


if __name__ == "__main__":
    sys.exit(main())
