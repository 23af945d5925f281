#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Alters each row of the Linux tables and looks which test notices.

    tests/mutation/run.py [--all | --once] [--jobs N] [--only TEXT] [--record] PLACE

A conformance test, a unit test of codec, tables or ledger, a test of injected failures, or a network scenario must
fail. What noticed a change of the row before runs first (noticed.txt, to which --record adds what noticed one in this run;
it decides the order and nothing else), then what noticed other changes of the same option, then what is quick. Last comes the comparison with
tests/golden/linux.csv, which notices every change and proves nothing about behaviour: what only it notices must be in
survivors.txt, with a reason. Without --all each row is removed, gets another constant, and has one more field altered, a
different kind of field from row to row; with it every field is altered; with --once each row is altered in one of
these ways. Closes with "N passed, N failed, N skipped": noticed by behaviour; noticed by nothing, or only by the comparison without
a reason; only by the comparison with a reason. PLACE/report.tsv has a line per mutant.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import queue
import sys
import threading
import time

from mutants import Mutant, mutants_of
from workshop import Base, Bench, BuildError, Ordinary

HERE = pathlib.Path(__file__).resolve().parent
NOTICED = HERE / "noticed.txt"
ALWAYS = ("removed", "name", "type", "value", "minimum", "usual", "fields", "encoding", "a", "b")

PLACEBO = 200  # one of so many

Outcome = collections.namedtuple("Outcome", "mutant killer group")


