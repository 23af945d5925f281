#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tests/style/workflows.py FILE: what a workflow calls is in the tree: commands, parts of ci/test,
presets; and every job but one that only waits begins with the support report."""
import json
import os
import re
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def presets():
    with open(os.path.join(ROOT, "CMakePresets.json"), encoding="utf-8") as file:
        return {p["name"] for p in json.load(file)["configurePresets"] if not p.get("hidden")}


def parts():
    with open(os.path.join(ROOT, "ci/test"), encoding="utf-8") as file:
        return set(re.search(r"known=\((.*?)\)", file.read()).group(1).split())


def lines_of(job):
    """Command lines, with each value of the matrix in its place."""
    matrix = job.get("strategy", {}).get("matrix", {})
    for step in job["steps"]:
        for line in (step.get("run") or step.get("with", {}).get("run", "")).splitlines():
            found = re.search(r"\$\{\{ matrix\.(\w+) \}\}", line)
            for value in matrix[found.group(1)] if found else [""]:
                yield line.replace(found.group(0), str(value)) if found else line


def wrong(line):
    words = line.removeprefix("sudo ").split()
    if not words:
        return None
    if words[0].startswith("ci/") and not os.access(os.path.join(ROOT, words[0]), os.X_OK):
        return "no such command"
    if words[0] == "ci/test" and not set(words[1:]) <= parts() | {"--all"}:
        return "no such part"
    found = re.search(r"--preset (\S+)", line)
    return "no such preset" if found and found.group(1) not in presets() else None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = yaml.safe_load(file)["jobs"]
    faults = []
    for name, job in jobs.items():
        lines = [line.strip() for line in lines_of(job) if line.strip()]
        faults += [f"{name}: {line}: {wrong(line)}" for line in lines if wrong(line)]
        if not any("ci/caps" in line or "ipsock.exe caps" in line for line in lines):
            faults.append(f"{name}: no support report")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
