# SPDX-License-Identifier: BSD-2-Clause
"""A router whose second link takes smaller packets."""
from lab import NOTICE, PATH_MTU, RECEIVE, SEND, Wire, check, host_port, until

PORT = 7000
WIDE, NARROW = 1500, 1400
# family: opening, peer, bytes of IP and UDP header
FAMILIES = {
    "v4": ("", "203.0.113.2", 28),
    "v6": ("", "2001:db8:2::2", 48),
    "mapped": ("flags=dual", "::ffff:203.0.113.2", 28),
}


def build(lab):
    lab.near, lab.router, lab.far = lab.host("near"), lab.host("router"), lab.host("far")
    lab.cable(lab.near, lab.router, "wide", WIDE)
    lab.cable(lab.router, lab.far, "narrow", NARROW)
    lab.router.sysctl("net.ipv4.ip_forward", 1)
    lab.router.sysctl("net.ipv6.conf.all.forwarding", 1)
    lab.near.add("wide", "192.0.2.1/24", "2001:db8:1::1/64", "fe80::1/64")
    lab.router.add("wide", "192.0.2.254/24", "2001:db8:1::fe/64", "fe80::fe/64")
    lab.router.add("narrow", "203.0.113.254/24", "2001:db8:2::fe/64", "fe80::fe/64")
    lab.far.add("narrow", "203.0.113.2/24", "2001:db8:2::2/64", "fe80::2/64")
    for host, v4, v6 in ((lab.near, "192.0.2.254", "2001:db8:1::fe"),
                         (lab.far, "203.0.113.254", "2001:db8:2::fe")):
        host.ip("route", "add", "default", "via", v4)
        host.ip("-6", "route", "add", "default", "via", v6)


def forget(lab):
    """What the near host has learned of paths."""
    lab.near.ip("route", "flush", "cache")
    lab.near.ip("-6", "route", "flush", "cache")


def each_family(function):
    for family, how in FAMILIES.items():
        def one(lab, how=how):
            forget(lab)
            far = lab.far.udp("::" if ":" in how[1] and "." not in how[1] else "0.0.0.0", PORT)
            near = lab.near.driver()
            try:
                function(lab, near, far, *how)
            finally:
                far.close()
        one.__name__ = f"{family}_{function.__name__}"
        check(one)


def learn(near, peer, header, more=""):
    """A packet as large as the first link, and the router's answer to it."""
    near.ok(f"send s {more} size={WIDE - header}")
    until("the router's answer", lambda: near.ok("get s mtu")["mtu"] == NARROW)
    assert peer


@each_family
def opt_path_mtu_falls_to_that_of_the_path(_lab, near, far, opening, peer, header):
    near.ok(f"open s {opening} peer={host_port(peer, PORT)}")
    near.ok("set s df=1")
    assert near.ok("get s mtu")["mtu"] == WIDE
    learn(near, peer, header)
    # The router's answer may be reported as well, once, by the next call.
    refused = [near(f"send s size={WIDE - header}").code for _ in range(2)]
    assert refused == ["IPSOCK_EMSGSIZE"] * 2, refused
    near.error(f"send s size={NARROW - header + 1}", "IPSOCK_EMSGSIZE")
    near.ok(f"send s size={NARROW - header}")
    assert len(far.recv(65536)) == NARROW - header
    near.ok("close s")


@each_family
def opt_packets_larger_than_the_link_are_refused_at_once(_lab, near, far, opening, peer, header):
    near.ok(f"open s {opening} peer={host_port(peer, PORT)}")
    near.ok("set s df=1")
    near.error(f"send s size={WIDE - header + 1}", "IPSOCK_EMSGSIZE")
    near.ok("send s data=small")
    assert far.recv(65536) == b"small"
    near.ok("close s")


