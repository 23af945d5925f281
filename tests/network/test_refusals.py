# SPDX-License-Identifier: BSD-2-Clause
"""What the network and the kernel refuse: sources, routes, broadcast, closed ports, no IPv6."""
from lab import RECEIVE, SEND, Wire, check, host_port

PORT = 7000
FAMILIES = {  # opening, peer, own second source, foreign source, unreachable peer
    "v4": ("local=0.0.0.0", "192.0.2.2", "192.0.2.9", "198.51.100.9", "203.0.113.9"),
    "v6": ("local=::", "2001:db8:1::2", "2001:db8:1::9", "2001:db8:7::9", "2001:db8:8::9"),
    "mapped": ("local=:: flags=dual", "::ffff:192.0.2.2", "::ffff:192.0.2.9",
               "::ffff:198.51.100.9", "::ffff:203.0.113.9"),
}


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.cable(lab.a, lab.b, "wire")
    lab.a.add("wire", "192.0.2.1/24", "192.0.2.9/24", "2001:db8:1::1/64", "2001:db8:1::9/64",
              "fe80::1/64")
    lab.b.add("wire", "192.0.2.2/24", "2001:db8:1::2/64", "fe80::2/64")


def each_family(function):
    for family, how in FAMILIES.items():
        def one(lab, how=how):
            a = lab.a.driver()
            a.ok(f"open s {how[0]} send={SEND} receive={RECEIVE}")
            function(lab, a, *how[1:])
        one.__name__ = f"{family}_{function.__name__}"
        check(one)
    return function


@each_family
def uni_source_that_is_not_ours(lab, a, peer, own, foreign, _far):
    to = f"peer={host_port(peer, PORT)} data=x"
    with Wire(lab.b, "wire") as wire:
        got = a.error(f"send s {to} source={foreign}", "IPSOCK_EADDRNOTAVAIL", "source")
        assert got["native"] != 0, got.line
        got = a.ok(f"sendbatch s count=4 peer={host_port(peer, PORT)} data=0,1,2,3 "
                   f"source={own},{own},{foreign},{own}")
        assert (got["done"], got["code"], got["index"], got["option"]) == (
            2, "IPSOCK_EADDRNOTAVAIL", 2, "source"), got.line
        a.ok(f"send s peer={host_port(peer, PORT)} data=own source={own}")
        packets = wire.udp(PORT, 3)
        assert [p.payload for p in packets] == [b"0", b"1", b"own"], packets
        assert {p.source for p in packets} == {own.removeprefix("::ffff:")}


@each_family
def uni_network_without_route(_lab, a, _peer, own, _foreign, far):
    to = f"peer={host_port(far, PORT)} data=x"
    a.error(f"send s {to}", "IPSOCK_ENETUNREACH")
    # A source of ours is not what is wrong here.
    a.error(f"send s {to} source={own}", "IPSOCK_ENETUNREACH")


@check
def v4_uni_broadcast_needs_the_flag(lab):
    a = lab.a.driver()
    b = lab.b.udp("0.0.0.0", PORT)
    a.ok(f"open s local=0.0.0.0 send={SEND}")
    a.ok(f"open t local=0.0.0.0 flags=broadcast send={SEND}")
    for address in ("192.0.2.255", "255.255.255.255"):
        to = f"peer={address}:{PORT} interface=wire"
        a.error(f"send s {to} data=no", "IPSOCK_EBROADCAST")
        a.ok(f"send t {to} data=yes")
        assert b.recv(2048) == b"yes"
    b.close()


@check
def mapped_uni_broadcast_needs_the_flag(lab):
    a = lab.a.driver()
    b = lab.b.udp("0.0.0.0", PORT)
    a.ok("open s local=:: flags=dual")
    a.ok("open t local=:: flags=dual,broadcast")
    a.error(f"send s peer=[::ffff:192.0.2.255]:{PORT} data=no", "IPSOCK_EBROADCAST")
    a.ok(f"send t peer=[::ffff:192.0.2.255]:{PORT} data=yes")
    assert b.recv(2048) == b"yes"
    b.close()


