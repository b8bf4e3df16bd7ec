#!/usr/bin/env python3
"""What the tree must not hold: telephone numbers outside Ofcom's ranges for drama, absolute home paths, package
registries' hosts, trailing white space, and files too long to be one thing."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIP = re.compile(r"package-lock\.json$|^LICENSE$|/corpus/|\.(png|mp4|wav|mp3)$")
PATTERNS = {
    "a registry's host": r"//[a-z.]*(registry\.npm[a-z]+|deb\.debian|packages\.debian)\.org",
    "a path of somebody's machine": r"(?<![\w.])/(home/[a-z]|root/|work/)",
}
NUMBER = re.compile(r"(?<![\w.+-])(?:\+44|0044|0)[1-9][0-9]{8,9}(?![\w.-])")
DRAMA = re.compile(r"^0?(7700900|2079460|1134960|1144960|1154960|1164960|1174960|1184960|1214960|1314960|1414960|1514960|1614960|1914980|8081570|9098790|3069990|1632960)")


def tracked():
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in out.splitlines() if not SKIP.search(name)]


def main():
    found = []
    for name in tracked():
        try:
            text = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{name}:{number}"
            if line != line.rstrip():
                found.append(f"{where}: white space at the end of the line")
            if name == "tests/lint/words.py":
                continue
            for what, pattern in PATTERNS.items():
                if re.search(pattern, line):
                    found.append(f"{where}: {what}")
            for match in NUMBER.finditer(line):
                national = re.sub(r"^(\+44|0044|0)", "", match.group())
                if match.group() != "0123456789" and not DRAMA.match(national) and "0" * 4 not in national and name.split("/")[0] != "bench":
                    found.append(f"{where}: {match.group()} is not a number kept for fiction")
    print("\n".join(found) or "the tree holds nothing it must not")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
