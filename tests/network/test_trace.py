# SPDX-License-Identifier: BSD-2-Clause
"""Traceroute over three routers, the example and the command, unprivileged by the error stream and
raw: the right hops in the right order, silent and refusing routers, what routers append, errors that
are not about a probe, users without privilege; and the same answers as other programs."""
import contextlib
import os
import re
import struct
import subprocess
import tempfile
import threading

from harness import copy_for_others
from lab import WAIT, Packet, Wire, check, until
from routers import FAR, HOPS, NEAR, REFUSED
from routers import build as build_path
from routers import forget, icmp_error, label_stack, mpls_extension, objects_extension, say
from routers import time_exceeded

EXAMPLE = os.environ["IPSOCK_TRACEROUTE"]
# How: the command.
WAYS = {"stream": (EXAMPLE,), "raw": (EXAMPLE, "-r")}
# Destinations that the first router drops without a word: it speaks by hand.
MUTE = {4: "10.9.3.1", 6: "2001:db8:93::1"}
# Destinations that the first two routers send to and fro.
LOOP = {4: "10.9.4.1", 6: "2001:db8:94::1"}
BACK = {4: "10.0.2.1", 6: "2001:db8:2::1"}
EXCEEDED, UNREACHABLE, PROBLEM = {4: 11, 6: 3}, {4: 3, 6: 1}, {4: 12, 6: 4}
CLOSED = {4: 3, 6: 4}  # port unreachable


def build(lab):
    build_path(lab)
    for version, back in BACK.items():
        lab.r1.ip(f"-{version}", "route", "add", "blackhole", MUTE[version])
        lab.r2.ip(f"-{version}", "route", "add", LOOP[version], "via", back)


def each_way(function):
    for version in (4, 6):
        for way, words in WAYS.items():
            def one(lab, version=version, words=words):
                forget(lab)
                function(lab, version, words)
            one.__name__ = f"{function.__name__}_v{version}_{way}"
            check(one)


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


def trace(lab, words, host):
    code, out, err = run(lab, *words, host)
    assert out, err
    return code, [Hop(line) for line in out.splitlines()], out + err


def expect(hops, *wanted):
    """Each hop's address, mark aside, or "*", three times."""
    found = [(hop.number, hop.answers) for hop in hops]
    want = [(number, ["*" if w == "*" else w if isinstance(w, tuple) else (w, None)] * 3)
            for number, w in enumerate(wanted, 1)]
    assert found == want, (found, want)


@each_way
def es_10_hops_in_order(lab, version, words):
    code, hops, text = trace(lab, words, FAR[version])
    expect(hops, *HOPS[version][:3], FAR[version])
    assert code == 0, text


@each_way
def es_10_a_hop_that_is_the_host(lab, version, words):
    code, hops, _ = trace(lab, words, HOPS[version][0])
    expect(hops, HOPS[version][0])
    assert code == 0


@contextlib.contextmanager
def silent(lab, version):
    """The second router passes everything on and says nothing itself."""
    rule = "iif", "lo", "to", NEAR[version], "blackhole"
    lab.r2.ip(f"-{version}", "rule", "add", *rule)
    try:
        yield
    finally:
        lab.r2.ip(f"-{version}", "rule", "del", *rule)


@each_way
def es_10_a_silent_router(lab, version, words):
    with silent(lab, version):
        code, hops, _ = trace(lab, words, FAR[version])
    expect(hops, HOPS[version][0], "*", HOPS[version][2], FAR[version])
    assert code == 0


@each_way
def es_10_as_many_hops_as_it_may(lab, version, words):
    code, hops, text = trace(lab, words, LOOP[version])
    first = {HOPS[version][0], BACK[version]}  # whichever of its addresses Linux takes
    assert [hop.number for hop in hops] == list(range(1, 31)), text
    for hop in hops:
        assert len(hop.answers) == 3 and "*" not in hop.answers, text
        for address, mark in hop.answers:
            assert mark is None and (address in first if hop.number % 2 else
                                     address == HOPS[version][1]), text
    assert code == 1


@each_way
def es_10_routers_that_refuse(lab, version, words):
    marks = {"prohibit": "!X", "unreachable": {4: "!H", 6: "!N"}[version]}
    for kind, hosts in REFUSED.items():
        def refused(host=hosts[version], mark=marks[kind]):
            """Linux spares such answers: of three at least one must come."""
            code, hops, text = trace(lab, words, host)
            assert code == 1 and hops[0].answers == [(HOPS[version][0], None)] * 3, text
            said = set(hops[1].answers) - {"*"}
            assert said <= {(HOPS[version][1], mark)}, text
            return bool(said) and len(hops) == 2
        until(f"{kind} by the second router", refused)


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


@each_way
def es_12_what_routers_append(lab, version, words):
    structures = (mpls_extension(*LABELS), objects_extension(*(o for o, _ in INTERFACES)),
                  objects_extension((1, 1, label_stack((3, 0, 1))), (77, 7, b"what"), INTERFACES[2][0]))

    def plan(packet):
        if packet.hop_limit > len(structures):
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, structures[packet.hop_limit - 1])]

    with Router(lab, version, plan):
        code, hops, text = trace(lab, words, MUTE[version])
    r1 = HOPS[version][0]
    expect(hops, r1, r1, r1, r1)
    assert [hop.objects for hop in hops] == [
        [LABELS_TEXT], [t for _, t in INTERFACES], ["MPLS:L=3,E=0,S=1,T=1", "out, index 7"], []], text
    assert code == 0


