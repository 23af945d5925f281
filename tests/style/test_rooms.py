#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whether rooms.py sees what it is there for: houses of a few files, and what it must say of each."""
import pathlib
import subprocess
import sys
import tempfile

RULE = pathlib.Path(__file__).resolve().parent / "rooms.py"
CALLED = "int ipsk_low(int a)\n{\n    return a;\n}\n"
DECLARED = "int ipsk_low(int a);\n"

# What it says, or None; the files below src.
HOUSES = {
    "downwards": (None, {
        "core/codec/low.h": DECLARED, "core/codec/low.c": '#include "core/codec/low.h"\n' + CALLED,
        "core/life/high.c": '#include "core/codec/low.h"\nint ipsk_high(void)\n{\n    return ipsk_low(1);\n}\n'}),
    "an include upwards": ("src/core/codec/low.c:1: core/life/high.h, of the room above", {
        "core/life/high.h": "int ipsk_high(void);\n", "core/codec/low.c": '#include "core/life/high.h"\n'}),
    "a call upwards without an include": ("src/core/codec/low.c:4: core/life/high.c, of the room above", {
        "core/life/high.c": "int ipsk_high(void)\n{\n    return 1;\n}\n",
        "core/codec/low.c": "int ipsk_high(void);\nint ipsk_low(void)\n{\n    return ipsk_high();\n}\n"}),
    "a call in a macro": ("src/core/codec/low.h:2: core/life/high.c, of the room above", {
        "core/life/high.c": "int ipsk_high(void)\n{\n    return 1;\n}\n",
        "core/codec/low.h": "#define IPSK_LOW(a) \\\n    (ipsk_high() + (a))\n"}),
    "a word in a comment, a text, a struct": (None, {
        "core/life/high.c": "int ipsk_high(void)\n{\n    return 1;\n}\n",
        "core/codec/low.c": 'int ipsk_low(struct ipsk_high *a)\n{\n    /* ipsk_high() */\n    struct ipsk_high *b = a;'
                            '\n    return b == "ipsk_high()";\n}\n'}),
    "a circle in a room": ("a circle:", {
        "core/codec/one.c": "int ipsk_one(void)\n{\n    return ipsk_two();\n}\n",
        "core/codec/two.c": "int ipsk_two(void)\n{\n    return ipsk_one();\n}\n"}),
    "a contract that a system fulfils": (None, {
        "core/endpoint/backend.h": DECLARED, "posix/low.c": CALLED,
        "core/life/high.c": "int ipsk_high(void)\n{\n    return ipsk_low(1);\n}\n"}),
    "a contract that a room above fulfils": ("ipsk_low is declared in core/endpoint/backend.h and defined in", {
        "core/endpoint/backend.h": DECLARED, "core/life/low.c": CALLED,
        "core/option/user.c": "int ipsk_user(void)\n{\n    return ipsk_low(1);\n}\n"}),
    "a system that leans on the engine": ("src/posix/low.c:1: core/traffic/batch.h, of the room above", {
        "core/traffic/batch.h": DECLARED, "posix/low.c": '#include "core/traffic/batch.h"\n'}),
    "a file in no room": ("core/lost.c lies in no room", {
        "core/lost.c": "int ipsk_lost(void)\n{\n    return ipsk_lost();\n}\n"}),
}


def verdict(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, "src", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, "-B", str(RULE), root], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout


def main():
    bad = 0
    for name, (fault, files) in HOUSES.items():
        code, text = verdict(files)
        if (code != 0) != (fault is not None) and not (fault is None and "0 faults" in text):
            bad += 1
            print("%s: status %d\n%s" % (name, code, text))
        elif fault is not None and fault not in text:
            bad += 1
            print("%s: not told: %s\n%s" % (name, fault, text))
    print("%d houses, %d judged wrongly" % (len(HOUSES), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
