# SPDX-License-Identifier: BSD-2-Clause
"""ipsock ping over two routers, beside the ping of iputils: the same replies from the same hosts with
the same hop limits; what routers say about requests that do not arrive; who may ping."""
import json
import os
import re
import subprocess

from lab import WAIT, Skip, check, need, until

REFUSAL = ("ping socket (let net.ipv4.ping_group_range hold a group of yours, or run with "
           "CAP_NET_RAW): missing privilege")
TOOL = os.environ.get("IPSOCK_TOOL", "")
HERE4, THERE4, FIRST4, SECOND4 = "192.0.2.1", "203.0.113.2", "192.0.2.254", "198.51.100.2"
HERE6, THERE6 = "2001:db8:1::1", "2001:db8:3::2"
FIRST6, SECOND6 = "2001:db8:1::fe", "2001:db8:2::2"
NOBODY4, NOBODY6 = "203.0.113.99", "2001:db8:3::99"
NOWHERE4, NOWHERE6 = "10.9.9.9", "2001:db8:9::9"


def build(lab):
    """here - first - second - there"""
    lab.here, lab.first = lab.host("here"), lab.host("first")
    lab.second, lab.there = lab.host("second"), lab.host("there")
    lab.cable(lab.here, lab.first, "left")
    lab.cable(lab.first, lab.second, "middle")
    lab.cable(lab.second, lab.there, "right", mtu=1400)
    lab.here.add("left", "192.0.2.1/24", "2001:db8:1::1/64", "fe80::1/64")
    lab.first.add("left", "192.0.2.254/24", "2001:db8:1::fe/64", "fe80::2/64")
    lab.first.add("middle", "198.51.100.1/24", "2001:db8:2::1/64", "fe80::1/64")
    lab.second.add("middle", "198.51.100.2/24", "2001:db8:2::2/64", "fe80::2/64")
    lab.second.add("right", "203.0.113.254/24", "2001:db8:3::fe/64", "fe80::1/64")
    lab.there.add("right", "203.0.113.2/24", "2001:db8:3::2/64", "fe80::2/64")
    for router in (lab.first, lab.second):
        router.sysctl("net.ipv4.ip_forward", 1)
        router.sysctl("net.ipv6.conf.all.forwarding", 1)
        # Errors are rationed; not here, but for IPv4's "no route", of which five come at once.
        router.sysctl("net.ipv4.icmp_ratemask", 0)
        router.sysctl("net.ipv6.icmp.ratelimit", 0)
    lab.here.ip("route", "add", "default", "via", FIRST4)
    lab.here.ip("-6", "route", "add", "default", "via", FIRST6)
    lab.first.ip("route", "add", "203.0.113.0/24", "via", SECOND4)
    lab.first.ip("-6", "route", "add", "2001:db8:3::/64", "via", SECOND6)
    lab.second.ip("route", "add", "192.0.2.0/24", "via", "198.51.100.1")
    lab.second.ip("-6", "route", "add", "2001:db8:1::/64", "via", "2001:db8:2::1")
    lab.there.ip("route", "add", "default", "via", "203.0.113.254")
    lab.there.ip("-6", "route", "add", "default", "via", "2001:db8:3::fe")
    allow(lab, True)


def allow(lab, on):
    lab.here.sysctl("net.ipv4.ping_group_range", "0 2147483647" if on else "1 0")


def run(lab, *command):
    program = lab.here.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = program.communicate(timeout=WAIT)
    return program.returncode, out, err


def events(lab, *arguments):
    code, out, err = run(lab, TOOL, "ping", "--json", "--interval", "0.02", *arguments)
    found = [json.loads(line) for line in out.splitlines()]
    assert found and found[-1]["event"] == "summary", (code, out, err)
    return code, found[:-1], found[-1]


def warm(lab):
    """Neighbours are found and routes are used, so that nothing later waits for it."""
    for host in (THERE4, THERE6):
        until(f"the way to {host}", lambda h=host: events(lab, h, "--count", "1")[0] == 0)


@check
def ping_01_as_iputils(lab):
    """The same replies, name by name."""
    need("ping")
    warm(lab)
    for host, hops in ((THERE4, 62), (FIRST4, 64), (SECOND4, 63), (THERE6, 62), (SECOND6, 63)):
        code, out, err = run(lab, "ping", "-n", "-c", "3", "-i", "0.02", host)
        assert code == 0, (out, err)
        theirs = re.findall(r"64 bytes from (\S+): icmp_seq=(\d+) ttl=(\d+)", out)
        for kind in ((), ("--raw",)):
            code, found, summary = events(lab, host, "--count", "3", *kind)
            ours = [(e["peer"], str(e["sequence"]), str(e["hop_limit"])) for e in found]
            assert code == 0 and ours == theirs, (ours, theirs)
            assert {e["hop_limit"] for e in found} == {hops}, found
            assert (summary["sent"], summary["received"]) == (3, 3), summary


def expect_error(lab, arguments, offender, name, code, count=2):
    """The same on the system's ping socket, on a raw one underneath, and on a raw endpoint."""
    for closed, kind in ((False, ()), (True, ()), (False, ("--raw",))):
        allow(lab, not closed)
        exit_code, found, summary = events(lab, *arguments, "--count", str(count), "--timeout", "8", *kind)
        assert exit_code == 1, found
        assert {e["event"] for e in found} == {"error"}, (kind, closed, found)
        assert [(e["event"], e["sequence"], e["peer"], e["name"], e["code"]) for e in found] == [
            ("error", n, offender, name, code) for n in range(1, count + 1)], (kind, found)
        assert (summary["sent"], summary["received"], summary["errors"]) == (count, 0, count), summary
    allow(lab, True)


