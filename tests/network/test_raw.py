# SPDX-License-Identifier: BSD-2-Clause
"""Raw packets as they pass a wire: own IPv4 headers byte by byte, fragments, packets over the MTU,
IPv6 checksums; and a host without IPv6."""
import ipaddress
import struct

from lab import RECEIVE, SEND, Wire, check

PROTOCOL = 253  # RFC 3692
OPTIONS = "01010101"


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.cable(lab.a, lab.b, "wire")
    lab.cable(lab.a, lab.b, "other")
    lab.a.add("wire", "192.0.2.1/24", "192.0.2.9/24", "2001:db8::1/64", "fe80::1/64")
    lab.a.add("other", "198.51.100.1/24", "fe80::1:1/64")
    lab.b.add("wire", "192.0.2.2/24", "2001:db8::2/64", "fe80::2/64")
    lab.b.add("other", "198.51.100.2/24", "fe80::1:2/64")


def own(wire, count=1):
    return wire.packets("raw packets", count, lambda p: p.protocol == PROTOCOL)


def open_header(host, receive=0):
    driver = host.driver()
    driver.ok(f"open r kind=raw family=4 protocol={PROTOCOL} flags=header send=0x10 "
              f"receive={receive}")
    return driver


@check
def raw_03_every_field_of_an_own_header(lab):
    driver = open_header(lab.a)
    with Wire(lab.b, "wire") as wire:
        for options in ("", OPTIONS, OPTIONS * 10):
            words = f"options={options}" if options else ""
            driver.ok(f"send4 r to=192.0.2.2 class=0xc3 hops=9 id=0xcafe ipflags=2 "
                      f"source=203.0.113.7 data=payload {words}")
            packet, = own(wire)
            length = len(options) // 2
            assert (packet.traffic_class, packet.hop_limit, packet.id) == (0xc3, 9, 0xcafe)
            assert (packet.source, packet.destination) == ("203.0.113.7", "192.0.2.2")
            assert (packet.dont_fragment, packet.more, packet.offset) == (True, False, 0)
            assert packet.options == bytes.fromhex(options)
            assert packet.length == 27 + length and packet.transport == b"payload"
            assert packet.sum_is_right


@check
def raw_05_what_is_open_is_filled_in(lab):
    driver = open_header(lab.a)
    with Wire(lab.b, "wire") as wire:
        driver.ok("send4 r to=192.0.2.2 data=x")
        driver.ok("send4 r to=192.0.2.2 data=x ipflags=2 id=0")
        first, second = own(wire, 2)
        assert first.source == second.source == "192.0.2.1"
        assert first.id != 0 and not first.dont_fragment
        assert second.dont_fragment
        assert first.sum_is_right and second.sum_is_right
        assert (first.length, first.hop_limit, first.traffic_class) == (21, 64, 0)


@check
def raw_the_other_host_reads_the_same(lab):
    driver, other = open_header(lab.a), open_header(lab.b)
    driver.ok(f"send4 r to=192.0.2.2 class=0x28 hops=3 id=0x0102 ipflags=2 data=hello "
              "options=94040000")  # router alert (RFC 2113)
    got = other.ok("recv4 r")
    assert (got["length"], got["hdrlen"], got["totallen"]) == (5, 24, 29), got.line
    assert (got["tos"], got["ttl"], got["id"], got["flags"], got["fragoff"]) == (
        0x28, 3, 0x102, 2, 0), got.line
    assert (got["src"], got["dst"], got["opts"]) == ("192.0.2.1", "192.0.2.2", 94040000), got.line


@check
def raw_04_interface_and_next_host_of_a_packet(lab):
    """To a group out of either interface; and to a host that is not on the wire, by way of one that
    is."""
    driver = open_header(lab.a)
    for name in ("wire", "other"):
        with Wire(lab.b, name) as wire:
            driver.ok(f"send4 r to=224.0.0.5 hops=1 class=0xc0 interface={name} data={name}")
            packet, = own(wire)
            assert (packet.destination, packet.hop_limit, packet.traffic_class) == (
                "224.0.0.5", 1, 0xc0)
            assert packet.transport == name.encode()
    with Wire(lab.b, "other") as wire:
        driver.error("send4 r to=203.0.113.5 data=x", "IPSOCK_ENETUNREACH")
        driver.ok("send4 r to=203.0.113.5 peer=198.51.100.2 data=x")
        packet, = own(wire)
        assert packet.destination == "203.0.113.5"


@check
def raw_fragments_are_put_together_by_the_receiver(lab):
    driver, other = open_header(lab.a), open_header(lab.b)
    with Wire(lab.b, "wire") as wire:
        driver.ok("send4 r to=192.0.2.2 id=0x4444 ipflags=1 size=1480 data=")
        driver.ok("send4 r to=192.0.2.2 id=0x4444 offset=185 data=tail")
        first, second = own(wire, 2)
        assert (first.more, first.offset, first.id) == (True, 0, 0x4444)
        assert (second.more, second.offset, second.id) == (False, 1480, 0x4444)
    got = other.ok("recv4 r")
    assert (got["length"], got["totallen"], got["flags"]) == (1484, 1504, 0), got.line


