"""Generated call recordings with sidecars; numbers from Ofcom's range for drama only."""
import datetime
import hashlib
import io
import json
import math
import os
import struct
import wave


def wav(seconds=3, rate=8000, channels=2, tone=440):
    out = io.BytesIO()
    with wave.open(out, "wb") as w:
        w.setnchannels(channels)
        w.setsampwidth(2)
        w.setframerate(rate)
        frames = bytearray()
        for n in range(seconds * rate):
            for c in range(channels):
                frames += struct.pack("<h", int(8000 * math.sin(2 * math.pi * (tone + 110 * c) * n / rate)))
        w.writeframes(bytes(frames))
    return out.getvalue()


TWO_DAYS_AGO = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(days=2)


def at(seconds=0):
    """A time two days ago, so many seconds later: neither to come nor too old, whatever the date is."""
    return (TWO_DAYS_AGO + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


THOSE_DAYS = ("--from", at(-3600), "--to", at(86400), "--limit", "10000")  # finds all of them


def drop(folder, number="07700 900123", extension="201", seconds=3, start=None, name=None, sidecar_first=False, tone=None):
    """Writes audio and sidecar as a careful uploader does: hidden, then renamed. Returns the audio's bytes."""
    start = start or at()
    tone = tone or 300 + int(hashlib.sha256((number + start).encode()).hexdigest()[:3], 16)
    audio = wav(seconds, tone=tone)
    name = name or "call-" + hashlib.sha256(audio).hexdigest()[:10]
    side = {
        "schema": "tenure-call-1", "source": "phones", "native_id": name, "direction": "in", "start": start,
        "parties": [{"role": "remote", "number": number, "channel": "left"}, {"role": "local", "extension": extension, "channel": "right"}],
        "file": {"name": name + ".wav", "bytes": len(audio), "sha256": hashlib.sha256(audio).hexdigest()},
    }

    def put(suffix, data):
        hidden = folder / f".{name}{suffix}"
        hidden.write_bytes(data)
        os.rename(hidden, folder / f"{name}{suffix}")

    pair = [(".wav", audio), (".json", json.dumps(side).encode())]
    for suffix, data in reversed(pair) if sidecar_first else pair:
        put(suffix, data)
    return audio
