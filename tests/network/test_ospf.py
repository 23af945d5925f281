# SPDX-License-Identifier: BSD-2-Clause
"""The example that says OSPF hello: what it sends, as tshark reads it; what it hears; and what FRR's
ospfd and ospf6d make of it."""
import os
import re
import shutil
import struct
import subprocess
import tempfile

from lab import WAIT, Skip, Wire, check, checksum, lacking, line, need, tshark_reads, until

OSPF_HELLO = os.environ.get("IPSOCK_OSPF_HELLO", "")
FRR = "/usr/lib/frr/"  # Debian's place; the daemons are in no PATH

ZEBRA = "hostname router\n"
OSPFD = """interface wire
 ip ospf hello-interval 1
 ip ospf dead-interval 4
router ospf
 ospf router-id 192.0.2.2
 network 192.0.2.0/24 area 0
"""
OSPF6D = """interface wire
 ipv6 ospf6 area 0.0.0.0
 ipv6 ospf6 hello-interval 1
 ipv6 ospf6 dead-interval 4
router ospf6
 ospf6 router-id 192.0.2.2
"""


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.cable(lab.a, lab.b, "wire")
    lab.cable(lab.a, lab.b, "other")
    lab.a.add("wire", "192.0.2.1/24", "fe80::1/64")
    lab.a.add("other", "198.51.100.1/24", "fe80::1:1/64")
    lab.b.add("wire", "192.0.2.2/24", "fe80::2/64")
    lab.b.add("other", "198.51.100.2/24", "fe80::1:2/64")


def hello(host, family, *arguments):
    return host.start(OSPF_HELLO, family, "wire", *arguments, stdout=subprocess.PIPE)


def is_ospf(packet):
    return packet.protocol == 89


@check
def raw_09_hellos_on_the_wire(lab):
    for family, source, group in (("v4", "192.0.2.1", "224.0.0.5"), ("v6", "fe80::1", "ff02::5")):
        with Wire(lab.b, "wire") as wire:
            program = hello(lab.a, family, "--count", "2", "--interval", "1", "--area", "0.0.0.7",
                            "--router-id", "10.1.2.3")
            packets = wire.packets("hellos", 2, is_ospf)
            assert program.wait(WAIT) == 0
        for packet in packets:
            assert (packet.source, packet.destination) == (source, group), packet.source
            assert (packet.traffic_class, packet.hop_limit) == (0xc0, 1), packet.traffic_class
            kind, router, area = packet.transport[:2], packet.transport[4:8], packet.transport[8:12]
            assert kind == (b"\2\1" if family == "v4" else b"\3\1")
            assert (router, area) == (b"\n\1\2\3", b"\0\0\0\7")


@check
def raw_09_hellos_as_tshark_reads_them(lab):
    frames = []
    for family in ("v4", "v6"):
        with Wire(lab.b, "wire") as wire:
            hello(lab.a, family, "--count", "1", "--interval", "1", "--router-id", "10.1.2.3")
            frames.append(wire.packets("hello", 1, is_ospf)[0].frame)
    four, six = tshark_reads(frames, "ip.dsfield", "ip.ttl", "ipv6.tclass", "ipv6.hlim", "ospf.msg",
                             "ospf.srcrouter", "ospf.hello.hello_interval",
                             "ospf.hello.router_dead_interval", "ospf.hello.network_mask")
    common = ["1", "10.1.2.3", "1", "4"]
    assert four[:4] == ["0xc0", "1", "", ""] and four[4:8] == common, four
    assert six[2:4] == ["0x000000c0", "1"] and six[4:8] == common, six
    assert four[8] == "255.255.255.0", four
    for read in (four, six):
        assert read[-2:] == ["", ""], read  # nothing malformed, no remark


@check
def raw_09_hellos_of_each_other_are_heard(lab):
    """Of those on the interface; and not its own."""
    for family, source in (("v4", "192.0.2.2"), ("v6", "fe80::2%wire")):
        words = ("--interval", "60")
        first = hello(lab.a, family, *words)
        assert line(first) == "hello sent by wire"
        second = hello(lab.b, family, *words, "--router-id", "10.9.9.9", "--area", "0.0.0.1")
        assert line(second) == "hello sent by wire"
        assert line(first) == (f"neighbour 10.9.9.9 area 0.0.0.1 priority 1 hello interval 60 s "
                               f"from {source} by wire hop limit 1")
        third = lab.b.start(OSPF_HELLO, family, "other", *words, stdout=subprocess.PIPE)
        assert line(third) == "hello sent by other"
        fourth = hello(lab.b, family, *words, "--router-id", "10.9.9.10")
        assert line(fourth) == "hello sent by wire"
        assert line(first).startswith("neighbour 10.9.9.10 "), "hello of another interface"
        lab.a.stop_programs()
        lab.b.stop_programs()


