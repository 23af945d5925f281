# SPDX-License-Identifier: BSD-2-Clause
"""Many memberships: the system's limits, a thousand groups on one endpoint, and what the library
itself spends on a packet, counted in instructions, with one and with a thousand."""
import ipaddress
import os
import re
import socket
import struct
import tempfile

from lab import HEARD, POSSIBLE, WAIT, Skip, host_port, need
from multicast import PORT, Sender, build_bridges, each_family, hears, listener

MANY = 1000
PACKETS = 100  # of a measurement; twice as many fit the receive buffer
TOLERANCE = 1.02


def build(lab):
    build_bridges(lab, sender_links=("east",))


def first_of_many(family):
    return "233.252.1.0" if family.name == "v4" else "ff15::1:0"


def group_number(family, number):
    return str(ipaddress.ip_address(first_of_many(family)) + number)


def raise_limits(lab, family):
    if family.name == "v4":
        lab.receiver.sysctl("net.ipv4.igmp_max_memberships", 2 * MANY)
        return
    try:  # of the namespace since Linux 6.8
        lab.receiver.sysctl("net.core.optmem_max", 1 << 20)
    except FileNotFoundError:
        pass


@each_family("18", "06")
def a_limit_reached_is_told_and_changes_nothing(lab, family):
    if family.name == "v6":
        try:
            lab.receiver.sysctl("net.core.optmem_max", 4096)
        except FileNotFoundError:
            raise Skip("net.core.optmem_max is not the namespace's own") from None
    else:
        lab.receiver.sysctl("net.ipv4.igmp_max_memberships", 20)
    driver = listener(lab.receiver, family)
    joined = 0
    while joined < MANY:
        got = driver(f"join s group={group_number(family, joined)} on=east")
        if got.code != "IPSOCK_OK":
            break
        joined += 1
    assert got.code == "IPSOCK_ENOBUFS", got.line
    assert joined == 20 or family.name == "v6", joined
    beyond, last = group_number(family, joined), group_number(family, joined - 1)
    driver.error(f"leave s group={beyond} on=east", "IPSOCK_ENOTMEMBER")
    driver.error(f"join s group={last} on=east", "IPSOCK_EMEMBER")
    driver.ok(f"leave s group={last} on=east")
    driver.ok(f"join s group={beyond} on=east")
    a = Sender(lab.a, family.a)
    a.send(last, "left")
    a.send(beyond, "joined")
    hears(driver, "joined")


@each_family("18", "06")
def too_many_sources_are_refused(lab, family):
    """igmp_max_msf and mld_max_msf, which are 10 and 64."""
    group = family.ssm + "1"
    raise_limits(lab, family)
    sources = [str(ipaddress.ip_address(family.a) + number) for number in range(100)]
    driver = listener(lab.receiver, family)
    taken = 0
    for source in sources:
        got = driver(f"joinsource s group={group} source={source} on=east")
        if got.code != "IPSOCK_OK":
            break
        taken += 1
    assert got.code == "IPSOCK_ENOBUFS" and taken >= 10, got.line
    driver.error(f"leavesource s group={group} source={sources[taken]} on=east",
                 "IPSOCK_ENOTMEMBER")
    driver.ok(f"leavesource s group={group} source={sources[taken - 1]} on=east")
    driver.ok(f"joinsource s group={group} source={sources[taken]} on=east")
    Sender(lab.a, family.a).send(group, "first")
    hears(driver, "first")


@each_family("18", "06")
def a_thousand_groups_on_one_endpoint(lab, family):
    raise_limits(lab, family)
    driver = listener(lab.receiver, family, "reuse,strict")
    first = first_of_many(family)
    a = Sender(lab.a, family.a)
    for _ in range(2):
        driver.ok(f"join s group={first} on=east count={MANY}")
        for number in (0, 1, 255, 256, MANY // 2, MANY - 1):
            a.send(group_number(family, number), str(number))
            got = driver.ok("recv s")
            assert got["destination"] == group_number(family, number), got.line
        driver.ok(f"leave s group={first} on=east count={MANY}")
    driver.error(f"leave s group={first} on=east", "IPSOCK_ENOTMEMBER")


class Witness:
    """A plain socket that hears the same packets: when it has them all, so has the endpoint."""

    def __init__(self, lab, family, raw, groups):
        kind = (socket.SOCK_RAW, 253) if raw else (socket.SOCK_DGRAM, 0)
        six = family.name == "v6"
        self.socket = lab.receiver.socket(socket.AF_INET6 if six else socket.AF_INET, *kind)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((family.wildcard, 0 if raw else PORT))
        index = lab.receiver.index("east")
        for group in groups:
            bits = ipaddress.ip_address(group).packed
            if six:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                                       bits + struct.pack("=I", index))
            else:
                self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                       bits + struct.pack("=4xI", index))

    def has_heard(self, count):
        for _ in range(count):
            self.socket.recv(2048)
        self.socket.close()


def instructions(lab, family, raw, call, memberships):
    """Of the library's receive calls that take PACKETS wanted packets. On a raw endpoint as many
    come that another socket's memberships bring."""
    words = "kind=raw protocol=253" if raw else ""
    port = 0 if raw else PORT
    groups = [group_number(family, number * memberships // PACKETS) for number in range(PACKETS)]
    unwanted = group_number(family, 2 * MANY)
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "callgrind")
        # Names are resolved beforehand, or the first packets would pay for it.
        driver = lab.receiver.driver("env", "LD_BIND_NOW=1", "valgrind", "-q", "--tool=callgrind",
                                     f"--callgrind-out-file={out}",
                                     f"--toggle-collect=ipsock_{call}")
        driver.ok(f"open s {words} local={host_port(family.wildcard, port)} flags=reuse,strict "
                  f"receive={HEARD}")
        driver.ok(f"join s group={first_of_many(family)} on=east count={memberships}")
        witness = Witness(lab, family, raw, sorted({*groups, unwanted}))
        a = lab.a.driver()
        a.ok(f"open s {words} local={host_port(family.a, 0)} send={POSSIBLE}")
        a.ok("mset s on=east")
        for group in groups:
            a.ok(f"send s peer={host_port(unwanted, port)} data=x")
            a.ok(f"send s peer={host_port(group, port)} data=y")
        witness.has_heard(2 * PACKETS)
        received = 0
        while received < PACKETS:
            got = driver.ok("recv s" if call == "recv" else f"recvbatch s count={PACKETS}")
            received += len(got.parts) or 1
        driver.process.stdin.close()
        driver.process.wait(WAIT)
        with open(out, encoding="utf-8") as file:
            return int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M).group(1))


def expect_flat(lab, family, raw, call):
    need("valgrind")
    if os.environ.get("IPSOCK_SANITIZE", "none") != "none":
        raise Skip("valgrind and sanitizers do not go together")
    raise_limits(lab, family)
    one, many = (instructions(lab, family, raw, call, count) for count in (1, MANY))
    print(f"{one / PACKETS:.1f} instructions a packet with 1 membership, {many / PACKETS:.1f} with "
          f"{MANY}, by {max(one, many) / min(one, many):.4f}")
    assert one > 10 * PACKETS and max(one, many) <= TOLERANCE * min(one, many), (one, many)


def add_costs():
    for raw in (False, True):
        for call in ("recv", "recv_batch"):
            def cost(lab, family, raw=raw, call=call):
                expect_flat(lab, family, raw, call)
            cost.__name__ = f"cost_is_flat_{'raw' if raw else 'udp'}_{call}"
            each_family("18", "06")(cost)


add_costs()
