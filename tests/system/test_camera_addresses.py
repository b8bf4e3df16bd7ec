#!/usr/bin/env python3
"""Every way to name a camera records: by address of either family, by name, in the clear and by TLS; and a camera that
shows another certificate than the one pinned is told apart, before it hears a user's name."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from practice import SUPPORT, Cameras, Practice, decode_errors, now_text, seconds_between, wait_for

LOGIN = {"username": "viewer", "password": "s3cret-of-the-camera"}


class CameraAddresses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tenure-certificates-"))
        subprocess.run(["bash", SUPPORT / "make_certificates.sh", cls.folder], check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def pin(self, name):
        return (self.folder / f"{name}.sha256").read_text().strip()

    def secure(self, name):
        return ("--tls", str(self.folder / name / "camera.pem"))

    def test_by_address_and_by_name_in_the_clear_and_by_tls(self):
        plain = Cameras(["small-h264.mp4"])
        six = Cameras(["small-h264.mp4"], extra=("--address", "::1"))
        tls = Cameras(["small-h265.mp4", "small-h264.mp4"], LOGIN["username"], LOGIN["password"], self.secure("camera"))
        pinned = {**LOGIN, "certificate_sha256": self.pin("camera")}
        practice = Practice([
            {"name": "v6", "url": f"rtsp://[::1]:{six.port}/cam0"},
            {"name": "name", "url": f"rtsp://localhost:{plain.port}/cam0"},
            {"name": "tls", "url": f"rtsps://127.0.0.1:{tls.port}/cam0", **pinned},
            {"name": "tls-name", "url": f"rtsps://localhost:{tls.port}/cam1", **pinned},
            {"name": "wrong-pin", "url": f"rtsps://127.0.0.1:{tls.port}/cam0", **LOGIN, "certificate_sha256": self.pin("other")},
            {"name": "no-pin", "url": f"rtsps://127.0.0.1:{tls.port}/cam0", **LOGIN},
        ])
        good = ("v6", "name", "tls", "tls-name")
        try:
            practice.start()
            for name in good:
                wait_for(f"{name} records", lambda name=name: practice.recording(name))
            for name in ("wrong-pin", "no-pin"):
                says = "not the one in certificate_sha256" if name == "wrong-pin" else "not one this machine trusts"
                why = wait_for(f"{name} says why: {says}", lambda name=name, says=says: (lambda w: w if says in w else None)(practice.camera(name)["why"]), 20)
                self.assertIn(self.pin("camera"), why, "what to pin, if it is the camera")
                self.assertNotEqual(practice.camera(name)["state"], "recording")
            begin = now_text()
            for name in good:  # footage to look at
                wait_for(f"{name} has footage", lambda name=name: practice.ask("segments", "--source", name)
                         and seconds_between(begin, practice.camera(name)["last_frame"]) > 7)
            for name in good:
                out = practice.folder / f"out-{name}"
                # a machine that is short of time makes the camera stall: the gap is told, and footage follows it
                wait_for(f"{name}'s footage can be exported", lambda name=name, out=out: practice.run(
                    "export", "native", "--source", name, "--from", begin, "--to", now_text(-2), "--out", out).returncode == 0)
                files = list(out.glob("*.mp4"))
                self.assertTrue(files, name)
                for file in files:
                    self.assertEqual(decode_errors(file), "", name)
            self.assertNotIn(LOGIN["password"], practice.log.read_text())
        finally:
            practice.close()
            for cameras in (plain, six, tls):
                cameras.stop()

    def test_a_camera_whose_certificate_changes_is_refused_from_then_on(self):
        before = Cameras(["small-h264.mp4"], LOGIN["username"], LOGIN["password"], self.secure("camera"))
        practice = Practice([{"name": "door", "url": f"rtsps://127.0.0.1:{before.port}/cam0", **LOGIN,
                              "certificate_sha256": self.pin("camera")}])
        after = None
        try:
            practice.start()
            wait_for("it records", lambda: practice.recording("door"))
            before.stop()
            wait_for("the loss is seen", lambda: practice.camera("door")["state"] != "recording", 20)
            after = Cameras(["small-h264.mp4"], LOGIN["username"], LOGIN["password"],
                            (*self.secure("other"), "--port", str(before.port)))
            wait_for("the change is told", lambda: f"it now is {self.pin('other')}" in practice.camera("door")["why"], 45)
            self.assertNotEqual(practice.camera("door")["state"], "recording")
            after.stop()
            after = Cameras(["small-h264.mp4"], LOGIN["username"], LOGIN["password"],
                            (*self.secure("camera"), "--port", str(before.port)))
            wait_for("the right one records again", lambda: practice.recording("door"), 60)
        finally:
            practice.close()
            for cameras in (before, after):
                if cameras:
                    cameras.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
