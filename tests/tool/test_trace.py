# SPDX-License-Identifier: BSD-2-Clause
"""ipsock trace and examples/traceroute.c: command lines, and the way to this host. What routers answer
is tested in tests/network."""
import json
import os
import re

from harness import WINDOWS, check, need_ipv6, run

TOOL = os.environ["IPSOCK_TOOL"]
EXAMPLE = os.environ["IPSOCK_TRACEROUTE"]


def trace(*arguments, code=0):
    result = run(TOOL, "trace", *arguments)
    assert result.returncode == code, result
    return result


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


@check
def es_10_trace_wrong_command_lines():
    for words, said in (
            ((), "missing argument 'HOST'"),
            (("-4", "-6", "localhost"), "-4 and -6 exclude each other"),
            (("127.0.0.1", "--first-hop", "4", "--max-hops", "3"),
             "--first-hop must not be more than --max-hops"),
            (("127.0.0.1", "--mtu", "--size", "1"), "--mtu and --size exclude each other"),
            (("127.0.0.1", "--wait", "0"), "--wait: must be 0.001 or more"),
            (("127.0.0.1", "--wait", "x"), "--wait x: must be a number of seconds"),
            (("127.0.0.1", "--max-hops", "0"), "--max-hops 0: must be a number, 1 to 255"),
            (("127.0.0.1", "--max-hops", "256"), "--max-hops 256: must be"),
            (("127.0.0.1", "--first-hop", "0"), "--first-hop 0: must be"),
            (("127.0.0.1", "--queries", "11"), "--queries 11: must be a number, 1 to 10"),
            (("127.0.0.1", "--port", "0"), "--port 0: must be a number, 1 to 60000"),
            (("127.0.0.1", "--size", "65500"), "--size 65500: must be a number, 0 to 65499"),
            (("127.0.0.1", "--traffic-class", "AF5"), "--traffic-class AF5: must be"),
            (("127.0.0.1", "--source", "here"), "--source here: must be an IP address"),
            (("224.0.0.1",), "a group has no single way to it")):
        result = trace(*words, code=2)
        assert result.stdout == "" and said in result.stderr, (words, result)


@check
def es_10_trace_what_cannot_be_had():
    result = trace("no-such-host.invalid", code=1)
    assert result.stdout == "" and "ipsock trace: no-such-host.invalid: " in result.stderr, result
    result = trace("127.0.0.1", "--interface", "no-such-if", code=1)
    assert "ipsock trace: no-such-if: no such interface" in result.stderr, result
    result = trace("127.0.0.1", "-6", code=1)
    assert "ipsock trace: 127.0.0.1 as IPv6: " in result.stderr, result
    result = trace("127.0.0.1", "--source", "192.0.2.1", code=1)
    assert "address not available" in result.stderr, result


def tool_of_this_host(host):
    result = trace(host)
    assert re.fullmatch(rf" 1  {host}(  \d+\.\d{{3}} ms){{3}}\n", result.stdout), result
    length = 80 if ":" in host else 60
    assert result.stderr == (
        f"tracing {host} by UDP, at most 30 hops, 3 probes of {length} bytes to each"
        f"{', errors on a raw endpoint' if WINDOWS else ''}\n"
        f"{host} reached in 1 hop: 3 sent, 3 answered\n"), result
    *found, summary = map(json.loads, trace(host, "--json", "--queries", "1").stdout.splitlines())
    assert [(e["hop"], e["query"], e["peer"]) for e in found] == [(1, 1, host)], found
    assert summary["reached"] and "mtu" not in summary, summary
    interfaces = json.loads(run(TOOL, "interfaces", "--json").stdout)
    mtu = min(next(i["mtu"] for i in interfaces if "loopback" in i["flags"]), 65535)
    result = trace(host, "--mtu")
    assert f"1 probe of {mtu} bytes" in result.stderr, result
    assert result.stderr.endswith(f", path MTU {mtu}\n"), result


@check
def es_10_trace_this_host():
    tool_of_this_host("127.0.0.1")


@check
def es_10_trace_this_host_ipv6():
    need_ipv6()
    tool_of_this_host("::1")
