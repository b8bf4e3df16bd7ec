#!/usr/bin/python3
"""What recording costs: tenured against `ffmpeg -c copy -f segment` (one process a camera) on the same simulated cameras.

bench/ingest_bench.py --cameras 8,32,64 --seconds 30 [--bin build/bin] [--media build/clips] [--write]

Prints a table of CPU ms per camera-second (user + system, from /proc/PID/stat), resident memory, and writes and syncs per
camera-second; --write puts it into bench/README.md between its markers. The two recorders run one after the other on the
same kind of cameras, started anew, in the same run, after a warm-up. Only ratios of one run mean anything on a shared machine.
"""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CLIP = "bench-h264-1080p.mp4"
WARM_UP = 8  # seconds, in which every camera has connected and written its first GOP


class Cameras:
    def __init__(self, count, clip):
        command = ["/usr/bin/python3", str(ROOT / "tests/support/cameras.py"), "--port", "0", "--n", str(count), "--file", str(clip)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        match = re.match(r"ready \d+ cams on (\d+)", line)
        assert match, f"the simulated cameras did not start: {line!r}"
        self.urls = [f"rtsp://127.0.0.1:{match[1]}/cam{i}" for i in range(count)]

    def stop(self):
        self.process.kill()
        self.process.wait()


def usage(pids):
    """CPU seconds, resident bytes and write calls of some processes, with all their threads."""
    cpu = rss = writes = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        cpu += (int(fields[11]) + int(fields[12])) / TICKS
        rss += int(fields[21]) * PAGE
        writes += int(re.search(r"syscw: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text())[1])
    return cpu, rss, writes


def measure(pids, count, seconds):
    time.sleep(WARM_UP)
    cpu, _, writes = usage(pids)
    began = time.monotonic()
    time.sleep(seconds)
    camera_seconds = (time.monotonic() - began) * count
    cpu_after, rss, writes_after = usage(pids)
    return {"cpu_ms": (cpu_after - cpu) * 1000 / camera_seconds, "rss_mib": rss / 2**20,
            "writes": (writes_after - writes) / camera_seconds, "syncs": None}


def count_syncs(pid, count, seconds):
    """Syncs per camera-second, counted apart so that tracing does not slow what is measured; None without strace."""
    if not shutil.which("strace"):
        return None
    command = ["timeout", "-s", "INT", str(seconds), "strace", "-f", "-c", "-e", "trace=fsync,fdatasync,sync_file_range", "-p", str(pid)]
    text = subprocess.run(command, capture_output=True, text=True).stderr
    # strace -c: "% time  seconds  usecs/call  calls  [errors]  syscall"
    rows = (line.split() for line in text.splitlines())
    calls = sum(int(row[3]) for row in rows if len(row) >= 5 and row[-1] in ("fsync", "fdatasync", "sync_file_range"))
    return calls / (seconds * count)


def with_tenured(binaries, urls, seconds, folder):
    lines = ["[storage]", 'path = "state"']
    for index, url in enumerate(urls):
        lines += ["[[camera]]", f'name = "cam{index}"', f'url = "{url}"', 'area = "entrance"']
    config = folder / "tenure.toml"
    config.write_text("\n".join(lines) + "\n")
    config.chmod(0o600)
    log = open(folder / "tenured.log", "wb")
    daemon = subprocess.Popen([str(binaries / "tenured"), "--config", str(config)], stdout=log, stderr=log, cwd=folder)
    try:
        result = measure([daemon.pid], len(urls), seconds)
        result["syncs"] = count_syncs(daemon.pid, len(urls), 10)
        assert daemon.poll() is None, (folder / "tenured.log").read_text()[-2000:]
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)
    result["stored_mib"] = sum(f.stat().st_size for f in folder.rglob("*.seg")) / 2**20
    return result


def with_ffmpeg(urls, seconds, folder):
    processes = []
    for index, url in enumerate(urls):
        target = folder / f"cam{index}-%d.mp4"
        processes.append(subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-map", "0:v", "-c", "copy", "-f", "segment",
             "-segment_time", "60", "-segment_format_options", "movflags=frag_keyframe+empty_moov", str(target)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    try:
        result = measure([p.pid for p in processes], len(urls), seconds)
        result["syncs"] = 0.0  # ffmpeg never syncs
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(20)
    result["stored_mib"] = sum(f.stat().st_size for f in folder.glob("*.mp4")) / 2**20
    return result


def one_size(count, arguments):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tenure-bench-"))

    def on_fresh_cameras(record):  # GStreamer's server does not always play again what a client has torn down
        cameras = Cameras(count, arguments.media / CLIP)
        try:
            return record(cameras.urls)
        finally:
            cameras.stop()

    try:
        for name in ("ours", "ffmpeg"):
            (folder / name).mkdir()
        ours = on_fresh_cameras(lambda urls: with_tenured(arguments.bin, urls, arguments.seconds, folder / "ours"))
        theirs = on_fresh_cameras(lambda urls: with_ffmpeg(urls, arguments.seconds, folder / "ffmpeg"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert theirs["stored_mib"] > 0, "ffmpeg stored nothing"
    assert ours["stored_mib"] > 0.8 * 0.5 * count * arguments.seconds * 0.5, f"tenured stored only {ours['stored_mib']:.1f} MiB"
    return ours, theirs


def table(rows, seconds):
    def syncs(value):
        return "not counted" if value is None else f"{value:.2f}"

    lines = [f"{datetime.date.today()}, {os.cpu_count()} cores, {seconds} s a measurement.", "",
             "| cameras | recorder | CPU ms / camera-second | of ffmpeg's | memory MiB | writes / camera-second | syncs / camera-second |",
             "|---|---|---|---|---|---|---|"]
    for count, ours, theirs in rows:
        for name, one in (("tenured", ours), ("ffmpeg", theirs)):
            lines.append(f"| {count} | {name} | {one['cpu_ms']:.2f} | {one['cpu_ms'] / theirs['cpu_ms']:.2f} | {one['rss_mib']:.0f} | "
                         f"{one['writes']:.2f} | {syncs(one['syncs'])} |")
    return "\n".join(lines)


def write_into_readme(text, marker):
    readme = ROOT / "bench/README.md"
    begin, end = f"<!-- {marker} -->", f"<!-- end of {marker} -->"
    whole = readme.read_text()
    before, rest = whole.split(begin)
    readme.write_text(before + begin + "\n" + text + "\n" + end + rest.split(end)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cameras", default="8,32,64")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin")
    parser.add_argument("--media", type=pathlib.Path, default=ROOT / "build/clips")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    arguments.bin = arguments.bin.resolve()
    arguments.media = arguments.media.resolve()
    subprocess.run([str(ROOT / "tests/support/make_media.sh"), str(arguments.media), "bench"], check=True)
    rows = []
    for count in map(int, arguments.cameras.split(",")):
        rows.append((count, *one_size(count, arguments)))
        print(table(rows[-1:], arguments.seconds), flush=True)
    text = table(rows, arguments.seconds)
    if arguments.write:
        write_into_readme(text, "ingest")


if __name__ == "__main__":
    main()
