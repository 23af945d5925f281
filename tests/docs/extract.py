#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/docs/extract.py PAGE HEADING OUTPUT

Writes the C program that stands in a section of a Markdown file, the last one if there are more; a
section ends where its first part with a heading of its own begins.
"""
import pathlib
import re
import sys


def programs(text):
    """C programs of a page: blocks marked c that have a main."""
    blocks = re.findall(r"^```c\n(.*?)^```", text, re.M | re.S)
    return [block for block in blocks if "int main" in block]


def main(page, heading, output):
    sections = re.split(r"^##+ ", pathlib.Path(page).read_text(encoding="utf-8"), flags=re.M)
    found = [section for section in sections if section.startswith(heading + "\n")]
    pathlib.Path(output).write_text(programs(found[0])[-1], encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
