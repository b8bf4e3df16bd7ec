"""A whole small practice for a test: real cameras (GStreamer's RTSP server), a call folder, `tenured`, `tenure`.

Environment: TENURE_BIN (folder of the programs), TENURE_MEDIA (folder of test pictures, made by make_media.sh).
"""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TENURE_BIN", ROOT / "build/bin"))
MEDIA = pathlib.Path(os.environ.get("TENURE_MEDIA", ROOT / "build/clips"))
SUPPORT = ROOT / "tests/support"


PATIENCE = 3  # other tests run beside; waiting longer costs nothing where all is well


def wait_for(what, condition, seconds=30, every=0.2):
    """Waits until condition() gives something true; fails with `what` when it does not."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(every)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cameras:
    """GStreamer's RTSP server; names of files say the codec."""

    def __init__(self, files, user=None, password=None, extra=()):
        self.port = free_port()
        args = ["/usr/bin/python3", str(SUPPORT / "cameras.py"), "--port", str(self.port), "--n", str(len(files))]
        for name in files:
            args += ["--file", str(MEDIA / name)]
        if user:
            args += ["--user", user, "--password", password]
        self.process = subprocess.Popen(args + list(extra), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert "ready" in line, f"the simulated cameras did not start: {line!r}"

    def url(self, index):
        return f"rtsp://127.0.0.1:{self.port}/cam{index}"

    def command(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def stop(self):
        self.process.kill()
        self.process.wait()


class Practice:
    def __init__(self, cameras=(), calls=None, trial=False, classes=None, folder=None, extra=""):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="tenure-test-"))
        self.own_folder = folder is None
        self.config = self.folder / "tenure.toml"
        lines = ["[storage]", 'path = "state"']
        if trial:
            lines.append("trial = true")
        for name, period in (classes or {}).items():
            anchor = "capture_start" if name == "calls" else "capture_end"
            lines += ["[[class]]", f'name = "{name}"', f'period = "{period}"', f'anchor = "{anchor}"']
        for camera in cameras:
            lines.append("[[camera]]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in ({"area": "entrance"} | camera).items()]
        if calls:
            (self.folder / calls["folder"]).mkdir(parents=True, exist_ok=True)
            lines.append("[[calls]]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in calls.items()]
        self.config.write_text("\n".join(lines) + "\n" + extra)
        self.config.chmod(0o600)
        self.daemon = None
        self.log = self.folder / "log"

    def begin(self):
        """Starts it and waits for nothing."""
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen([str(BIN / "tenured"), "--config", str(self.config)], stderr=log, stdout=log,
                                           cwd=self.folder)

    def start(self, seconds=30):
        self.begin()
        wait_for("the daemon answers", self._answers, seconds, 0.1)
        return self

    def _answers(self):
        assert self.daemon.poll() is None, f"tenured ended with {self.daemon.returncode}:\n{self.log.read_text()[-3000:]}"
        return self.run("status").returncode == 0

    def run(self, *args, json_out=True):
        command = [str(BIN / "tenure"), "--config", str(self.config)] + (["--json"] if json_out else []) + [str(a) for a in args]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=self.folder)

    def ask(self, *args):
        """What it says, once what fell due while it was stopped is deleted: until then it asks to be asked again."""
        result = self.run(*args)
        deadline = time.monotonic() + 30 * PATIENCE
        while "try again in a moment" in result.stderr and time.monotonic() < deadline:
            time.sleep(0.1)
            result = self.run(*args)
        assert result.returncode == 0, f"tenure {' '.join(map(str, args))}: {result.returncode}\n{result.stderr}"
        return json.loads(result.stdout)

    def refused(self, *args, code=1):
        """The message of a command that must fail with this code."""
        result = self.run(*args)
        assert result.returncode in (code if isinstance(code, tuple) else (code,)), f"tenure {' '.join(map(str, args))} gave {result.returncode}, not {code}: {result.stdout}{result.stderr}"
        assert result.stderr.strip(), "it failed without a word"
        return result.stderr.strip()

    def camera(self, name):
        return next(c for c in self.ask("status")["cameras"] if c["name"] == name)

    def recording(self, name):
        return self.camera(name)["state"] == "recording" and self.camera(name)["last_frame"]

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            started = time.monotonic()
            self.daemon.terminate()
            self.daemon.wait(30)
            self.stop_seconds = time.monotonic() - started
            return self.daemon.returncode
        return None

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def close(self, failed=False):
        self.stop()
        if self.own_folder and not failed:
            shutil.rmtree(self.folder, ignore_errors=True)


def decode_errors(path):
    """What ffmpeg complains of while it decodes the whole file; empty when nothing. (vfr: the simulated camera repeats one
    time stamp at the end of its loop, which is no fault of the file.)"""
    result = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(path), "-fps_mode", "vfr", "-f", "null", "-"],
                            capture_output=True, text=True)
    return result.stderr if result.returncode == 0 else f"{result.returncode}: {result.stderr}"


def probe(path, entries="stream=codec_name,codec_type,width,height,nb_frames:format=duration,format_name,nb_streams:format_tags:stream_tags"):
    out = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_entries", entries, str(path)],
                         capture_output=True, text=True, check=True).stdout
    return json.loads(out)


def packet_times(path, stream="v:0"):
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-of", "csv=p=0", "-show_entries", "packet=pts_time", str(path)],
                         capture_output=True, text=True, check=True).stdout
    return sorted(float(line.strip(",")) for line in out.split())


def largest_step(path):
    times = packet_times(path)
    return max((b - a for a, b in zip(times, times[1:])), default=0)


def checked(folder):
    """sha256sum's own verdict on an export's manifest."""
    return subprocess.run(["sha256sum", "--strict", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True, text=True)


def seconds_between(early, late):
    import datetime

    def parse(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))

    return (parse(late) - parse(early)).total_seconds()


def now_text(offset=0.0):
    import datetime

    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seed():
    value = int(os.environ.get("TENURE_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"TENURE_SEED={value}")
    random.seed(value)
