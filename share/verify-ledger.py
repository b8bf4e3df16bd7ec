#!/usr/bin/env python3
"""Verifies a copy of a Tenure ledger with nothing of Tenure: the Python standard library, and openssl for the signatures.

    verify-ledger.py FOLDER [--key KEY] [--json]
    verify-ledger.py --proof PROOF.json --key KEY [--checkpoint NOTE]...

FOLDER holds tile/, checkpoint, checkpoints/ and key.vkey, as <state>/ledger does. KEY is the verifier key
(NAME+hash+base64), or a file that holds it, as you noted it earlier: a key taken from the folder itself shows nothing if
somebody has exchanged the whole folder. PROOF.json is what `tenure --json ledger prove --entry N`, or `--from A --to B`,
printed. NOTE is a file with a checkpoint that you kept: a proof of growth is held against it.

Exit status: 0 sound, 1 not (the first bad entry is named), 2 wrong usage. Formats: docs/reference/ledger.md.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

WIDTH = 256
LONGEST_NOTE, LONGEST_NAME, MOST_SIGNATURES = 4096, 100, 16
DER_PREFIX = bytes.fromhex("302a300506032b6570032100")


def leaf_hash(line):
    return hashlib.sha256(b"\0" + line).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Frontier:
    """The complete subtrees along the right edge."""

    def __init__(self, parts=(), size=0):
        self.parts, self.size = list(parts), size

    def push(self, level, value):
        self.size += 1 << level
        while self.parts and self.parts[-1][0] == level:
            value = node_hash(self.parts.pop()[1], value)
            level += 1
        self.parts.append((level, value))

    def root(self):
        if not self.parts:
            return hashlib.sha256(b"").digest()
        value = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            value = node_hash(left, value)
        return value


def tile_root(hashes):
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def number_path(number):
    path = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        path = f"x{number % 1000:03d}/{path}"
    return path


def number_of(path):
    digits = [part.removeprefix("x") for part in path.parts[:-1]] + [path.name]
    if not all(re.fullmatch("[0-9]{3}", part) for part in digits):
        return None
    return int("".join(digits))


class Key:
    def __init__(self, text):
        name, key_hash, encoded = text.strip().split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
        if len(typed) != 33 or typed[0] != 1:
            raise ValueError("is no Ed25519 verifier key")
        self.id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        if self.id.hex() != key_hash:
            raise ValueError("has a hash that is not its own")
        self.name, self.raw = name, typed[1:]

    def signed(self, text, signature):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            pem = base64.encodebytes(DER_PREFIX + self.raw).decode().replace("\n", "")
            (folder / "key").write_text(f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n")
            (folder / "text").write_bytes(text)
            (folder / "signature").write_bytes(signature)
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key", "-rawin", "-in", folder / "text",
                                   "-sigfile", folder / "signature"], capture_output=True, check=False).returncode == 0


def canonical(text):
    """The bytes of a base64 text that is written as everybody writes it; ValueError otherwise."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("is no canonical base64")
    return data


def read_note(note, key):
    """(origin, size, root, signed) of a signed note of a checkpoint; ValueError when it is none."""
    if len(note) > LONGEST_NOTE or b"\n\n" not in note:
        raise ValueError("is no checkpoint")
    at = note.index(b"\n\n")
    text, rest = note[:at + 1], note[at + 2:]
    lines = text.split(b"\n")
    if len(lines) != 4 or lines[3] or not 0 < len(lines[0]) <= LONGEST_NAME or not re.fullmatch(b"0|[1-9][0-9]{0,19}", lines[1]):
        raise ValueError("is no checkpoint")
    size, root = int(lines[1]), canonical(lines[2].decode())
    if size >= 1 << 64 or len(root) != 32 or not rest.endswith(b"\n"):
        raise ValueError("is no checkpoint")
    signatures, signed = rest[:-1].split(b"\n"), False
    if len(signatures) > MOST_SIGNATURES:
        raise ValueError("is no checkpoint")
    for line in signatures:
        match = re.fullmatch("\u2014 ".encode() + b"([^\\x00-\\x20+\\x7f]{1,%d}) ([A-Za-z0-9+/=]+)" % LONGEST_NAME, line)
        blob = canonical(match[2].decode()) if match else b""
        if len(blob) < 5:
            raise ValueError("is no checkpoint")
        if key and match[1] == key.name.encode() == lines[0] and blob[:4] == key.id and len(blob) == 68:
            signed = signed or key.signed(text, blob[4:])
    return lines[0].decode(errors="replace"), size, root, signed


