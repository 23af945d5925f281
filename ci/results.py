#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns what ctest ran into test cases.

  ci/results.py collect VARIANT JUNIT RESULTS   appends the cases of one ctest run, prints them briefly
  ci/results.py script NAME STATUS LOG RESULTS      appends the cases of a script of ours
  ci/results.py add SUITE CASE RESULT RESULTS   appends one case
  ci/results.py total RESULTS                   prints the packages that skipped cases lacked, and the
                                                closing line; fails if a case failed

RESULTS has a line per case: suite, case, passed|failed|skipped, separated by tabs; for a case that was
skipped because a program is missing, as its text says, also the Debian package of it. The suite is
ctest's name (unit/addr), before it "VARIANT:" for all runs but the host's. Programs report cases in
cmocka's words; a program without any counts as one case.
"""
import re
import sys
import xml.etree.ElementTree as ET

LINE = re.compile(r"\[( RUN      |       OK |  FAILED  |  SKIPPED )\] (.*?)\s*$")
LACKING = re.compile(r"\(Debian package (\S+)\)")
RESULT = {"       OK ": "passed", "  FAILED  ": "failed", "  SKIPPED ": "skipped"}
SHOWN = 80  # lines of a failed program's output


def cases_of(output):
    """Cases of one program in order. A case that began and never ended has failed."""
    done, running, lacks = [], [], ()
    for line in output.splitlines():
        found = LINE.search(line)
        if not found:
            lacks = LACKING.findall(line)[:1] or lacks
            continue
        word, name = found.groups()
        if word == " RUN      ":
            running.append(name)
            lacks = ()
        elif name in running:  # the summary at the end repeats the names of failures
            running.remove(name)
            done.append((name, RESULT[word], *(lacks if word == "  SKIPPED " else ())))
    return done + [(name, "failed") for name in running]


def telling(output):
    """The lines of a failed program without those of cases that passed."""
    lines, case = [], None
    for line in output.splitlines():
        found = LINE.search(line)
        word = found.group(1) if found else None
        if word == " RUN      ":
            lines += case or []
            case = []
        if case is None:
            lines.append(line)
            continue
        case.append(line)
        if word in RESULT:
            lines += case if word == "  FAILED  " else []
            case = None
    lines += case or []
    return lines if len(lines) <= SHOWN else lines[:SHOWN // 2] + ["…"] + lines[-SHOWN // 2:]


def program(case):
    """(cases, output) of one <testcase>."""
    name = case.get("name")
    output = "".join(node.text or "" for node in case.iter("system-out"))
    status = case.get("status")
    cases = cases_of(output)
    if case.find("skipped") is not None or status in ("notrun", "disabled"):
        node = case.find("skipped")
        why = node.get("message", "") if node is not None else ""
        # ctest's word for a program that is missing is "not run", too.
        lost = "SKIP_" not in why and status == "notrun"
        return cases or [(name, "failed" if lost else "skipped")], output or why
    if status == "fail":
        node = case.find("failure")
        why = node.get("message", "failed") if node is not None else "failed"
        if not any(case[1] == "failed" for case in cases):
            cases.append(("%s (%s)" % (name, why or "failed"), "failed"))
    return cases or [(name, "passed")], output


def count(results):
    results = list(results)
    return {word: results.count(word) for word in RESULT.values()}


def brief(figures):
    return ", ".join("%d %s" % (n, word) for word, n in figures.items() if n)


def collect(variant, junit, results):
    prefix = "" if variant == "host" else variant + ":"
    with open(results, "a", encoding="utf-8") as out:
        for case in ET.parse(junit).getroot().iter("testcase"):
            cases, output = program(case)
            suite = prefix + case.get("name")
            print("%-44s %6.1f s  %s" % (suite, float(case.get("time", 0)), brief(count(case[1] for case in cases))))
            for name, *result in cases:
                out.write("\t".join([suite, name.replace("\t", " "), *result]) + "\n")
            bad = [case[0] for case in cases if case[1] == "failed"]
            if bad:
                print("".join("    | %s\n" % line for line in telling(output)), end="")
                print("".join("    FAILED %s\n" % name for name in bad), end="")


def script(name, status, log, results):
    """Cases in cmocka's words, else as many as the closing line counts."""
    with open(log, encoding="utf-8", errors="replace") as text:
        output = text.read()
    cases = cases_of(output)
    closing = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.M)
    if not cases and closing:
        for word, figure in zip(RESULT.values(), closing[-1]):
            cases += [("%s %d" % (word, i + 1), word) for i in range(int(figure or 0))]
    if status != "0" and not any(case[1] == "failed" for case in cases):
        cases.append(("exit status %s" % status, "failed"))
    with open(results, "a", encoding="utf-8") as out:
        out.writelines("\t".join([name, *case]) + "\n" for case in cases)
    print("\n".join(telling(output) if status != "0" else output.splitlines()[-30:]))
    print("%-54s %s" % (name, brief(count(case[1] for case in cases))))


def total(results):
    with open(results, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    figures = count(row[2] for row in rows)
    lacking = [row[3] for row in rows if len(row) > 3]
    if lacking:
        packages = " ".join(sorted(set(lacking)))
        print("%d skipped for want of packages: %s (apt-get install %s)"
              % (len(lacking), packages, packages))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % figures)
    return 0 if figures["passed"] and not figures["failed"] else 1


def main(arguments):
    if len(arguments) == 4 and arguments[0] == "collect":
        return collect(*arguments[1:])
    if len(arguments) == 5 and arguments[0] == "script":
        return script(*arguments[1:])
    if len(arguments) == 5 and arguments[0] == "add":
        with open(arguments[4], "a", encoding="utf-8") as out:
            out.write("\t".join(arguments[1:4]) + "\n")
        return 0
    if len(arguments) == 2 and arguments[0] == "total":
        return total(arguments[1])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
