#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/docs/check.py CC LIBRARY...

Holds the documentation against the headers and the compiler:
  - each public function has a documentation comment
  - each ::name in a comment is declared somewhere in the public headers
  - each @param names one parameter, of the function that follows
  - links between the Markdown files lead somewhere
  - C programs in README.md and docs/*.md (blocks marked c that have a main) compile and link
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from extract import programs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADERS = sorted((ROOT / "include" / "ipsock").glob("*.h"))
PAGES = [page for page in [ROOT / "README.md", ROOT / "CHANGELOG.md",
                           *sorted((ROOT / "docs").glob("*.md"))] if page.exists()]
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-I", str(ROOT / "include")]
good = True


def case(name, problems):
    global good
    print("[ RUN      ] " + name)
    for problem in problems:
        print("  " + problem)
    print("[  FAILED  ] " + name if problems else "[       OK ] " + name)
    good = good and not problems


def undocumented(text):
    """Functions without a comment right before them or, short ones, behind them on the line."""
    for found in re.finditer(r"^(IPSOCK_API|static inline)\b[^;{]*?\b(ipsock_\w+)\s*\(", text, re.M):
        if re.match(r"[^;{]*;[ \t]*/\*\*<", text[found.end():]):
            continue
        before = text[:found.start()].rstrip()
        if not before.endswith("*/") or not before[before.rfind("/*"):].startswith("/**"):
            yield found.group(2)


def references(text):
    for comment in re.findall(r"/\*.*?\*/", text, re.S):
        yield from re.findall(r"(?<![\w:])::((?:ipsock|IPSOCK)_\w+)", comment)


def odd_parameters(text):
    """@param of more than one name, or of a name that the declaration after it lacks."""
    for comment, declaration in re.findall(r"/\*\*((?:(?!\*/).)*@param(?:(?!\*/).)*)\*/\s*([^;{]*)",
                                           text, re.S):
        for line, words in re.findall(r"@param((?:\[\w+\])?\s+(\w+,?).*)", comment):
            if words.endswith(",") or not re.search(r"\b%s\b" % words, declaration):
                yield "@param" + line


def headers():
    texts = {header.name: header.read_text(encoding="utf-8") for header in HEADERS}
    known = set()
    for text in texts.values():
        known.update(re.findall(r"\w+", re.sub(r"/\*.*?\*/", "", text, flags=re.S)))
    # Names that a list macro makes: IPSOCK_FEATURE_##name.
    pasted = tuple(prefix for text in texts.values() for prefix in re.findall(r"(\w+_)##", text))
    for name, text in texts.items():
        case(name + ": functions are documented", list(undocumented(text)))
        case(name + ": parameters are documented one by one", list(odd_parameters(text)))
        case(name + ": names in comments exist", sorted(
            {"::" + word for word in references(text)
             if word not in known and not (pasted and word.startswith(pasted))}))


def dead_links(page, text):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```", "", text, flags=re.S)):
        if "://" not in target and not (page.parent / target).exists():
            yield target


def build(compiler, libraries, code):
    with tempfile.TemporaryDirectory() as place:
        source = pathlib.Path(place, "block.c")
        source.write_text(code, encoding="utf-8")
        run = subprocess.run([compiler, *FLAGS, str(source), "-o", place + "/block", *libraries,
                              "-pthread"], capture_output=True, text=True, check=False)
        return (run.stdout + run.stderr).splitlines() if run.returncode else []


def pages(compiler, libraries):
    for page in PAGES:
        name = page.relative_to(ROOT)
        text = page.read_text(encoding="utf-8")
        case("%s: links lead somewhere" % name, sorted(set(dead_links(page, text))))
        for number, block in enumerate(programs(text), 1):
            case("%s: program %d builds" % (name, number), build(compiler, libraries, block))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    headers()
    pages(sys.argv[1], sys.argv[2:])
    sys.exit(0 if good else 1)
