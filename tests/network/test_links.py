# SPDX-License-Identifier: BSD-2-Clause
"""Endpoints bound to an interface, and interfaces that go away."""
import contextlib

from lab import RECEIVE, SEND, Wire, check, until

PORT = 7000


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    for number, link in enumerate(("east", "west")):
        lab.cable(lab.a, lab.b, link)
        lab.a.add(link, f"192.0.{number + 2}.1/24", f"2001:db8:{number + 1}::1/64", "fe80::1/64")
        lab.b.add(link, f"192.0.{number + 2}.2/24", f"2001:db8:{number + 1}::2/64", "fe80::2/64")


@contextlib.contextmanager
def passing_link(lab):
    """A link that a scenario may remove."""
    lab.cable(lab.a, lab.b, "gone")
    lab.a.add("gone", "192.0.9.1/24", "2001:db8:9::1/64", "fe80::1/64")
    lab.b.add("gone", "192.0.9.2/24", "2001:db8:9::2/64", "fe80::2/64")
    try:
        yield
    finally:
        if "gone" in lab.a.ip("-o", "link"):
            remove(lab)


def remove(lab):
    lab.a.ip("link", "del", "gone")


def expect_only_east(lab, opening, east, west):
    a = lab.a.driver()
    a.ok(f"open s {opening} interface=east receive={RECEIVE}")
    plain = lab.b.udp("::" if ":" in east else "0.0.0.0")
    plain.sendto(b"west", (west, PORT))
    plain.sendto(b"east", (east, PORT))
    got = a.ok("recv s")
    assert got["data"] == "east" and got["index"] == lab.a.index("east"), got.line
    a.error("recv s timeout=0", "IPSOCK_ETIMEDOUT")
    plain.close()
    a.ok("close s")


@check
def v4_uni_bound_interface_is_the_only_one_heard(lab):
    expect_only_east(lab, f"local=0.0.0.0:{PORT}", "192.0.2.1", "192.0.3.1")


@check
def v6_uni_bound_interface_is_the_only_one_heard(lab):
    expect_only_east(lab, f"local=[::]:{PORT}", "2001:db8:1::1", "2001:db8:2::1")


@check
def mapped_uni_bound_interface_is_the_only_one_heard(lab):
    expect_only_east(lab, f"local=[::]:{PORT} flags=dual", "192.0.2.1", "192.0.3.1")


@check
def v4_uni_bound_interface_is_left_by(lab):
    a = lab.a.driver()
    a.ok("open s local=0.0.0.0 interface=west flags=broadcast")
    with Wire(lab.b, "west") as west:
        a.ok(f"send s peer=255.255.255.255:{PORT} data=x")
        west.udp(PORT)
    a.ok("close s")


@check
def v6_uni_bound_interface_serves_as_zone(lab):
    a = lab.a.driver()
    a.ok("open s local=:: interface=west")
    with Wire(lab.b, "west") as west:
        a.ok(f"send s peer=[fe80::2]:{PORT} data=x")
        packet, = west.udp(PORT)
        assert packet.destination == "fe80::2"
    a.ok("close s")


@check
def uni_bound_interface_that_does_not_exist(lab):
    a = lab.a.driver()
    for local in ("0.0.0.0", "::"):
        a.error(f"open s local={local} interface=99999", "IPSOCK_ENODEV")


@check
def v4_uni_interface_of_a_packet_that_does_not_exist(lab):
    a = lab.a.driver()
    a.ok(f"open s local=0.0.0.0 send={SEND}")
    a.error(f"send s peer=192.0.2.2:{PORT} data=x interface=99999", "IPSOCK_ENODEV",
            "interface_index")
    a.ok(f"send s peer=192.0.2.2:{PORT} data=x")


