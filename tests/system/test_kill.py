#!/usr/bin/env python3
"""I17: kill -9 at random moments. After each restart every file plays, at most one fragment and the sync interval are
lost, and what was acknowledged (holds, calls) is there."""
import os
import random
import time
import unittest

import calls_for_tests as calls
from practice import Cameras, Practice, decode_errors, largest_step, now_text, seconds_between, seed, wait_for

ROUNDS = 60 if os.environ.get("TENURE_LONG") else 6


class Kill(unittest.TestCase):
    def test_nothing_unplayable_and_little_lost(self):
        seed()
        cameras = Cameras(["small-h264.mp4", "small-h265.mp4"])
        practice = Practice([{"name": f"cam{i}", "url": cameras.url(i)} for i in range(2)],
                            calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1})
        kills, killed_at, calls_known, holds_known = [], [], set(), set()
        try:
            for round_number in range(ROUNDS):
                practice.start()
                for name in ("cam0", "cam1"):
                    wait_for(f"{name} records in round {round_number}", lambda name=name: practice.recording(name))
                calls.drop(practice.folder / "calls", number=f"07700 900{round_number:03}", start=calls.at(60 * round_number))
                held = practice.ask("hold", "add", "--source", "cam0", "--from", now_text(-5), "--to", now_text(), "--reason", "test",
                                    "--authority", "test", "--review", "2099-01-01")
                holds_known.add(held["id"] if "id" in held else held["hold"]["id"])
                calls_known |= {c["id"] for c in practice.ask("calls", "find", *calls.THOSE_DAYS)}
                time.sleep(random.uniform(5, 9))  # the moment of the kill; nothing is asserted to have happened by then
                last_frames = {c["name"]: c["last_frame"] for c in practice.ask("status")["cameras"]}
                practice.kill()
                kills.append(last_frames)
                down = 1 if round_number % 2 == 0 else 0  # every other one starts at once, which may lose next to nothing
                time.sleep(down / 2)
                killed_at.append(now_text())
                time.sleep(down / 2)
            practice.start()
            self.assertLessEqual(holds_known, {h["id"] for h in practice.ask("hold", "list")})
            found = {c["id"] for c in practice.ask("calls", "find", *calls.THOSE_DAYS)}
            self.assertLessEqual(calls_known, found)
            self.check_footage(practice, kills, killed_at)
            self.assertEqual(practice.run("doctor").returncode, 0, practice.run("doctor").stdout)
        finally:
            practice.close(failed=False)
            cameras.stop()

    def check_footage(self, practice, kills, killed_at):
        for name in ("cam0", "cam1"):
            live = [s for s in practice.ask("segments", "--source", name) if s["state"] == "live"]
            for frames in kills:
                # one fragment (2 s) + the sync interval (2 s) + what the status line itself was late; what came between
                # that line and the kill is no loss
                loss = min(seconds_between(s["end"], frames[name]) for s in live if seconds_between(s["start"], frames[name]) >= 0)
                self.assertLess(loss, 4.5, f"{name} lost {loss:.1f} s at a kill")
            self.check_accounted(practice, name, killed_at)
            out = practice.folder / f"all-{name}"
            practice.ask("export", "native", "--source", name, "--from", now_text(-3600), "--to", now_text(), "--out", out)
            files = sorted(out.glob("*.mp4"))
            self.assertGreaterEqual(len(files), len(kills))
            for file in files:
                self.assertEqual(decode_errors(file), "", file)
                self.assertLess(largest_step(file), 0.13, file)

    def check_accounted(self, practice, name, killed_at):
        """From the first recording to the last no second is in neither a recording nor a gap, and a gap at a kill says why."""
        segments = practice.ask("segments", "--source", name)  # first: what lies between those that are there by now is told
        known_until = max(s["end"] for s in segments)
        gaps = [g for g in practice.ask("gaps", "--source", name) if g["start"] <= known_until]
        at_kills = [g for g in gaps if any(g["start"] <= moment <= g["end"] for moment in killed_at)]
        self.assertEqual({g["cause"] for g in at_kills}, {"tenured was not running"}, gaps)
        self.assertGreaterEqual(len(at_kills), len(killed_at[::2]), gaps)
        rows = sorted(gaps + segments, key=lambda row: row["start"])
        until = rows[0]["end"]
        for row in rows[1:]:
            self.assertLess(seconds_between(until, row["start"]), 1.1, f"{name}: nothing tells of {until} to {row['start']}: {rows}")
            until = max(until, row["end"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
