"""What the fault harnesses share: the programs, room to work in memory, two at a time, and the line of figures.

Environment: TENURE_BIN (folder of faults_practice and its shim), TENURE_LONG for the full counts, TENURE_FIGURES (folder
that the lines go to; ./check prints them at its end), TENURE_FAULT_SEED to repeat a run.
"""
import concurrent.futures
import ctypes
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TENURE_BIN", ROOT / "build/asan/bin"))
LONG = bool(os.environ.get("TENURE_LONG"))
PRACTICE = BIN / "faults_practice"
FAULTS = ("kill", "torn", "eio-once", "eio-ever", "enospc-once", "enospc-ever")


def seed():
    """Which points a shorter run takes: always the same in a check, so that a change is judged by its own merits; others in
    each long run. Printed, so that it can be repeated."""
    value = int(os.environ.get("TENURE_FAULT_SEED", random.SystemRandom().randrange(1 << 31) if LONG else 1))
    print(f"TENURE_FAULT_SEED={value}", flush=True)
    return value


class Room:
    """A folder, in memory where there is enough of it, gone at the end. In a container /dev/shm may be there and hold next
    to nothing."""

    def __init__(self, gigabytes=1):
        self.wanted = gigabytes << 30

    def in_memory(self, folder):
        if not os.access(folder, os.W_OK):
            return False
        space = os.statvfs(folder)
        return space.f_bavail * space.f_frsize >= self.wanted

    def __enter__(self):
        shared = pathlib.Path("/dev/shm")
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tenure-faults-", dir=shared if self.in_memory(shared) else None))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def keep_mounts_to_oneself():
    """What is mounted from here on is seen by no other test. One that makes mounts of its own (tests/support/space.h) would
    take a copy of each with it, and as long as it has that an unmounted disk is not written to its image. Without the right
    to do this nothing can be mounted either, and the test says so."""
    libc, new_mounts, private = ctypes.CDLL(None), 0x20000, ctypes.c_ulong(0x4000 | 1 << 18)
    return libc.unshare(new_mounts) == 0 and libc.mount(b"none", b"/", None, private, None) == 0


def environment(shim=True):
    kept = {name: value for name, value in os.environ.items() if name not in ("ASAN_OPTIONS", "LD_PRELOAD")}
    return kept | ({"LD_PRELOAD": str(BIN / "libfaults_shim.so")} if shim else {})


class Tally:
    def __init__(self):
        self.points = self.violations = self.operations = 0
        self.words = []

    def add(self, other):
        self.points += other.points
        self.violations += other.violations
        self.operations += other.operations
        self.words += other.words
        return self


def drive(*args, program=PRACTICE):
    """One run of a harness's program; its last line counts, the others are violations."""
    result = subprocess.run([str(program), *map(str, args)], capture_output=True, text=True, env=environment(), timeout=7200)
    lines = result.stdout.splitlines()
    if result.returncode != 0 or not lines or not lines[-1].startswith("TALLY "):
        sys.exit(f"{' '.join(map(str, args))} ended with {result.returncode}:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    tally = Tally()
    tally.points, tally.violations, tally.operations = map(int, lines[-1].split()[1:])
    tally.words = lines[:-1]
    return tally


def two_at_a_time(jobs):
    """Calls each job; gives their results in the order they end."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in concurrent.futures.as_completed([pool.submit(job) for job in jobs]):
            yield done.result()


def figure(what, points, violations, seconds, more=""):
    line = f"{what:<44} {points:>7} points {violations:>5} violations {seconds:>6.0f} s{'  ' + more if more else ''}"
    print(line, flush=True)
    if folder := os.environ.get("TENURE_FIGURES"):
        path = pathlib.Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        (path / what.replace(" ", "-").replace("/", "-")).write_text(line + "\n")


def conclude(what, tally, started, least, more=""):
    """Prints violations and the figures; the exit status of the test."""
    print("\n".join(tally.words[:200]))
    figure(what, tally.points, tally.violations, time.monotonic() - started, more)
    if tally.points < least:
        print(f"only {tally.points} points were reached, {least} are wanted: the harness proves too little")
        return 1
    return 1 if tally.violations else 0
