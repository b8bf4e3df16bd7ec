#!/usr/bin/env python3
"""I5, I7, I8, I17, all at once and for long: eight cameras, calls, somebody who reads, promises of one minute, and a SIGKILL
every 5 to 20 seconds, for two minutes. With TENURE_LONG an hour, whose second half is without kills and watches memory; with
TENURE_SOAK_SECONDS and TENURE_SOAK_QUIET (the two halves) as long as they say."""
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import unittest

import calls_for_tests as calls
from practice import BIN, Cameras, Practice, now_text, seconds_between, seed, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from faults import figure  # noqa: E402

LONG = bool(os.environ.get("TENURE_LONG"))
KILLING = int(os.environ.get("TENURE_SOAK_SECONDS", 1800 if LONG else 120))
QUIET = int(os.environ.get("TENURE_SOAK_QUIET", 1800 if LONG else 0))
READERS = 8                      # as many as the catalogue keeps connections for
CAMERAS = 8
MOST_PER_HOUR = 1 << 20          # bytes of memory
LATE = 65                        # I5, seconds
NIGHT_AFTER_START = 630          # seconds, with its work
SETTLING = 10                    # after a start, until sweeps run


class Reader(threading.Thread):
    """Somebody who exports whatever there is, again and again; refusals are right, damage is not."""

    def __init__(self, practice):
        super().__init__(daemon=True)
        self.practice, self.reads, self.damage, self.ended = practice, 0, [], threading.Event()

    def run(self):
        while not self.ended.wait(1.5):
            name = f"cam{random.randrange(CAMERAS)}"
            out = self.practice.folder / "read" / str(self.reads)
            result = self.practice.run("export", "native", "--source", name, "--from", now_text(-20), "--to", now_text(), "--out", out)
            self.reads += result.returncode == 0
            if any(word in result.stderr for word in ("corrupt", "not authentic", "lost", "missing from vault")):
                self.damage.append(result.stderr)
            subprocess.run(["rm", "-rf", str(out)])


