#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""judge.py SYSTEM MEASURED... [--answers FILE...] [--list N] [--subject S]: holds what a run of the probes said (MEASURED)
against what the system's kernel said (probe/answers/SYSTEM-*.csv), and prints per subject how many lines agree.

Every line that concerns something the library uses (uses.py) must agree. Each other difference has a row in
differences-SYSTEM.csv: probe,key,class,reason; probe and key may have * in them. Classes:
  not-modelled   the library never calls this (refused for lines that it uses)
  before-X.Y     Linux only: kernels before this release answer otherwise than the one that was asked (the reason has
  since-X.Y      the source); since this one. On other kernels the row does not count
  crash          the kernel crashed or hung in this probe, which a model need not do
  host           Linux below the model cannot do it (models only; the reason says what). Lines that the library uses
                 stay among those that do not agree
Rows that meet no difference fail. Status 1 when anything fails.

Of a system whose kernel has answered nothing the lines are "model only", and held against probe/answers/model."""
import argparse
import csv
import glob
import os
import re
import sys

import uses

HERE = os.path.dirname(os.path.abspath(__file__))
CLASS = re.compile(r"(not-modelled|crash|host)|(before|since)-(\d+)\.(\d+)\Z")


def read_lines(paths):
    lines = {}
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.strip() or line.startswith("#"):
                    continue
                probe, key, value = line.rstrip("\n").split(",", 2)
                while (probe, key) in lines:  # a key said twice
                    key += "'"
                lines[(probe, key)] = value
    return lines


class Row:
    def __init__(self, number, fields):
        match = CLASS.match(fields[2]) if len(fields) == 4 and fields[3].strip() else None
        if not match:
            sys.exit(f"line {number}: {','.join(fields)}: not probe,key,class,reason, or no such class")
        self.when = match.group(2) and (match.group(2), (int(match.group(3)), int(match.group(4))))
        self.number, self.text = number, ",".join(fields[:2])
        self.cls, self.reason, self.met = fields[2], fields[3], 0
        self.match = re.compile("".join(".*" if c == "*" else re.escape(c) for c in self.text) + r"\Z").match

    def counts(self, kernel):
        return not self.when or (kernel < self.when[1]) == (self.when[0] == "before")


def read_rows(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [Row(number, fields) for number, fields in enumerate(csv.reader(file), 1)
                if fields and not fields[0].startswith("#") and fields[0] != "probe"]


class Verdict:
    """Counts of a subject, and what is wrong."""

    def __init__(self):
        self.used = self.used_agree = self.all = self.agree = self.excused = 0
        self.bad = []


def judge(system, tables, said, measured, rows, kernel=(9, 8)):
    verdicts = {}
    probes, subjects, unasked = {probe for probe, _ in measured}, {probe.split(".")[0] for probe, _ in said}, {}
    crashed = {probe for probe, key in said if key == "crash"}
    for name in dict.fromkeys([*said, *measured]):
        probe, key = name
        if probe not in probes:  # this run did not ask
            continue
        subject = probe.split(".")[0]
        if subject not in subjects:  # no kernel was asked yet
            unasked[subject] = unasked.get(subject, 0) + 1
            continue
        verdict = verdicts.setdefault(subject, Verdict())
        unused = uses.why_unused(tables, probe, key)
        same = said.get(name) == measured.get(name)
        verdict.all += 1
        verdict.agree += same
        verdict.used += unused is None
        verdict.used_agree += same and unused is None
        if same:
            continue
        row = next((r for r in rows if r.match(f"{probe},{key}") and r.counts(kernel)), None)
        if row:
            row.met += 1
        allowed = row and (row.cls == "not-modelled" and unused is not None or
                           row.when and system == "linux" or
                           row.cls == "host" and system != "linux" or
                           row.cls == "crash" and probe in crashed)
        if allowed:
            verdict.excused += 1
        else:
            verdict.bad.append((name, said.get(name, "(no such line)"), measured.get(name, "(no such line)"), unused, row))
    return verdicts, unasked


def say(system, verdicts, unasked, rows, kernel, count, whole):
    print(f"{system + ':':<18}{'used, agree':>18}{'all, agree':>20}{'with a reason':>15}{'without':>9}")
    total = Verdict()
    for subject, v in verdicts.items():
        print(f"  {subject:<16}{v.used_agree:>8} of {v.used:<6}{v.agree:>10} of {v.all:<6}{v.excused:>12}{len(v.bad):>10}")
        for field in ("used", "used_agree", "all", "agree", "excused"):
            setattr(total, field, getattr(total, field) + getattr(v, field))
        total.bad += v.bad
    print(f"  {'together':<16}{total.used_agree:>8} of {total.used:<6}{total.agree:>10} of {total.all:<6}"
          f"{total.excused:>12}{len(total.bad):>10}")
    for subject, lines in unasked.items():
        print(f"  {subject:<16}{lines} lines that no kernel was asked for yet")
    for (probe, key), a, b, unused, row in total.bad[:count]:
        note = f"  ({unused})" if unused else ""
        if row:
            note += f"  [row {row.number}: {row.cls} is no reason here]"
        print(f"{probe},{key}{note}\n  - {a}\n  + {b}")
    idle = [row for row in rows if not row.met and row.counts(kernel)] if whole else []
    for row in idle:
        print(f"differences-{system}.csv:{row.number}: {row.text}: no such difference")
    return bool(total.bad or idle)


def model_only(system, measured, count):
    """No kernel was asked: what the model says is held against what is kept of it, to be put to one. Nothing agrees."""
    kept = read_lines(sorted(glob.glob(os.path.join(HERE, "probe/answers/model", system + "-*.csv"))))
    probes = {probe for probe, _ in measured}
    kept = {name: value for name, value in kept.items() if name[0] in probes}
    other = [name for name in dict.fromkeys([*kept, *measured]) if kept.get(name) != measured.get(name)]
    subjects = dict.fromkeys(probe.split(".")[0] for probe, _ in measured)
    print(f"{system}: no kernel has answered; model only:")
    for subject in subjects:
        print(f"  {subject:<16}{sum(probe.split('.')[0] == subject for probe, _ in measured):>6} lines, "
              f"{sum(probe.split('.')[0] == subject for probe, _ in other)} not as kept")
    for name in other[:count]:
        print(f"{','.join(name)}\n  - {kept.get(name, '(no such line)')}\n  + {measured.get(name, '(no such line)')}")
    return bool(other)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("system")
    parser.add_argument("measured", nargs="+")
    parser.add_argument("--answers", nargs="+")
    parser.add_argument("--list", type=int, default=20, dest="count")
    parser.add_argument("--subject")
    parser.add_argument("--kernel", default=os.uname().release, help="the release of Linux that ran the probes (this one)")
    parser.add_argument("--used", action="store_true", help="list differences of used lines only")
    options = parser.parse_args()
    tables = uses.Tables(os.path.join(HERE, "..", "golden", options.system + ".csv"))
    said = read_lines(options.answers or sorted(glob.glob(os.path.join(HERE, "probe/answers", options.system + "-*.csv"))))
    measured = read_lines(options.measured)
    if options.subject:
        measured = {name: v for name, v in measured.items() if name[0].split(".")[0] == options.subject}
    if not said:
        sys.exit(model_only(options.system, measured, options.count))
    rows = read_rows(os.path.join(HERE, f"differences-{options.system}.csv"))
    kernel = tuple(int(part) for part in re.findall(r"\d+", options.kernel)[:2])
    verdicts, unasked = judge(options.system, tables, said, measured, rows, kernel)
    if options.used:
        for v in verdicts.values():
            v.bad = [entry for entry in v.bad if entry[3] is None]
    whole = not options.subject and {p for p, _ in said} <= {p for p, _ in measured}
    sys.exit(say(options.system, verdicts, unasked, rows, kernel, options.count, whole))


if __name__ == "__main__":
    main()
