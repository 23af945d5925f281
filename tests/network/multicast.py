# SPDX-License-Identifier: BSD-2-Clause
"""What the multicast scenarios share: hosts on bridges, groups of both families, senders, and
membership reports (IGMPv3, RFC 3376; MLDv2, RFC 3810) read from the wire."""
import collections
import ipaddress
import struct
import time

from lab import HEARD, POSSIBLE, WAIT, Packet, Wire, check, host_port, ip, tshark_reads

TO_INCLUDE, TO_EXCLUDE, ALLOW, BLOCK = 3, 4, 5, 6  # record types of both protocols
ROBUSTNESS = 2  # each state change is reported so often
PORT = 7000

Family = collections.namedtuple("Family", "name wildcard a b c groups ssm")
FAMILIES = (
    # wildcard, addresses of the senders A and B and of the receiver, groups by number
    Family("v4", "0.0.0.0", "192.0.2.1", "192.0.2.2", "192.0.2.3", "233.252.0.", "232.1.1."),
    Family("v6", "::", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::3", "ff15::", "ff3e::8000:"),
)

Record = collections.namedtuple("Record", "type group sources")


def each_family(v4_id, v6_id):
    """A check for IPv4 and one for IPv6, named by their ids of docs/conformance.md."""
    def wrap(function):
        for family, number in zip(FAMILIES, (v4_id, v6_id)):
            def one(lab, family=family):
                function(lab, family)
            one.__name__ = f"{family.name}_mc_{number}_{function.__name__}"
            check(one)
        return function
    return wrap


def bridge(switch, name, *options):
    switch.ip("link", "add", name, "type", "bridge", *(options or ("mcast_snooping", "0")))
    switch.ip("link", "set", name, "addrgenmode", "none", "up")


def plug(switch, name, host, number):
    """An interface of the bridge's name on a host. Link-local addresses are given by hand, so that
    they are at once usable; reports are repeated soon, so that the tests are quick."""
    port = f"{name}{number}"
    ip("link", "add", port, "netns", switch.name, "type", "veth", "peer", "name", name,
       "netns", host.name)
    switch.ip("link", "set", port, "addrgenmode", "none", "master", name, "up")
    settle(host, name, number)


def settle(host, name, number):
    host.ip("link", "set", name, "addrgenmode", "none")
    host.sysctl(f"net.ipv4.conf.{name}.igmpv3_unsolicited_report_interval", 100)
    host.sysctl(f"net.ipv6.conf.{name}.mldv2_unsolicited_report_interval", 100)
    host.sysctl(f"net.ipv6.conf.{name}.accept_ra", 0)
    host.ip("link", "set", name, "up")
    host.add(name, f"fe80::{number}/64")


def build_bridges(lab, sender_links=("east", "west")):
    """Senders A and B and a receiver, all of them on the links east and west."""
    lab.switch = lab.host("switch")
    lab.a, lab.b, lab.receiver = lab.host("a"), lab.host("b"), lab.host("receiver")
    for net, link in enumerate(("east", "west"), 1):
        bridge(lab.switch, link)
        for number, host in enumerate((lab.a, lab.b, lab.receiver), 1):
            if host is lab.receiver or link in sender_links:
                plug(lab.switch, link, host, number)
                v4 = "192.0.2" if net == 1 else "198.51.100"
                host.add(link, f"{v4}.{number}/24", f"2001:db8:{net}::{number}/64")


class Sender:
    """Sends to groups from an address of its host."""

    def __init__(self, host, address, link="east"):
        self.driver = host.driver()
        self.driver.ok(f"open s local={host_port(address, 0)} send={POSSIBLE}")
        self.driver.ok(f"mset s on={link} hops=8")

    def send(self, group, *texts, port=PORT):
        for text in texts:
            self.driver.ok(f"send s peer={host_port(group, port)} data={text}")


def listener(host, family, flags="reuse", **more):
    driver = host.driver()
    words = " ".join(f"{key}={value}" for key, value in more.items())
    driver.ok(f"open s local={host_port(family.wildcard, PORT)} flags={flags} receive={HEARD} "
              f"{words}")
    return driver


def hears(driver, *texts, name="s"):
    """Exactly these datagrams, in this order. Returns the answers."""
    answers = []
    for text in texts:
        got = driver.ok(f"recv {name}")
        assert got["data"] == text, f"{got.line}, not {text}"
        answers.append(got)
    return answers


def records_of(packet):
    """The records of a membership report; none of another packet."""
    if packet.version == 4 and packet.protocol == 2 and packet.transport[:1] == b"\x22":
        size, body = 4, packet.transport
    elif packet.version == 6 and packet.protocol == 0 and packet.transport[:1] == b"\x3a" and \
            packet.transport[8:9] == b"\x8f":  # behind a hop-by-hop header with the router alert
        size, body = 16, packet.transport[8:]
    else:
        return []
    records, at = [], 8
    for _ in range(struct.unpack("!H", body[6:8])[0]):
        kind, extra, count = struct.unpack("!BBH", body[at:at + 4])
        at += 4
        text = [str(ipaddress.ip_address(body[at + i * size:at + (i + 1) * size]))
                for i in range(count + 1)]
        at += (count + 1) * size + extra * 4
        records.append(Record(kind, text[0], frozenset(text[1:])))
    return records


class Reports(Wire):
    """Membership reports that pass an interface."""

    def __init__(self, host, interface):
        super().__init__(host, interface)
        self.frames, self.last = [], None

    def read(self, what, end):
        self.socket.settimeout(max(0.01, end - time.monotonic()))
        try:
            frame = self.socket.recv(65536)
        except TimeoutError:
            raise AssertionError(f"no report of {what}") from None
        packet = Packet(frame)
        records = records_of(packet)
        if records:
            self.frames.append(frame)
            assert packet.hop_limit == 1, packet.hop_limit
            assert packet.destination == ("224.0.0.22" if packet.version == 4 else "ff02::16")
        return records

    def expect(self, kind, group, *sources, copies=ROBUSTNESS):
        """The next records of a group say this, each copy of it."""
        wanted, end = Record(kind, group, frozenset(sources)), time.monotonic() + WAIT
        while copies:
            for record in self.read(wanted, end):
                if record.group == group:
                    assert record == wanted, f"{record}, not {wanted}"
                    self.last = record
                    copies -= 1

    def first(self, group):
        """The next record of a group, whatever it says."""
        end = time.monotonic() + WAIT
        while True:
            for record in self.read(group, end):
                if record.group == group:
                    return record

    def as_tshark_reads_them(self):
        """Lines of record type, group, sources, of all reports seen."""
        return tshark_reads(self.frames, "igmp.record_type", "igmp.maddr", "igmp.saddr",
                            "icmpv6.mldr.mar.record_type", "icmpv6.mldr.mar.multicast_address",
                            "icmpv6.mldr.mar.source_address")
