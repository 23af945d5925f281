#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Joins docs/xnet.csv with a test run: which tests tried what ipsock has for each symbol of x/net.

    tools/dev/xnet.py [--check] RESULTS

RESULTS is what ci/test leaves in build/ci/results.tsv: suite, case, result. Writes docs/xnet.md, with --check
nothing. A row fails that belongs to this release and has no test that ran, or a failing one; any row fails that
names a function that no header has, or an id that docs/conformance.csv does not have. An id fails that has neither
a test that ran nor a reason there, and a public function that no row has.
"""
import argparse
import collections
import csv
import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = {"": "", "raw": "the raw and ICMP step"}
TITLES = {
    "ipv4": "golang.org/x/net/ipv4",
    "ipv6": "golang.org/x/net/ipv6",
    "icmp": "golang.org/x/net/icmp",
    "net": "net, as far as the examples of these packages use it",
    "beyond": "Beyond x/net",
}
SHOWN = 40  # problems
INTRODUCTION = """\
<!-- SPDX-License-Identifier: BSD-2-Clause -->
# x/net and ipsock

Every exported symbol of `golang.org/x/net/ipv4` and `ipv6`, and what the examples of these packages use of `icmp` and
`net`; what ipsock has for it, and what it has besides; and the tests that tried it. The mapping is `docs/xnet.csv`, the ids are those of
`docs/conformance.csv` (a test of CM-04 is called `cm_04_...`). `ci/xnet` joins both with the results of a test run and
writes this page: do not edit it. A row that waits for a later step says so; its functions are declared already.

