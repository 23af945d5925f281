#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/windows/probe.py [--list] PROGRAM

Runs a probe on Wine as it is and compares the cases that fail with wine-lacks.csv: one that fails and
is not there has failed, and so has one that holds and is there. --list prints what fails."""
import csv
import fnmatch
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "ci"))
from results import cases_of  # noqa: E402


def lacks(probe):
    """Patterns of this probe's cases, each with what Wine does."""
    with open(HERE / "wine-lacks.csv", encoding="utf-8", newline="") as file:
        return [(row["case"], row["wine"]) for row in csv.DictReader(file)
                if row["probe"] == probe]


def main():
    program = pathlib.Path(sys.argv[-1])
    probe = program.stem.removeprefix("probe_")
    done = subprocess.run([HERE / "wine", program], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    cases = cases_of(done.stdout)
    if "--list" in sys.argv:
        print("\n".join(name for name, result in cases if result == "failed"))
        return 0
    rows, used, bad = lacks(probe), set(), not cases
    for name, result in cases:
        why = None
        for pattern, words in rows:
            if fnmatch.fnmatchcase(name, pattern):
                why = words
                used.add(pattern)
        good = (result == "failed") == (why is not None)
        bad |= not good
        print("[ RUN      ] %s" % name)
        if why and result != "failed":
            print("holds, and wine-lacks.csv says that it does not: %s" % why)
        elif not good:
            print("fails, and wine-lacks.csv does not know it")
        elif why:
            print("Wine: %s" % why)
        print("[%s] %s" % ("       OK " if good else "  FAILED  ", name))
    for pattern, _ in rows:
        if pattern not in used:
            bad = True
            print("wine-lacks.csv: no case is called %s" % pattern)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
