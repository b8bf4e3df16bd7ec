#!/usr/bin/env python3
"""I3, and what is said of deletion: on the raw image of an ext4 disk nothing is found of what was deleted: no key, wrapped
or plain, no mark of the plaintext, no telephone number, no name. That the search finds such things is shown first: the
wrapped keys before they are deleted, all the others in a file put there for the purpose."""
import shutil
import subprocess
import sys
import time

from faults import LONG, PRACTICE, Room, environment, figure, keep_mounts_to_oneself

SYSTEMS = ["ext4"] + (["xfs"] if LONG else [])
LEAST = 1000


def call(*args):
    return subprocess.run([str(PRACTICE), *map(str, args)], capture_output=True, text=True, env=environment(shim=False), timeout=600)


def mount(image, folder):
    folder.mkdir(exist_ok=True)
    return subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True).returncode == 0


def unmount(folder):
    subprocess.run(["umount", str(folder)], check=True)


def patterns_of(promises):
    """Hexadecimal, each of 8 bytes or more: those that lie on the disk while it is kept, and those that never may."""
    wrapped, secret = set(), set()
    for line in promises.splitlines():
        words = line.split()
        if words[0] not in ("segment", "call"):
            continue
        wrapped.add(words[7])
        secret.add(words[8])
        secret.add(f"[tenure-mark {words[2]} {words[3]}]".encode().hex())
        if words[0] == "call":
            number = f"07700900{int(words[5]) % 1000:03}"
            secret |= {text.encode().hex() for text in (number, "+44" + number[1:], f"Caller {words[5]}\"", f"native-{words[5]}")}
    return wrapped, secret


def hits(image, room, patterns):
    (room / "patterns").write_text("\n".join(patterns) + "\n")
    result = call("search", image, room / "patterns")
    assert result.returncode == 0, result.stderr
    return {line.split()[1] for line in result.stdout.splitlines() if line.startswith("FOUND")}


def is_told(whole, pattern):
    """Not merely among the hexadecimal digits of ids and digests, in which the digits of one number or another come up by
    chance, once in millions of runs."""
    wanted, digits = bytes.fromhex(pattern), b"0123456789abcdef"
    at = whole.find(wanted)
    while at >= 0:
        first, last = at, at + len(wanted)
        while first > 0 and whole[first - 1] in digits:
            first -= 1
        while last < len(whole) and whole[last] in digits:
            last += 1
        if last - first < 32:
            return True
        at = whole.find(wanted, at + 1)
    return False


def told(image, room, patterns):
    found = hits(image, room, patterns)
    whole = image.read_bytes() if found else b""
    return {pattern for pattern in found if is_told(whole, pattern)}


def examine(system, room):
    image, disk = room / f"{system}.img", room / "disk"
    with open(image, "wb") as file:
        file.truncate((96 if system == "ext4" else 320) << 20)
    made = subprocess.run([f"mkfs.{system}", "-q", str(image)], capture_output=True)
    if made.returncode != 0 or not mount(image, disk):
        return None
    try:
        filled = call("run", "plenty", disk)
        assert filled.returncode == 0, filled.stderr
    finally:
        unmount(disk)
    wrapped, secret = patterns_of(filled.stdout)
    problems = []
    if missed := wrapped - hits(image, room, wrapped | secret):
        problems.append(f"the search misses {len(missed)} of {len(wrapped)} wrapped keys that lie there")
    if open_secrets := told(image, room, secret):
        problems.append(f"{len(open_secrets)} keys, marks or numbers lie there in plain")
    control = room / "control.img"
    shutil.copy(image, control)
    assert mount(control, disk)
    (disk / "control").write_bytes(b"\n".join(bytes.fromhex(text) for text in secret))
    unmount(disk)
    if missed := secret - hits(control, room, secret):
        problems.append(f"the search misses {len(missed)} of {len(secret)} secrets put there for it")
    control.unlink()
    assert mount(image, disk)
    try:
        emptied = call("empty", disk)
        assert emptied.returncode == 0, emptied.stderr
    finally:
        unmount(disk)
    if left := told(image, room, wrapped | secret):
        problems.append(f"{len(left)} of {len(wrapped | secret)} patterns are still there after deletion, such as {sorted(left)[0]}")
    return len(wrapped | secret), problems


def main():
    keep_mounts_to_oneself()
    for system in SYSTEMS:
        started = time.monotonic()
        with Room() as room:
            result = examine(system, room)
        if result is None:
            print(f"SKIPPED: a {system} image cannot be made and mounted here")
            return 77
        patterns, problems = result
        print("\n".join(problems))
        figure(f"raw {system} image searched after deletion", patterns, len(problems), time.monotonic() - started)
        if problems or patterns < LEAST:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