def read_survivors(mutants):
    """row: change -> reason; both may have wildcards, and are of a mutant that there is."""
    found, keys = {}, [key_of(mutant) for mutant in mutants]
    for line in (HERE / "survivors.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.partition(" -- ")
            if not reason.strip():
                sys.exit("survivors.txt: no reason: %s" % line)
            if not fnmatch.filter(keys, pattern.strip()):
                sys.exit("survivors.txt: no such mutant: %s" % line)
            found[pattern.strip()] = reason.strip()
    return found


def read_noticed():
    """row -> the tests that noticed a change of it in earlier runs."""
    found = collections.defaultdict(set)
    for line in NOTICED.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            row, _, tests = line.partition(": ")
            found[row] |= set(tests.split())
    return found


def record(outcomes, noticed, rows):
    """Adds what noticed something in this run; rows that are gone go."""
    head = [line for line in NOTICED.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for outcome in outcomes:
        if outcome.group not in ("nothing", "golden", "compiler"):
            noticed[outcome.mutant.row].add(outcome.killer.split()[0])
    lines = ["%s: %s" % (row, " ".join(sorted(noticed[row]))) for row in sorted(rows & set(noticed))]
    NOTICED.write_text("\n".join(head + lines) + "\n", encoding="utf-8")


def with_placebos(mutants, header):
    """Here and there a mutant that is none: a test that notices it fails by itself."""
    for number, mutant in enumerate(mutants):
        if number % PLACEBO == 0:
            yield Mutant("FACTS", "placebo", str(number), header)
        yield mutant


def key_of(mutant):
    return "%s: %s" % (mutant.row, mutant.change)


def choose(mutants):
    """Of every row the removal, the constant and what has few rows; of the other fields one, in turn."""
    rows = collections.defaultdict(list)
    for mutant in mutants:
        rows[mutant.table, mutant.row].append(mutant)
    turn = collections.Counter()
    for (table, _), group in rows.items():
        others = []
        for mutant in group:
            if mutant.change.split(":")[0] in ALWAYS:
                yield mutant
            else:
                others.append(mutant)
        if others:
            # the kind of field that was altered least so far
            kind = min({m.change.split(":")[0] for m in others}, key=lambda k: (turn[table, k], k))
            turn[table, kind] += 1
            yield from [m for m in others if m.change.startswith(kind + ":")]


def once(mutants):
    """Of every row one, not always the same change."""
    rows = collections.defaultdict(list)
    for mutant in mutants:
        rows[mutant.table, mutant.row].append(mutant)
    for number, group in enumerate(rows.values()):
        yield group[number % len(group)]


class Hunt:
    """All mutants, tried on several benches."""

    def __init__(self, base, place, jobs, survivors):
        self.before = read_noticed()
        self.benches = queue.Queue()
        for number in range(jobs):
            self.benches.put(Bench(base, place / ("bench%d" % number)))
        self.survivors = survivors
        # What fails without any mutation notices nothing; trusted is what was asked again.
        self.clean = Ordinary(base)
        self.order, self.known, self.trusted = {}, collections.defaultdict(set), set()
        self.noticed = collections.defaultdict(collections.Counter)
        self.lock = threading.Lock()
        self.report = open(place / "report.tsv", "w", buffering=1, encoding="utf-8")

    def baseline(self, pool):
        def once(test):
            begun = time.monotonic()
            failed = self.clean.try_test(test)
            return test, failed, time.monotonic() - begun

        for test, failed, took in pool.map(once, self.clean.tests()):
            self.known[test.name] |= set(failed)
            self.order[test.name] = test.group == "golden", took

    def reason(self, mutant):
        key = key_of(mutant)
        return next((reason for pattern, reason in self.survivors.items()
                     if fnmatch.fnmatchcase(key, pattern)), None)

    def doubt(self, name):
        """Runs a program without mutation, once for each of its cases that was not yet trusted."""
        with self.lock:
            test = next(t for t in self.clean.tests() if t.name == name)
            for _ in range(2):
                self.known[name] |= set(self.clean.try_test(test))

    def notices(self, bench, test):
        """The first case that fails, and does not fail by itself; scenarios, which a busy machine can disturb, twice."""
        failed = bench.try_test(test)
        if failed and test.group == "network":
            again = bench.try_test(test)
            failed = [case for case in failed if case in again]
        for case in failed:
            if case not in self.known[test.name] and (test.name, case) not in self.trusted:
                self.doubt(test.name)
                self.trusted.add((test.name, case))
            if case not in self.known[test.name]:
                return case
        return None

    def killer(self, bench, mutant):
        noticed = self.noticed[" ".join(mutant.row.split()[:2])]
        before = self.before.get(mutant.row, ())

        def likeliest(test):
            last, took = self.order[test.name]
            return test.name not in before, last, -noticed[test.name], took

        for test in sorted(bench.tests(), key=likeliest):
            case = self.notices(bench, test)
            if case:
                noticed[test.name] += 1
                return "%s %s" % (test.name, case), test.group
        return "", "nothing"

    def attempt(self, mutant):
        bench = self.benches.get()
        try:
            bench.make(mutant.table, mutant.text)
            outcome = Outcome(mutant, *self.killer(bench, mutant))
        except BuildError as error:
            # a table that the compiler refuses cannot be shipped
            outcome = Outcome(mutant, "compiler " + str(error).splitlines()[-1][:100], "compiler")
        self.report.write("%s\t%s\t%s\t%s\n" % (mutant.row, mutant.change, outcome.group,
                                               outcome.killer))
        self.benches.put(bench)
        return outcome


def tell(outcomes, hunt, whole):
    """The lists and figures; whether all is well, by count."""
    figures, verdict = collections.Counter(), collections.Counter()
    for outcome in outcomes:
        if outcome.mutant.row == "placebo":
            if outcome.group != "nothing":
                print("noticed, but nothing was altered: %s" % outcome.killer)
                verdict["failed"] += 1
            continue
        figures[outcome.mutant.table, outcome.group] += 1
        reason = hunt.reason(outcome.mutant)
        if outcome.group in ("nothing", "golden"):
            word = "skipped" if outcome.group == "golden" and reason else "failed"
            verdict[word] += 1
            if word == "failed":
                print("noticed by %s: %s" % (
                    "nothing" if outcome.group == "nothing" else "golden only",
                    key_of(outcome.mutant)))
        else:
            verdict["passed"] += 1
    for pattern in hunt.survivors if whole else ():
        groups = {o.group for o in outcomes if fnmatch.fnmatchcase(key_of(o.mutant), pattern)}
        if groups and "golden" not in groups:
            print("listed in survivors.txt, but noticed by behaviour: %s" % pattern)
            verdict["failed"] += 1
    for name, cases in sorted(hunt.known.items()):
        for case in sorted(cases):
            print("fails without a mutation, and so notices nothing: %s %s" % (name, case))
    groups = ("conformance", "unit", "fault", "network", "compiler", "golden", "nothing")
    print("\n%-10s" % "table" + "".join("%13s" % g for g in groups))
    for table in ("OPTIONS", "RECEIVED", "SENT", "ABSENT", "FACTS"):
        print("%-10s" % table.lower() + "".join("%13d" % figures[table, g] for g in groups))
    return verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every field of every row")
    parser.add_argument("--once", action="store_true", help="one alteration of each row")
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 1) + 1)
    parser.add_argument("--only", default="", help="mutants whose name has this in it")
    parser.add_argument("--record", action="store_true", help="add what noticed to noticed.txt")
    parser.add_argument("place", type=pathlib.Path)
    arguments = parser.parse_args()
    begun = time.monotonic()
    place = arguments.place.resolve()
    base = Base(place)
    mutants = list(mutants_of(base.header))
    rows = {mutant.row for mutant in mutants}
    survivors = read_survivors(mutants)
    mutants = list(mutants if arguments.all else choose(mutants))
    mutants = [m for m in (once(mutants) if arguments.once else mutants)
               if arguments.only in key_of(m)]
    hunt = Hunt(base, place, arguments.jobs, survivors)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        hunt.baseline(pool)
        print("%d mutants, %d tests (%d s)" % (len(mutants), len(hunt.order), time.monotonic() - begun),
              flush=True)
        outcomes = list(pool.map(hunt.attempt, with_placebos(mutants, base.header)))
    if arguments.record:
        record(outcomes, hunt.before, rows)
    verdict = tell(outcomes, hunt, not arguments.once)
    print("%d s" % (time.monotonic() - begun))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % verdict)
    return 1 if verdict["failed"] or not verdict["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
