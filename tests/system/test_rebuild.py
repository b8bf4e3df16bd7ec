#!/usr/bin/env python3
"""I20 with the real programs: kill -9, the catalogue is deleted, and comes back: by `tenure rebuild`, and by itself at the
next start. I14: another process holds the catalogue's lock while the cameras record."""
import json
import pathlib
import shutil
import sqlite3
import time
import unittest

import calls_for_tests as calls
from practice import Cameras, Practice, decode_errors, now_text, wait_for


class Rebuild(unittest.TestCase):
    def setUp(self):
        self.cameras = Cameras(["small-h264.mp4", "small-h265.mp4"])
        self.practice = Practice([{"name": f"cam{i}", "url": self.cameras.url(i)} for i in range(2)],
                                 calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1})

    def tearDown(self):
        self.practice.close()
        self.cameras.stop()

    def live(self):
        return {s["id"]: s for s in self.practice.ask("segments") if s["state"] == "live"}

    def known(self):
        calls_found = {c["id"]: c for c in self.practice.ask("calls", "find", *calls.THOSE_DAYS)}
        holds = {h["id"]: h for h in self.practice.ask("hold", "list")}
        return self.live(), calls_found, holds

    def record_some(self):
        practice = self.practice
        practice.start()
        for name in ("cam0", "cam1"):
            wait_for(f"{name} records", lambda name=name: practice.recording(name))
        for n in range(3):
            calls.drop(practice.folder / "calls", number=f"07700 90000{n}", start=calls.at(n))
        wait_for("three calls", lambda: len(practice.ask("calls", "find", *calls.THOSE_DAYS)) == 3)
        wait_for("a finished minute of each camera", lambda: {s["source"] for s in self.live().values()} >= {"cam0", "cam1"}, 150, 1)
        review = ("--reason", "test", "--authority", "test", "--review", "2099-01-01")
        practice.ask("hold", "add", "--source", "cam0", "--from", now_text(-600), "--to", now_text(), *review)
        practice.ask("hold", "add", "--number", "07700 900001", *review)

    def lose_catalogue(self):
        self.settle()
        before = self.known()
        self.practice.kill()
        shutil.rmtree(self.practice.folder / "state" / "catalogue")
        return before

    def settle(self):
        """Until nothing is about to change: the ledger's files have followed, and no minute begins or ends just now."""
        practice = self.practice
        wait_for("a moment in the midst of both cameras' minutes",
                 lambda: all([practice.in_midst(name) for name in ("cam0", "cam1")]) and practice.published(), 80, 0.5)

    def compare(self, before):
        segments, calls_found, holds = self.known()
        for segment_id, row in before[0].items():
            self.assertEqual(segments.get(segment_id), row)
        self.assertEqual(calls_found, before[1])
        self.assertEqual(holds.keys(), before[2].keys())
        for hold_id, hold in before[2].items():
            self.assertEqual({k: hold[k] for k in ("reason", "authority", "review", "state")},
                             {k: holds[hold_id][k] for k in ("reason", "authority", "review", "state")})
        self.assertEqual(len(self.practice.ask("calls", "find", "--number", "07700 900001")), 1)
        verdict = self.practice.run("ledger", "verify")
        self.assertEqual(verdict.returncode, 0, verdict.stdout)

    def test_rebuilt_on_command_and_by_itself(self):
        practice = self.practice
        self.record_some()
        self.assertIn("in use", practice.refused("rebuild"))
        before = self.lose_catalogue()
        report = practice.ask("rebuild")
        self.assertEqual(report["calls"], 3)
        self.assertEqual(report["holds"], 2)
        self.assertEqual(report["problems"], [])
        self.assertEqual(report["segments"], len(before[0]) - 3 + 2, "and what was being recorded")
        self.assertIn("sound", practice.refused("rebuild"))
        practice.start()
        self.compare(before)
        self.assertEqual(practice.ask("status")["recovery"]["quarantined"], 0)
        out = practice.folder / "copy"
        practice.ask("export", "native", "--source", "cam1", "--from", now_text(-600), "--to", now_text(), "--out", out)
        for file in out.glob("*.mp4"):
            self.assertEqual(decode_errors(file), "")

        for name in ("cam0", "cam1"):
            wait_for(f"{name} records again", lambda name=name: practice.recording(name))
        before = self.lose_catalogue()
        practice.start()
        self.compare(before)
        self.assertIn("event=rebuilt", practice.log.read_text())

    def test_a_damaged_catalogue_is_kept_aside(self):
        practice = self.practice
        self.record_some()
        self.settle()
        before = self.known()
        practice.kill()
        database = practice.folder / "state" / "catalogue" / "catalogue.db"
        damaged = bytearray(database.read_bytes())
        damaged[0:4096] = b"\xa5" * 4096
        database.write_bytes(damaged)
        database.with_name("catalogue.db-wal").unlink(missing_ok=True)  # it would still have the first page whole
        report = practice.ask("rebuild")
        self.assertEqual((pathlib.Path(report["old_catalogue"]) / "catalogue.db").read_bytes(), bytes(damaged))
        practice.start()
        self.compare(before)

    def test_a_lock_held_elsewhere_stops_no_camera(self):
        practice = self.practice
        practice.start()
        for name in ("cam0", "cam1"):
            wait_for(f"{name} records", lambda name=name: practice.recording(name))
        other = sqlite3.connect(practice.folder / "state" / "catalogue" / "catalogue.db", timeout=60, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            for _ in range(3):
                frames = {c["name"]: c["last_frame"] for c in practice.ask("status")["cameras"]}
                wait_for("both cameras go on", lambda frames=frames: all(c["last_frame"] > frames[c["name"]] and c["state"] == "recording"
                                                                         for c in practice.ask("status")["cameras"]), 20, 1)
                time.sleep(5)
        finally:
            other.execute("ROLLBACK")
            other.close()
        wait_for("nothing waits any more", lambda: practice.ask("status")["recorder"]["uncommitted"] == 0, 60, 1)
        if not self.cameras.aborts():
            self.assertEqual(practice.ask("gaps"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
