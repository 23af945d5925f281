# SPDX-License-Identifier: BSD-2-Clause
"""Sender A, sender B - router - receiver with two interfaces. The router is the kernel's multicast
routing, told by the reports that are read from its wires: a source that was not asked for does not
pass. What does not come is shown by what comes after it from the same sender, on the wire."""
import contextlib

from lab import Wire
from mrouter import Router
from multicast import (ALLOW, BLOCK, PORT, TO_EXCLUDE, TO_INCLUDE, Reports, Sender, each_family,
                       hears, listener, settle)

SOURCES = {"192.0.2.1": "one", "198.51.100.1": "two", "2001:db8:1::1": "one",
           "2001:db8:2::1": "two"}
LINKS = {"one": "1", "two": "2", "east": "3", "west": "4"}


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.router, lab.receiver = lab.host("router"), lab.host("receiver")
    lab.router.sysctl("net.ipv4.ip_forward", 1)
    lab.router.sysctl("net.ipv6.conf.all.forwarding", 1)
    for host, link in ((lab.a, "one"), (lab.b, "two"), (lab.receiver, "east"), (lab.receiver, "west")):
        lab.cable(host, lab.router, link)
        settle(host, link, 1)
        net = {"1": "192.0.2", "2": "198.51.100", "3": "203.0.113", "4": "10.0.4"}[LINKS[link]]
        for number, end in ((1, host), (254, lab.router)):
            end.add(link, f"{net}.{number}/24", f"2001:db8:{LINKS[link]}::{number}/64")
        # The way back to the sources, by which IPv4 judges where they may come from.
        host.ip("route", "replace", "default", "via", f"{net}.254", "dev", link)
        host.ip("route", "replace", "default", "via", f"2001:db8:{LINKS[link]}::254", "dev", link)
    for name in ("all", "east", "west"):
        lab.receiver.sysctl(f"net.ipv4.conf.{name}.rp_filter", 0)


@contextlib.contextmanager
def routed(lab, family):
    """Router, both senders, and the reports on both wires."""
    router = Router(lab.router, ("one", "two", "east", "west"), SOURCES)
    addresses = [text for text in SOURCES if (":" in text) == (family.name == "v6")]
    try:
        with Reports(lab.router, "east") as east, Reports(lab.router, "west") as west:
            a, b = Sender(lab.a, addresses[0], "one"), Sender(lab.b, addresses[1], "two")
            yield router, a, b, {"east": east, "west": west}, addresses
    finally:
        router.close()


def tell(router, wires, link, kind, group, *sources):
    """A report of a call, on the wire, and the router's obedience."""
    wires[link].expect(kind, group, *sources)
    router.obey(link, wires[link].last)


def passes(wire, *texts):
    """Exactly these datagrams pass, in this order."""
    for text in texts:
        packet, = wire.udp(PORT)
        assert packet.payload == text.encode(), (packet.payload, text)
        assert packet.hop_limit == 7, packet.hop_limit  # of 8


def join_marker(router, wires, driver, marker, *links):
    for link in links:
        driver.ok(f"join s group={marker} on={link}")
        tell(router, wires, link, TO_EXCLUDE, marker)


@each_family("05", "04")
def source_specific_across_a_router(lab, family):
    group, marker = family.ssm + "1", family.groups + "1"
    driver = listener(lab.receiver, family)
    with routed(lab, family) as (router, a, b, wires, (source_a, source_b)), \
            Wire(lab.router, "east") as east:
        join_marker(router, wires, driver, marker, "east")
        driver.ok(f"joinsource s group={group} source={source_a} on=east")
        tell(router, wires, "east", ALLOW, group, source_a)
        b.send(group, "no")
        b.send(marker, "marker")
        got, = hears(driver, "marker")
        a.send(group, "yes")
        got, = hears(driver, "yes")
        assert got["hops"] == 7 and source_a in got["peer"], got.line
        passes(east, "marker", "yes")
        driver.ok(f"joinsource s group={group} source={source_b} on=east")
        tell(router, wires, "east", ALLOW, group, source_b)
        driver.ok(f"leavesource s group={group} source={source_a} on=east")
        tell(router, wires, "east", BLOCK, group, source_a)
        a.send(group, "no")
        a.send(marker, "marker")
        hears(driver, "marker")
        b.send(group, "now")
        hears(driver, "now")
        passes(east, "marker", "now")
        driver.ok(f"leave s group={group} on=east")
        tell(router, wires, "east", BLOCK, group, source_b)
        b.send(group, "no")
        b.send(marker, "marker")
        hears(driver, "marker")
        passes(east, "marker")


@each_family("04", "03")
def exclude_mode_across_a_router(lab, family):
    group, marker = family.groups + "2", family.groups + "1"
    driver = listener(lab.receiver, family)
    with routed(lab, family) as (router, a, b, wires, (source_a, _)), \
            Wire(lab.router, "east") as east:
        join_marker(router, wires, driver, marker, "east")
        driver.ok(f"join s group={group} on=east")
        tell(router, wires, "east", TO_EXCLUDE, group)
        a.send(group, "a1")
        hears(driver, "a1")
        driver.ok(f"exclude s group={group} source={source_a} on=east")
        tell(router, wires, "east", BLOCK, group, source_a)
        a.send(group, "no")
        a.send(marker, "marker")
        hears(driver, "marker")
        b.send(group, "b1")
        hears(driver, "b1")
        driver.ok(f"include s group={group} source={source_a} on=east")
        tell(router, wires, "east", ALLOW, group, source_a)
        a.send(group, "a2")
        hears(driver, "a2")
        driver.ok(f"leave s group={group} on=east")
        tell(router, wires, "east", TO_INCLUDE, group)
        a.send(group, "no")
        a.send(marker, "marker")
        hears(driver, "marker")
        passes(east, "a1", "marker", "b1", "a2", "marker")


@each_family("18", "06")
def interfaces_across_a_router(lab, family):
    """A's group is joined on east, B's on west: each comes in by its own, once."""
    ours, theirs, marker = family.groups + "3", family.groups + "4", family.groups + "1"
    driver = listener(lab.receiver, family)
    with routed(lab, family) as (router, a, b, wires, _), Wire(lab.router, "east") as east, \
            Wire(lab.router, "west") as west:
        join_marker(router, wires, driver, marker, "east", "west")
        for link, group in (("east", ours), ("west", theirs)):
            driver.ok(f"join s group={group} on={link}")
            tell(router, wires, link, TO_EXCLUDE, group)
        index = {link: lab.receiver.index(link) for link in ("east", "west")}
        for sender in (a, b):
            sender.send(ours, "ours")
            got, = hears(driver, "ours")
            assert got["index"] == index["east"], got.line
            sender.send(theirs, "theirs")
            got, = hears(driver, "theirs")
            assert got["index"] == index["west"], got.line
        a.send(marker, "marker")
        both = hears(driver, "marker", "marker")
        assert {got["index"] for got in both} == set(index.values()), both
        passes(east, "ours", "ours", "marker")
        passes(west, "theirs", "theirs", "marker")