class Verification:
    def __init__(self, folder, key):
        self.folder, self.key, self.problems = folder, key, []
        self.entries = self.signed_through = self.pruned = self.checkpoints = 0
        self.leaves, self.tile_roots, self.root = [], [], Frontier().root()

    def bad(self, entry, what):
        self.problems.append((entry, what))

    def read(self, name):
        path = self.folder / name
        return path.read_bytes() if path.is_file() else b""

    def hashes(self, level, index):
        tile = self.read(f"tile/{level}/{number_path(index)}")
        return [tile[i:i + 32] for i in range(0, len(tile) - 31, 32)], len(tile) % 32 == 0

    def run(self):
        below = self.folder / "tile" / "0"
        numbers = [number_of(p.relative_to(below)) for p in below.rglob("*") if p.is_file()]
        numbers = [n for n in numbers if n is not None]
        if numbers:
            self.entries = max(numbers) * WIDTH + len(self.hashes(0, max(numbers))[0])
        last_prune = self.read_entries()
        self.check_tiles()
        self.check_notes()
        if last_prune != self.pruned:
            self.bad(min(last_prune, self.pruned) + 1, f"the entries up to {self.pruned} are gone, and the last pruning went up to {last_prune}")
        self.problems.sort(key=lambda p: p[0] or 1 << 62)

    def read_entries(self):
        last_prune = 0
        for index in range((self.entries + WIDTH - 1) // WIDTH):
            first = index * WIDTH
            wanted = min(WIDTH, self.entries - first)
            lines, whole = split_bundle(self.read(f"tile/entries/{number_path(index)}"))
            gone = not lines and whole and self.pruned == first and wanted == WIDTH
            if gone:
                self.pruned = first + wanted
            tile = self.hashes(0, index)[0] if len(lines) < wanted else []
            for at in range(wanted):
                if at < len(lines):
                    if not lines[at].startswith(b'{"number":%d,' % (first + at + 1)):
                        self.bad(first + at + 1, "the line in its place has another number")
                    if b'"act":"ledger-prune"' in lines[at]:
                        last_prune = pruned_through(lines[at], last_prune)
                    self.leaves.append(leaf_hash(lines[at]))
                else:
                    if not gone and at == len(lines):
                        self.bad(first + at + 1, f"tile/entries/{number_path(index)}: it is missing")
                    self.leaves.append(tile[at] if at < len(tile) else bytes(32))
            if len(lines) > wanted or (not whole and len(lines) >= wanted):
                self.bad(first + wanted + 1, f"tile/entries/{number_path(index)}: it is not in the tree")
            if wanted == WIDTH:
                self.tile_roots.append(tile_root(self.leaves[-WIDTH:]))
        return last_prune

    def check_tiles(self):
        level, hashes = 0, self.leaves
        while hashes or level == 0:
            if not self.check_level(level, hashes):
                return
            hashes = self.tile_roots if level == 0 else [tile_root(hashes[i:i + WIDTH]) for i in range(0, len(hashes) - WIDTH + 1, WIDTH)]
            level += 1

    def check_level(self, level, hashes):
        count = (len(hashes) + WIDTH - 1) // WIDTH
        for index in range(count + 1):
            tile, whole = self.hashes(level, index)
            expected = hashes[index * WIDTH:(index + 1) * WIDTH]
            if tile == expected and whole:
                continue
            at = next((i for i, (a, b) in enumerate(zip(tile, expected)) if a != b), min(len(tile), len(expected)))
            self.bad(((index * WIDTH + at) << (8 * level)) + 1, f"tile/{level}/{number_path(index)}: it is not what the tree's hash stands for")
            return False
        return True

    def check_notes(self):
        kept = [path for path in (self.folder / "checkpoints").glob("*") if path.is_file() and path.suffix != ".new"]  # half written
        files = [self.folder / "checkpoint", *sorted(kept)]
        roots = []
        for path in files:
            name = path.relative_to(self.folder)
            if not path.is_file():
                self.bad(0, f"{name}: is missing")
                continue
            self.checkpoints += 1
            try:
                _, size, root, signed = read_note(path.read_bytes(), self.key)
            except ValueError:
                self.bad(0, f"{name}: is no checkpoint")
                continue
            if not signed:
                self.bad(0, f"{name}: is not signed by the ledger's key")
            else:
                self.signed_through = max(self.signed_through, size)
            if size > self.entries:
                self.bad(self.entries + 1, f"{name}: signs {size} entries, and only {self.entries} are here: the end was cut off or rolled back")
            else:
                roots.append((size, root, name))
        self.check_roots(sorted(roots, key=lambda r: r[0]))

    def check_roots(self, roots):
        whole, good = Frontier(), 0
        for index in range(len(self.leaves) // WIDTH + 1):
            inner = Frontier(whole.parts, whole.size)
            while roots and roots[0][0] <= (index + 1) * WIDTH:
                size, root, name = roots.pop(0)
                while inner.size < size:
                    inner.push(0, self.leaves[inner.size])
                if inner.root() == root:
                    good = size
                else:
                    found = [entry for entry, _ in self.problems if good < entry <= size]
                    self.bad(min(found, default=good + 1), f"{name}: signs another history of its {size} entries")
            if index < len(self.tile_roots):
                whole.push(8, self.tile_roots[index])
        while whole.size < len(self.leaves):
            whole.push(0, self.leaves[whole.size])
        self.root = whole.root()


def split_bundle(data):
    lines, at = [], 0
    while at < len(data) and len(lines) < WIDTH:
        length = int.from_bytes(data[at:at + 2], "big")
        if at + 2 + length > len(data) or at + 2 > len(data):
            break
        lines.append(data[at + 2:at + 2 + length])
        at += 2 + length
    return lines, at == len(data)


def pruned_through(line, otherwise):
    try:
        entry = json.loads(line)
        return int(entry["subject"]["through"]) if entry["act"] == "ledger-prune" else otherwise
    except (ValueError, KeyError, TypeError):
        return otherwise


def check_proof(proof, key):
    """RFC 9162, 2.1.3.2, and the checkpoint's signature."""
    _, size, root, signed = read_note(proof["checkpoint"].encode(), key)
    if not signed:
        return "the checkpoint is not signed by the key"
    at, last = int(proof["index"]), size - 1
    if at > last or at < 0:
        return "the checkpoint does not cover the entry"
    value = leaf_hash(proof["entry"].encode())
    for step in (base64.b64decode(step) for step in proof["inclusion"]):
        if last == 0:
            return "the proof is too long"
        if at & 1 or at == last:
            value = node_hash(step, value)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, step)
        at, last = at >> 1, last >> 1
    return "" if last == 0 and value == root else "the entry is not the leaf that was signed"


def check_growth(proof):
    """RFC 9162, 2.1.4.2: the tree of `to` begins with that of `from`."""
    first, second = int(proof["from"]), int(proof["to"])
    old, new = canonical(proof["from_root"]), canonical(proof["to_root"])
    path = [canonical(step) for step in proof["consistency"]]
    if not 0 <= first <= second:
        return "the later ledger is the shorter one"
    if first == 0:  # everything begins with nothing
        return "" if not path and old == Frontier().root() else "the earlier ledger is not an empty one"
    if first == second:
        return "" if not path and old == new else "two ledgers of one size are not the same"
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if first & (first - 1) == 0:
        path.insert(0, old)
    if not path:
        return "the proof is too short"
    was = now = path[0]
    for step in path[1:]:
        if last == 0:
            return "the proof is too long"
        if at & 1 or at == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, step)
        at, last = at >> 1, last >> 1
    if last:
        return "the proof is too short"
    return "" if (was, now) == (old, new) else "the later ledger does not begin with the earlier one"


