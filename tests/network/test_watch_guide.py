# SPDX-License-Identifier: BSD-2-Clause
"""The guide's program that follows interface changes."""
import os
import subprocess

from lab import check, until_line


def build(lab):
    lab.a = lab.host("a")


@check
def the_guide_s_program_prints_each_change(lab):
    program = lab.a.start(os.environ["IPSOCK_GUIDE_WATCH"], stdout=subprocess.PIPE)
    until_line(program, "lo has 127.0.0.1")
    lab.a.ip("link", "add", "one", "type", "veth", "peer", "name", "two")
    until_line(program, f"one ({lab.a.index('one')}) is down")
    lab.a.add("one", "192.0.2.1/24")
    until_line(program, "one has 192.0.2.1")
    lab.a.ip("link", "set", "one", "name", "other")
    until_line(program, "one is called other now")
    lab.a.ip("link", "del", "other")
    until_line(program, "other has gone")
    program.kill()