@each_way
def es_12_label_stacks_of_old_routers(lab, version, words):
    def plan(packet):
        if packet.hop_limit > 1:
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, mpls_extension(*LABELS), says_length=False)]

    with Router(lab, version, plan):
        _, hops, text = trace(lab, words, MUTE[version])
    assert [hop.objects for hop in hops] == [[LABELS_TEXT], []], text


@each_way
def es_12_broken_extensions_do_not_hide_the_hop(lab, version, words):
    good = mpls_extension(*LABELS)

    def plan(packet):
        broken = {1: good[:2] + b"\x12\x34" + good[4:], 2: good[:6],
                  3: objects_extension((1, 1, b"abc"), (2, 0xcc, b"\0"))}
        if packet.hop_limit > len(broken):
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, broken[packet.hop_limit])]

    with Router(lab, version, plan):
        code, hops, text = trace(lab, words, MUTE[version])
    expect(hops, *[HOPS[version][0]] * 4)
    assert code == 0 and not any(hop.objects for hop in hops), text


# Type and code: the mark. RFC 1812 5.2.7.1, RFC 4443 3.
MARKS = {
    4: {(3, code): mark for code, mark in enumerate(
        ("!N", "!H", "!P", None, "!F-1400", "!S", "!N", "!H", "!H", "!X", "!X", "!N", "!H", "!X", "!V",
         "!C", "!<16>", "!<255>"))},
    6: {(1, 0): "!N", (1, 1): "!X", (1, 2): "!S", (1, 3): "!H", (1, 4): None, (1, 5): "!X",
        (1, 6): "!X", (1, 7): "!<7>", (2, 0): "!F-1400", (4, 1): "!<4-1>"},
}
MARKS[4][3, 255] = MARKS[4].pop((3, 17))


@each_way
def es_10_marks(lab, version, words):
    for (kind, code), mark in MARKS[version].items():
        if (version, kind) == (4, 3) and code > 15 and words == WAYS["stream"]:
            continue  # Linux does not know them, and drops them (net/ipv4/icmp.c, icmp_unreach)
        forget(lab)
        with Router(lab, version, lambda packet, k=kind, c=code: [
                icmp_error(version, k, c, 1400 if "F" in (mark or "") else 0, packet.bytes)]):
            status, hops, text = trace(lab, words, MUTE[version])
        expect(hops, (HOPS[version][0], mark))
        assert status == (0 if mark is None else 1), text


def forgeries(version, packet, raw):
    """ICMP errors that are about another packet, or about none. If one were taken for the answer,
    "!H" would show, and the trace would end."""
    def refuse(quoted):
        return icmp_error(version, UNREACHABLE[version], {4: 1, 6: 3}[version], 0, quoted)

    head = len(packet.bytes) - len(packet.transport)
    whole = packet.bytes
    address = 16 if version == 4 else 24

    def with_bytes(at, new):
        return whole[:at] + new + whole[at + len(new):]
    yield refuse(with_bytes(head, b"\x12\x34"))  # another source port
    yield refuse(with_bytes(head + 2, b"\0\x07"))  # another destination port
    yield refuse(with_bytes(address, b"\x0a\x09\x09\x09"))  # another destination
    yield refuse(with_bytes(9 if version == 4 else 6, b"\x84"))  # SCTP
    yield refuse(whole[:head + 2])  # no destination port
    yield refuse(whole[:8])  # no whole header
    yield refuse(b"")
    if raw:  # Linux reads past the version when it looks for the socket
        yield refuse(with_bytes(0, b"\x55"))
    if version == 4:
        good = refuse(whole)
        yield good[:2] + bytes([good[2] ^ 0x55]) + good[3:]  # wrong checksum
        yield good[:7]  # shorter than its header


@each_way
def es_10_errors_about_other_packets(lab, version, words):
    def plan(packet):
        yield from forgeries(version, packet, words != WAYS["stream"])
        if packet.hop_limit == 3:
            yield closed(version, packet)
        elif packet.hop_limit == 1:
            yield time_exceeded(version, packet.bytes, b"")

    with Router(lab, version, plan):
        code, hops, _ = trace(lab, words, MUTE[version])
    expect(hops, HOPS[version][0], "*", HOPS[version][0])
    assert code == 0


@check
def es_10_users_without_privilege(lab):
    """The error stream is for everybody; without raw sockets the program says what to do."""
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs")
    with tempfile.TemporaryDirectory() as place:
        program, environment = copy_for_others(EXAMPLE, place)
        for version in (4, 6):
            code, out, err = run(lab, *nobody, program, FAR[version], env=environment)
            assert code == 0, err
            expect([Hop(line) for line in out.splitlines()], *HOPS[version][:3], FAR[version])
            code, out, err = run(lab, *nobody, program, "-r", FAR[version], env=environment)
            assert code == 1 and out == "", out
            assert "(run as root, or with CAP_NET_RAW: setcap cap_net_raw+ep PROGRAM): missing " \
                "privilege" in err and "without -r it takes no privilege" in err, err
