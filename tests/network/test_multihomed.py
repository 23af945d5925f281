# SPDX-License-Identifier: BSD-2-Clause
"""A host with several addresses on two links: what arrived where, and answers from the address that
was asked. The client uses plain sockets."""
import socket

from lab import NOTICE, RECEIVE, SEND, SOURCE, check, host_port

PORT = 7000
IPV4 = ("192.0.2.1", "192.0.2.7", "198.51.100.1")
IPV6 = ("2001:db8:1::1", "2001:db8:1::7", "2001:db8:2::1")
LINK_OF = {"192.0.2": "east", "198.51.100": "west", "2001:db8:1:": "east", "2001:db8:2:": "west"}


def build(lab):
    lab.client, lab.server = lab.host("client"), lab.host("server")
    for link in ("east", "west"):
        lab.cable(lab.client, lab.server, link)
        # Both ends have the same link-local addresses on both links: only the zone tells.
        lab.client.add(link, "fe80::100/64")
        lab.server.add(link, "fe80::1/64")
    lab.client.add("east", "192.0.2.100/24", "2001:db8:1::100/64")
    lab.client.add("west", "198.51.100.100/24", "2001:db8:2::100/64")
    lab.server.add("east", "192.0.2.1/24", "192.0.2.7/24", "2001:db8:1::1/64", "2001:db8:1::7/64")
    lab.server.add("west", "198.51.100.1/24", "2001:db8:2::1/64")


def link_of(address):
    return next(link for prefix, link in LINK_OF.items() if address.startswith(prefix))


def plain(address):
    return address.removeprefix("::ffff:")


def expect_answers(lab, opening, addresses):
    """Each address is asked and answers itself."""
    server = lab.server.driver()
    server.ok(f"open s {opening} receive={RECEIVE} send={SEND}")
    for address in addresses:
        client = lab.client.udp("::" if ":" in address else "0.0.0.0")
        server.begin("reply s")
        client.sendto(address.encode(), (address, PORT))
        assert server.answer().word == "ok"
        data, peer = client.recvfrom(2048)
        assert data == address.encode()
        assert peer[:2] == (address, PORT), f"{address} was asked, {peer} answered"
        client.close()
    server.ok("close s")


@check
def v4_uni_answers_from_the_address_asked(lab):
    expect_answers(lab, f"local=0.0.0.0:{PORT}", IPV4)


@check
def v6_uni_answers_from_the_address_asked(lab):
    expect_answers(lab, f"local=[::]:{PORT}", IPV6)


@check
def mapped_uni_answers_from_the_address_asked(lab):
    expect_answers(lab, f"local=[::]:{PORT} flags=dual", IPV4 + IPV6)


@check
def v4_uni_answers_when_bound_to_one_address(lab):
    expect_answers(lab, f"local=192.0.2.7:{PORT}", ("192.0.2.7",))


@check
def v6_uni_06_answers_on_the_link_it_was_asked_by(lab):
    """Client and server have the same link-local addresses on both links."""
    for opening in ("", "flags=dual"):
        server = lab.server.driver()
        server.ok(f"open s local=[::]:{PORT} {opening} receive={RECEIVE} send={SEND}")
        for link in ("east", "west", "east"):
            index = lab.client.index(link)
            client = lab.client.udp("::")
            server.begin("reply s")
            client.sendto(link.encode(), ("fe80::1", PORT, 0, index))
            assert server.answer().word == "ok"
            data, peer = client.recvfrom(2048)
            assert data == link.encode()
            assert (peer[0].split("%")[0], peer[1], peer[3]) == ("fe80::1", PORT, index), peer
            client.close()
        server.ok("close s")


def expect_reports(lab, opening, addresses):
    server = lab.server.driver()
    server.ok(f"open s {opening} receive={RECEIVE | SOURCE}")
    for address in addresses:
        client = lab.client.udp("::" if ":" in address else "0.0.0.0")
        client.sendto(b"where", (address, PORT))
        got = server.ok("recv s")
        mine = "2001:db8:" if ":" in address else link_of(address) == "east" and "192.0.2.100" or \
            "198.51.100.100"
        assert plain(got["destination"]) == address, got.line
        assert got["index"] == lab.server.index(link_of(address)), got.line
        assert plain(got["source"]).startswith(mine), got.line
        # The peer is the source with its port.
        assert got["peer"].endswith(f":{client.getsockname()[1]}"), got.line
        assert got["source"] in got["peer"] and not got["flags"] & NOTICE, got.line
        assert (got["hops"], got["class"]) == (64, 0), got.line
        client.close()
    server.ok("close s")


@check
def v4_cm_24_destination_and_interface_of_arrival(lab):
    expect_reports(lab, f"local=0.0.0.0:{PORT}", IPV4)


@check
def v6_cm_24_destination_and_interface_of_arrival(lab):
    expect_reports(lab, f"local=[::]:{PORT}", IPV6)