@each_family
def opt_without_dont_fragment_large_packets_arrive_whole(lab, near, far, opening, peer, _header):
    near.ok(f"open s {opening} peer={host_port(peer, PORT)}")
    near.ok("set s df=0")
    with Wire(lab.far, "narrow") as wire:
        for size in (3000, 1472, 9000):
            # On the way the router may have to say first how much passes: IPv6 routers do not
            # fragment, so a datagram can be lost.
            for _ in range(20):
                near.ok(f"send s size={size}")
                far.settimeout(1)
                try:
                    data = far.recv(65536)
                    break
                except TimeoutError:
                    data = b""
            assert data == b"x" * size, len(data)
            pieces = wire.packets("fragments", -(-size // NARROW), lambda p: p.is_fragment)
            assert all(not p.dont_fragment and p.length <= NARROW for p in pieces)
    near.ok("close s")


@each_family
def uni_03_dont_fragment_of_one_packet(lab, near, far, opening, peer, header):
    near.ok(f"open s {opening} peer={host_port(peer, PORT)} send={SEND}")
    near.ok("set s df=0")
    learn(near, peer, header, "df=1")
    near.error(f"send s df=1 size={WIDE - header}", "IPSOCK_EMSGSIZE")
    with Wire(lab.far, "narrow") as wire:
        near.ok(f"send s size={WIDE - header}")
        assert len(far.recv(65536)) == WIDE - header
        wire.packets("fragments", 2, lambda p: p.is_fragment)
    near.error(f"send s df=1 size={WIDE - header}", "IPSOCK_EMSGSIZE")
    near.ok("close s")


DEFAULT, FORBID, PROBE = range(3)


@each_family
def pmtu_03_probes_go_beyond_what_is_known(lab, near, far, opening, peer, header):
    near.ok(f"open s {opening} peer={host_port(peer, PORT)}")
    near.ok(f"set s mode={FORBID}")
    learn(near, peer, header)
    near(f"send s size={WIDE - header}")  # it may be told the router's answer
    near.error(f"send s size={WIDE - header}", "IPSOCK_EMSGSIZE")
    near.ok(f"set s mode={PROBE}")
    assert near.ok("get s mtu")["mtu"] == NARROW and near.ok("get s")["mode"] == PROBE
    with Wire(lab.near, "wide") as wire:
        near.ok(f"send s size={WIDE - header}")
        sent, = wire.udp(PORT)
        assert sent.length == WIDE and not sent.is_fragment, sent.length
        assert sent.version == 6 or sent.dont_fragment, sent
        wire.packets("the router's answer", 1, lambda p: p.protocol in (1, 58) and
                     p.transport[0] in (2, 3))
    # That answer is one about a packet, and may be reported once as well.
    until("no more than that answer", lambda: near(f"send s size={NARROW - header}").code == "IPSOCK_OK")
    assert len(far.recv(65536)) == NARROW - header
    near.error(f"send s size={WIDE - header + 1}", "IPSOCK_EMSGSIZE")
    for back in (f"mode={FORBID}", "df=1"):
        near.ok(f"set s mode={PROBE}")
        near.ok(f"set s {back}")
        near.error(f"send s size={WIDE - header}", "IPSOCK_EMSGSIZE")
    near.ok(f"set s mode={DEFAULT}")
    near.ok(f"send s size={WIDE - header}")
    assert len(far.recv(65536)) == WIDE - header
    near.ok("close s")


def notices(near, opening, far, lab):
    """Opens an endpoint that gets a notice: a packet too large for a path that is known."""
    near.ok(f"open s {opening} receive={RECEIVE | PATH_MTU}")
    near.ok("set s df=1")
    to = "" if "peer=" in opening else f"peer=[2001:db8:2::2]:{PORT}"
    with Wire(lab.near, "wide") as wire:
        near.ok(f"send s {to} size={WIDE - 48}")
        wire.packets("the router's answer", 1, lambda p: p.protocol == 58 and p.transport[0] == 2)
    assert far
    return to


def expect_notice(got):
    assert got["flags"] & NOTICE and got["length"] == 0, got.line
    assert got["valid"] & PATH_MTU and got["mtu"] == NARROW, got.line
    assert "2001:db8:2::2" in got["peer"], got.line


@check
def v6_cm_17_path_mtu_notice_is_no_empty_datagram(lab):
    for opening in (f"local=[::]:{PORT}", f"peer=[2001:db8:2::2]:{PORT}"):
        forget(lab)
        far = lab.far.udp("2001:db8:2::2", PORT)
        near = lab.near.driver()
        to = notices(near, opening, far, lab)
        until("EMSGSIZE", lambda: near(f"send s {to} size={WIDE - 48}").code == "IPSOCK_EMSGSIZE")
        expect_notice(near.ok("recv s"))
        # A datagram, empty or not, is none.
        near.ok(f"send s {to} data=here")
        data, peer = far.recvfrom(2048)
        assert data == b"here", data
        for payload in (b"", b"more"):
            far.sendto(payload, peer)
            got = near.ok("recv s")
            assert not got["flags"] & NOTICE and got["length"] == len(payload), got.line
            assert not got["valid"] & PATH_MTU, got.line
        near.ok("close s")
        far.close()


@check
def v6_cm_17_path_mtu_notice_in_a_batch(lab):
    forget(lab)
    far = lab.far.udp("2001:db8:2::2", PORT)
    near = lab.near.driver()
    to = notices(near, f"local=[::]:{PORT}", far, lab)
    near.ok(f"send s {to} data=here")
    _, peer = far.recvfrom(2048)
    for number in range(3):
        far.sendto(b"%d" % number, peer)
    until("EMSGSIZE", lambda: near(f"send s {to} size={WIDE - 48}").code == "IPSOCK_EMSGSIZE")
    parts = []
    while len(parts) < 4:
        parts += near.ok("recvbatch s count=64").parts
    assert len(parts) == 4, parts
    told = [part for part in parts if part["flags"] & NOTICE]
    assert len(told) == 1 and told[0]["mtu"] == NARROW and told[0]["length"] == 0, parts
    assert [part["data"] for part in parts if not part["flags"] & NOTICE] == ["0", "1", "2"], parts
    near.ok("close s")
    far.close()
