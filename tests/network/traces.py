# SPDX-License-Identifier: BSD-2-Clause
"""Traceroute programs on the path of routers.py: what they print, a silent router, one that answers by
hand, and what it may append."""
import contextlib
import os
import re
import struct
import subprocess
import threading
import typing

from lab import WAIT, Packet, Wire, check
from routers import NEAR
from routers import build as build_path
from routers import forget, icmp_error, say

EXAMPLE, TOOL = os.environ["IPSOCK_TRACEROUTE"], os.environ["IPSOCK_TOOL"]
TRACE = TOOL, "trace", "--wait", "5"


class Way(typing.NamedTuple):
    """A program that traces, and how it does it."""
    name: str
    words: tuple
    tool: bool = False
    icmp: bool = False
    raw: bool = False

    @property
    def impatient(self):
        """Options for a way on which somebody does not answer."""
        return ("--wait", "1") if self.tool else ()


WAYS = (
    Way("example", (EXAMPLE,)),
    Way("example_raw", (EXAMPLE, "-r"), raw=True),
    Way("udp", TRACE, tool=True),
    Way("udp_raw", (*TRACE, "--raw"), tool=True, raw=True),
    Way("icmp", (*TRACE, "--icmp"), tool=True, icmp=True),
    Way("icmp_raw", (*TRACE, "--icmp", "--raw"), tool=True, icmp=True, raw=True),
)
# Destinations that the first router drops without a word: it speaks by hand.
MUTE = {4: "10.9.3.1", 6: "2001:db8:93::1"}
# Destinations that the first two routers send to and fro.
LOOP = {4: "10.9.4.1", 6: "2001:db8:94::1"}
BACK = {4: "10.0.2.1", 6: "2001:db8:2::1"}
UNREACHABLE = {4: 3, 6: 1}
CLOSED = {4: 3, 6: 4}  # port unreachable


def build(lab):
    build_path(lab)
    for version, back in BACK.items():
        lab.r1.ip(f"-{version}", "route", "add", "blackhole", MUTE[version])
        lab.r2.ip(f"-{version}", "route", "add", LOOP[version], "via", back)
    lab.near.sysctl("net.ipv4.ping_group_range", "0 2147483647")


def each_way(function, wanted=lambda way: True):
    for version in (4, 6):
        for way in filter(wanted, WAYS):
            def one(lab, version=version, way=way):
                forget(lab)
                function(lab, version, way)
            one.__name__ = f"{function.__name__}_v{version}_{way.name}"
            check(one)


def each_way_of_the_tool(function):
    each_way(function, lambda way: way.tool)


def run(lab, *command, env=None):
    program = lab.near.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**os.environ, **(env or {})})
    out, err = program.communicate(timeout=4 * WAIT)
    return program.returncode, out, err


class Hop:
    """A line: the number, and for each probe its address and mark, or "*"."""

    def __init__(self, line):
        number, *words = re.split(r"  +", line.strip())
        self.number, self.answers, self.objects, address = int(number), [], [], None
        for word in words:
            time = re.fullmatch(r"\d+\.\d{3} ms(?: (!\S+))?", word)
            if word == "*":
                self.answers.append("*")
            elif time:
                assert address, line
                self.answers.append((address, time[1]))
            else:
                address, *objects = word.split(" <")
                self.objects += [o.rstrip(">") for o in objects]


def trace(lab, way, host, *options):
    code, out, err = run(lab, *way.words, host, *options)
    assert out, err
    return code, [Hop(line) for line in out.splitlines()], out + err


def expect(hops, *wanted, probes=3):
    """Each hop's address, or that with its mark, or "*", for each probe."""
    found = [(hop.number, hop.answers) for hop in hops]
    want = [(number, ["*" if w == "*" else w if isinstance(w, tuple) else (w, None)] * probes)
            for number, w in enumerate(wanted, 1)]
    assert found == want, (found, want)


@contextlib.contextmanager
def silent(lab, version):
    """The second router passes everything on and says nothing itself."""
    rule = "iif", "lo", "to", NEAR[version], "blackhole"
    lab.r2.ip(f"-{version}", "rule", "add", *rule)
    try:
        yield
    finally:
        lab.r2.ip(f"-{version}", "rule", "del", *rule)


class Router:
    """The first router answers packets to MUTE by hand: plan(packet) gives messages."""

    def __init__(self, lab, version, plan):
        self.lab, self.version, self.plan, self.failure = lab, version, plan, None
        self.wire = Wire(lab.r1, "one")
        self.wire.socket.settimeout(0.05)
        self.going = True
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while self.going:
            try:
                packet = Packet(self.wire.socket.recv(65536))
            except TimeoutError:
                continue
            if packet.version == self.version and packet.destination == MUTE[self.version]:
                for message in self.plan(packet):
                    say(self.lab.r1, self.version, message, NEAR[self.version])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.going = False
        self.thread.join(WAIT)
        self.wire.__exit__()


def closed(version, packet):
    return icmp_error(version, UNREACHABLE[version], CLOSED[version], 0, packet.bytes)


# What routers append, and how it is shown.
LABELS = (16001, 5, 1), (0xfffff, 0, 255)
LABELS_TEXT = "MPLS:L=16001,E=5,S=0,T=1/L=1048575,E=0,S=1,T=255"


def interface(role, *parts):
    """RFC 5837: which parts there are, from bit 3 on: index, address, name, MTU."""
    kind = role << 6 | sum(8 >> bit for bit, part in enumerate(parts) if part)
    return 2, kind, b"".join(parts)


def counted(name):
    """A name as it stands in an object: its length with that byte, padded to words."""
    padded = name + b"\0" * (-(len(name) + 1) % 4)
    return bytes([len(padded) + 1]) + padded


INDEX, IPV4 = struct.pack("!I", 7), struct.pack("!HH4B", 1, 0, 192, 0, 2, 9)
MTU = struct.pack("!I", 9000)
INTERFACES = (
    (interface(0, INDEX, IPV4, counted(b"ge-0/0/1"), MTU),
     "in, index 7, 192.0.2.9, ge-0/0/1, MTU 9000"),
    (interface(1, b"", b"", counted(b"bad \x1b]name")), "in-sub, bad??]name"),
    (interface(2, INDEX), "out, index 7"),
    (interface(3, b"", struct.pack("!HH", 2, 0) + bytes.fromhex("20010db8" + 23 * "0" + "9")),
     "next-hop, 2001:db8::9"),
)
