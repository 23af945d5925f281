# SPDX-License-Identifier: BSD-2-Clause
"""examples/traceroute.c: command lines, and the way to this host. What routers answer is tested in
tests/network."""
import os
import re

from harness import check, need_ipv6, run

EXAMPLE = os.environ["IPSOCK_TRACEROUTE"]


@check
def es_10_example_wrong_command_lines():
    for words in ((), ("a", "b"), ("-r",) * 3, ("-r", "a", "b"), ("-x", "127.0.0.1"),
                  ("127.0.0.1", "-r")):
        result = run(EXAMPLE, *words)
        assert result.returncode == 2 and result.stdout == "", (words, result)
        assert result.stderr == "Usage: traceroute [-r] HOST\n", result


@check
def es_10_example_names_that_do_not_exist():
    result = run(EXAMPLE, "no-such-host.invalid")
    assert result.returncode == 1 and result.stdout == "", result
    assert result.stderr.startswith("traceroute: no-such-host.invalid: "), result


def of_this_host(host):
    result = run(EXAMPLE, host)
    assert result.returncode == 0 and result.stderr == "", result
    assert re.fullmatch(rf" 1  {host}(  \d+\.\d{{3}} ms){{3}}\n", result.stdout), result


@check
def es_10_example_this_host():
    of_this_host("127.0.0.1")


@check
def es_10_example_this_host_ipv6():
    need_ipv6()
    of_this_host("::1")