def check_kept(proof, notes, key):
    """The checkpoints that somebody kept against the roots of a proof of growth."""
    roots = {int(proof["from"]): canonical(proof["from_root"]), int(proof["to"]): canonical(proof["to_root"])}
    for path in notes:
        try:
            _, size, root, signed = read_note(path.read_bytes(), key)
        except ValueError:
            return f"{path}: is no checkpoint"
        if not signed:
            return f"{path}: is not signed by the key"
        if size not in roots:
            return f"{path}: is of {size} entries, and the proof is of {' and '.join(map(str, roots))}"
        if root != roots[size]:
            return f"{path}: signs another history of its {size} entries"
    return ""


def judge_proof(proof, notes, key):
    """(problem, what is proved)"""
    if "consistency" not in proof:
        if notes:
            return "a checkpoint is held against a proof of growth only", ""
        return check_proof(proof, key), "the entry is in the ledger that this key signed"
    proved = f"the ledger of {int(proof['to'])} entries only added to that of {int(proof['from'])}"
    if not notes:
        proved += f"; hold the roots {proof['from_root']} and {proof['to_root']} against checkpoints you kept (--checkpoint)"
    return check_growth(proof) or check_kept(proof, notes, key), proved


def load_key(given, folder):
    if given and "+" in given:
        return Key(given)
    path = pathlib.Path(given) if given else folder / "key.vkey"
    return Key(path.read_text())


