#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: bench/markdown.py RESULTS [BEFORE]

The tables of docs/performance.md from what ci/bench left in build/bench/results.json, with those of
an earlier run beside them."""
import json
import sys

PLAYERS = ("lean", "full", "libuv", "x/net")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def by_name(rows):
    return {row["scenario"]: row for row in rows}


def budget(bound):
    against = f"`{bound['against']}`" if "-" in bound["against"] else bound["against"]
    return f"≤ {bound['budget']:g} {against}" + (" **over**" if bound["verdict"] == "over" else "")


def cell(value, form):
    return format(value, form) if value is not None else "–"


def table(head, rows):
    print("| scenario | " + " | ".join(head) + " |\n|---|" + "---:|" * (len(head) - 1) + "---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def counts(rows, before):
    head = ["lean", "full", "libuv"] + (["ipsock before"] if before else []) + ["ipsock", "budgets"]
    lines = []
    for name, row in rows.items():
        of = {p: row[p]["instructions"] for p in (*PLAYERS, "ipsock") if p in row}
        was = before.get(name, {}).get("ipsock", {}).get("instructions") if before else None
        lines.append([f"`{name}`", *(cell(of.get(p), ".0f") for p in PLAYERS[:3]),
                      *([cell(was, ".0f")] if before else []), f"{of['ipsock']:.0f}",
                      ", ".join(budget(b) for b in row["budgets"]) or "–"])
    table(head, lines)


def rates(rows, before):
    players = [p for p in PLAYERS if any(p in row["rates"] for row in rows.values())]
    head = players + ["ipsock"] + (["of lean before"] if before else []) + ["of lean", "budget"]
    lines = []
    for name, row in rows.items():
        was = before.get(name, {}).get("ratio") if before else None
        bound = f"≥ {row['budget']:.2g}" + (" **over**" if row["verdict"] == "over" else "")
        if "xnet" in row:
            bound += f"; {row['xnet']['ratio']:.2f} × x/net" + \
                (" **over**" if row["xnet"]["verdict"] == "over" else "")
        lines.append([f"`{name}`",
                      *(cell(row["rates"].get(p, 0) / 1e6 or None, ".2f") for p in players),
                      f"{row['rates']['ipsock'] / 1e6:.2f}",
                      *([cell(was, ".3f")] if before else []), f"{row['ratio']:.3f}", bound])
    table(head, lines)


def main(results, before=None):
    now, then = load(results), load(before) if before else None
    counts(by_name(now["counts"]), then and by_name(then["counts"]))
    rates(by_name(now["rates"]), then and by_name(then["rates"]))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[0])
    main(*sys.argv[1:])