@check
def ping_08_time_exceeded(lab):
    warm(lab)
    expect_error(lab, (THERE4, "--hop-limit", "1"), FIRST4, "time exceeded", 0)
    expect_error(lab, (THERE4, "--hop-limit", "2"), SECOND4, "time exceeded", 0)
    expect_error(lab, (THERE6, "--hop-limit", "1"), FIRST6, "time exceeded", 0)
    expect_error(lab, (THERE6, "--hop-limit", "2"), SECOND6, "time exceeded", 0)
    for host in (THERE4, THERE6):
        code, found, _ = events(lab, host, "--count", "1", "--hop-limit", "3")
        assert code == 0 and found[0]["event"] == "reply", found


@check
def ping_08_unreachable(lab):
    expect_error(lab, (NOWHERE4,), FIRST4, "destination unreachable", 0, count=1)
    expect_error(lab, (NOWHERE6,), FIRST6, "destination unreachable", 0)
    code, out, err = run(lab, TOOL, "ping", NOWHERE4, "--count", "1")
    assert code == 1 and re.search(
        rf"\+[\d.]+  {FIRST4}  destination unreachable \(type 3, code 0\)  seq=1\n", out), out
    assert "1 sent, 0 received, 1 lost (100.0 %), 1 with an ICMP error" in err, err


@check
def ping_08_too_big(lab):
    """The last link is narrow: its router says so once, and what follows goes in fragments."""
    warm(lab)
    for host, router, name, code in ((THERE4, SECOND4, "destination unreachable", 4),
                                     (THERE6, SECOND6, "packet too big", 0)):
        for closed, kind in ((False, ()), (True, ()), (False, ("--raw",))):
            allow(lab, not closed)
            lab.here.ip("-6" if ":" in host else "-4", "route", "flush", "cache")
            _, found, summary = events(lab, host, "--count", "2", "--size", "1420", "--interval",
                                       "0.3", "--timeout", "8", *kind)
            error, reply = found
            assert (error["event"], error["sequence"], error["peer"], error["name"], error["code"],
                    error["mtu"]) == ("error", 1, router, name, code, 1400), (kind, error)
            assert (reply["event"], reply["sequence"], reply["length"]) == ("reply", 2, 1428), reply
            assert (summary["lost"], summary["errors"]) == (1, 1), summary
    allow(lab, True)


@check
def ping_08_other_programs_errors_are_not_ours(lab):
    """While one program's requests die on the way, another's are answered."""
    warm(lab)
    for kind in ((), ("--raw",)):
        for closed in (False, True):
            allow(lab, not closed)
            noise = lab.here.start(TOOL, "ping", THERE4, "--hop-limit", "1", "--count", "30",
                                   "--interval", "0.01", *kind, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
            code, found, summary = events(lab, THERE4, "--count", "10", *kind)
            noise.communicate(timeout=WAIT)
            assert code == 0 and summary["errors"] == 0, (found, summary)
            assert [e["event"] for e in found] == ["reply"] * 10, found
    allow(lab, True)


def as_nobody(lab, *arguments):
    return run(lab, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", TOOL, "ping",
               *arguments)


@check
def ping_02_users(lab):
    """A user in the group range, outside of it, and one group in it."""
    allow(lab, True)
    warm(lab)
    if not os.access(TOOL, os.X_OK) or run(lab, "setpriv", "--reuid=65534", "--regid=65534",
                                           "--clear-groups", TOOL, "version")[0] != 0:
        raise Skip("a user without privilege cannot run what was built here")
    for host in (THERE4, THERE6):
        code, out, err = as_nobody(lab, host, "--count", "1")
        assert code == 0 and "1 sent, 1 received" in err, (out, err)
        code, out, err = as_nobody(lab, host, "--count", "1", "--raw")
        assert code == 1 and "CAP_NET_RAW" in err, err
        for groups, may in (("1 0", False), ("0 65533", False), ("65534 65534", True)):
            lab.here.sysctl("net.ipv4.ping_group_range", groups)
            code, out, err = as_nobody(lab, host, "--count", "1")
            if may:
                assert code == 0, err
            else:
                assert code == 1 and out == "", out
                assert REFUSAL in err, err
        allow(lab, True)


@check
def ping_does_not_fragment(lab):
    """What the path does not take a router says, each time; what this host's link does not, the host."""
    warm(lab)
    for host, router, header, name in ((THERE4, SECOND4, 28, "destination unreachable"),
                                       (THERE6, SECOND6, 48, "packet too big")):
        fits, limit = str(1400 - header), str(1401 - header)
        assert events(lab, host, "-c1", "--dont-fragment", "-s", fits)[0] == 0
        for _ in range(2):  # what the system has learned of the path meanwhile does not count
            code, found, summary = events(lab, host, "-c2", "--dont-fragment", "-s", limit)
            assert code == 1 and summary["errors"] == 2 and summary["refused"] == 0, (found, summary)
            assert [event["peer"] for event in found] == [router] * 2, found
            assert {(event["name"], event["mtu"]) for event in found} == {(name, 1400)}, found
        code, out, err = run(lab, TOOL, "ping", host, "-c1", "--dont-fragment", "-s", str(1501 - header))
        assert code == 1 and "message too large" in err and "1 lost" in err, (out, err)
