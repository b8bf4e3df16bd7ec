#!/usr/bin/env python3
"""I14: cameras that fail in every way beside one that works; the good one loses no frame, each bad one says what is wrong."""
import re
import time
import unittest

from practice import Cameras, Practice, decode_errors, free_port, largest_step, now_text, seconds_between, wait_for


class BadCameras(unittest.TestCase):
    def test_each_trouble_has_its_message_and_the_others_record_on(self):
        good = Cameras(["small-h264.mp4"], "viewer", "right")
        nobody = free_port()
        practice = Practice([
            {"name": "good", "url": good.url(0), "username": "viewer", "password": "right"},
            {"name": "wrong-password", "url": good.url(0), "username": "viewer", "password": "n0t-this-one"},
            {"name": "unreachable", "url": f"rtsp://127.0.0.1:{nobody}/x"},
            {"name": "missing", "url": good.url(7), "username": "viewer", "password": "right"},
        ])
        try:
            practice.start()
            wait_for("the good camera records", lambda: practice.recording("good"))
            expected = {"wrong-password": "401|password", "unreachable": "refused|connect", "missing": "404|not found|no such"}
            for name, words in expected.items():
                wait_for(f"{name} says why: {words}", lambda name=name, words=words: re.search(words, practice.camera(name)["why"] or ""), 20)
                self.assertNotEqual(practice.camera(name)["state"], "recording")
            begin = now_text()
            good.command("stall 0")
            good.command("go 0")
            wait_for("footage to look at", lambda: practice.recording("good") and seconds_between(begin, practice.camera("good")["last_frame"]) > 8)
            out = practice.folder / "out"
            wait_for("it can be exported", lambda: practice.run(
                "export", "native", "--source", "good", "--from", begin, "--to", now_text(-2), "--out", out).returncode == 0)
            files = list(out.glob("*.mp4"))
            self.assertTrue(files)
            for file in files:
                self.assertEqual(decode_errors(file), "")
            text = practice.log.read_text()
            self.assertNotIn("n0t-this-one", text)
        finally:
            practice.close()
            good.stop()

    def test_a_camera_that_returns_is_recorded_again_and_the_gap_has_its_cause(self):
        cameras, steady = Cameras(["small-h264.mp4"]), Cameras(["small-h264.mp4"])  # two servers: one's trouble is its own
        practice = Practice([{"name": "cam0", "url": cameras.url(0)}, {"name": "cam1", "url": steady.url(0)}])
        try:
            practice.start()
            for name in ("cam0", "cam1"):
                wait_for(f"{name} records", lambda name=name: practice.recording(name))
            begin = now_text()
            cameras.command("drop 0")
            wait_for("the loss is seen", lambda: practice.camera("cam0")["state"] != "recording", 20)
            time.sleep(4)
            cameras.command("back 0")
            wait_for("it records again", lambda: practice.recording("cam0"), 45)
            wait_for("the other has more than was waited for", lambda: seconds_between(begin, practice.camera("cam1")["last_frame"]) > 12)
            gaps = wait_for("the gap is told", lambda: practice.ask("gaps", "--source", "cam0", "--from", begin, "--to", now_text()))
            self.assertTrue(gaps[0]["cause"], gaps)
            others = practice.ask("gaps", "--source", "cam1", "--from", begin, "--to", now_text())
            out = practice.folder / "out"
            practice.ask("export", "native", "--source", "cam1", "--from", begin, "--to", now_text(-2), "--out", out)
            files = list(out.glob("*.mp4"))
            if not steady.aborts():
                self.assertEqual(others, [])
                self.assertEqual(len(files), 1, "the other camera has no break")
            for file in files:
                self.assertLess(largest_step(file), 0.13)
        finally:
            practice.close()
            cameras.stop()
            steady.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
