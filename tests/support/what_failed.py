#!/usr/bin/env python3
"""The words of what failed, and no more: a failing test's own log is long. what_failed.py LOG, ctest's LastTest.log; says
nothing when nothing failed."""
import re
import sys

LINES, WIDTH = 12, 700  # of one failure
STARTS = re.compile(r"\S+:\d+: Failure|(FAIL|ERROR): |\S*runtime error: |.*(ERROR|WARNING): \w+Sanitizer")
ENDS = re.compile(r"\[ *(OK|RUN|FAILED|PASSED) *\]|\[\d{4}-\d\d-\d\d ")  # the latter begins a line that a program logged
TEST = re.compile(r"^\d+/\d+ Testing: (.*)$", re.MULTILINE)
FINE = re.compile(r"^Test (Passed|Skipped)", re.MULTILINE)


def tests(text):
    """(name, what it printed) of those that failed."""
    found = list(TEST.finditer(text))
    for name, following in zip(found, found[1:] + [None]):
        body = text[name.end():following.start() if following else len(text)]
        if not FINE.search(body):
            yield name[1], body


def failures(body):
    """The first lines of each; without any, the last lines of all."""
    left, said = 0, []
    for line in body.splitlines():
        if ENDS.match(line):
            left = 0
        elif STARTS.match(line):
            left = LINES
        if left and line.strip():
            said.append(line[:WIDTH])
            left -= 1
    return said or [line[:WIDTH] for line in body.splitlines()[-LINES:]]


if __name__ == "__main__":
    with open(sys.argv[1], errors="replace") as log:
        for name, body in tests(log.read()):
            print("\n".join([f"-- {name}", *failures(body)]))
