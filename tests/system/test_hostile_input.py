#!/usr/bin/env python3
"""Nonsense from every side at once, beside a camera and calls that are good: each thing has its message, nothing is lost."""
import os
import socket
import struct
import unittest

import calls_for_tests as calls
from practice import BIN, Cameras, Practice, now_text, wait_for
import subprocess


class HostileInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cameras = Cameras(["small-h264.mp4"])
        cls.practice = Practice([{"name": "good", "url": cls.cameras.url(0)}],
                                calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1}).start()
        wait_for("the good camera records", lambda: cls.practice.recording("good"))

    @classmethod
    def tearDownClass(cls):
        assert cls.practice.stop() == 0
        log = cls.practice.log.read_text()
        assert "AddressSanitizer" not in log and "runtime error" not in log, log[-3000:]
        cls.cameras.stop()
        cls.practice.close()

    def records_on(self):
        since = now_text()
        wait_for("the good camera records on", lambda: (self.practice.recording("good") or "") > since)

    def problems(self):
        return self.practice.ask("status")["calls"][0]["problems"]

    def test_call_files_that_are_not_whole_are_named_and_left_alone(self):
        folder = self.practice.folder / "calls"
        good = calls.wav(2)
        bad = {
            "truncated.wav": good[: len(good) // 2],
            "not-audio.wav": b"this is a letter, not a recording " * 10,
        }
        for name, data in bad.items():
            (folder / name).write_bytes(data)
        (folder / "lies.wav").write_bytes(good)
        (folder / "lies.json").write_text('{"schema":"tenure-call-1","source":"phones","native_id":"x","direction":"in",'
                                          f'"start":"{calls.at()}","file":{{"name":"lies.wav","bytes":17}}}}')
        (folder / "broken.wav").write_bytes(calls.wav(2, tone=700))
        (folder / "broken.json").write_text("{ this is not JSON")
        calls.drop(folder, number="07700 900456")
        wait_for("the good call is in", lambda: self.practice.ask("calls", "find", "--last-digits", "900456"), 40)
        text = wait_for("all four have a message", lambda: (
            lambda p: p if all(word in str(p) for word in ("truncated", "not-audio", "lies", "broken")) else None)(self.problems()), 60)
        for problem in text:
            self.assertTrue(problem["why"])
        for name, data in bad.items():
            self.assertEqual((folder / name).read_bytes(), data)
        self.assertTrue((folder / "lies.wav").exists() and (folder / "broken.wav").exists())
        self.records_on()

    def test_nonsense_on_the_socket_harms_nobody(self):
        path = self.practice.folder / "state" / "tenured.sock"
        for data in (b"", b"\0" * 10, struct.pack(">I", 0xFFFFFFFF) + b"J", b"GET / HTTP/1.1\r\n\r\n", os.urandom(5000),
                     struct.pack(">I", 3) + b"J{}}", struct.pack(">I", 14) + b'J{"verb":"zzz"}'):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(str(path))
                try:
                    s.sendall(data)
                    s.shutdown(socket.SHUT_WR)
                    while s.recv(4096):
                        pass
                except (ConnectionError, socket.timeout):
                    pass
        self.records_on()

    def test_a_second_daemon_on_the_same_state_is_refused(self):
        result = subprocess.run([str(BIN / "tenured"), "--config", str(self.practice.config)], capture_output=True, text=True, timeout=120)
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, "already|another")

    def test_bad_settings_are_all_named_at_once(self):
        path = self.practice.folder / "bad.toml"
        path.write_text('[storage]\npath = "x"\ncolour = "red"\n[[class]]\nname = "cctv"\nperiod = "P0D"\n'
                        '[[camera]]\nname = "a"\nurl = "rtsp://u:topsecret@10.0.0.1/"\narea = "toilet"\n')
        path.chmod(0o600)
        result = subprocess.run([str(BIN / "tenured"), "--config", str(path), "--check-config"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 2, result.stderr)
        for word in ("colour", "P0D", "toilet", "url", "bad.toml"):
            self.assertIn(word, result.stderr)
        self.assertNotIn("topsecret", result.stderr)

    def test_wrong_usage_is_two_and_a_refusal_is_one(self):
        self.assertEqual(self.practice.run("no-such-verb").returncode, 2)
        self.assertEqual(self.practice.run("segments", "--from", "yesterday-ish").returncode, 2)
        self.practice.refused("hold", "release", "00000000000000000000000000000000", "--reason", "x")
        self.practice.refused("calls", "find", "--last-digits", "12", code=2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
