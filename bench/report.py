#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: bench/report.py BUILD JSON [--xnet PROGRAM | --no-xnet REASON] [--rounds N]

Runs every scenario of BUILD/bench/ipsock-bench and prints one table per quantity: instructions,
system calls and allocations under callgrind, packets per second beside the hand-written program
and beside golang.org/x/net. What is over its budget is said, and is no failure of the program: a
busy machine makes times, though not counts, meaningless."""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

BATCH = 64
ALLOCATORS = re.compile(r"^(malloc|calloc|realloc|memalign|aligned_alloc|posix_memalign|mmap|sbrk|brk)$")
BUDGET_BATCH, BUDGET_SINGLE = 1.15, 1.25
BUDGET_RATE, BUDGET_XNET, BUDGET_SEGMENTS = 0.98, 1.10, 8


def run(*command, err=False, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"report: {' '.join(command)}: {done.stderr.strip()}")
    return done.stderr if err else done.stdout


def executed(text):
    """Names of the functions that a callgrind file says spent instructions themselves. Names are
    given in full once and by number later; the line after a call is the callee's."""
    names, current, skip, found = {}, None, False, set()
    for line in text.splitlines():
        called = re.match(r"c?fn=(\(\d+\))(?: (\S+))?", line)
        if called:
            number, name = called.groups()
            if name:
                names[number] = name
            if line.startswith("fn="):
                current = names[number]
        elif line.startswith("calls="):
            skip = True
        elif re.match(r"[-+*\d]", line):
            cost = line.split()[1:]
            if not skip and cost and int(cost[0]) > 0:
                found.add(current)
            skip = False
    return found


def count(program, *arguments):
    """Callgrind's instructions, system calls and allocators of the measured functions alone."""
    with tempfile.TemporaryDirectory() as work:
        out = os.path.join(work, "out")
        log = run(
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--collect-systime=yes",
            "--toggle-collect=measured_*", program, *arguments, err=True,
            env=dict(os.environ, LD_BIND_NOW="1"))  # symbols are looked up before, not on the way
        with open(out) as file:
            text = file.read()
    # The file's own totals count some system calls twice.
    instructions, calls = re.search(r"Collected *: *(\d+) +(\d+)", log).groups()
    return int(instructions), int(calls), sorted(filter(ALLOCATORS.match, executed(text)))


def budget_of(name):
    """Budgets are set for receiving with control data; None: published without one."""
    if not name.startswith("receive") or "plain" in name:
        return None
    return BUDGET_BATCH if "batch" in name else BUDGET_SINGLE


def verdict(value, budget, at_least=False):
    if budget is None:
        return "-"
    return "ok" if (value >= budget if at_least else value <= budget) else "over"


def check_counting(program):
    """A function that allocates once and calls the system twice must be counted as just that; the
    first allocation makes a few system calls of its own."""
    instructions, calls, allocators = count(program, "selfcheck", str(BATCH))
    if instructions <= 0 or not 0 <= calls - 2 * BATCH < 8 or "malloc" not in allocators:
        sys.exit(f"report: callgrind counts wrongly: {instructions} {calls} {allocators}")


def count_all(program, names, rounds):
    rows = []
    print(f"{'instructions per packet':<26}{'hand':>9}{'ours':>9}{'ratio':>7}{'budget':>8}  "
          f"{'':<5}{'system calls':>16}  allocations")
    for name in names:
        sides = {}
        for side in ("hand", "ours"):
            instructions, calls, allocators = count(program, "count", name, side, str(rounds))
            sides[side] = {"instructions": instructions / rounds / BATCH,
                           "system_calls": calls / rounds / BATCH, "allocators": allocators}
        hand, ours = sides["hand"], sides["ours"]
        ratio = ours["instructions"] / hand["instructions"]
        budget = budget_of(name)
        row = {"scenario": name, "hand": hand, "ours": ours, "ratio": ratio, "budget": budget,
               "verdict": verdict(ratio, budget),
               "calls_verdict": verdict(ours["system_calls"], hand["system_calls"]),
               "allocations_verdict": "over" if ours["allocators"] else "ok"}
        rows.append(row)
        print(f"{name:<26}{hand['instructions']:>9.1f}{ours['instructions']:>9.1f}{ratio:>7.2f}"
              f"{budget or '-':>8}  {row['verdict']:<5}"
              f"{hand['system_calls']:>7.4f} {ours['system_calls']:.4f} {row['calls_verdict']:<4} "
              f"{' '.join(ours['allocators']) or 'none'}", flush=True)
    return rows


