#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Alters each row of a system's tables and looks which test notices.

    tests/mutation/run.py [--system S [--part tables|model]] [--all | --once] [--sample N] [--jobs N] [--only TEXT] [--record] PLACE

A conformance test, a unit test of codec, tables or ledger, a test of injected failures, or a network scenario must
fail. What noticed a change of the row before runs first (noticed.txt, to which --record adds what noticed one in this run;
it decides the order and nothing else), then what noticed other changes of the same option, then of the same table, then what is quick. Last comes the comparison with
tests/golden/linux.csv, which notices every change and proves nothing about behaviour: what only it notices must be in
survivors.txt, with a reason. Without --all each row is removed, gets another constant, and has one more field altered, a
different kind of field from row to row; with it every field is altered; with --once each row is altered in one of
these ways; what has a reason is not tried then, nor more than one version of a system where the row is not about versions; with --sample only each Nth, a different one for each commit. Systems: linux;
freebsd, netbsd, openbsd and darwin, whose tables and own code are tried by the conformance programs on a model of their kernel in all its
versions, and the first two's model's facts by the probes (personality.py): there survivors-SYSTEM.txt has reasons for what nothing notices. Closes with "N passed, N failed, N skipped": noticed by behaviour; noticed by nothing, or only by the comparison without
a reason; only by the comparison with a reason. PLACE/report.tsv has a line per mutant.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import queue
import subprocess
import sys
import threading
import time

import personality
from workshop import ROOT, Base, BuildError

HERE = pathlib.Path(__file__).resolve().parent
ALWAYS = ("removed", "name", "type", "value", "minimum", "usual", "fields", "encoding", "a", "b")

# Groups that prove nothing of behaviour, in words.
UNPROVED = {"nothing": "nothing", "golden": "golden only", "unasked": "lines only that no kernel was asked for"}
TABLES = ("OPTIONS", "RECEIVED", "SENT", "ABSENT", "LIMITS", "FACTS", "QUIRKS", "MODEL")
PLACEBO = 200  # one of so many

Outcome = collections.namedtuple("Outcome", "mutant killer group")


def read_survivors(path, mutants):
    """row: change -> reason; both may have wildcards, and are of a mutant that there is."""
    found, keys = {}, [key_of(mutant) for mutant in mutants]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.partition(" -- ")
            if not reason.strip():
                sys.exit("%s: no reason: %s" % (path.name, line))
            if not fnmatch.filter(keys, pattern.strip()):
                sys.exit("%s: no such mutant: %s" % (path.name, line))
            found[pattern.strip()] = reason.strip()
    return found


def read_noticed(path):
    """row -> the tests that noticed a change of it in earlier runs."""
    found = collections.defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            row, _, tests = line.partition(": ")
            found[row] |= set(tests.split())
    return found


def record(base, outcomes, noticed, rows):
    """Adds what noticed something in this run; rows that are gone go."""
    path = HERE / base.noticed
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for outcome in outcomes:
        if outcome.group not in (*UNPROVED, "compiler"):
            noticed[outcome.mutant.row].add(base.remembered(outcome.killer))
    lines = ["%s: %s" % (row, " ".join(sorted(noticed[row]))) for row in sorted(rows & set(noticed))]
    path.write_text("\n".join(head + lines) + "\n", encoding="utf-8")


def with_placebos(base, mutants):
    """Here and there a mutant that is none: a test that notices it fails by itself."""
    for number, mutant in enumerate(mutants):
        if number % PLACEBO == PLACEBO // 2:
            yield base.placebo(number)
        yield mutant


def key_of(mutant):
    return "%s: %s" % (mutant.row, mutant.change)


def choose(mutants):
    """Of every row of a table the removal, the constant and what has few rows; of the other fields one, in turn."""
    rows = collections.defaultdict(list)
    for mutant in mutants:
        rows[mutant.table, mutant.row].append(mutant)
    turn = collections.Counter()
    for (table, _), group in rows.items():
        others = []
        for mutant in group:
            if mutant.change.split(":")[0] in ALWAYS or mutant.table in ("QUIRKS", "MODEL"):
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


