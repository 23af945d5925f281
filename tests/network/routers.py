# SPDX-License-Identifier: BSD-2-Clause
"""A path of three routers, both families, the link between the second and the third narrower:

    near --one-- r1 --two-- r2 --three-- r3 --four-- far

Link n is 10.0.n.0/24 and 2001:db8:n::/64, the host on its left .1, the one on its right .2. And
what a router says that labels packets, which Linux does not: an ICMP error made by hand.
"""
import socket
import struct

from lab import checksum

NARROW = 1400
LINKS = ("one", "two", "three", "four")
FAR = {4: "10.0.4.2", 6: "2001:db8:4::2"}
# What each router answers for: the address on the side of near.
HOPS = {4: ["10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.4.2"],
        6: ["2001:db8:1::2", "2001:db8:2::2", "2001:db8:3::2", "2001:db8:4::2"]}
NEAR = {4: "10.0.1.1", 6: "2001:db8:1::1"}
# Destinations that the second router refuses: how its route says so.
REFUSED = {"prohibit": {4: "10.9.1.1", 6: "2001:db8:91::1"},
           "unreachable": {4: "10.9.2.1", 6: "2001:db8:92::1"}}


def addresses(number, end):
    return f"10.0.{number}.{end}/24", f"2001:db8:{number}::{end}/64"


def build(lab):
    lab.path = [lab.host(name) for name in ("near", "r1", "r2", "r3", "far")]
    lab.near, lab.r1, lab.r2, lab.r3, lab.far = lab.path
    for number, (link, left, right) in enumerate(zip(LINKS, lab.path, lab.path[1:]), 1):
        lab.cable(left, right, link, NARROW if link == "three" else 1500)
        left.add(link, *addresses(number, 1), "fe80::1/64")
        right.add(link, *addresses(number, 2), "fe80::2/64")
    for place, host in enumerate(lab.path):
        for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            host.sysctl(name, int(0 < place < 4))
        # Neither a limit of its own nor that of the whole machine, which others use up too: of IPv4
        # no type is limited, of IPv6 one that is not in use.
        for name in ("net.ipv4.icmp_ratelimit", "net.ipv6.icmp.ratelimit",
                     "net.ipv4.icmp_ratemask", "net.ipv6.icmp.ratemask"):
            host.sysctl(name, 0)
        if place < 4:
            host.ip("route", "add", "default", "via", f"10.0.{place + 1}.2")
            host.ip("-6", "route", "add", "default", "via", f"2001:db8:{place + 1}::2")
        for number in range(1, place):
            host.ip("route", "add", f"10.0.{number}.0/24", "via", f"10.0.{place}.1")
            host.ip("-6", "route", "add", f"2001:db8:{number}::/64", "via", f"2001:db8:{place}::1")
    for kind, hosts in REFUSED.items():
        lab.r2.ip("route", "add", kind, hosts[4] + "/32")
        lab.r2.ip("-6", "route", "add", kind, hosts[6] + "/128")


def forget(lab):
    """What hosts have learned of paths."""
    for host in lab.path:
        host.ip("route", "flush", "cache")
        host.ip("-6", "route", "flush", "cache")


def label_stack(*labels):
    """RFC 4950: a stack of (label, class, hops)."""
    return b"".join(
        struct.pack("!I", label << 12 | traffic << 9 | (i == len(labels) - 1) << 8 | hops)
        for i, (label, traffic, hops) in enumerate(labels))


def mpls_extension(*labels):
    """A label stack as routers append it."""
    return objects_extension((1, 1, label_stack(*labels)))


def objects_extension(*objects):
    """RFC 4884: the structure with objects in it, each of class, type and payload."""
    structure = b"\x20\0\0\0" + b"".join(
        struct.pack("!HBB", 4 + len(payload), *kind) + payload for *kind, payload in objects)
    return structure[:2] + struct.pack("!H", checksum(structure)) + structure[4:]


def icmp_error(version, kind, code, rest, quoted):
    """An ICMP error without extensions; rest is the second word of its header."""
    message = struct.pack("!BBHI", kind, code, 0, rest) + quoted
    if version == 4:
        message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    return message


def time_exceeded(version, quoted, extension, says_length=True):
    """The ICMP message about a quoted packet, padded to 128 bytes. Old routers do not say its
    length. The checksum of IPv6 is left to the kernel."""
    quoted = quoted[:128].ljust(128, b"\0")
    if version == 4:
        body = struct.pack("!BBH", 0, 32 if says_length else 0, 0) + quoted + extension
        return struct.pack("!BBH", 11, 0, checksum(b"\x0b\0\0\0" + body)) + body
    body = struct.pack("!BBH", 16 if says_length else 0, 0, 0) + quoted + extension
    return b"\x03\0\0\0" + body


def say(host, version, message, to):
    """Sends an ICMP message from a router."""
    if version == 4:
        made = host.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    else:
        made = host.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    with made:
        made.sendto(message, (to, 0))