@check
def mapped_cm_24_destination_and_interface_of_arrival(lab):
    expect_reports(lab, f"local=[::]:{PORT} flags=dual", IPV4 + IPV6)


@check
def v6_uni_06_link_local_arrival_carries_its_zone(lab):
    server = lab.server.driver()
    server.ok(f"open s local=[::]:{PORT} receive={RECEIVE}")
    for link in ("west", "east"):
        client = lab.client.udp(f"fe80::100%{link}")
        client.sendto(b"zone", ("fe80::1", PORT, 0, lab.client.index(link)))
        got = server.ok("recv s")
        assert got["destination"] == f"fe80::1%{link}", got.line
        assert got["peer"] == f"[fe80::100%{link}]:{client.getsockname()[1]}", got.line
        assert got["index"] == lab.server.index(link), got.line
        client.close()
    server.ok("close s")


@check
def v4_cm_24_in_a_batch_each_message_has_its_own(lab):
    """Datagrams to three addresses by two links, received by one call."""
    server = lab.server.driver()
    server.ok(f"open s local=[::]:{PORT} flags=dual receive={RECEIVE}")
    client = lab.client.udp("0.0.0.0")
    for number in range(12):
        client.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 10 + number)
        client.sendto(b"%d" % number, (IPV4[number % 3], PORT))
    parts = []
    while len(parts) < 12:
        parts += server.ok("recvbatch s count=64").parts
    by_number = {int(part["data"]): part for part in parts}
    assert sorted(by_number) == list(range(12)), parts
    for number, part in by_number.items():
        address = IPV4[number % 3]
        assert plain(part["destination"]) == address, part
        assert part["index"] == lab.server.index(link_of(address)), part
        assert part["hops"] == 10 + number, part
    client.close()
    server.ok("close s")


@check
def v4_uni_asked_for_an_address_by_the_other_link(lab):
    """The west address, reached over the east link: both are reported as they are, and the answer
    comes from the west address."""
    lab.client.ip("route", "add", "198.51.100.1/32", "via", "192.0.2.1", "dev", "east")
    try:
        server = lab.server.driver()
        server.ok(f"open s local=0.0.0.0:{PORT} receive={RECEIVE} send={SEND}")
        client = lab.client.udp("192.0.2.100")
        client.sendto(b"first", ("198.51.100.1", PORT))
        got = server.ok("recv s")
        assert got["destination"] == "198.51.100.1", got.line
        assert got["index"] == lab.server.index("east"), got.line
        server.begin("reply s")
        client.sendto(b"second", ("198.51.100.1", PORT))
        assert server.answer().word == "ok"
        data, peer = client.recvfrom(2048)
        assert (data, peer) == (b"second", ("198.51.100.1", PORT)), peer
        client.close()
        server.ok("close s")
    finally:
        lab.client.ip("route", "del", "198.51.100.1/32", "via", "192.0.2.1", "dev", "east")


def expect_answer_to_broadcast(lab, address):
    server = lab.server.driver()
    server.ok(f"open s local=0.0.0.0:{PORT} receive={RECEIVE} send={SEND}")
    client = lab.client.udp("0.0.0.0")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"west\0")
    client.sendto(b"report", (address, PORT))
    got = server.ok("recv s")
    assert got["destination"] == address, got.line
    assert got["index"] == lab.server.index("west"), got.line
    server.begin("reply s")
    client.sendto(b"answer", (address, PORT))
    answer = server.answer()
    assert answer.word == "ok", f"{address}: {answer.line}"
    data, peer = client.recvfrom(2048)
    assert (data, peer) == (b"answer", ("198.51.100.1", PORT)), peer
    client.close()
    server.ok("close s")


@check
def v4_uni_broadcast_is_answered_from_a_unicast_address(lab):
    expect_answer_to_broadcast(lab, "255.255.255.255")


@check
def v4_uni_broadcast_of_a_subnet_is_answered_from_a_unicast_address(lab):
    expect_answer_to_broadcast(lab, "198.51.100.255")


@check
def v4_uni_03_interface_of_a_packet_chooses_the_link(lab):
    """Both links lead there; the interface given with the packet decides."""
    server = lab.server.driver()
    server.ok(f"open s local=0.0.0.0:{PORT} receive={RECEIVE}")
    sender = lab.client.driver()
    sender.ok(f"open s local=0.0.0.0 flags=broadcast send={SEND}")
    for link in ("west", "east", "west"):
        sender.ok(f"send s peer=255.255.255.255:{PORT} interface={link} data={link}")
        got = server.ok("recv s")
        assert got["data"] == link and got["index"] == lab.server.index(link), got.line
    sender.ok(f"send s peer={host_port('192.0.2.1', PORT)} source=198.51.100.100 data=other")
    got = server.ok("recv s")
    assert got["peer"].startswith("198.51.100.100:"), got.line
    server.ok("close s")
    sender.ok("close s")