Counts are test cases of one host; what they did is listed by id at the end.
"""

Row = collections.namedtuple("Row", "package symbol ipsock tests step note")
Test = collections.namedtuple("Test", "suite case result")


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(line for line in file if not line.startswith("#")))[1:]


class Headers:
    """What the public headers declare."""

    def __init__(self):
        paths = sorted((ROOT / "include" / "ipsock").glob("*.h"))
        text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
        code = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
        self.names = set(re.findall(r"\b(?:ipsock|IPSOCK)_\w+", code))
        self.functions = set(re.findall(r"\bIPSOCK_API\b[^;(]*?\b(ipsock_\w+)\(", code))
        self.members = {name: set(re.findall(r"\w+", body))
                        for name, body in re.findall(r"struct (ipsock_\w+) \{(.*?)\}", code, re.S)}
        for macro, prefix in re.findall(r"#define (\w+)\(name[^)]*\)\s+(\w+)##name", code):
            for items in re.findall(r"\b(\w+)\(%s\)" % macro, code):
                body = re.search(r"#define %s\(X\)(.*)" % items, code)
                if body:
                    self.names |= {prefix + name for name in re.findall(r"X\((\w+)", body[1])}

    def has(self, name):
        if name.endswith("*"):
            return any(known.startswith(name[:-1]) for known in self.names)
        struct, _, member = name.partition(".")
        if member:
            return member in self.members.get(struct, ())
        return name in self.names


def id_of(words, ids):
    """The id that words begin with, and how many they are: CM-24 of cm_24_..., v6_cm_24_... and
    mapped_cm_24_...; V4-OPT-04 of v4_opt_04_... and mapped_opt_04_..."""
    at = next((i for i, word in enumerate(words[:4]) if re.fullmatch(r"\d\d", word)), None)
    if at is None:
        return None, 0
    found = "-".join(words[: at + 1]).upper()
    family, _, rest = found.partition("-")
    for candidate in (found, rest if family in ("V4", "V6", "MAPPED") else "",
                      "V4-" + rest if family == "MAPPED" else ""):
        if candidate in ids:
            return candidate, at + 1
    return None, 0


def ids_of(case, ids):
    """All that a case begins with: RAW-06 and RAW-07 of raw_06_raw_07_..."""
    words, found = re.sub(r"[^a-z0-9]+", "_", case.lower()).split("_"), []
    name, length = id_of(words, ids)
    while name is not None:
        found.append(name)
        words = words[length:]
        name, length = id_of(words, ids)
    return found


def read_results(path, ids):
    """Tests by id, and all of them. Runs of other variants (asan:unit/...) count where they fail."""
    by_id, every = collections.defaultdict(list), []
    with open(path, encoding="utf-8") as file:
        for line in file:
            test = Test(*line.rstrip("\n").split("\t")[:3])  # a fourth says why it was skipped
            if ":" in test.suite and test.result != "failed":
                continue
            every.append(test)
            for name in ids_of(test.case, ids):
                by_id[name].append(test)
    return by_id, every


class Joined:
    """One row with its tests and what is wrong with it."""

    def __init__(self, row, ids, headers, by_id, every):
        self.row, self.problems, self.tests, self.words = row, [], [], row.tests.split()
        for name in row.ipsock.split():
            if not headers.has(name):
                self.problems.append("no header has %s" % name)
        for word in self.words:
            if ":" in word:
                suite, pattern = word.split(":")
                self.tests += [t for t in every if fnmatch.fnmatch(t.suite, suite)
                               and fnmatch.fnmatch(t.case, pattern)]
            elif word in ids:
                self.tests += by_id[word]
            else:
                self.problems.append("no such id: %s" % word)
        if row.step not in STEPS:
            self.problems.append("no such step: %s" % row.step)
        self.counts = collections.Counter(test.result for test in set(self.tests))
        if self.counts["failed"]:
            self.problems.append("%d tests fail" % self.counts["failed"])
        if not row.step and not self.counts["passed"] and not self.counts["failed"]:
            self.problems.append("no test ran")

    def cells(self):
        ran = ", ".join("%d %s" % (self.counts[word], word) for word in ("passed", "failed", "skipped")
                        if self.counts[word])
        if self.row.step:
            ran = "waits for %s%s" % (STEPS.get(self.row.step), "; " + ran if ran else "")
        ids = ["`%s`" % word if ":" in word else word for word in self.words]
        names = ["`%s`" % name for name in self.row.ipsock.split()]
        note = ": " + self.row.note if self.row.note else ""
        return [self.row.symbol, ", ".join(names) + note, " ".join(ids), ran or "none"]


def table(heads, rows):
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)] + lines)


def behaviours(ids, by_id):
    """Each id that has tests, and the tests; for one that has none, why."""
    rows = []
    for name, (text, why_not) in ids.items():
        tests = sorted(set(by_id[name]))
        if not tests:
            rows.append([name, text.replace("<", "&lt;"), "none: " + why_not])
            continue
        marks = {"passed": "", "failed": " **failed**", "skipped": " skipped"}
        rows.append([name, text.replace("<", "&lt;"), "<br>".join(
            "`%s` %s%s" % (test.suite, test.case, marks[test.result]) for test in tests)])
    return rows


def page(joined, ids, by_id, totals):
    parts = [INTRODUCTION, "**%d rows joined, %d waiting, %d failed.**\n" % totals]
    for package, title in TITLES.items():
        parts.append("## %s\n" % title)
        parts.append(table(["" if package == "beyond" else "x/net", "ipsock", "ids", "tests"],
                           [j.cells() for j in joined if j.row.package == package]) + "\n")
    parts.append("## Behaviours\n")
    parts.append(table(["id", "behaviour of x/net", "tests that ran"], behaviours(ids, by_id)) + "\n")
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("results", metavar="RESULTS")
    arguments = parser.parse_args()
    ids = {name: (text, why_not)
           for name, text, why_not in read_csv(ROOT / "docs" / "conformance.csv")}
    headers = Headers()
    by_id, every = read_results(arguments.results, ids)
    joined = [Joined(Row(*cells), ids, headers, by_id, every)
              for cells in read_csv(ROOT / "docs" / "xnet.csv")]
    problems = ["%s.%s: %s" % (j.row.package, j.row.symbol, problem)
                for j in joined for problem in j.problems]
    untold = ["%s: %s" % (name, "docs/conformance.csv says why it has no test, but it has"
                          if why_not else "no test ran, and docs/conformance.csv does not say why")
              for name, (_, why_not) in ids.items() if bool(by_id[name]) == bool(why_not)]
    named = {name for j in joined for name in j.row.ipsock.split()}
    untold += ["%s: no row of docs/xnet.csv has it" % name for name in sorted(headers.functions)
               if not any(fnmatch.fnmatch(name, word) for word in named)]
    problems += untold
    for problem in problems[:SHOWN]:
        print(problem)
    if len(problems) > SHOWN:
        print("... and %d more" % (len(problems) - SHOWN))
    failed = sum(1 for j in joined if j.problems)
    waiting = sum(1 for j in joined if j.row.step and not j.problems)
    totals = (len(joined) - failed - waiting, waiting, failed)
    if not arguments.check:
        (ROOT / "docs" / "xnet.md").write_text(page(joined, ids, by_id, totals), encoding="utf-8")
    print("%d rows joined, %d waiting, %d failed" % totals)
    print("%d passed, %d failed, %d skipped" % (totals[0], failed + len(untold), waiting))
    return 1 if failed or untold else 0


if __name__ == "__main__":
    sys.exit(main())