@check
def raw_09_damaged_hellos_are_not_heard(lab):
    """A wrong sum, a short packet, another version: not printed. The kernel drops the wrong sum of
    IPv6."""
    driver = lab.b.driver()
    for family, group, good in (
            ("v4", "224.0.0.5", bytes.fromhex("0201002c0a0505050000000000000000") + bytes(8) +
             bytes.fromhex("ffffff00000a020100000028") + bytes(8)),
            ("v6", "ff02::5", bytes.fromhex("030100240a05050500000000000000000000000001000013"
                                            "000a0028") + bytes(8))):
        first = hello(lab.a, family, "--interval", "60")
        assert line(first) == "hello sent by wire"
        driver.ok(f"open {family} kind=raw family={family[1]} protocol=89 send=0x10")
        to = f"send {family} peer={group} interface=wire hex="
        driver.ok(to + good.hex())  # without a sum
        driver.ok(to + good[:30].hex())
        driver.ok(to + (b"\7" + good[1:]).hex())
        if family == "v4":
            good = good[:12] + struct.pack("!H", checksum(good)) + good[14:]
        else:
            driver.ok("setsum v6 offset=12")
        driver.ok(to + good.hex())
        assert line(first).startswith("neighbour 10.5.5.5 "), "a damaged hello"
        second = hello(lab.b, family, "--interval", "60", "--router-id", "10.9.9.9")
        assert line(second) == "hello sent by wire"
        assert line(first).startswith("neighbour 10.9.9.9 "), "a damaged hello"


@check
def raw_09_interface_without_an_ipv4_address(lab):
    lab.a.ip("link", "add", "bare", "type", "veth", "peer", "name", "bare", "netns", lab.b.name)
    lab.a.ip("link", "set", "bare", "up")
    for family, words in (("v4", "bare has no IPv4 address"),
                          ("v6", "bare has no IPv4 address: say --router-id")):
        program = lab.a.start(OSPF_HELLO, family, "bare", stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        output, complaint = program.communicate(timeout=WAIT)
        assert (program.returncode, output, complaint) == (1, "", f"ospf_hello: {words}\n")
    lab.a.ip("link", "del", "bare")


class Router:
    """FRR on a host: zebra and one daemon, their sockets in a directory of their own."""

    def __init__(self, host, daemon, configuration):
        need("vtysh")
        if not os.path.exists(FRR + daemon):
            raise Skip(lacking(f"{daemon} of FRR", "frr"))
        self.host = host
        self.directory = tempfile.mkdtemp(prefix="ipsk-frr-")
        os.chmod(self.directory, 0o777)  # FRR gives root's rights away
        for name, text in (("zebra", ZEBRA), (daemon, configuration)):
            path = f"{self.directory}/{name}"
            with open(path + ".conf", "w", encoding="ascii") as file:
                file.write(text)
            host.start(FRR + name, "-f", path + ".conf", "-i", path + ".pid", "-z",
                       f"{self.directory}/zserv", "--vty_socket", self.directory, "-P", "0",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until(name, lambda path=path: os.path.exists(path + ".vty"))

    def show(self, what):
        done = subprocess.run(["ip", "netns", "exec", self.host.name, "vtysh", "--vty_socket",
                               self.directory, "-c", f"show {what}"], text=True, timeout=WAIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return done.stdout

    def close(self):
        self.host.stop_programs()
        shutil.rmtree(self.directory)


def is_listed(lab, family, daemon, configuration, what, row, source):
    router = Router(lab.b, daemon, configuration)
    try:
        program = hello(lab.a, family, "--interval", "1")
        until("a neighbour in state Init", lambda: re.search(row, router.show(what)))
        heard = until("FRR's hello", lambda: re.search(r"neighbour 192\.0\.2\.2 .*", line(program)))
        assert f"area 0.0.0.0 priority 1 hello interval 1 s from {source} by wire hop limit 1" in \
            heard.group(0), heard.group(0)
    finally:
        router.close()


@check
def raw_09_frr_ospfd_lists_the_neighbour(lab):
    is_listed(lab, "v4", "ospfd", OSPFD, "ip ospf neighbor",
              r"192\.0\.2\.1 +1 Init/.* 192\.0\.2\.1 +wire:192\.0\.2\.2", "192.0.2.2")


@check
def v6_uni_05_frr_ospf6d_lists_the_neighbour(lab):
    is_listed(lab, "v6", "ospf6d", OSPF6D, "ipv6 ospf6 neighbor",
              r"192\.0\.2\.1 +1 +\S+ +Init/.* wire\[", "fe80::2%wire")
