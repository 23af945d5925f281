#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/windows/ssm.py LINUX WINDOWS

The command ipsock, built for Linux, and built for Windows and linked with the model, exchange a
source-specific group on the loopback interface: one process of Linux and two of Wine listen, each to
its sources; both systems send. A source that was not asked for must not be heard, which the next
packet that was asked for shows."""
import json
import os
import pathlib
import random
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
GROUP = "232.1.2.3"
PATIENCE = 30  # seconds


def command(where, tools):
    return [tools[0]] if where == "linux" else [HERE / "wine", tools[1]]


class Listener:
    """Hears count packets of these sources."""
    def __init__(self, name, tool, port, sources, count):
        self.name = name
        words = ["listen", "%s:%d" % (GROUP, port), "--interface", "lo", "--json",
                 "--count", str(count), "--timeout", str(PATIENCE)]
        for source in sources:
            words += ["--source", source]
        self.process = subprocess.Popen(tool + words, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        for line in self.process.stderr:  # it joins, then says so
            self.said += line
            if line.startswith("joined"):
                break
        self.rest = threading.Thread(target=self.process.stderr.read)
        self.rest.start()

    def heard(self):
        output, _ = self.process.communicate(timeout=PATIENCE + 10)
        return [(packet["peer"].rsplit(":", 1)[0], packet["preview"])
                for packet in map(json.loads, output.splitlines())]


def exchange(tools):
    port = random.randrange(20000, 30000)
    one, other = "127.0.0.2", "127.0.0.3"
    senders = [("linux", other, "a"), ("linux", one, "b"), ("windows", other, "c"),
               ("windows", one, "d"), ("linux", other, "e"), ("linux", one, "f")]
    wanted = {"linux": [one], "windows one": [one], "windows other": [other],
              "windows both": [one, other]}
    right = {name: [(source, text) for _, source, text in senders if source in sources]
             for name, sources in wanted.items()}
    listeners = [Listener(name, command(name.split()[0], tools), port, sources, len(right[name]))
                 for name, sources in wanted.items()]
    for where, source, text in senders:
        subprocess.run(command(where, tools) + ["send", "%s:%d" % (GROUP, port), "--interface", "lo",
                                                "--source", source, "--data", text],
                       check=True, stderr=subprocess.DEVNULL, timeout=PATIENCE)
    for listener in listeners:
        yield listener.name, listener.said, listener.heard(), right[listener.name]


def main():
    bad = False
    for name, said, heard, right in exchange([os.path.abspath(path) for path in sys.argv[1:3]]):
        case = "v4_mc_05 source-specific group, %s" % name
        good = heard == right
        bad |= not good
        print("[ RUN      ] %s" % case)
        if not good:
            print("%sheard %s\nright %s" % (said, heard, right))
        print("[%s] %s" % ("       OK " if good else "  FAILED  ", case))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