@check
def raw_packets_over_the_mtu_are_refused(lab):
    driver = open_header(lab.a)
    with Wire(lab.b, "wire") as wire:
        for flags in (0, 2):
            driver.error(f"send4 r to=192.0.2.2 ipflags={flags} size=1481", "IPSOCK_EMSGSIZE")
            driver.ok(f"send4 r to=192.0.2.2 ipflags={flags} size=1480")
            packet, = own(wire)
            assert packet.length == 1500
    # with the system's header: its own fragments, unless that is forbidden
    driver.ok(f"open p kind=raw family=4 protocol={PROTOCOL} send={SEND}")
    with Wire(lab.b, "wire") as wire:
        driver.ok("set p df=0")
        driver.ok("send p peer=192.0.2.2 size=1481")
        first, second = own(wire, 2)
        assert first.more and second.offset == 1480
        driver.ok("set p df=1")
        driver.error("send p peer=192.0.2.2 size=1481", "IPSOCK_EMSGSIZE")


@check
def v4_uni_03_control_of_raw_packets(lab):
    driver = lab.a.driver()
    driver.ok(f"open r kind=raw family=4 protocol={PROTOCOL} send={SEND}")
    with Wire(lab.b, "wire") as wire:
        driver.ok("send r peer=192.0.2.2 class=0x28 hops=5 source=192.0.2.9 df=1 data=one")
        driver.ok("send r peer=192.0.2.2 df=0 data=two")
        one, two = own(wire, 2)
        assert (one.traffic_class, one.hop_limit, one.source, one.dont_fragment) == (
            0x28, 5, "192.0.2.9", True)
        assert (two.traffic_class, two.hop_limit, two.source, two.dont_fragment) == (
            0, 64, "192.0.2.1", False)
    with Wire(lab.b, "other") as wire:
        driver.ok("send r peer=224.0.0.5 hops=1 interface=other data=x")
        packet, = own(wire)
        assert (packet.source, packet.hop_limit) == ("198.51.100.1", 1)


def sum_of(packet):
    """RFC 8200 8.1, over pseudo header and packet; 0xffff when the sum in it is right."""
    data = (ipaddress.IPv6Address(packet.source).packed +
            ipaddress.IPv6Address(packet.destination).packed +
            struct.pack("!II", len(packet.transport), packet.protocol) + packet.transport)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


@check
def v6_opt_06_sums_on_the_wire(lab):
    driver, other = lab.a.driver(), lab.b.driver()
    for d in (driver, other):
        d.ok(f"open r kind=raw family=6 protocol={PROTOCOL} send={SEND} receive={RECEIVE}")
    with Wire(lab.b, "wire") as wire:
        driver.ok("send r peer=2001:db8::2 class=0x28 hops=5 data=abcdefgh")
        packet, = own(wire)
        assert packet.transport == b"abcdefgh"
        assert (packet.traffic_class, packet.hop_limit) == (0x28, 5)
        got = other.ok("recv r")
        assert (got["class"], got["hops"]) == (0x28, 5), got.line
        other.ok("setsum r offset=4")
        driver.ok("send r peer=2001:db8::2 data=wrong-sum-")  # dropped by the receiver
        own(wire)
        driver.ok("setsum r offset=4")
        driver.ok("send r peer=2001:db8::2 data=abcdefgh")
        packet, = own(wire)
        assert sum_of(packet) == 0xffff and packet.transport[:4] == b"abcd"
        got = other.ok("recv r")
        assert got["length"] == 8, got.line
        driver.ok("setsum r offset=-1")
        driver.ok("send r peer=2001:db8::2 data=abcdefgh")
        packet, = own(wire)
        assert packet.transport == b"abcdefgh"


@check
def raw_host_with_ipv6_switched_off(lab):
    """Raw IPv6 opens, and says at the first send or address what is missing; raw IPv4 works."""
    c, d = lab.hosts_without_ipv6()
    driver, other = open_header(c), open_header(d)
    driver.ok("send4 r to=192.0.2.2 data=four")
    assert other.ok("recv4 r")["length"] == 4
    driver.error(f"open loop kind=raw protocol={PROTOCOL} local=::1", "IPSOCK_EADDRNOTAVAIL")
    driver.ok(f"open six kind=raw family=6 protocol={PROTOCOL}")
    got = driver("send six peer=2001:db8::2 data=x")
    assert got.code in ("IPSOCK_ENETUNREACH", "IPSOCK_EADDRNOTAVAIL"), got.line
