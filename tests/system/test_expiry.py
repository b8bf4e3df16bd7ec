#!/usr/bin/env python3
"""I4, I5, I6, I8 with the real programs in trial mode: a one-minute promise is kept to the minute, a hold outlives it."""
import pathlib
import time
import unittest

import calls_for_tests as calls
from practice import Cameras, Practice, files_of, now_text, seconds_between, wait_for


class Expiry(unittest.TestCase):
    def test_footage_goes_on_time_and_held_footage_stays(self):
        cameras = Cameras(["small-h264.mp4", "small-h264.mp4"])
        practice = Practice([{"name": "cam0", "url": cameras.url(0)}, {"name": "kept", "url": cameras.url(1)}], trial=True,
                            classes={"cctv": "PT1M", "calls": "PT1M"}, calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1})
        try:
            practice.start()
            self.assertTrue(practice.ask("status")["trial"])
            for name in ("cam0", "kept"):
                wait_for(f"{name} records", lambda name=name: practice.recording(name))
            calls.drop(practice.folder / "calls", start=now_text()[:19] + "Z")
            wait_for("the call is in", lambda: practice.ask("calls", "find", "--last-digits", "900123"))
            practice.ask("hold", "add", "--source", "kept", "--from", now_text(-600), "--to", now_text(600), "--reason", "test",
                         "--authority", "test", "--review", "2099-01-01")
            sealed = wait_for("a segment is sealed", lambda: [s for s in practice.ask("segments", "--source", "cam0") if s["state"] == "live"], 100)
            first = sealed[0]
            self.assertAlmostEqual(seconds_between(first["end"], first["expires_at"]), 60, delta=0.01)
            gone = lambda: first["id"] not in {s["id"] for s in practice.ask("segments", "--source", "cam0")}
            while True:
                asked = now_text()
                if gone():
                    break
                self.assertLess(seconds_between(first["expires_at"], asked), 65, "it outlived its period")
                time.sleep(0.5)
            self.assertGreaterEqual(seconds_between(first["expires_at"], now_text()), -0.2, "it went early")
            message = practice.refused("export", "native", "--source", "cam0", "--from", first["start"], "--to", first["end"],
                                       "--out", practice.folder / "gone")
            self.assertIn("cam0", message)
            vault = pathlib.Path(practice.folder / "state")
            wait_for("its file is gone", lambda: not [p for p in files_of(vault, ".seg") if first["id"] in p.name], 5)
            # the minute that ended first may have ended before the call came
            wait_for("the call is gone too", lambda: not practice.ask("calls", "find", "--last-digits", "900123"), 25)
            kept = wait_for("a held segment is sealed", lambda: [s for s in practice.ask("segments", "--source", "kept") if s["state"] == "live"], 60)
            self.assertTrue(all(s["held"] for s in kept))
            wait_for("the sweep is in the ledger", lambda: [e for e in practice.ledger() if e["act"] == "sweep"], 5)
            # what a rescan finds in the folder does not come back
            practice.stop()
            practice.start()
            time.sleep(4)
            self.assertEqual(practice.ask("calls", "find", "--last-digits", "900123"), [])
        finally:
            practice.close()
            cameras.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
