#!/usr/bin/python3
"""How fast a native export is: `tenure export native` (unseal, verify, join, digest, send, write) against `ffmpeg -c copy`
of the same clip into an MP4, in turns on the same recorded span.

bench/export_bench.py [--seconds 60] [--bin build/bin] [--media build/clips] [--rounds 5] [--write]

Records one simulated 1080p camera, then times both. Prints medians; --write puts them into bench/README.md.
"""
import datetime
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import tempfile

from ingest_bench import write_into_readme
from redact_bench import arguments_of, record, tenure, timed


def compare(arguments, folder):
    daemon, config, span, _ = record(arguments, folder)
    try:
        ours, theirs = [], []
        for turn in range(arguments.rounds):
            out = folder / f"native{turn}"
            ours.append(timed(tenure(arguments, config, "export", "native", *span, "--out", out)))
            clip = max(out.glob("*.mp4"), key=lambda f: f.stat().st_size)
            theirs.append(timed(["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", clip, "-c", "copy", "-movflags", "+faststart", folder / "copy.mp4"]))
        length = float(subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(clip)],
                                      capture_output=True, text=True, check=True).stdout)
        return statistics.median(ours), statistics.median(theirs), length, clip.stat().st_size
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)


def main():
    arguments = arguments_of(seconds=60, rounds=5)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tenure-bench-"))
    try:
        ours, theirs, length, size = compare(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join([f"{datetime.date.today()}, {os.cpu_count()} cores, {length:.0f} s of 1080p25 ({size / 1e6:.0f} MB), median of {arguments.rounds}.", "",
                      "| | seconds | times real time |", "|---|---|---|",
                      f"| `tenure export native` (aim 200 × or more) | {ours:.3f} | {length / ours:.0f} |",
                      f"| ffmpeg -c copy, plain file to plain file | {theirs:.3f} | {length / theirs:.0f} |"])
    print(text)
    if arguments.write:
        write_into_readme(text, "native")


if __name__ == "__main__":
    main()