def sample(mutants, count):
    """Each of so many, from one that the commit decides: the same commit has the same sample."""
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], stdout=subprocess.PIPE, check=False, text=True)
    first = int(done.stdout.strip()[:8] or "0", 16) % count
    print("each of %d, from number %d" % (count, first))
    return mutants[first::count]


class Hunt:
    """All mutants, tried on several benches."""

    def __init__(self, base, jobs, survivors, whole):
        self.base, self.whole = base, whole
        self.before = read_noticed(HERE / base.noticed)
        self.often = collections.Counter(test for tests in self.before.values() for test in tests)
        self.benches = queue.Queue()
        for number in range(jobs):
            self.benches.put(base.bench(number))
        self.survivors = survivors
        # What fails without any mutation notices nothing; trusted is what was asked again.
        self.clean = base.ordinary()
        self.order, self.known, self.trusted = {}, collections.defaultdict(set), set()
        self.noticed = collections.defaultdict(collections.Counter)
        self.lock = threading.Lock()
        self.report = open(base.place / "report.tsv", "w", buffering=1, encoding="utf-8")

    def baseline(self, pool):
        def once(test):
            begun = time.monotonic()
            failed = self.clean.try_test(test)
            return test, failed, time.monotonic() - begun

        for test, failed, took in pool.map(once, [t for t in self.clean.tests() if t.rank != 1]):
            self.known[test.name] |= set(failed)
            self.order[test.name] = took

    def reason(self, mutant):
        key = key_of(mutant)
        return next((reason for pattern, reason in self.survivors.items()
                     if fnmatch.fnmatchcase(key, pattern)), None)

    def doubt(self, name):
        """Runs a program without mutation, once for each of its cases that was not yet trusted."""
        with self.lock:
            test = next(t for t in self.clean.tests(None, (name,)) if t.name == name)
            for _ in range(2):
                self.known[name] |= set(self.clean.try_test(test))

    def notices(self, bench, test):
        """The first case that fails, and does not fail by itself."""
        failed = [case for case in bench.try_test(test) if case not in self.known[test.name]]
        if failed and test.group in self.base.unsteady:
            again = bench.try_test(test)
            failed = [case for case in failed if case in again]
        for case in failed:
            if case not in self.known[test.name] and (test.name, case) not in self.trusted:
                self.doubt(test.name)
                self.trusted |= {(test.name, other) for other in failed}
            if case not in self.known[test.name]:
                return case
        return None

    def killer(self, bench, mutant):
        row, table = (self.noticed[key] for key in (" ".join(mutant.row.split()[:2]), mutant.table))
        named = {*self.before.get(mutant.row, ()), *mutant.hints}
        excused = not self.whole or mutant.row == "placebo" or self.reason(mutant) is not None

        def likeliest(test):
            return (test.name not in named, test.rank, -row[test.name], -table[test.name], -self.often[test.name],
                    self.order.get(test.name, 1))

        for test in sorted(bench.tests(mutant, named), key=likeliest):
            if test.rank == 1 and excused:
                continue
            case = self.notices(bench, test)
            if case:
                row[test.name] += 1
                table[test.name] += 1
                return "%s %s" % (test.name, case), test.group
        return "", "nothing"

    def attempt(self, mutant):
        if not self.whole and self.reason(mutant):
            return Outcome(mutant, "not tried", self.base.excusable[0])
        bench = self.benches.get()
        try:
            bench.make(mutant)
            outcome = Outcome(mutant, *self.killer(bench, mutant))
        except BuildError as error:
            # a table that the compiler refuses cannot be shipped
            outcome = Outcome(mutant, "compiler " + str(error).splitlines()[-1][:100], "compiler")
        finally:
            self.benches.put(bench)
        self.report.write("%s\t%s\t%s\t%s\n" % (mutant.row, mutant.change, outcome.group,
                                               outcome.killer))
        return outcome


