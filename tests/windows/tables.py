#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/windows/tables.py [--all] [--jobs N] [--only TEXT] PLACE

Alters each row of the Windows tables, and looks which conformance test on the model of Windows notices, or options.c,
as tests/mutation/run.py does for Linux. Without --all each row is removed, and its
constant altered. What nothing notices but the comparison with tests/golden/windows.csv must be in
tables-survivors.txt with a reason. PLACE is a directory for the builds; PLACE/report.tsv has a line per
mutant. Closes with "N passed, N failed, N skipped"."""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import queue
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests/mutation"), str(ROOT / "ci")]
from mutants import mutants_of  # noqa: E402
from reasons import Reasons  # noqa: E402
from results import cases_of  # noqa: E402
from workshop import (  # noqa: E402
    BuildError, EXPANDED_IN, copy_sources, output_of, plain_command, run)

HEADER = "windows/windows.h"
OPTIONS = ["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O0", "-DIPSOCK_WINDOWS_MODEL=ON",
           "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DIPSOCK_BUILD_SHARED=OFF",
           "-DIPSOCK_BUILD_EXAMPLES=OFF", "-DIPSOCK_BUILD_TOOLS=OFF", "-DIPSOCK_BUILD_BENCH=OFF",
           "-DIPSOCK_INSTALL=OFF"]
UNITS = ("golden",)
# About waiting, load, other things than tables.
LEFT_OUT = ("concurrent", "error_waiting", "expectations", "ping_delivery", "waiting", "wanted")


class Base:
    """The ordinary build: programs by their test's name, and how each is linked."""

    def __init__(self, place):
        self.tree, self.build = place / "tree", place / "base"
        copy_sources(self.tree)  # times are kept, so that an earlier build is used again
        (self.tree / "build").mkdir()
        (self.tree / "build/cache").symlink_to(ROOT / "build/cache")
        run(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", *OPTIONS,
             "--toolchain", str(self.tree / "cmake/toolchains/mingw-w64-x86_64.cmake")])
        self.tests = {}
        for test in json.loads(run(["ctest", "--test-dir", str(self.build),
                                    "--show-only=json-v1"]))["tests"]:
            group, _, name = test["name"].partition("/")
            if (group == "conformance" and name not in LEFT_OUT and not name.endswith("-raw-ping")
                    or group == "unit" and name in UNITS):
                self.tests[test["name"]] = "bin/%s_%s.exe" % (group, name)
        self.tests["windows/options"] = "bin/windows_options.exe"
        run(["ninja", "-C", str(self.build), *self.tests.values()])
        self.header = (self.tree / "src" / HEADER).read_text(encoding="utf-8")
        with open(self.build / "compile_commands.json", encoding="utf-8") as file:
            self.entries = {output_of(entry): entry for entry in json.load(file)}
        self.uses, current = collections.defaultdict(set), None
        for line in run(["ninja", "-C", str(self.build), "-t", "deps"]).splitlines():
            if line and not line.startswith(" "):
                current = line.split(":")[0]
            elif line.strip():
                self.uses[current].add(line.strip())
        self.links = {program: self.link_of(program) for program in self.tests.values()}

    def link_of(self, program):
        last = run(["ninja", "-C", str(self.build), "-t", "commands", program]).splitlines()[-1]
        return shlex.split(last.removeprefix(": && ").removesuffix(" && :"))

    def expands(self, output, table):
        headers = EXPANDED_IN.get(table, ()) + ((HEADER,) if table == "FACTS" else ())
        return any(path.endswith("/" + header) for path in self.uses[output] for header in headers)


