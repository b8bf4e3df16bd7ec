"""A whole small practice for a test: real cameras (GStreamer's RTSP server), a call folder, `tenured`, `tenure`.

Environment: TENURE_BIN (folder of the programs), TENURE_MEDIA (folder of test pictures, made by make_media.sh).
"""
import json
import os
import pathlib
import random
import re
import select
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


held_ports = []  # sockets, open for as long as this program runs


def free_port():
    """A port that nobody else gets while this program runs, and where nobody answers until somebody listens: it is bound
    here, and lent to a server that takes it with SO_REUSEADDR, as GStreamer's does."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    held_ports.append(holder)
    return holder.getsockname()[1]


def once_open(run):
    """What `run` brings, once what fell due while the daemon was stopped is deleted: until then it asks to be asked again."""
    deadline = time.monotonic() + 30 * PATIENCE
    while True:
        result = run()
        if "try again in a moment" not in result.stderr or time.monotonic() > deadline:
            return result
        time.sleep(0.1)


class Cameras:
    """GStreamer's RTSP server; names of files say the codec."""

    def __init__(self, files, user=None, password=None, extra=()):
        self.port = free_port()
        self.said = tempfile.TemporaryFile("a+")
        args = ["/usr/bin/python3", str(SUPPORT / "cameras.py"), "--port", str(self.port), "--n", str(len(files))]
        for name in files:
            args += ["--file", str(MEDIA / name)]
        if user:
            args += ["--user", user, "--password", password]
        for _ in range(3):  # one that aborts before it is ready never says so
            self.process = subprocess.Popen(args + list(extra), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True)
            if select.select([self.process.stdout], [], [], 60)[0] and "ready" in self.process.stdout.readline():
                return
            self.stop()
        raise AssertionError(f"the simulated cameras did not start: {self._said()}")

    def _said(self):
        self.said.seek(0)
        return self.said.read()

    def aborts(self):
        """How often GStreamer's server aborted and was started again: what a camera's recording then misses is no fault
        of the daemon's."""
        return self._said().count("the server aborted")

    def url(self, index):
        return f"rtsp://127.0.0.1:{self.port}/cam{index}"

    def command(self, text):
        """Its answer. Said again where none comes: a server that aborts takes what it had read with it."""
        for _ in range(10):
            self.process.stdin.write(text + "\n")
            self.process.stdin.flush()
            if select.select([self.process.stdout], [], [], 10)[0]:
                return self.process.stdout.readline()
        raise AssertionError(f"the simulated cameras do not answer {text!r}: {self._said()}")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.read()  # to its end: the server itself, which has the port, is gone too


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
        return once_open(lambda: subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=self.folder))

    def ask(self, *args):
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
        camera = self.camera(name)
        return camera["state"] == "recording" and camera["last_frame"]

    def recorded_for(self, name):
        """Seconds since the segment began that is being recorded; 0 where none is, or no picture of it has come."""
        newest = max(self.ask("segments", "--source", name), key=lambda s: s["start"], default=None)
        frame = self.camera(name)["last_frame"]
        return max(0, seconds_between(newest["start"], frame)) if newest and newest["state"] != "live" and frame else 0

    def in_midst(self, name):
        """Neither has its segment only just begun, without a whole fragment, nor is a minute about to end."""
        return 6 < self.recorded_for(name) < 45

    def ledger(self):
        """From its beginning: without a limit only the first hundred are shown, and each question for calls is one of them."""
        return self.ask("ledger", "show", "--limit", "10000")

    def published(self):
        """The ledger's files have all its entries."""
        ledger = self.ask("status")["ledger"]
        return ledger["entries"] == ledger["published"]

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            self.daemon.wait(30 * PATIENCE)
            return self.daemon.returncode
        return None

    def stop_seconds(self):
        """What its last stop took by its own clock: how long its process is looked through for leaks behind it, and when it
        was given a processor, is not its own."""
        number, unit = re.findall(r"event=stopped took=([0-9.]+)(m?s)", self.log.read_text())[-1]
        return float(number) / (1000 if unit == "ms" else 1)

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


def files_of(folder, suffix=""):
    """Every file below a folder that a daemon works in; os.walk() does not mind what goes meanwhile."""
    return [pathlib.Path(place) / name for place, _, names in os.walk(folder) for name in names if name.endswith(suffix)]


def contents(folder):
    """(path, bytes) of each that is still there when it is read."""
    for path in files_of(folder):
        try:
            if path.is_file():
                yield path, path.read_bytes()
        except FileNotFoundError:
            pass


def without_chance(text):
    """Without ids, digests and fractions of a second, in which any six digits may stand."""
    return re.sub(r"[0-9a-f]{16,}|\.\d+Z", "", text)


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