@check
def v6_uni_interface_of_a_packet_that_does_not_exist(lab):
    for flags, peer in (("", "2001:db8:1::2"), ("flags=dual", "::ffff:192.0.2.2")):
        a = lab.a.driver()
        a.ok(f"open s local=:: {flags} send={SEND}")
        a.error(f"send s peer=[{peer}]:{PORT} data=x interface=99999", "IPSOCK_ENODEV",
                "interface_index")
        a.ok(f"send s peer=[{peer}]:{PORT} data=x")


@check
def conc_removed_interface_leaves_the_others_heard(lab):
    """The endpoint waits while a link goes away, and hears the other one."""
    for opening in (f"local=0.0.0.0:{PORT}", f"local=[::]:{PORT} flags=dual"):
        with passing_link(lab):
            a = lab.a.driver()
            a.ok(f"open s {opening} receive={RECEIVE}")
            a.begin("recv s")
            until("the wait", a.waits)
            remove(lab)
            plain = lab.b.udp("0.0.0.0")
            plain.sendto(b"still", ("192.0.2.1", PORT))
            got = a.answer()
            assert got.get("data") == "still", got.line
            plain.close()
            a.ok("close s")


@check
def conc_removed_interface_of_a_bound_endpoint(lab):
    """It waits on till its deadline, and what it sends is refused."""
    with passing_link(lab):
        a = lab.a.driver()
        a.ok(f"open s local=0.0.0.0:{PORT} interface=gone send={SEND} receive={RECEIVE}")
        a.begin("recv s timeout=1")
        until("the wait", a.waits)
        remove(lab)
        got = a.answer()
        assert got.code == "IPSOCK_ETIMEDOUT", got.line
        got = a(f"send s peer=192.0.9.2:{PORT} data=x")
        assert got.code in ("IPSOCK_ENODEV", "IPSOCK_ENETUNREACH"), got.line
        a.ok("close s")


@check
def conc_removed_interface_takes_its_address(lab):
    """Bound to an address that is gone: sends say so, the other calls work."""
    with passing_link(lab):
        a = lab.a.driver()
        a.ok(f"open s local=192.0.9.1:{PORT} send={SEND}")
        a.ok(f"open t local=0.0.0.0 send={SEND}")
        index = lab.a.index("gone")
        a.ok(f"send s peer=192.0.9.2:{PORT} data=x")
        remove(lab)
        a.error(f"send s peer=192.0.9.2:{PORT} data=x", "IPSOCK_ENETUNREACH")
        a.error(f"send t peer=192.0.2.2:{PORT} data=x interface={index}", "IPSOCK_ENODEV",
                "interface_index")
        a.error(f"send t peer=192.0.2.2:{PORT} data=x source=192.0.9.1", "IPSOCK_EADDRNOTAVAIL",
                "source")
        a.ok(f"send t peer=192.0.2.2:{PORT} data=x")
        assert a.ok("get s")["hops"] == 64
        a.ok("close s")


@check
def v6_uni_06_zone_of_an_interface_that_has_gone_is_its_index(lab):
    with passing_link(lab):
        a = lab.a.driver()
        a.ok(f"open s local=[::]:{PORT} receive={RECEIVE}")
        index = lab.a.index("gone")
        plain = lab.b.udp("fe80::2%gone")
        plain.sendto(b"late", ("fe80::1", PORT, 0, lab.b.index("gone")))
        # It has arrived once the kernel counts it for the socket.
        until("the datagram", lambda: waiting_bytes(lab.a) > 0)
        remove(lab)
        got = a("recv s timeout=1")
        # The kernel may have dropped it with the link; what it delivers must be whole.
        if got.word == "ok":
            assert got["index"] == index and f"%{index}]" in got["peer"], got.line
        else:
            assert got.code == "IPSOCK_ETIMEDOUT", got.line
        plain.close()
        a.ok("close s")


def waiting_bytes(host):
    with host._inside(lambda: open("/proc/net/udp6", encoding="ascii")) as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return sum(int(row[4].split(":")[1], 16) for row in rows
               if int(row[1].split(":")[1], 16) == PORT)