def resident(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def slope_per_hour(samples):
    """Least squares over (seconds, bytes)."""
    n = len(samples)
    mean_t, mean_b = sum(t for t, _ in samples) / n, sum(b for _, b in samples) / n
    above = sum((t - mean_t) * (b - mean_b) for t, b in samples)
    return above / sum((t - mean_t) ** 2 for t, _ in samples) * 3600


class Soak(unittest.TestCase):
    def setUp(self):
        seed()
        self.cameras = Cameras(["small-h264.mp4", "small-h265.mp4"] * (CAMERAS // 2))
        self.practice = Practice([{"name": f"cam{i}", "url": self.cameras.url(i)} for i in range(CAMERAS)], trial=True,
                                 classes={"cctv": "PT1M", "calls": "P3Y"}, calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1})
        self.holds, self.kept, self.calls, self.kills, self.checks, self.dropped = set(), set(), set(), 0, 0, 0

    def tearDown(self):
        self.practice.close()
        self.cameras.stop()

    def act(self):
        """What a practice does within some seconds; what it was told is remembered."""
        self.dropped += 1
        calls.drop(self.practice.folder / "calls", number=f"07700 900{self.dropped % 1000:03}", seconds=1,
                   start=calls.at(self.dropped))
        if self.dropped % 3 == 1:
            receipt = self.practice.ask("hold", "add", "--source", f"cam{self.dropped % CAMERAS}", "--from", now_text(-4), "--to", now_text(),
                                        "--reason", "test", "--authority", "test", "--review", "2099-01-01")
            self.holds.add(receipt["id"] if "id" in receipt else receipt["hold"]["id"])
        self.calls |= self.calls_there()

    def calls_there(self):
        return {c["id"] for c in self.practice.ask("calls", "find", *calls.THOSE_DAYS)}

    def look(self, up_for):
        """Everything acknowledged is there; nothing outlives its minute, once sweeps had time to run."""
        self.checks += 1
        self.assertLessEqual(self.holds, {h["id"] for h in self.practice.ask("hold", "list") if h["state"] == "active"}, "I7: a hold is gone")
        self.assertLessEqual(self.calls, self.calls_there(), "I17: an acknowledged call is gone")
        now = now_text()  # before it is asked: an answer that was long on its way tells of earlier
        segments = self.practice.ask("segments")
        there = {s["id"] for s in segments}
        self.assertLessEqual(self.kept, there, "I8: held footage is gone")
        self.kept |= {s["id"] for s in segments if s["held"] and s["state"] == "live"}
        self.assertFalse([s for s in segments if s["state"] == "lost"], "I1: something is lost")
        if up_for > SETTLING:
            late = [s for s in segments if not s["held"] and s["state"] == "live" and seconds_between(s["expires_at"], now) > LATE]
            self.assertEqual(late, [], "I5: it outlived its minute")

    def test_nothing_is_lost_and_nothing_stays(self):
        self.practice.start()
        wait_for("a camera records", lambda: self.practice.recording("cam0"), 60)
        started = time.monotonic()
        reader = Reader(self.practice)
        reader.start()
        while time.monotonic() - started < KILLING:
            until, up_since = time.monotonic() + random.uniform(5, 20), time.monotonic()
            while time.monotonic() < until:
                self.act()
                self.look(time.monotonic() - up_since)
                time.sleep(0.5)
            self.practice.kill()
            self.kills += 1
            self.practice.start(60)
            # content stays closed until what fell due meanwhile is gone (I5)
            wait_for("content opens", lambda: self.practice.run("calls", "find", "--last-digits", "0000").returncode == 0)
        slope = self.watch_memory() if QUIET else ""
        reader.ended.set()
        reader.join()
        wait_for("sweeps have run", lambda: self.practice.ask("status"))
        self.look(0)
        self.assertEqual(reader.damage, [])
        self.assertGreater(reader.reads, 0, "the reader never read")
        self.assertEqual(self.practice.run("doctor").returncode, 0, self.practice.run("doctor").stdout)
        self.assertEqual(self.practice.run("ledger", "verify").returncode, 0, self.practice.run("ledger", "verify").stdout)
        wait_for("a sweep, without which the soak shows too little", lambda: [
            e for e in self.practice.ledger() if e["act"] == "sweep"], every=1)
        figure("soak, 8 cameras, SIGKILL", self.checks, 0, time.monotonic() - started,
               f"{self.kills} kills, {len(self.calls)} calls, {len(self.holds)} holds, {reader.reads} exports{slope}")

    def fill_caches(self, until):
        """What grows to a bound of its own must have reached it: much is put in, and all of it read by many at once."""
        while time.monotonic() < until:
            self.act()
            readers = [threading.Thread(target=self.practice.run, args=verb)
                       for verb in [("segments",), ("calls", "find", *calls.THOSE_DAYS)] * (READERS // 2)]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()

    def watch_memory(self):
        samples, begun = [], time.monotonic()
        self.fill_caches(begun + QUIET / 4)
        while time.monotonic() - begun < QUIET:
            self.act()
            self.look(time.monotonic() - begun)
            # Behind the night's report, ten minutes after a start: what it gives back, the next requests take again.
            if time.monotonic() - begun > QUIET / 2:
                samples.append((time.monotonic(), resident(self.practice.daemon)))
            if path := os.environ.get("TENURE_SOAK_SAMPLES"):
                pathlib.Path(path).write_text("".join(f"{t - begun:.0f} {b >> 10}\n" for t, b in samples))
            time.sleep(5)
        if QUIET / 2 > NIGHT_AFTER_START:
            self.assertTrue(list((self.practice.folder / "state" / "reports").glob("night-*")), "the night's report was not made")
        slope = slope_per_hour(samples)
        sanitized = "libasan" in subprocess.run(["ldd", str(BIN / "tenured")], capture_output=True, text=True).stdout
        if not sanitized:  # a sanitizer keeps what was freed
            self.assertLess(slope, MOST_PER_HOUR, "memory grows")
        return f", {slope / (1 << 20):.2f} MiB/h{' (with sanitizers: not judged)' if sanitized else ''}"


if __name__ == "__main__":
    unittest.main(verbosity=2)
