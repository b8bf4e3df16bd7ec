#!/usr/bin/env python3
"""I12 with the real programs: the machine's clock a year ahead at boot, and in 1970. Nothing is deleted, recording goes on.
Only with TENURE_LONG, as it waits for whole segments; needs libfaketime (package faketime)."""
import datetime
import glob
import hashlib
import os
import pathlib
import subprocess
import sys
import time
import unittest

from practice import BIN, Cameras, Practice, now_text, seconds_between, wait_for

LIBRARY = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") + [""])[0]


class FakedPractice(Practice):
    """`fake` is libfaketime's: "+365d", "@1970-01-02 00:00:00". Only the wall clock is faked, as on a real machine."""

    def start_faked(self, fake):
        # libfaketime before the sanitizer's library: it says so unless told not to.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        environment = os.environ | {"LD_PRELOAD": LIBRARY, "FAKETIME": fake, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "ASAN_OPTIONS": sanitizer.lstrip(":")}
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen([str(BIN / "tenured"), "--config", str(self.config)], stderr=log, stdout=log, cwd=self.folder, env=environment)
        wait_for("the daemon answers", self._answers, 30, 0.1)

    def pretend_reboot(self):
        """The mark is of another boot. The time since boot goes on here, so the mark goes back by it."""
        path = self.folder / "state/clock-mark"
        fields = dict(line.split(" ", 1) for line in path.read_text().splitlines())
        uptime = datetime.timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))
        for name in ("time", "latest"):
            at = datetime.datetime.fromisoformat(fields[name].replace("Z", "+00:00")) - uptime
            fields[name] = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        fields |= {"boot": "another", "line": "none", "denied": "none", "first": "no"}
        body = "".join(f"{name} {value}\n" for name, value in fields.items() if name != "check")
        path.write_text(body + f"check {hashlib.sha256(body.encode()).hexdigest()[:32]}\n")


class DoubtfulTime(unittest.TestCase):
    def setUp(self):
        self.cameras = Cameras(["small-h264.mp4"])
        self.practice = FakedPractice([{"name": "cam0", "url": self.cameras.url(0)}])

    def tearDown(self):
        self.practice.close()
        self.cameras.stop()

    def sealed(self, doubtful):
        return [s for s in self.practice.ask("segments", "--source", "cam0") if s["state"] == "live" and s["time_doubtful"] == doubtful]

    def export(self, segment, name):
        return self.practice.run("export", "native", "--source", "cam0", "--from", segment["start"], "--to", segment["end"], "--out", self.practice.folder / name)

    def certain_footage(self):
        self.practice.start()
        wait_for("cam0 records", lambda: self.practice.recording("cam0"))
        wait_for("it has whole fragments", lambda: self.practice.recorded_for("cam0") > 5)
        self.practice.ask("time", "confirm", now_text())
        self.practice.stop()
        self.practice.start()
        old = wait_for("a segment is certain", lambda: self.sealed(False), 30)[0]
        self.practice.stop()
        self.practice.pretend_reboot()
        return old

    def settle(self, old):
        """The truth is confirmed: what was recorded in doubt is where it belongs, and everything plays."""
        in_doubt = self.sealed(True)
        answer = self.practice.ask("time", "confirm", now_text(), "--reason", "looked at the radio clock")
        self.assertGreater(answer["segments"], 0)
        self.assertFalse(self.practice.ask("time", "show")["doubtful"])
        now = {s["id"]: s for s in self.practice.ask("segments", "--source", "cam0")}
        for segment in in_doubt:
            self.assertLess(abs(seconds_between(now[segment["id"]]["start"], now_text())), 600)
            self.assertAlmostEqual(seconds_between(now[segment["id"]]["end"], now[segment["id"]]["expires_at"]), 28 * 86400, delta=0.01)
        self.assertEqual(self.export(now[old["id"]], "after").returncode, 0)
        self.assertIn("time-confirm", [e["act"] for e in self.practice.ledger()])

    def nothing_deleted_and_recording(self, old):
        wait_for("cam0 records", lambda: self.practice.recording("cam0"))
        fresh = wait_for("a segment of doubtful time is sealed", lambda: self.sealed(True), 150)[0]
        self.assertEqual(self.export(fresh, "fresh").returncode, 0, "what is recorded in doubt plays")
        self.assertIn(old["id"], [s["id"] for s in self.sealed(False)])
        self.assertEqual(self.practice.ask("sweep", "--dry-run")["due"], [])
        self.assertNotIn("sweep", [e["act"] for e in self.practice.ledger()])
        self.assertEqual(next(c for c in self.practice.ask("doctor") if c["check"] == "clock")["verdict"], "warning")

    def test_a_clock_a_year_ahead_deletes_nothing(self):
        old = self.certain_footage()
        self.practice.start_faked("+365d")
        self.nothing_deleted_and_recording(old)
        self.assertNotEqual(self.export(old, "old").returncode, 0, "by that clock it may have expired")
        shown = self.practice.ask("time", "show")
        self.assertGreater(seconds_between(shown["lo"], shown["hi"]), 364 * 86400)
        self.practice.stop()
        self.practice.start()  # the clock is right again, in the same boot: still nobody has said so
        self.assertTrue(self.practice.ask("time", "show")["doubtful"])
        self.settle(old)

    def test_a_clock_in_1970_deletes_nothing(self):
        old = self.certain_footage()
        self.practice.start_faked("@1970-01-02 00:00:00")
        self.nothing_deleted_and_recording(old)
        self.assertEqual(self.practice.ask("time", "show")["state"], "behind")
        self.settle(old)


if __name__ == "__main__":
    if not os.environ.get("TENURE_LONG") or not LIBRARY:
        print("test_time: only with TENURE_LONG and libfaketime; nothing was tried")
        sys.exit(77)
    unittest.main(verbosity=2)
