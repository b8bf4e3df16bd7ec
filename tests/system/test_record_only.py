#!/usr/bin/env python3
"""I14 with the real programs: a start whose catalogue cannot be used records all the same, says so in plain words, and
adopts what was recorded when the catalogue is back."""
import shutil
import signal
import unittest

from practice import Cameras, Practice, decode_errors, files_of, now_text, wait_for


class RecordOnly(unittest.TestCase):
    def setUp(self):
        self.cameras = Cameras(["small-h264.mp4", "small-h265.mp4"])
        self.practice = Practice([{"name": f"cam{i}", "url": self.cameras.url(i)} for i in range(2)])
        self.state = self.practice.folder / "state"

    def tearDown(self):
        self.practice.close()
        self.cameras.stop()

    def recorded(self):
        return {path: path.stat().st_size for path in files_of(self.state, ".seg") if path.exists()}

    def start_recording(self):
        practice = self.practice
        practice.start()
        for name in ("cam0", "cam1"):
            wait_for(f"{name} records", lambda name=name: practice.recording(name))
        for name in ("cam0", "cam1"):
            wait_for(f"{name} has whole fragments", lambda name=name: practice.recorded_for(name) > 5)

    def only_records(self):
        """What every command says then; both cameras are recorded while nothing can be asked."""
        practice = self.practice
        wait_for("both cameras are recorded", lambda: "2 of 2 cameras are recorded" in practice.run("status").stderr, 30, 0.5)
        for verb in (("status",), ("doctor",), ("segments",), ("hold", "list"), ("sweep", "--dry-run")):
            said = practice.refused(*verb)
            self.assertIn("cannot be used", said)
            self.assertIn("recovery.md", said)
        before = self.recorded()
        wait_for("the files of both grow", lambda: {path.parents[4].name for path, size in self.recorded().items() if size > before.get(path, 0)} >= {"cam0", "cam1"})
        self.assertIn("event=recording-only", practice.log.read_text())

    def whole_again(self):
        practice = self.practice
        wait_for("a whole daemon answers", lambda: practice.run("status").returncode == 0, 60, 0.5)
        for name in ("cam0", "cam1"):
            wait_for(f"{name} records", lambda name=name: practice.recording(name))

    def test_a_damaged_catalogue_that_comes_back(self):
        practice = self.practice
        self.start_recording()
        practice.kill()
        database = self.state / "catalogue" / "catalogue.db"
        kept = {path.name: path.read_bytes() for path in database.parent.iterdir()}
        for path in database.parent.iterdir():
            path.unlink()
        database.write_bytes(b"\xa5" * 8192)
        files = set(self.recorded())
        practice.begin()
        self.only_records()
        seen = set(self.recorded()) - files
        self.assertGreaterEqual(len(seen), 2)
        self.assertEqual(practice.stop(), 0)
        self.assertLess(practice.stop_seconds(), 5)
        practice.begin()
        self.only_records()
        practice.daemon.send_signal(signal.SIGSTOP)  # it must not find half of it
        for name, data in kept.items():
            (database.parent / name).write_bytes(data)
        practice.daemon.send_signal(signal.SIGCONT)
        self.whole_again()
        known = {s["id"]: s for s in practice.ask("segments") if s["state"] == "live"}
        for path in seen:
            self.assertIn(path.stem, known)
        self.assertGreaterEqual(practice.ask("status")["recovery"]["adopted"], 4)
        self.assertEqual(practice.ask("status")["recovery"]["quarantined"], 0)
        out = practice.folder / "copy"
        practice.ask("export", "native", "--source", "cam0", "--from", now_text(-600), "--to", now_text(), "--out", out)
        self.assertTrue(list(out.glob("*.mp4")))
        for file in out.glob("*.mp4"):
            self.assertEqual(decode_errors(file), "")

    def test_a_rebuild_that_is_refused_and_then_done(self):
        practice = self.practice
        self.start_recording()
        practice.ask("hold", "add", "--source", "cam0", "--from", now_text(-600), "--to", now_text(), "--reason", "test",
                     "--authority", "test", "--review", "2099-01-01")
        wait_for("the ledger's files have followed", practice.published)
        practice.kill()
        shutil.rmtree(self.state / "catalogue")
        hold = next((self.state / "holds").glob("*.hold"))
        good = hold.read_bytes()
        hold.write_bytes(b"torn")
        practice.begin()
        self.only_records()
        self.assertIn("hold file", practice.refused("status"))
        self.assertEqual(hold.read_bytes(), b"torn")
        hold.write_bytes(good)
        self.whole_again()
        self.assertIn("event=rebuilt", practice.log.read_text())
        self.assertEqual([h["state"] for h in practice.ask("hold", "list")], ["active"])

    def test_what_stops_recording_is_said(self):
        practice = self.practice
        self.start_recording()
        practice.kill()
        for path in (self.state / "catalogue").iterdir():
            path.unlink()
        (self.state / "catalogue" / "catalogue.db").write_bytes(b"\xa5" * 8192)
        shutil.rmtree(self.state / "keys")
        (self.state / "secrets" / "kek").unlink()
        practice.begin()
        self.assertEqual(practice.daemon.wait(90), 1)
        self.assertIn("Nothing can be recorded either", practice.log.read_text())
        self.assertFalse((self.state / "keys").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
