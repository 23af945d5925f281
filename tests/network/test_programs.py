# SPDX-License-Identifier: BSD-2-Clause
"""The examples between two hosts: marked TCP segments, and an echo server with many addresses."""
import os
import re
import signal
import subprocess

from lab import WAIT, Wire, check

MARK_TCP = os.environ.get("IPSOCK_MARK_TCP", "")
UDP_ECHO = os.environ.get("IPSOCK_UDP_ECHO", "")
IPV4 = ("192.0.2.2", "192.0.2.7", "198.51.100.2")
IPV6 = ("2001:db8:1::2", "2001:db8:1::7", "2001:db8:2::2")


def build(lab):
    lab.client, lab.server = lab.host("client"), lab.host("server")
    lab.cable(lab.client, lab.server, "east")
    lab.cable(lab.client, lab.server, "west")
    lab.client.add("east", "192.0.2.1/24", "2001:db8:1::1/64", "fe80::1/64")
    lab.client.add("west", "198.51.100.1/24", "2001:db8:2::1/64", "fe80::1/64")
    lab.server.add("east", "192.0.2.2/24", "192.0.2.7/24", "2001:db8:1::2/64", "2001:db8:1::7/64",
                   "fe80::2/64")
    lab.server.add("west", "198.51.100.2/24", "2001:db8:2::2/64", "fe80::2/64")


def serve(host, *command):
    """Starts a server; returns it and its port."""
    server = host.start(*command, stdout=subprocess.PIPE)
    line = server.stdout.readline()
    return server, int(re.search(r":(\d+)$", line.strip()).group(1))


def exchange(lab, listen, host, dscp):
    server, port = serve(lab.server, MARK_TCP, "serve", f"{listen}:0", str(dscp))
    with Wire(lab.client, "east") as wire:
        client = lab.client.start(MARK_TCP, "send", f"{host}:{port}", str(dscp),
                                  stdout=subprocess.PIPE)
        output = client.communicate(timeout=WAIT)[0]
        assert client.returncode == 0 and "marked segments" in output, output
        # Both directions till both have finished (FIN, 1).
        packets, finished = [], set()
        while len(finished) < 2:
            packet, = wire.packets("FIN of both sides", 1,
                                   lambda p: p.protocol == 6 and port in (p.sport, p.dport))
            packets.append(packet)
            if packet.flags & 1:
                finished.add(packet.sport == port)
    assert server.poll() is None
    return packets, port


def expect_marked(lab, listen, host, dscp):
    packets, port = exchange(lab, listen, host, dscp)
    told = [(p.sport == port, p.flags, len(p.payload), p.traffic_class) for p in packets]
    assert any(flags & 0x12 == 0x02 for _, flags, _, _ in told), told  # SYN
    assert any(flags & 0x12 == 0x12 for _, flags, _, _ in told), told  # SYN ACK
    assert {serves for serves, _, length, _ in told if length} == {True, False}, told
    assert all(octet == dscp << 2 for _, _, _, octet in told), told


@check
def v4_opt_04_every_segment_is_marked(lab):
    expect_marked(lab, "192.0.2.2", "192.0.2.2", 10)


@check
def v6_opt_04_every_segment_is_marked(lab):
    expect_marked(lab, "[2001:db8:1::2]", "[2001:db8:1::2]", 10)


@check
def mapped_opt_04_every_segment_is_marked(lab):
    """The server listens for both families; the client comes over IPv4, then over IPv6."""
    expect_marked(lab, "", "192.0.2.7", 46)
    expect_marked(lab, "", "[2001:db8:1::7]", 46)


@check
def v4_opt_04_without_a_mark_there_is_none(lab):
    expect_marked(lab, "192.0.2.2", "192.0.2.2", 0)


@check
def uni_udp_echo_answers_from_each_address(lab):
    server, port = serve(lab.server, UDP_ECHO, "0")
    for address in IPV4 + IPV6:
        client = lab.client.udp("::" if ":" in address else "0.0.0.0")
        client.sendto(address.encode(), (address, port))
        data, peer = client.recvfrom(2048)
        assert (data, peer[0], peer[1]) == (address.encode(), address, port), peer
        client.close()
    for link in ("west", "east"):
        client = lab.client.udp("::")
        index = lab.client.index(link)
        client.sendto(link.encode(), ("fe80::2", port, 0, index))
        data, peer = client.recvfrom(2048)
        assert (data, peer[0].split("%")[0], peer[3]) == (link.encode(), "fe80::2", index), peer
        client.close()
    server.send_signal(signal.SIGINT)
    assert server.wait(WAIT) == 0


@check
def batch_01_udp_echo_serves_many_at_once(lab):
    """While it is stopped 120 datagrams to all its addresses gather; every one is answered from
    where it was sent to."""
    server, port = serve(lab.server, UDP_ECHO, "0")
    addresses = IPV4 + IPV6
    clients = {address: lab.client.udp("::" if ":" in address else "0.0.0.0")
               for address in addresses}
    server.send_signal(signal.SIGSTOP)
    os.waitpid(server.pid, os.WUNTRACED)
    for number in range(120):
        address = addresses[number % len(addresses)]
        clients[address].sendto(b"%d" % number, (address, port))
    server.send_signal(signal.SIGCONT)
    answered = []
    for address, client in clients.items():
        for _ in range(120 // len(addresses)):
            data, peer = client.recvfrom(2048)
            assert peer[0] == address, f"{data} to {address} answered by {peer[0]}"
            answered.append(int(data))
        client.close()
    assert sorted(answered) == list(range(120))