def time_hand(program, names, rounds):
    rows = []
    print(f"\n{'packets per second':<26}{'hand':>11}{'ours':>11}{'ratio':>7}{'budget':>8}")
    for name in names:
        hand, ours, ratio = map(float, run(program, "time", name, str(rounds)).split())
        rows.append({"scenario": name, "hand": 1e9 / hand, "ours": 1e9 / ours, "ratio": ratio,
                     "budget": BUDGET_RATE, "verdict": verdict(ratio, BUDGET_RATE, True)})
        print(f"{name:<26}{1e9 / hand:>11,.0f}{1e9 / ours:>11,.0f}{ratio:>7.3f}{BUDGET_RATE:>8}  "
              f"{rows[-1]['verdict']}", flush=True)
    return rows


def time_xnet(program, xnet, names, rounds, turns=5):
    """The programs take turns; the median of the turns' ratios is the result."""
    rows = []
    print(f"\n{'packets per second':<26}{'x/net':>11}{'ours':>11}{'ratio':>7}{'budget':>8}")
    for name in (n for n in names if "mapped" not in n):
        pairs = []
        for _ in range(turns):
            theirs = float(run(xnet, name, str(rounds)))
            pairs.append((theirs, float(run(program, "time", name, str(rounds)).split()[1])))
        ratio = statistics.median(t / o for t, o in pairs)
        theirs, ours = (1e9 / statistics.median(p[i] for p in pairs) for i in (0, 1))
        rows.append({"scenario": name, "xnet": theirs, "ours": ours, "ratio": ratio,
                     "budget": BUDGET_XNET, "verdict": verdict(ratio, BUDGET_XNET, True)})
        print(f"{name:<26}{theirs:>11,.0f}{ours:>11,.0f}{ratio:>7.2f}{BUDGET_XNET:>8}  "
              f"{rows[-1]['verdict']}", flush=True)
    return rows


def time_segments(program, xnet, rounds, turns=5):
    """Segmentation offload and receive coalescing against x/net, which has neither."""
    pairs, worst = [], 0
    for _ in range(turns):
        theirs = float(run(xnet, "segments", str(rounds)))
        ours, lost = map(float, run(program, "segments", str(rounds)).split())
        pairs.append((theirs, ours))
        worst = max(worst, lost)
    ratio = statistics.median(t / o for t, o in pairs)
    theirs, ours = (1e9 / statistics.median(p[i] for p in pairs) for i in (0, 1))
    row = {"scenario": "segments-1200-ipv4", "xnet": theirs, "ours": ours, "ratio": ratio,
           "lost": worst, "budget": BUDGET_SEGMENTS,
           "verdict": verdict(ratio, BUDGET_SEGMENTS, True) if worst < 0.01 else "over"}
    print(f"{row['scenario']:<26}{theirs:>11,.0f}{ours:>11,.0f}{ratio:>7.1f}{BUDGET_SEGMENTS:>8}  "
          f"{row['verdict']}  sent and received; lost {worst:.1%}")
    return [row]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("json")
    parser.add_argument("--xnet")
    parser.add_argument("--no-xnet")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    program = os.path.join(options.build, "bench", "ipsock-bench")
    names = run(program, "list").split()
    check_counting(program)
    result = {"counts": count_all(program, names, options.rounds),
              "rates": time_hand(program, names, options.rounds * 40)}
    if options.xnet:
        result["xnet"] = time_xnet(program, options.xnet, names, options.rounds * 6)
        result["segments"] = time_segments(program, options.xnet, options.rounds * 10)
    else:
        print(f"\nx/net: skipped: {options.no_xnet}")
        result["xnet"] = {"skipped": options.no_xnet}
    with open(options.json, "w") as file:
        json.dump(result, file, indent=1)
    rows = [row for part in result.values() if isinstance(part, list) for row in part]
    verdicts = [row[key] for row in rows for key in row if key.endswith("verdict")]
    print(f"\n{verdicts.count('ok')} within budget, {verdicts.count('over')} over, "
          f"{verdicts.count('-')} without budget")


if __name__ == "__main__":
    main()