def why(error):
    """What a person can act on, of an error of reading."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--key")
    parser.add_argument("--proof", type=pathlib.Path)
    parser.add_argument("--checkpoint", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if bool(given.folder) == bool(given.proof) or (given.proof and not given.key):
        parser.error("name a folder, or a proof and a key")
    if given.checkpoint and not given.proof:
        parser.error("a checkpoint goes with a proof")
    try:
        key = load_key(given.key, given.folder)
    except (OSError, ValueError) as error:
        if not given.key:
            print(f"{given.folder / 'key.vkey'}: {why(error)}", file=sys.stderr)
            return 1
        print(f"--key {given.key}: is neither a verifier key (NAME+hash+base64) nor a file that holds one: {why(error)}", file=sys.stderr)
        return 2
    if given.proof:
        try:
            problem, proved = judge_proof(json.loads(given.proof.read_text()), given.checkpoint, key)
        except OSError as error:
            print(f"{error.filename}: {why(error)}", file=sys.stderr)
            return 2
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f"{given.proof}: is no proof ({why(error)})"
        print(problem or proved)
        return 1 if problem else 0
    if not (given.folder / "tile").is_dir():
        print(f"there is no ledger in {given.folder}", file=sys.stderr)
        return 2
    check = Verification(given.folder, key)
    check.run()
    report = {"sound": not check.problems, "entries": check.entries, "signed_through": check.signed_through, "pruned": check.pruned,
              "checkpoints": check.checkpoints, "root": base64.b64encode(check.root).decode(),
              "problems": [{"entry": entry, "what": what} for entry, what in check.problems[:20]]}
    if given.json:
        print(json.dumps(report))
    elif check.problems:
        entry, what = check.problems[0]
        print(f"NOT SOUND: {f'entry {entry}: ' if entry else ''}{what}")
    else:
        print(f"sound: {check.entries} entries, {check.signed_through} of them under a signed checkpoint; root {report['root']}")
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
