#!/usr/bin/env python3
"""Holds every #include to the rooms' arrows, and each heavy library to its home.

A room's arrows are what its CMakeLists.txt says: component(storage DEPENDS config base). Fails on an include that no
arrow allows, on a cycle, and on a heavy library outside its home; prints the picture. Run with --self-test it shows that
it would notice.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ["base", "config", "storage", "media", "ingest", "disclosure", "daemon"]
# What a heavy library's header looks like -> the only places that may name it.
HOMES = {
    r"boost/beast": ["daemon/http"],
    r"libav\w+/|libsw\w+/|x264\.h": ["media/worker"],
    r"sqlite3\.h|SQLiteCpp": ["storage"],
    r"toml\+\+|toml\.hpp": ["config"],
    r"CLI/": ["daemon/client", "daemon/main"],
    r"date/": ["base"],
    r"spdlog/": ["base"],
    r"systemd/": ["daemon"],
    r"argon2\.h": ["daemon/access"],
    r"cairo|pango/": ["disclosure/paper"],
    r"seccomp\.h|linux/landlock": ["media/worker"],
}
HEADER_MAY_NOT = r"sqlite3\.h|toml\+\+|CLI/|openssl/|libav\w+/|systemd/|spdlog/|date/|cairo|pango/"
# The attestation shares nothing with what keeps and deletes but the file formats, plain types and SQLite.
ATTESTATION_MAY = r"storage/attestation/|storage/(catalogue/sqlite|sealed/sealed_format|keys/slot_format|types)\.h$"


def arrows():
    found = {}
    for room in ROOMS:
        text = (ROOT / room / "CMakeLists.txt").read_text()
        match = re.search(r"component\(\s*(%s)\b([^)]*)\)" % room, text)
        if not match:
            sys.exit(f"{room}/CMakeLists.txt does not say component({room} ...)")
        words = match.group(2).split()
        depends, taking = [], False
        for word in words:
            if word.isupper():
                taking = word == "DEPENDS"
            elif taking:
                depends.append(word)
        found[room] = set(depends) & set(ROOMS)  # the rest are parts of the room itself
    return found


def includes(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
        if match:
            yield number, match.group(1)


def problems_in(path, text, allowed):
    """Problems of one file; path is relative to the root."""
    room = path.parts[0]
    for number, name in includes(path, text):
        where = f"{path}:{number}"
        target = name.split("/")[0]
        in_worker = path.parts[:2] == ("media", "worker")
        if target in ROOMS and target != room and target not in allowed[room]:
            yield f"{where}: {room} may not include {name} (its arrows: {', '.join(sorted(allowed[room])) or 'none'})"
        if path.parts[:2] == ("storage", "attestation") and target in ROOMS[1:] and not re.match(ATTESTATION_MAY, name):
            yield f"{where}: the attestation must not share {name} with what it looks at"
        if target == "media" and name.startswith("media/worker") and name != "media/worker/job.h" and not in_worker:
            yield f"{where}: only the worker includes {name}"
        for pattern, homes in HOMES.items():
            if re.match(pattern, name) and not any(str(path).startswith(home) for home in homes):
                yield f"{where}: {name} belongs to {', '.join(homes)}"
        if path.suffix == ".h" and room != "base" and not in_worker and re.match(HEADER_MAY_NOT, name):
            if not (room == "storage" and path.name.startswith("sqlite")):
                yield f"{where}: a heavy library in a header"
    lines = text.count("\n") + 1
    if lines > 300:
        yield f"{path}: {lines} lines; a file stays under 300"


def cycle(allowed):
    done, path = set(), []

    def visit(room):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done:
            return None
        path.append(room)
        for below in allowed[room]:
            found = visit(below)
            if found:
                return found
        path.pop()
        done.add(room)
        return None

    for room in allowed:
        found = visit(room)
        if found:
            return found
    return None


def parts_of(room, files):
    """Which part (folder) of a room includes which; files: {path relative to the root: text}. A room's own floor, the
    files beside the folders, holds its common words and its front and counts as no part."""
    found = {}
    for path, text in files.items():
        if path.parts[0] != room or len(path.parts) < 3:
            continue
        used = found.setdefault(path.parts[1], set())
        for _, name in includes(path, text):
            target = name.split("/")
            if target[0] == room and len(target) > 2 and target[1] != path.parts[1]:
                used.add(target[1])
                found.setdefault(target[1], set())
    return found


def check():
    allowed = arrows()
    problems = []
    loop = cycle(allowed)
    if loop:
        problems.append("the rooms run in a circle: " + " -> ".join(loop))
    used = {room: set() for room in ROOMS}
    files = 0
    texts = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            files += 1
            text = texts[path.relative_to(ROOT)] = path.read_text()
            problems += problems_in(path.relative_to(ROOT), text, allowed)
            used[room] |= {n.split("/")[0] for _, n in includes(path, text)} & set(ROOMS) - {room}
    print(f"{files} files in {len(ROOMS)} rooms")
    for room in reversed(ROOMS):
        print(f"  {room:<11} -> {', '.join(r for r in reversed(ROOMS) if r in used[room]) or '(nothing)'}")
    for room in ROOMS:
        loop = cycle(parts_of(room, texts))
        if loop:
            problems.append(f"the parts of {room} run in a circle: " + " -> ".join(loop))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def self_test():
    allowed = arrows()
    cases = {
        "storage/x.cpp": '#include "ingest/camera.h"\n',
        "media/x.cpp": '#include "storage/types.h"\n',
        "ingest/x.cpp": '#include "disclosure/export.h"\n',
        "daemon/x.cpp": "#include <libavformat/avformat.h>\n",
        "disclosure/x.cpp": "#include <sqlite3.h>\n",
        "storage/attestation/x.cpp": '#include "storage/retention.h"\n',
        "storage/y.h": "#include <openssl/evp.h>\n",
        "base/x.cpp": "\n" * 400,
    }
    missed = [name for name, text in cases.items() if not list(problems_in(pathlib.Path(name), text, allowed))]
    if cycle({**allowed, "base": {"daemon"}}) is None:
        missed.append("cycle")
    looped = {pathlib.Path("storage/a/x.h"): '#include "storage/b/y.h"\n', pathlib.Path("storage/b/y.h"): '#include "storage/a/x.h"\n'}
    if cycle(parts_of("storage", looped)) is None:
        missed.append("cycle of parts")
    print("planted faults:", len(cases) + 2, "missed:", missed or "none")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(self_test() if "--self-test" in sys.argv else check())
