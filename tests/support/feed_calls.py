#!/usr/bin/env python3
"""Drops generated call recordings into a folder, as a telephone system does: hidden first, then renamed; with a sidecar
before or after the audio, or with a FreePBX name. Standard library only; speech by espeak-ng and MP3 by ffmpeg where they
are installed. Every number is from Ofcom's ranges for drama.

  feed_calls.py --folder DIR --every SECONDS [--count N] [--seed N] [--only sidecar|freepbx]
"""
import argparse
import array
import datetime
import hashlib
import json
import math
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import wave

RATE = 8000
EXTENSIONS = ["201", "202", "203"]
STAFF = ["Good morning, Mill Lane dental practice, how can I help?", "Let me look at the diary.", "We have Tuesday at ten past nine."]
CALLER = ["Hello, I would like to change my appointment.", "It is about the crown on the left.", "Thank you, that is very kind."]


def outside_number(rng):
    return rng.choice(["07700 900{:03d}", "020 7946 0{:03d}", "0113 496 0{:03d}"]).format(rng.randrange(1000))


def spoken(text, voice):
    """The text as 8 kHz samples, or nothing without espeak-ng."""
    if not shutil.which("espeak-ng"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "x.wav")
        done = subprocess.run(["espeak-ng", "-v", voice, "-w", name, text], capture_output=True)
        if done.returncode != 0:
            return None
        with wave.open(name) as source:
            rate, frames = source.getframerate(), array.array("h", source.readframes(source.getnframes()))
    return [frames[int(n * rate / RATE)] for n in range(int(len(frames) * RATE / rate))]


def tone(rng, seconds):
    pitch = rng.randrange(200, 900)
    return [int(6000 * math.sin(2 * math.pi * pitch * n / RATE)) for n in range(int(seconds * RATE))]


def conversation(rng):
    """Two sides that speak in turn: caller, staff."""
    caller, staff = [], []
    for turn in range(4):
        lines, voice = (STAFF, "en-gb") if turn % 2 == 0 else (CALLER, "en-us")
        said = spoken(rng.choice(lines), voice) or tone(rng, 1.5)
        silent = [rng.randrange(-8, 9) for _ in said]  # no two calls have the same bytes
        staff += said if turn % 2 == 0 else silent
        caller += silent if turn % 2 == 0 else said
    return caller, staff


def alaw(sample):
    sign, sample = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    sample = min(sample >> 3, 4095)
    exponent = max(sample.bit_length() - 5, 0)
    mantissa = (sample >> (exponent if exponent > 1 else 1)) & 15
    return (sign | exponent << 4 | mantissa) ^ 0x55


def wav_file(code, bits, channels, data):
    block = channels * bits // 8
    fmt = struct.pack("<HHIIHH", code, channels, RATE, RATE * block, block, bits)
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def audio_of(rng, kind):
    caller, staff = conversation(rng)
    if kind == "mono":
        mixed = [max(-32768, min(32767, a + b)) for a, b in zip(caller, staff)]
        return ".wav", wav_file(1, 16, 1, struct.pack(f"<{len(mixed)}h", *mixed)), 1
    both = [sample for pair in zip(caller, staff) for sample in pair]
    if kind == "alaw":
        return ".wav", wav_file(6, 8, 2, bytes(alaw(s) for s in both)), 2
    whole = wav_file(1, 16, 2, struct.pack(f"<{len(both)}h", *both))
    if kind == "mp3" and shutil.which("ffmpeg"):
        # To a real file: only there can ffmpeg go back and write the Xing header that says how long it is.
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder, "x.mp3")
            subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-b:a", "24k", str(name)], input=whole, check=True)
            return ".mp3", name.read_bytes(), 2
    return ".wav", whole, 2


def put(path, data):
    hidden = path.with_name("." + path.name)
    hidden.write_bytes(data)
    hidden.rename(path)


def sidecar_of(rng, name, audio, start, number, extension, direction, channels):
    sides = ("left", "right") if channels == 2 else ("", "")
    return {
        "schema": "tenure-call-1", "source": "feeder", "native_id": name.rsplit(".", 1)[0], "direction": direction,
        "start": start.isoformat(timespec="seconds"),
        "parties": [{"role": "remote", "number": number, "channel": sides[0]},
                    {"role": "local", "extension": extension, "channel": sides[1]}],
        "file": {"name": name, "bytes": len(audio), "sha256": hashlib.sha256(audio).hexdigest()},
        "announcement_played": True, "queue": rng.choice(["reception", "hygienist"]),
    }


def drop_with_sidecar(rng, folder, start):
    suffix, audio, channels = audio_of(rng, rng.choice(["pcm", "mono", "alaw", "mp3"]))
    name = f"call-{start:%Y%m%dT%H%M%S}-{rng.randrange(1 << 24):06x}{suffix}"
    number, extension, direction = outside_number(rng), rng.choice(EXTENSIONS), rng.choice(["in", "in", "out"])
    side = json.dumps(sidecar_of(rng, name, audio, start, number, extension, direction, channels), indent=1).encode()
    files = [(folder / name, audio), ((folder / name).with_suffix(".json"), side)]
    if rng.random() < 0.5:
        files.reverse()
    for path, data in files:
        put(path, data)
    return f"{direction} {number} {extension} {name}"


def drop_freepbx(rng, folder, start):
    suffix, audio, _ = audio_of(rng, "mono")
    number, extension = outside_number(rng).replace(" ", ""), rng.choice(EXTENSIONS)
    outgoing = rng.random() < 0.3
    to, by = (number, extension) if outgoing else (extension, number)
    day = folder / f"{start:%Y/%m/%d}"
    day.mkdir(parents=True, exist_ok=True)
    name = f"{'out' if outgoing else 'external'}-{to}-{by}-{start:%Y%m%d-%H%M%S}-{int(start.timestamp())}.{rng.randrange(1, 99999)}{suffix}"
    put(day / name, audio)
    return f"{'out' if outgoing else 'in'} {number} {extension} {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--every", type=float, required=True, help="seconds between two calls")
    parser.add_argument("--count", type=int, default=0, help="stop after so many; 0: never")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--only", choices=["sidecar", "freepbx"])
    options = parser.parse_args()
    rng = random.Random(options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    made = 0
    while options.count == 0 or made < options.count:
        start = datetime.datetime.now().astimezone() - datetime.timedelta(seconds=rng.randrange(20, 90))
        freepbx = options.only == "freepbx" or (options.only is None and rng.random() < 0.25)
        print((drop_freepbx if freepbx else drop_with_sidecar)(rng, options.folder, start), flush=True)
        made += 1
        if made != options.count:
            time.sleep(options.every)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
