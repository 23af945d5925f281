#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: bench/report.py BUILD JSON [--xnet PROGRAM | --no-xnet REASON] [--no-uv REASON] [--rounds N]

Runs every scenario of BUILD/bench/ipsock-bench and prints one table per quantity: instructions,
system calls and allocations under callgrind, packets per second, of both hand-written programs
(lean, full), ipsock, libuv and golang.org/x/net. What is over its budget is said, and is no failure
of the program: a busy machine makes times, though not counts, meaningless."""
import argparse
import json
import os
import re
import statistics
import sys

sys.dont_write_bytecode = True  # git sees what lies here
import callgrind  # noqa: E402
from callgrind import run  # noqa: E402

PLAYERS = ("lean", "full", "ipsock", "libuv")
BUDGET_RATE, BUDGET_XNET, BUDGET_OFFLOAD = 0.98, 1.10, 8
# Instructions: pattern of the scenario's name, who or which scenario of ipsock's it is compared with,
# the most of it.
BUDGETS = (
    (r"send-segments", "lean", 2),
    (r"send-batch.*plain", "full", 1.0),
    (r"send-batch-flow-(ipv|mapped)", "lean", 1.0),
    (r"send-batch-flow-class", "full", 0.65),
    (r"send-batch(?!.*plain)", "full", 0.9),
    (r"send-(?!batch|segments)", "full", 1.1),
    (r"receive-batch.*plain", "full", 1.15),
    (r"receive-batch(?!.*(plain|strict))", "full", 1.0),
    (r"receive-batch(?!.*(plain|strict))", "lean", 1.15),
    (r"receive-batch-strict", "receive-batch-ipv6", 1.5),
    (r"receive-batch-strict-ipv6", "receive-batch-strict-one-ipv6", 1.05),
    (r"receive-plain", "full", 1.3),
    (r"receive-(?!batch|plain)", "full", 1.0),
    (r"receive-(?!batch|plain|coalesced)", "lean", 1.25),
    (r"parse-ipv6", "lean", 1.2),
    (r"marshal-echo", "lean", 2),
)
UNIT = re.compile(r"parse|marshal")
XNET = re.compile(r"(receive|send)(-batch)?(-plain)?-ipv[46]$")  # what bench/xnet plays


def verdict(value, budget, at_least=False):
    return "ok" if (value >= budget if at_least else value <= budget) else "over"


def budgets_of(name, played):
    """The budgets of a row with their verdicts."""
    rows = []
    for pattern, against, most in BUDGETS:
        if re.match(pattern, name):
            other = (name, against) if against in PLAYERS else (against, "ipsock")
            ratio = played[name, "ipsock"]["instructions"] / played[other]["instructions"]
            rows.append({"against": against, "ratio": ratio, "budget": most,
                         "verdict": verdict(ratio, most)})
    return rows


def count_all(program, rounds):
    played, rows = callgrind.count(program, "count", str(rounds)), []
    print(f"{'instructions per packet':<30}{'lean':>8}{'full':>8}{'ipsock':>8}{'libuv':>8}"
          f"{'/lean':>7}{'/full':>7}  system calls, lean and ipsock; allocations; budgets")
    for name in dict.fromkeys(scenario for scenario, _ in played):
        row = {"scenario": name, **{p: played[name, p] for p in PLAYERS if (name, p) in played}}
        counts = {p: row[p]["instructions"] for p in PLAYERS if p in row}
        lean, ours = row["lean"], row["ipsock"]
        row["calls_verdict"] = verdict(ours["system_calls"], lean["system_calls"])
        row["allocations_verdict"] = "over" if ours["allocators"] else "ok"
        row["budgets"] = budgets_of(name, played)
        rows.append(row)
        ratios = [f"{counts['ipsock'] / counts[p]:>7.2f}" if p in counts else f"{'-':>7}"
                  for p in ("lean", "full")]
        bounds = ", ".join(f"<= {b['budget']:.2f} {b['against']} {b['verdict']}" for b in row["budgets"])
        print(f"{name:<30}" +
              "".join(f"{counts[p]:>8.1f}" if p in counts else f"{'-':>8}" for p in PLAYERS) +
              f"{''.join(ratios)}  {lean['system_calls']:.5g} {ours['system_calls']:.5g} "
              f"{row['calls_verdict']}; {' '.join(ours['allocators']) or 'none'}; {bounds}", flush=True)
    return rows


def least_rate(name):
    """Of lean's rate. What is no packet has the time that its instructions' budget leaves."""
    if not UNIT.match(name):
        return BUDGET_RATE
    return next(1 / most for pattern, _, most in BUDGETS if re.match(pattern, name))


def times(program, name, rounds, *player):
    """{player: (nanoseconds, lean's time / its own)}"""
    lines = run(program, "time", name, str(rounds), *player).splitlines()
    return {line.split()[0]: tuple(map(float, line.split()[1:])) for line in lines}


def time_xnet(program, xnet, name, rounds, turns=5):
    """The programs take turns; the median of the turns' ratios is the result."""
    pairs = []
    for _ in range(turns):
        theirs = float(run(xnet, name, str(rounds)))
        pairs.append((theirs, times(program, name, rounds, "ipsock")["ipsock"][0]))
    ratio = statistics.median(t / o for t, o in pairs)
    return {"ns": statistics.median(t for t, _ in pairs), "ratio": ratio, "budget": BUDGET_XNET,
            "verdict": verdict(ratio, BUDGET_XNET, True)}


def time_all(program, names, xnet, rounds):
    rows = []
    print(f"\n{'packets per second, thousands':<30}" +
          "".join(f"{p:>9}" for p in PLAYERS + ("x/net",)) +
          f"{'/lean':>7} {'budget':<15}{'/x/net':>7} budget")
    for name in names:
        played = times(program, name, rounds // 16 if "1024" in name else rounds)
        ratio, least = played["ipsock"][1], least_rate(name)
        row = {"scenario": name, "rates": {p: 1e9 / ns for p, (ns, _) in played.items()},
               "ratio": ratio, "budget": least, "verdict": verdict(ratio, least, True)}
        line = f"{ratio:>7.3f} {f'>= {least:.2f} ' + row['verdict']:<15}"
        if xnet and XNET.match(name):
            row["xnet"] = time_xnet(program, xnet, name, rounds * 3 // 20)
            row["rates"]["x/net"] = 1e9 / row["xnet"]["ns"]
            line += f"{row['xnet']['ratio']:>7.2f} >= {BUDGET_XNET:.2f} {row['xnet']['verdict']}"
        rows.append(row)
        print(f"{name:<30}" + "".join(
            f"{row['rates'][p] / 1e3:>9,.0f}" if p in row["rates"] else f"{'-':>9}"
            for p in PLAYERS + ("x/net",)) + line, flush=True)
    return rows


def time_offload(program, xnet, rounds, turns=5):
    """Segmentation offload and receive coalescing against x/net, which has neither."""
    pairs, worst = [], 0
    for _ in range(turns):
        theirs = float(run(xnet, "segments", str(rounds)))
        ours, lost = map(float, run(program, "segments", str(rounds)).split())
        pairs.append((theirs, ours))
        worst = max(worst, lost)
    ratio = statistics.median(t / o for t, o in pairs)
    theirs, ours = (1e9 / statistics.median(p[i] for p in pairs) for i in (0, 1))
    row = {"scenario": "offload-1200-ipv4", "x/net": theirs, "ipsock": ours, "ratio": ratio,
           "lost": worst, "budget": BUDGET_OFFLOAD,
           "verdict": verdict(ratio, BUDGET_OFFLOAD, True) if worst < 0.01 else "over"}
    print(f"\n{row['scenario']}: datagrams per second, sent and received: ipsock {ours:,.0f}, "
          f"x/net {theirs:,.0f}, ratio {ratio:.1f} >= {BUDGET_OFFLOAD} {row['verdict']}; "
          f"lost {worst:.1%}")
    return [row]


def verdicts_of(value):
    """Every verdict in the result, wherever it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("verdict"):
                yield inner
            else:
                yield from verdicts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from verdicts_of(inner)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("json")
    parser.add_argument("--xnet")
    parser.add_argument("--no-xnet")
    parser.add_argument("--no-uv")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    program = os.path.join(options.build, "bench", "ipsock-bench")
    result = {"versions": run(program, "versions").split("\n")[:-1]}
    print(", ".join(result["versions"]))
    callgrind.check(program)
    names = [line.split()[0] for line in run(program, "list").splitlines()]
    result["counts"] = count_all(program, options.rounds // 5 or 1)
    counted = {row["scenario"] for row in result["counts"]}
    result["rates"] = time_all(program, [n for n in names if n in counted], options.xnet,
                               options.rounds * 40)
    if options.xnet:
        result["offload"] = time_offload(program, options.xnet, options.rounds * 10)
    result["skipped"] = [f"{who}: {why}" for who, why in
                         (("x/net", options.no_xnet), ("libuv", options.no_uv)) if why]
    result["skipped"] += [f"{n}: this host has no room for it" for n in names if n not in counted]
    for line in result["skipped"]:
        print(f"skipped: {line}")
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    verdicts = list(verdicts_of(result))
    print(f"\n{verdicts.count('ok')} within budget, {verdicts.count('over')} over")


if __name__ == "__main__":
    try:
        main()
    except callgrind.Failed as failure:
        sys.exit(f"report: {failure}")
