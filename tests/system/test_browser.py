#!/usr/bin/env python3
"""H.264 plays in Chromium: the exported clip, and a stored segment as it lies (fragmented MP4)."""
import functools
import http.server
import json
import pathlib
import subprocess
import threading
import time
import unittest

from practice import BIN, Cameras, Practice, now_text, seconds_between, wait_for

HERE = pathlib.Path(__file__).resolve().parent / "browser"


def install():
    """What plays; a network that fails once may not fail the next time."""
    for _ in range(5):
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(10)
    raise AssertionError(f"npm ci: {done.stderr}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Browser(unittest.TestCase):
    def test_recordings_play_in_chromium(self):
        if not (HERE / "node_modules/playwright-core").exists():
            install()
        cameras = Cameras(["small-h264.mp4"])
        practice = Practice([{"name": "entrance", "url": cameras.url(0)}])
        try:
            practice.start()
            wait_for("it records", lambda: practice.recording("entrance"))
            begin = now_text()
            wait_for("ten seconds of footage", lambda: seconds_between(begin, practice.camera("entrance")["last_frame"]) > 10, 40)
            wait_for("some of it in one segment", lambda: practice.recorded_for("entrance") > 8)
            out = practice.folder / "out"
            practice.ask("export", "native", "--source", "entrance", "--from", begin, "--to", now_text(), "--out", out)
            practice.stop()
            practice.start()  # seals the segment that was being recorded
            live = [s for s in practice.ask("segments", "--source", "entrance") if s["state"] == "live"]
            segment = max(live, key=lambda s: seconds_between(s["start"], s["end"]))  # a minute may end as soon as recording begins
            subprocess.run([str(BIN / "unseal"), str(practice.config), segment["id"], str(out / "segment.mp4")], check=True)
            (out / "empty.html").write_text("<!doctype html><title>player</title><body>")
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(out)))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            names = [max(out.glob("*MASTER*.mp4"), key=lambda file: file.stat().st_size).name, "segment.mp4"]
            urls = [f"http://127.0.0.1:{server.server_port}/{name}" for name in names]
            result = subprocess.run(["node", str(HERE / "play.mjs"), str(out), *urls], capture_output=True, text=True, timeout=600)
            self.assertEqual(result.returncode, 0, result.stderr)
            for line in result.stdout.splitlines():
                seen = json.loads(line)
                self.assertEqual(seen["event"], "playing", seen)
                self.assertEqual((seen["width"], seen["height"]), (640, 360))
                self.assertGreater(seen["frames"], 20)
            self.assertEqual(len(result.stdout.splitlines()), 2)
        finally:
            practice.close()
            cameras.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
