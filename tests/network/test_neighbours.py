# SPDX-License-Identifier: BSD-2-Clause
"""The guide's program that hears neighbours only, with a router between it and the rest of the world."""
import os
import socket
import subprocess

from lab import check, line, until

PORT = 5000  # the guide's


def build(lab):
    lab.near, lab.router, lab.far = lab.host("near"), lab.host("router"), lab.host("far")
    lab.cable(lab.near, lab.router, "lan")
    lab.cable(lab.far, lab.router, "wan")
    lab.near.add("lan", "192.0.2.1/24")
    lab.router.add("lan", "192.0.2.2/24")
    lab.router.add("wan", "198.51.100.2/24")
    lab.far.add("wan", "198.51.100.1/24")
    lab.router.sysctl("net.ipv4.ip_forward", 1)
    lab.near.ip("route", "add", "default", "via", "192.0.2.2")
    lab.far.ip("route", "add", "default", "via", "198.51.100.2")


def say(host, text, hop_limit):
    with host.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hop_limit)
        sending.sendto(text.encode(), ("192.0.2.1", PORT))


def listens(host):
    sockets = host.start("cat", "/proc/net/udp", stdout=subprocess.PIPE)
    return f":{PORT:04X} " in sockets.communicate()[0]


@check
def routed_packets_are_not_heard(lab):
    """Of what is sent with 255 the router's own arrives with it, what it passes on with 254."""
    program = lab.near.start(os.environ["IPSOCK_GUIDE_NEIGHBOURS"], stdout=subprocess.PIPE)
    until("the program", lambda: listens(lab.near))
    with lab.near.udp("192.0.2.1") as control:  # the way is there, for a socket that does not look
        port = control.getsockname()[1]
        with lab.far.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
            sending.sendto(b"far", ("192.0.2.1", PORT))
            sending.sendto(b"far", ("192.0.2.1", port))
        assert control.recv(16) == b"far"
    say(lab.router, "default", 64)
    say(lab.router, "near", 255)
    assert line(program).startswith("near from 192.0.2.2:")
