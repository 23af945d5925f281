#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/windows/mutants.py [--jobs N] [--only TEXT] DIRECTORY

Turns each fact of the model of Windows round, one at a time, and looks whether a probe notices.
DIRECTORY has the probes' programs (probe_NAME_model.exe). A fact is a line of facts.def, a cell of
members.def (member.STATE.ACT) or of the table of binds (bind.FIRST.SECOND), or an option that is there
(option.NAME). Closes with "N passed, N failed, N skipped": noticed, not noticed, not noticed with a
reason in survivors.txt."""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

from reasons import Reasons

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE / "model"
BINDS = ("DW", "DS", "RW", "RS", "EW", "ES")
FILTERS = (  # what to try first: prefix of the fact, probe, cases
    (r"member\.(\w+)\.(\w+)$", "group", r"win_4_*_\1_\2"),
    (r"bind\.(\w+)\.(\w+)$", "bind", r"win_4_bind_\1_\2"),
    (r"option\.(\w+_MCAST_|IP_(ADD|DROP|BLOCK|UNBLOCK)|IPV6_(ADD|DROP))", "group", "win_4_*"),
    (r"option\..*_(MULTICAST|UNICAST)_IF$", "interface", "*"),
    (r"option\.", "option", "*"),
)
SLOW = ("group", "wait")  # they wait for what must not come


def facts():
    def lines(name, letter):
        text = (MODEL / name).read_text(encoding="utf-8")
        return re.findall(r"^%s\((\w+), (\w+)" % letter, text, re.M)
    yield from (name for name, _ in lines("facts.def", "F"))
    yield from ("member.%s.%s" % cell for cell in lines("members.def", "C"))
    yield from ("option.%s" % name for name, _ in lines("options.def", "O"))
    yield from ("bind.%s.%s" % (a, b) for a in BINDS for b in BINDS)


def holds(program, fact, cases):
    environment = dict(os.environ, IPSOCK_MODEL_FLIP=fact, PROBE_ONLY=cases)
    try:
        done = subprocess.run([HERE / "wine", program], stdout=subprocess.DEVNULL, timeout=60,
                              stderr=subprocess.DEVNULL, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def killer(programs, fact):
    """The probe that notices, or None."""
    for pattern, probe, cases in FILTERS:
        found = re.match(pattern, fact)
        if found and not holds(programs[probe], fact, found.expand(cases)):
            return probe
    for probe in sorted(programs, key=lambda name: name in SLOW):
        if not holds(programs[probe], fact, "*"):
            return probe
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    programs = {path.stem[6:-6]: path for path in sorted(options.directory.glob("probe_*_model.exe"))}
    if not programs:
        sys.exit("no probes in %s" % options.directory)
    for probe, program in programs.items():
        if not holds(program, "", "*"):
            sys.exit("%s fails without a mutation" % probe)
    known, count = Reasons(HERE / "survivors.txt"), {"passed": 0, "failed": 0, "skipped": 0}
    chosen = [fact for fact in facts() if options.only in fact]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for fact, probe in zip(chosen, pool.map(lambda f: killer(programs, f), chosen)):
            result = "passed" if probe else "skipped" if known.of(fact) else "failed"
            word = {"passed": "       OK ", "skipped": "  SKIPPED ", "failed": "  FAILED  "}
            count[result] += 1
            if probe:
                known.noticed(fact)
            print("[ RUN      ] %s\n%s\n[%s] %s" % (
                fact, "noticed by " + probe if probe else known.of(fact) or "nothing notices",
                word[result], fact), flush=True)
    for pattern in known.idle():
        print("listed in survivors.txt, but noticed: %s" % pattern)
        count["failed"] += 1
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % count)
    return int(count["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