def refused_and_queued(lab, how, receive):
    """Three datagrams are in the queue when the peer's port closes, and an ICMP error comes."""
    address = how[1].removeprefix("::ffff:")
    a = lab.a.driver()
    b = lab.b.udp(address, PORT)
    a.ok(f"open c {'flags=dual' if 'dual' in how[0] else ''} peer={host_port(how[1], PORT)}")
    a.ok("send c data=hello")
    _, peer = b.recvfrom(2048)
    for number in range(3):
        b.sendto(b"%d" % number, peer)
    b.close()
    with Wire(lab.a, "wire") as wire:
        a.ok("send c data=closed")
        wire.packets("port unreachable", 1,
                     lambda p: p.protocol in (1, 58) and p.transport[0] in (3, 1))
    data, errors = [], []
    for _ in range(8):
        got = a(f"{receive} c timeout=1")
        if got.word == "ok":
            data += [part["data"] for part in got.parts or [got]]
        else:
            errors.append(got.code)
        if got.code == "IPSOCK_ETIMEDOUT":
            break
    assert data == ["0", "1", "2"], (data, errors)
    assert errors == ["IPSOCK_ECONNREFUSED", "IPSOCK_ETIMEDOUT"], (data, errors)
    # The endpoint stays usable: the port opens again.
    b = lab.b.udp(address, PORT)
    a.ok("send c data=again")
    assert b.recv(2048) == b"again"
    b.close()
    a.ok("close c")


def each_receive(receive, name):
    for family, how in FAMILIES.items():
        def one(lab, how=how):
            refused_and_queued(lab, how, receive)
        one.__name__ = f"{family}_{name}"
        check(one)


each_receive("recv", "uni_refused_once_and_queued_data_not_lost")
each_receive("recvbatch", "batch_02_refused_once_and_queued_data_not_lost")


@each_family
def uni_unconnected_endpoints_are_not_told_of_closed_ports(lab, a, peer, _own, _foreign, _far):
    with Wire(lab.a, "wire") as wire:
        a.ok(f"send s peer={host_port(peer, 9)} data=closed")
        wire.packets("port unreachable", 1,
                     lambda p: p.protocol in (1, 58) and p.transport[0] in (3, 1))
    a.error("recv s timeout=0", "IPSOCK_ETIMEDOUT")
    a.ok(f"send s peer={host_port(peer, 9)} data=closed")


@check
def v4_uni_refused_tcp_connection(lab):
    a = lab.a.driver()
    a.error("open c kind=tcp peer=192.0.2.2:9", "IPSOCK_ECONNREFUSED")
    a.error("open c kind=tcp peer=[2001:db8:1::2]:9", "IPSOCK_ECONNREFUSED")
    a.error("open c kind=tcp peer=203.0.113.9:9", "IPSOCK_ENETUNREACH")


@check
def v6_uni_host_with_ipv6_switched_off(lab):
    """Its addresses are gone; endpoints still open, IPv4 works through both kinds."""
    c, d = lab.hosts_without_ipv6()
    peer = d.udp("192.0.2.2", PORT)
    driver = c.driver()
    driver.ok(f"open four local=0.0.0.0 send={SEND}")
    driver.ok(f"send four peer=192.0.2.2:{PORT} data=four class=0x28")
    assert peer.recv(2048) == b"four"
    driver.ok(f"open both local=:: flags=dual send={SEND}")
    driver.ok(f"send both peer=[::ffff:192.0.2.2]:{PORT} data=both class=0x28")
    assert peer.recv(2048) == b"both"
    driver.error("open loop local=::1", "IPSOCK_EADDRNOTAVAIL")
    driver.ok("open six local=::")
    got = driver(f"send six peer=[2001:db8::2]:{PORT} data=x")
    assert got.code in ("IPSOCK_ENETUNREACH", "IPSOCK_EADDRNOTAVAIL"), got.line
    peer.close()
