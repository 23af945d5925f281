# SPDX-License-Identifier: BSD-2-Clause
"""Counts what ipsock-bench's measured functions execute. Used by bench/report.py and
tests/instructions/check.

One run of callgrind plays all that is asked for. Collecting is on from the entry of a function whose
name begins with "measured_" to its return; each return from end_part closes a part: of what comes
once, which is thrown away, and of the rounds that count."""
import glob
import os
import re
import subprocess
import tempfile

ALLOCATORS = re.compile(r"^(malloc|calloc|realloc|memalign|aligned_alloc|posix_memalign|mmap|sbrk|brk)$")


class Failed(Exception):
    """A program of ours, or callgrind, did not do what it should."""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


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


def part(path):
    """(instructions, system calls, allocators) of a part; zeros at the end of a line are left out,
    and the line "summary" counts some system calls twice."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    figures = re.findall(r"^totals: (.*)$", text, re.M)[-1].split() + ["0", "0"]
    return int(figures[0]), int(figures[1]), sorted(filter(ALLOCATORS.match, executed(text)))


def count(program, *arguments, **environment):
    """{(scenario, player): {instructions, system_calls, allocators}}, the figures a packet, of
    "ipsock-bench ARGUMENTS"; in the order played."""
    with tempfile.TemporaryDirectory() as work:
        out = os.path.join(work, "part")
        # Symbols are looked up before, not on the way.
        played = run("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
                     "--collect-systime=yes", "--toggle-collect=measured_*",
                     "--dump-after=end_part", program, *arguments,
                     env=dict(os.environ, LD_BIND_NOW="1", **environment)).splitlines()
        if len(glob.glob(out + ".*")) != 2 * len(played):
            raise Failed(f"callgrind wrote other than two parts for each of {len(played)} lines")
        result = {}
        for i, line in enumerate(played):
            scenario, player, packets = line.split()
            instructions, calls, allocators = part(f"{out}.{2 * i + 2}")
            result[scenario, player] = {"instructions": instructions / int(packets),
                                        "system_calls": calls / int(packets),
                                        "allocators": allocators}
    return result


def check(program):
    """A function that allocates once and calls the system twice must be counted as just that; an
    allocation may make a system call of its own."""
    for counted in count(program, "selfcheck", "64").values():
        if not (counted["instructions"] > 0 and 2 <= counted["system_calls"] < 2.1 and
                "malloc" in counted["allocators"]):
            raise Failed(f"callgrind counts wrongly: {counted}")