def tell(outcomes, hunt):
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
        if outcome.group in UNPROVED:
            word = "skipped" if outcome.group in hunt.base.excusable and reason else "failed"
            verdict[word] += 1
            if word == "failed":
                print("noticed by %s: %s" % (UNPROVED[outcome.group], key_of(outcome.mutant)))
        else:
            verdict["passed"] += 1
    for pattern in hunt.survivors if hunt.whole else ():
        groups = {o.group for o in outcomes if fnmatch.fnmatchcase(key_of(o.mutant), pattern)}
        if groups and not groups & set(hunt.base.excusable):
            print("listed in %s, but noticed by behaviour: %s" % (hunt.base.survivors, pattern))
            verdict["failed"] += 1
    for name, cases in sorted(hunt.known.items()):
        for case in sorted(cases):
            print("fails without a mutation, and so notices nothing: %s %s" % (name, case))
    groups = hunt.base.groups
    print("\n%-10s" % "table" + "".join("%13s" % g for g in groups))
    for table in TABLES:
        if any(of == table for of, _ in figures):
            print("%-10s" % table.lower() + "".join("%13d" % figures[table, g] for g in groups))
    return verdict


def hunt_all(base, arguments):
    """Tries a base's mutants; the verdict."""
    begun = time.monotonic()
    mutants = base.mutants()
    rows = {mutant.row for mutant in mutants}
    survivors = read_survivors(HERE / base.survivors, mutants)
    mutants = list(mutants if arguments.all else choose(mutants))
    mutants = [m for m in (once(mutants) if arguments.once else mutants)
               if arguments.only in key_of(m)]
    if arguments.sample:
        mutants = sample(mutants, arguments.sample)
    jobs = arguments.jobs * base.waits
    hunt = Hunt(base, jobs, survivors, not arguments.once and not arguments.sample)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        if mutants and not arguments.sample:
            hunt.baseline(pool)
        print("%d mutants, %d tests (%d s)" % (len(mutants), len(hunt.order), time.monotonic() - begun),
              flush=True)
        outcomes = []
        try:
            for outcome in pool.map(hunt.attempt, with_placebos(base, mutants)):
                outcomes.append(outcome)
        finally:  # of a run that is interrupted, too
            if arguments.record:
                record(base, outcomes, hunt.before, rows)
    verdict = tell(outcomes, hunt)
    print("%d s" % (time.monotonic() - begun), flush=True)
    return verdict


def bases_of(system, place, part, few):
    if system == "linux":
        yield Base(place)
        return
    if part != "model":
        yield personality.Tables(place / system, system, few)
    if part != "tables" and system in personality.MEASURED:
        yield personality.Model(place / (system + "-model"), system)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--system", choices=("linux", *personality.SYSTEMS), default="linux")
    parser.add_argument("--part", choices=("tables", "model"), help="of other systems: no more than this")
    parser.add_argument("--all", action="store_true", help="every field of every row")
    parser.add_argument("--once", action="store_true", help="one alteration of each row")
    parser.add_argument("--sample", type=int, help="of these each Nth")
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 1) + 1)
    parser.add_argument("--only", default="", help="mutants whose name has this in it")
    parser.add_argument("--record", action="store_true", help="add what noticed to noticed.txt")
    parser.add_argument("place", type=pathlib.Path)
    arguments = parser.parse_args()
    verdict = collections.Counter()
    for base in bases_of(arguments.system, arguments.place.resolve(), arguments.part, arguments.sample):
        verdict += hunt_all(base, arguments)
    print("%d passed, %d failed, %d skipped" % tuple(verdict[word] for word in ("passed", "failed", "skipped")))
    return 1 if verdict["failed"] or not verdict["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
