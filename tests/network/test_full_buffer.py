# SPDX-License-Identifier: BSD-2-Clause
"""Programs of the guide whose send buffer is full most of the time: the wire is slow."""
import os
import socket
import subprocess

from lab import WAIT, Skip, check, until

PORT = 5000  # the guide's
SO_RCVBUFFORCE = 33
LENGTH = 1400


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.cable(lab.a, lab.b, "wire")
    lab.a.add("wire", "192.0.2.1/24")
    lab.b.add("wire", "192.0.2.2/24")


def slow(lab, rate):
    """What waits for its turn on the wire counts against the buffer of the socket that sent it."""
    if lab.a.start("tc", "qdisc", "replace", "dev", "wire", "root", "tbf", "rate", rate,
                   "burst", "3000", "latency", "5s").wait(WAIT):
        raise Skip("this kernel has no tbf")


def receiver(host):
    made = host.udp("192.0.2.2", PORT)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
    return made


def numbers(receiving, count):
    """The first datagrams, which begin with a number."""
    found = []
    while len(found) < count:
        data = receiving.recv(2048)
        assert len(data) == LENGTH, len(data)
        found.append(int(data.partition(b"\0")[0]))
    return found


def bound(host):
    """The kernel's list of UDP sockets in the host's network."""
    return host.start("cat", "/proc/net/udp", stdout=subprocess.PIPE).communicate(timeout=WAIT)[0]


def nothing_more(receiving):
    receiving.setblocking(False)
    try:
        assert False, receiving.recv(2048)[:8]
    except BlockingIOError:
        pass


@check
def sender_waits_for_room(lab):
    """1,024 datagrams through a send buffer of 4,096 bytes: each arrives, once and in order."""
    slow(lab, "40mbit")
    with receiver(lab.b) as receiving:
        program = lab.a.start(os.environ["IPSOCK_GUIDE_SENDER"], f"192.0.2.2:{PORT}",
                              stdout=subprocess.PIPE)
        assert numbers(receiving, 1024) == list(range(1024))
        assert program.wait(WAIT) == 0
        assert program.stdout.read() == "1024 sent, 0 refused\n"
        nothing_more(receiving)


@check
def echo_keeps_what_cannot_go(lab):
    """60 questions at once, more than the program keeps, and less than its receive buffer takes."""
    slow(lab, "4mbit")
    lab.a.start(os.environ["IPSOCK_GUIDE_ECHO"])
    until("the server", lambda: f":{PORT:04X} " in bound(lab.a))
    with receiver(lab.b) as asking:
        for number in range(60):
            asking.sendto(b"%d" % number + bytes(LENGTH - len(b"%d" % number)), ("192.0.2.1", PORT))
        assert numbers(asking, 60) == list(range(60))
        nothing_more(asking)