class Bench:
    """A place for one mutant after another."""

    def __init__(self, base, place):
        self.base, self.place, self.objects = base, place, {}
        for part in ("include/windows", "objects", "bin"):
            (place / part).mkdir(parents=True, exist_ok=True)

    def make(self, table, text):
        (self.place / "include" / HEADER).write_text(text, encoding="utf-8")
        self.objects = {}
        for output in self.base.entries:
            if "/ipsock_objects.dir/" in "/" + output and self.base.expands(output, table):
                target = str(self.place / "objects" / output.replace("/", "_"))
                run(plain_command(self.base.entries[output], target, self.place / "include"),
                    cwd=self.base.build)
                self.objects[output] = target

    def failures(self, test):
        """Failed cases of one program, linked with the mutant's objects in front of the library's."""
        program = self.base.tests[test]
        target = str(self.place / "bin" / pathlib.Path(program).name)
        words = list(self.base.links[program])
        words[words.index("-o") + 1] = target
        words = [self.objects.get(word, word) for word in words]
        at = next(i for i, word in enumerate(words) if word.endswith(".a") and "ipsock" in word)
        extra = [o for o in self.objects.values() if o not in words]
        run(words[:at] + extra + words[at:], cwd=self.base.build)
        try:
            done = subprocess.run([HERE / "wine", target], timeout=60, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, cwd=self.base.build)
        except subprocess.TimeoutExpired:
            return {"(does not end)"}
        failed = {name for name, result in cases_of(done.stdout.decode("utf-8", "replace"))
                  if result == "failed"}
        return failed or ({"(exit status)"} if done.returncode else set())


class Hunt:
    """Tries mutants; what fails by itself notices nothing."""

    def __init__(self, base, place, jobs):
        self.base, self.benches = base, queue.Queue()
        for number in range(jobs):
            self.benches.put(Bench(base, place / ("bench%d" % number)))
        self.known, self.took, self.noticed = {}, {}, collections.Counter()
        bench = Bench(base, place / "clean")
        bench.make("OPTIONS", base.header)
        for test in base.tests:
            begun = time.monotonic()
            self.known[test] = bench.failures(test)
            self.took[test] = time.monotonic() - begun
        self.clean = bench

    def killer(self, bench, mutant):
        def likeliest(test):
            return (test == "unit/golden", -self.noticed[mutant.row.split()[1], test],
                    -self.noticed[mutant.table, test], self.took[test])

        for test in sorted(self.base.tests, key=likeliest):
            new = bench.failures(test) - self.known[test]
            if new and test != "unit/golden":  # once more: a busy machine fails things, too
                new &= bench.failures(test)
            if new:
                self.noticed[mutant.row.split()[1], test] += 1
                self.noticed[mutant.table, test] += 1
                return "%s %s" % (test, sorted(new)[0])
        return ""

    def attempt(self, mutant):
        bench = self.benches.get()
        try:
            bench.make(mutant.table, mutant.text)
            killer = self.killer(bench, mutant)
        except BuildError as error:
            killer = "compiler " + str(error).splitlines()[-1][:80]
        self.benches.put(bench)
        return mutant, killer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="every field of every row")
    # One after the other: raw endpoints hear what other programs send.
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="mutants whose name has this in it")
    parser.add_argument("place", type=pathlib.Path)
    options = parser.parse_args()
    place = options.place.resolve()
    base = Base(place)
    chosen = [m for m in mutants_of(base.header)
              if options.only in "%s: %s" % (m.row, m.change) and m.table != "ABSENT" and
              (options.all or m.change.split(":")[0] in ("removed", "name", "type"))]
    hunt, count = Hunt(base, place, options.jobs), collections.Counter()
    reasons = Reasons(HERE / "tables-survivors.txt")
    print("%d mutants" % len(chosen), flush=True)
    with open(place / "report.tsv", "w", buffering=1, encoding="utf-8") as report, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, killer in pool.map(hunt.attempt, chosen):
            key = "%s: %s" % (mutant.row, mutant.change)
            behaviour = killer and not killer.startswith("unit/golden")
            word = "passed" if behaviour else "skipped" if reasons.of(key) else "failed"
            if behaviour:
                reasons.noticed(key)
            count[word] += 1
            report.write("%s\t%s\t%s\n" % (key, word, killer))
            if word == "failed":
                print("noticed by %s: %s" % ("golden only" if killer else "nothing", key), flush=True)
    for pattern in reasons.idle():
        print("listed in tables-survivors.txt, but noticed by behaviour: %s" % pattern)
        count["failed"] += 1
    print("%d passed, %d failed, %d skipped" % (count["passed"], count["failed"], count["skipped"]))
    return int(count["failed"] > 0 or not count["passed"])


if __name__ == "__main__":
    sys.exit(main())
