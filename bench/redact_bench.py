#!/usr/bin/python3
"""What a redacted export costs: `tenure export redacted` against ffmpeg decoding and re-encoding the same clip with the
same preset (x264 veryfast, CRF 23), both on the same recorded minute, one after the other.

bench/redact_bench.py [--seconds 30] [--bin build/bin] [--media build/clips] [--rounds 3] [--write]

Records one simulated 1080p camera for a little longer than --seconds, then times both. Prints the medians and the ratio;
--write puts them into bench/README.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

from ingest_bench import CLIP, ROOT, Cameras, write_into_readme


def timed(command, **more):
    began = time.monotonic()
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return time.monotonic() - began


def tenure(arguments, config, *words):
    return [arguments.bin / "tenure", "--config", config, *words]


def record(arguments, folder):
    """A daemon with one camera, after it has recorded; the daemon and the span."""
    cameras = Cameras(1, arguments.media / CLIP)
    config = folder / "tenure.toml"
    config.write_text(f'[storage]\npath = "state"\n[[camera]]\nname = "cam0"\nurl = "{cameras.urls[0]}"\narea = "entrance"\n')
    config.chmod(0o600)
    log = open(folder / "tenured.log", "wb")
    daemon = subprocess.Popen([str(arguments.bin / "tenured"), "--config", str(config)], stdout=log, stderr=log, cwd=folder)
    time.sleep(6)
    begin = datetime.datetime.now(datetime.timezone.utc)
    end = begin + datetime.timedelta(seconds=arguments.seconds)
    time.sleep(arguments.seconds + 6)
    cameras.stop()
    time.sleep(14)  # the silence is noticed, the segment sealed and committed
    text = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (begin, end)]
    return daemon, config, ["--source", "cam0", "--from", text[0], "--to", text[1]], text[0]


def compare(arguments, folder):
    daemon, config, span, begin = record(arguments, folder)
    try:
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"source": "cam0", "mode": "subject", "fill": "solid",
                                    "tracks": [{"keyframes": [{"time": begin, "box": [600, 200, 300, 600]}]}]}))
        timed(tenure(arguments, config, "export", "native", *span, "--out", folder / "native"))
        clip = max((folder / "native").glob("*.mp4"), key=lambda f: f.stat().st_size)
        ours, theirs = [], []
        for turn in range(arguments.rounds):
            ours.append(timed(tenure(arguments, config, "export", "redacted", *span, "--plan", plan, "--out", folder / f"redacted{turn}")))
            theirs.append(timed(["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", clip, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
                                 "-an", folder / "plain.mp4"]))
        length = float(subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(clip)],
                                      capture_output=True, text=True, check=True).stdout)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)
    return statistics.median(ours) / arguments.seconds, statistics.median(theirs) / length


def arguments_of(seconds, rounds):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=seconds)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin")
    parser.add_argument("--media", type=pathlib.Path, default=ROOT / "build/clips")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    arguments.bin, arguments.media = arguments.bin.resolve(), arguments.media.resolve()
    subprocess.run([str(ROOT / "tests/support/make_media.sh"), str(arguments.media), "bench"], check=True)
    return arguments


def main():
    arguments = arguments_of(seconds=30, rounds=3)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tenure-bench-"))
    try:
        ours, theirs = compare(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join([f"{datetime.date.today()}, {os.cpu_count()} cores, median of {arguments.rounds}.", "",
                      "| | seconds per second of 1080p25 |", "|---|---|", f"| `tenure export redacted` | {ours:.3f} |",
                      f"| ffmpeg decode + x264 veryfast CRF 23 | {theirs:.3f} |", f"| ratio (aim 1.2 or more) | {theirs / ours:.2f} |"])
    print(text)
    if arguments.write:
        write_into_readme(text, "redaction")


if __name__ == "__main__":
    main()
