#!/usr/bin/env python3
"""The main job once, with the real programs: record, find, hold, export, redact, stop."""
import json
import os
import pathlib
import subprocess
import unittest

from practice import BIN, MEDIA, Cameras, Practice, checked, contents, decode_errors, largest_step, now_text, packet_times, probe, seconds_between, wait_for, without_chance
import calls_for_tests as calls


class EndToEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cameras = Cameras(["small-h264.mp4", "small-h265.mp4", "small-h264-aac.mp4", "small-h264-g711.mkv", "small-h264-aac.mp4"], "viewer", "s3cret-word")
        common = {"username": "viewer", "password": "s3cret-word"}
        sound = {"audio": True, "audio_reason": "threats at the desk", "audio_dpia": "DPIA-7"}
        cls.practice = Practice(
            [{"name": "entrance", "url": cls.cameras.url(0)} | common,
             {"name": "corridor", "url": cls.cameras.url(1)} | common,
             {"name": "desk", "url": cls.cameras.url(2), "area": "reception"} | common | sound,
             {"name": "yard", "url": cls.cameras.url(3), "area": "car-park"} | common | sound,
             {"name": "silent", "url": cls.cameras.url(4), "area": "corridor"} | common],
            calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1, "timezone": "Europe/London"}).start()
        cls.started, cls.begin = now_text(), {}
        for name in ("entrance", "corridor", "desk", "yard", "silent"):
            wait_for(f"{name} records", lambda name=name: cls.practice.recording(name))
        # twenty seconds of pictures of each for all the tests below
        for name in ("entrance", "corridor", "desk", "yard", "silent"):
            wait_for(f"24 s of footage of {name}", lambda name=name: cls.footage_of(name), 60)

    @classmethod
    def footage_of(cls, name):
        """Whether there are 24 s in one piece, and remembers where they begin. A camera's server that aborts breaks what it
        was sending: then it is what followed that counts."""
        aborts = cls.cameras.aborts()
        segments, camera = cls.practice.ask("segments", "--source", name), cls.practice.camera(name)
        broken = [g["end"] for g in cls.practice.ask("gaps", "--source", name)] if aborts else []
        begins = sorted(s["start"] for s in segments if s["start"] >= max(broken, default=""))
        if not begins or camera["state"] != "recording" or seconds_between(begins[0], camera["last_frame"]) < 24:
            return False
        cls.begin[name] = begins[0]
        return aborts == cls.cameras.aborts()

    @classmethod
    def tearDownClass(cls):
        code = cls.practice.stop()
        assert code == 0, f"tenured stopped with {code}"
        assert cls.practice.stop_seconds() < 5, f"the stop took {cls.practice.stop_seconds():.1f} s"
        log = cls.practice.log.read_text()
        assert "s3cret-word" not in log, "a password is in the log"
        assert "AddressSanitizer" not in log and "runtime error" not in log, log[-3000:]
        cls.cameras.stop()
        cls.practice.close()

    def export(self, name, *extra, seconds=12):
        out = self.practice.folder / f"out-{name}-{self.id().rsplit('.', 1)[-1]}"
        import datetime
        begin = datetime.datetime.fromisoformat(self.begin[name].replace("Z", "+00:00")) + datetime.timedelta(seconds=2)
        end = begin + datetime.timedelta(seconds=seconds)
        fmt = "%Y-%m-%dT%H:%M:%S.%fZ"
        self.span = (begin.strftime(fmt), end.strftime(fmt))
        answer = self.practice.ask("export", *extra, "--source", name, "--from", self.span[0], "--to", self.span[1], "--out", out)
        return out, answer

    def test_status_shows_what_the_manager_asks(self):
        status = self.practice.ask("status")
        self.assertEqual({c["name"] for c in status["cameras"]}, {"entrance", "corridor", "desk", "yard", "silent"})
        # over the last five seconds: a camera that is started again just now sends nothing
        wait_for("a rate", lambda: self.practice.camera("entrance")["bits_per_second"] > 10_000)
        entrance = self.practice.camera("entrance")
        self.assertEqual((entrance["width"], entrance["height"]), (640, 360))
        for field in ("space", "next_expiry", "holds", "policy", "calls"):
            self.assertIn(field, status)
        text = self.practice.run("status", json_out=False).stdout
        self.assertIn("entrance", text)

    def test_native_export_decodes_without_an_error(self):
        for name, codec in (("entrance", "h264"), ("corridor", "hevc")):
            out, _ = self.export(name, "native")
            files = list(out.glob("*.mp4"))
            self.assertEqual(len(files), 1, sorted(out.iterdir()))
            self.assertIn("MASTER", files[0].name)
            self.assertEqual(decode_errors(files[0]), "")
            info = probe(files[0])
            self.assertEqual(info["streams"][0]["codec_name"], codec)
            self.assertEqual(len(info["streams"]), 1, "camera sound is off unless it was asked for")
            self.assertGreater(float(info["format"]["duration"]), 11)
            self.assertLess(largest_step(files[0]), 0.13, "no frame is missing")
            self.assertEqual(checked(out).returncode, 0, checked(out).stdout)
            data = files[0].read_bytes()
            self.assertLess(data.find(b"moov"), data.find(b"mdat"), "the index stands in front")

    def test_one_flipped_byte_fails_the_manifest(self):
        out, _ = self.export("entrance", "native")
        file = next(out.glob("*.mp4"))
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        self.assertNotEqual(checked(out).returncode, 0)

    def test_sound_is_kept_only_where_it_was_asked_for(self):
        out, _ = self.export("desk", "native")
        file = next(out.glob("*.mp4"))
        self.assertEqual(sorted(s["codec_name"] for s in probe(file)["streams"]), ["aac", "h264"])
        self.assertEqual(decode_errors(file), "")
        out, _ = self.export("yard", "native")
        file = next(out.glob("*.mov"))
        self.assertEqual(sorted(s["codec_name"] for s in probe(file)["streams"]), ["h264", "pcm_alaw"])
        self.assertEqual(decode_errors(file), "")
        out, _ = self.export("silent", "native")
        self.assertEqual([s["codec_name"] for s in probe(next(out.glob("*.mp4")))["streams"]], ["h264"])

    def test_redacted_shows_only_the_subject(self):
        plan = self.practice.folder / "plan.json"
        out, _ = self.export("entrance", "native")  # to learn the span
        begin, end = self.span
        plan.write_text(json.dumps({"source": "entrance", "mode": "subject", "fill": "solid", "tracks": [
            {"keyframes": [{"time": begin, "box": [100, 80, 120, 160]}, {"time": end, "box": [300, 80, 120, 160]}]}]}))
        out = self.practice.folder / "redacted"
        self.practice.ask("export", "redacted", "--plan", plan, "--source", "entrance", "--from", begin, "--to", end, "--out", out)
        file = out / "redacted.mp4"
        self.assertEqual(decode_errors(file), "")
        info = probe(file)
        self.assertEqual([s["codec_type"] for s in info["streams"]], ["video"])
        times = packet_times(file)
        self.assertAlmostEqual(times[0], 0, places=3)
        self.assertAlmostEqual(times[-1], 12, delta=0.2)
        # outside the box is fill in every frame: the rightmost 100 columns are never shown
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(file), "-vf", "crop=100:360:540:0", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
                             capture_output=True, check=True).stdout
        self.assertLess(max(raw), 24)
        self.assertEqual(checked(out).returncode, 0)

    def test_calls_are_found_in_any_form_and_come_back_byte_for_byte(self):
        sent = calls.drop(self.practice.folder / "calls", number="07700 900123", extension="201", seconds=4)
        found = wait_for("the call is found", lambda: self.practice.ask("calls", "find", "--last-digits", "900123"), 30)
        self.assertEqual(len(found), 1)
        for form in ("07700900123", "+44 7700 900123", "00447700900123"):
            self.assertEqual([c["id"] for c in self.practice.ask("calls", "find", "--number", form)], [found[0]["id"]], form)
        self.assertEqual(found[0]["direction"], "in")
        out = self.practice.folder / "call"
        self.practice.ask("export", "call", found[0]["id"], "--out", out)
        audio = next(p for p in out.iterdir() if p.suffix == ".wav")
        self.assertEqual(audio.read_bytes(), sent)
        self.assertEqual(checked(out).returncode, 0)
        self.assertNotIn("900123", without_chance(" ".join(p.name for p in out.iterdir())))
        self.assertEqual(self.practice.ask("calls", "find", "--last-digits", "999999"), [])
        ledger = json.dumps(self.practice.ledger())
        self.assertNotIn("900123", without_chance(ledger))
        for path, data in contents(self.practice.folder / "state"):
            self.assertNotIn(b"7700900123", data, path)

    def test_a_hold_needs_its_reason_authority_and_review(self):
        spans = ["--source", "entrance", "--from", self.started, "--to", now_text()]
        whole = {"--reason": "fall", "--authority": "manager", "--review": "2099-01-01"}
        for missing in whole:
            rest = [x for pair in whole.items() if pair[0] != missing for x in pair]
            result = self.practice.run("hold", "add", *spans, *rest)
            self.assertIn(result.returncode, (1, 2))
            self.assertIn(missing.strip("-"), result.stderr)
        receipt = self.practice.ask("hold", "add", *spans, *[x for pair in whole.items() for x in pair])
        self.assertTrue(any(s["held"] for s in self.practice.ask("segments", "--source", "entrance")), receipt)
        holds = self.practice.ask("hold", "list")
        self.assertEqual(len(holds), 1)
        self.practice.ask("hold", "release", holds[0]["id"], "--reason", "settled")
        self.assertEqual(self.practice.ask("hold", "list")[0]["state"], "releasing")

    def test_spans_that_cannot_be_given_say_why(self):
        message = self.practice.refused("export", "native", "--source", "entrance", "--from", "2020-01-01T00:00:00Z",
                                        "--to", "2020-01-01T00:01:00Z", "--out", self.practice.folder / "none1")
        self.assertIn("entrance", message)
        message = self.practice.refused("export", "native", "--source", "entrance", "--from", now_text(3600), "--to", now_text(7200),
                                        "--out", self.practice.folder / "none2")
        self.assertRegex(message, "not yet|future")
        message = self.practice.refused("export", "native", "--source", "nowhere", "--from", self.started, "--to", now_text(),
                                        "--out", self.practice.folder / "none3")
        self.assertIn("nowhere", message)
        self.assertFalse((self.practice.folder / "none1").exists() and list((self.practice.folder / "none1").iterdir()))

    def test_a_bad_plan_names_each_mistake(self):
        plan = self.practice.folder / "bad-plan.json"
        out, _ = self.export("entrance", "native")
        begin, end = self.span
        cases = {
            "corridor": {"source": "corridor", "mode": "subject", "tracks": []},
            "box": {"source": "entrance", "mode": "subject", "tracks": [{"keyframes": [{"time": begin, "box": [600, 300, 100, 100]}]}]},
            "later than": {"source": "entrance", "mode": "cover", "tracks": [{"keyframes": [{"time": end, "box": [0, 0, 10, 10]}, {"time": begin, "box": [0, 0, 10, 10]}]}]},
            "mode": {"source": "entrance", "mode": "blur", "tracks": []},
        }
        for word, content in cases.items():
            plan.write_text(json.dumps(content))
            message = self.practice.refused("export", "redacted", "--plan", plan, "--source", "entrance", "--from", begin, "--to", end,
                                            "--out", self.practice.folder / "bad", code=(1, 2))
            self.assertIn(word, message)
        plan.write_text("not json")
        result = self.practice.run("export", "redacted", "--plan", plan, "--source", "entrance", "--from", begin, "--to", end, "--out", self.practice.folder / "bad")
        self.assertIn(result.returncode, (1, 2))
        self.assertIn("JSON", result.stderr)

    def test_every_export_is_in_the_ledger(self):
        before = len([e for e in self.practice.ledger() if e["act"] == "export"])
        self.export("entrance", "native")
        after = [e for e in self.practice.ledger() if e["act"] == "export"]
        self.assertEqual(len(after), before + 1)

    def test_the_daemon_links_no_libav(self):
        for program in ("tenured", "tenure"):
            out = subprocess.run(["ldd", str(BIN / program)], capture_output=True, text=True, check=True).stdout
            self.assertNotRegex(out, "libav(codec|format|util)|libx26")

    def test_the_dry_run_deletes_nothing(self):
        before = self.practice.ask("segments")
        report = self.practice.ask("sweep", "--dry-run")
        self.assertEqual(report["due"], [])
        self.assertEqual({s["id"] for s in before} - {s["id"] for s in self.practice.ask("segments")}, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
