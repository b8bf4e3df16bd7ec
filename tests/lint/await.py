#!/usr/bin/env python3
"""co_await stands alone on its line: g++ 12.2 miscompiles other places (docs/design/coroutines.md).

Allowed: `co_await f(x);`  `auto n = co_await f(x);`  `n = co_await f(x);`  `co_return co_await f(x);`, and the same with a
lambda argument that captures nothing by copy. Run with --self-test it shows that it would notice.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMS = re.compile(
    r"^\s*(?:(?:const\s+)?(?:auto|[\w:<>]+)\s*[&*]?\s+)?(?:(?:\[[\w, ]+\]|[\w.\->]+)\s*=\s*)?(?:co_return\s+)?(?:\(void\)\s*)?co_await\s"
)


def strip(text):
    """Without comments and string literals, line numbers kept."""
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def problems(name, text):
    lines = strip(text).splitlines()
    for number, line in enumerate(lines, 1):
        if "co_await" not in line:
            continue
        before = next((l.strip() for l in reversed(lines[: number - 1]) if l.strip()), "{")
        starts_statement = before[-1] in ";{}:" or before.endswith(")") and re.match(r"(if|for|while)\b", before)
        if line.count("co_await") != 1 or not FORMS.match(line):
            yield f"{name}:{number}: co_await must stand alone on its line: {line.strip()}"
        elif not starts_statement:
            yield f"{name}:{number}: co_await continues the expression of the line before: {line.strip()}"
        elif "?" in line.split("co_await")[1] and ":" in line.split("co_await")[1].replace("::", ""):
            yield f"{name}:{number}: no conditional expression around co_await: {line.strip()}"
        elif re.search(r"co_await[^;]*\[\s*(=|\w)[^\]]*\]\s*[({]", line):
            yield f"{name}:{number}: a closure passed to an awaited call captures by reference: {line.strip()}"


def self_test():
    bad = ["if (co_await f()) {", "switch (co_await f()) {", "x = c ? co_await a() : b;", "g(co_await f());",
           "return_value += 1, co_await f();", "co_await f([x] { return x; });", "auto n = 1 + co_await f();"]
    good = ["co_await f(x);", "auto n = co_await f(x);", "n = co_await f(x);", "co_return co_await f(x);",
            "const std::size_t n = co_await f(x);", "auto [a, b] = co_await f(x);", "state.n = co_await f(x);",
            "co_await f([&] { return x; });"]
    missed = [line for line in bad if not list(problems("x", "{\n" + line + "\n"))]
    wrong = [line for line in good if list(problems("x", "{\n" + line + "\n"))]
    print("missed:", missed or "none", "wrongly found:", wrong or "none")
    return 1 if missed or wrong else 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    found = []
    for path in sorted(ROOT.rglob("*")):
        if path.suffix in (".h", ".cpp") and "build" not in path.parts and "node_modules" not in path.parts:
            found += problems(path.relative_to(ROOT), path.read_text())
    print("\n".join(found) or "every co_await stands alone on its line")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
