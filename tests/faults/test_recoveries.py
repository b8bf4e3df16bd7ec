#!/usr/bin/env python3
"""A start that recovers is itself killed, torn or failed at each of its file operations: the start after it must find
everything still (I1, I2, I3, I7, I15, I17)."""
import sys
import time

from faults import LONG, Room, Tally, conclude, drive, seed, two_at_a_time

SCENARIOS = ("first", "ingest", "calls", "hold", "sweep", "pressure", "life", "restore", "rebuild")
KILLS, STEPS = (10, 2) if LONG else (40, 8)   # each so many-th kill; each so many-th step of the start after it,
OF_LONG_ONES = 1 if LONG else 5               # and again so many-th kill of what starts with everything
LEAST = 20_000 if LONG else 1000


def main():
    started, first = time.monotonic(), seed()
    total = Tally()
    with Room() as room:
        kills = {s: KILLS * OF_LONG_ONES if s in ("restore", "rebuild") else KILLS for s in SCENARIOS}
        jobs = [lambda s=scenario, n=number: drive("recoveries", s, 1 + (first + n) % kills[s], kills[s], first % STEPS, STEPS, room / s)
                for number, scenario in enumerate(SCENARIOS)]
        for tally in two_at_a_time(jobs):
            total.add(tally)
    return conclude("crash while recovering", total, started, LEAST)


if __name__ == "__main__":
    sys.exit(main())
