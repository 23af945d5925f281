# SPDX-License-Identifier: BSD-2-Clause
"""Hosts for the scenarios: network namespaces joined by veth pairs, programs that run in them, and
what goes over their wires."""
import ctypes
import ipaddress
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tool"))
import tshark  # noqa: E402
from harness import (CHECKS, Skip, check, checksum, lacking,  # noqa: E402,F401 (scenarios import
                     need, report, run_check)  # them from here)

WAIT = 20  # seconds that anything may take; far more than it needs
LIMIT = 240  # seconds of a whole scenario; CMakeLists.txt allows 300
CLONE_NEWNET = 0x40000000
ETH_P_ALL = 0x0003

TRAFFIC_CLASS, HOP_LIMIT, SOURCE, DESTINATION, INTERFACE, PATH_MTU, DONT_FRAGMENT = (
    1 << bit for bit in range(7))
RECEIVE = TRAFFIC_CLASS | HOP_LIMIT | DESTINATION | INTERFACE
SEND = TRAFFIC_CLASS | HOP_LIMIT | SOURCE | INTERFACE | DONT_FRAGMENT
# What tests ask for that look at neither: NetBSD tells no class of IPv4, FreeBSD has no interface of a packet for it.
HEARD = RECEIVE & ~TRAFFIC_CLASS
POSSIBLE = 0x80000000
NOTICE = 0x40

os.environ["PATH"] += ":/usr/sbin:/sbin"


def ip(*words):
    done = subprocess.run(["ip", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def until(what, condition):
    """Polls; nothing here sleeps for a fixed time."""
    end = time.monotonic() + WAIT
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.02)


def host_port(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def tshark_reads(frames, *fields):
    """What tshark reads in frames: a line each, of the fields, what is malformed in it, and tshark's
    remarks. Checksums are verified."""
    return tshark.read(tshark.ETHERNET, frames, fields)


def line(program):
    """The next line of a program's unbuffered output."""
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([program.stdout], [], [], WAIT)
        assert ready, f"no line but {text}"
        byte = os.read(program.stdout.fileno(), 1)
        assert byte, f"ended after {text}"
        text += byte
    return text.decode().rstrip("\n")


def until_line(program, wanted):
    """Reads the lines of a program's output up to this one."""
    while line(program) != wanted:
        pass


class Host:
    """A network namespace. A socket made in it stays in it, whoever uses it."""

    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self, name):
        self.name = f"ipsk{os.getpid()}-{name}"
        ip("netns", "add", self.name)
        self.programs = []
        self.ip("link", "set", "lo", "up")

    def ip(self, *words):
        return ip("-n", self.name, *words)

    def sysctl(self, name, value):
        path = "/proc/sys/" + name.replace(".", "/")
        self._inside(lambda: open(path, "w", encoding="ascii").write(str(value)))

    def has_sysctl(self, name):
        return self._inside(lambda: os.path.exists("/proc/sys/" + name.replace(".", "/")))

    def _inside(self, function):
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            if self.libc.setns(there, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                return function()
            finally:
                assert self.libc.setns(here, CLONE_NEWNET) == 0
        finally:
            os.close(here)
            os.close(there)

    def socket(self, *words):
        made = self._inside(lambda: socket.socket(*words))
        made.settimeout(WAIT)
        return made

    def udp(self, address, port=0):
        """A plain socket, without the library, bound to an address."""
        made = self.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        if "%" in address:
            address, name = address.split("%")
            made.bind((address, port, 0, self.index(name)))
        else:
            made.bind((address, port))
        return made

    def index(self, name):
        return self._inside(lambda: socket.if_nametoindex(name))

    def add(self, interface, *addresses):
        for address in addresses:
            more = ["nodad"] if ":" in address else []
            self.ip("addr", "add", address, "dev", interface, *more)

    def start(self, *command, **options):
        program = subprocess.Popen(["ip", "netns", "exec", self.name, *command], text=True,
                                   **options)
        self.programs.append(program)
        return program

    def driver(self, *wrapper):
        return Driver(self, *wrapper)

    def stop_programs(self):
        for program in self.programs:
            if program.poll() is None:
                program.kill()
            program.wait(WAIT)
            for pipe in (program.stdin, program.stdout, program.stderr):
                if pipe:
                    pipe.close()
        self.programs = []

    def remove(self):
        self.stop_programs()
        ip("netns", "del", self.name)


class Lab:
    """All hosts of a scenario, gone when it ends, however it ends."""

    def __init__(self):
        self.hosts = []

    def host(self, name):
        made = Host(name)
        self.hosts.append(made)
        return made

    @staticmethod
    def cable(one, other, name, mtu=1500):
        """An interface of that name on both. Link-local addresses are given by hand, so that they
        are known, and at once usable."""
        ip("link", "add", name, "netns", one.name, "type", "veth", "peer", "name", name,
           "netns", other.name)
        for host in (one, other):
            host.ip("link", "set", name, "addrgenmode", "none", "mtu", str(mtu))
            host.ip("link", "set", name, "up")

    def hosts_without_ipv6(self):
        """Two more hosts on a wire, 192.0.2.1 and 192.0.2.2, on which IPv6 is switched off."""
        pair = self.host("c"), self.host("d")
        for host in pair:
            host.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
            host.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        self.cable(*pair, "wire")
        pair[0].add("wire", "192.0.2.1/24")
        pair[1].add("wire", "192.0.2.2/24")
        return pair

    def close(self):
        for host in self.hosts:
            try:
                host.remove()
            except Exception:  # the next one must go all the same
                traceback.print_exc(file=sys.stdout)
        self.hosts = []


class Answer(dict):
    """A driver's line: the first word, and the values."""

    def __init__(self, line):
        self.line = line.strip()
        words, self.parts = self.line.split(" ;"), []
        first = words[0].split()
        self.word = first[0] if first else "nothing"
        self.code = first[1] if self.word == "error" else "IPSOCK_OK"
        super().__init__(self._values(words[0]))
        self.parts = [self._values(part) for part in words[1:]]

    @staticmethod
    def _values(text):
        values = {}
        for word in text.split():
            if "=" in word:
                key, value = word.split("=", 1)
                number = value.isdigit() or value.startswith("0x")
                values[key] = int(value, 0) if number and key != "data" else value
        return values


class Driver:
    """The library on a host, in a process of its own, which a wrapper may look at."""

    def __init__(self, host, *wrapper):
        self.process = host.start(*wrapper, os.environ["IPSOCK_DRIVER"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)

    def begin(self, line):
        """Gives a command whose answer is taken later."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self):
        ready, _, _ = select.select([self.process.stdout], [], [], WAIT + 10)
        assert ready, "the driver does not answer"
        return Answer(self.process.stdout.readline())

    def __call__(self, line):
        self.begin(line)
        return self.answer()

    def ok(self, line):
        answer = self(line)
        assert answer.word == "ok", f"{line}: {answer.line}"
        return answer

    def error(self, line, code, option=None):
        answer = self(line)
        assert answer.code == code, f"{line}: {answer.line}, not {code}"
        if option is not None:
            assert answer["option"] == option, f"{line}: {answer.line}, not option {option}"
        return answer

    def waits(self):
        """Whether the process sits in a system call that waits for the network."""
        with open(f"/proc/{self.process.pid}/wchan", encoding="ascii") as wchan:
            return "poll" in wchan.read()


class Packet:
    """An IP packet from the wire."""

    def __init__(self, frame):
        self.frame = frame
        self.version = self.protocol = 0
        self.more = self.dont_fragment = False
        self.offset = 0
        self.payload = self.transport = self.options = b""
        self.bytes = frame[14:]
        kind = struct.unpack("!H", frame[12:14])[0]
        if kind == 0x0800:
            self._ipv4(frame[14:])
        elif kind == 0x86dd:
            self._ipv6(frame[14:])
        if self.protocol in (6, 17) and self.offset == 0 and len(self.transport) >= 8:
            self.sport, self.dport = struct.unpack("!HH", self.transport[:4])
            header = 8 if self.protocol == 17 else (self.transport[12] >> 4) * 4
            self.flags = 0 if self.protocol == 17 else self.transport[13]
            self.payload = self.transport[header:]
        else:
            self.sport = self.dport = None

    def _ipv4(self, b):
        self.version, header = 4, (b[0] & 15) * 4
        self.traffic_class, (self.length, self.id) = b[1], struct.unpack("!HH", b[2:6])
        self.options = b[20:header]
        words = struct.unpack(f"!{header // 2}H", b[:header])
        self.sum_is_right = sum(words) % 0xffff == 0
        flags = struct.unpack("!H", b[6:8])[0]
        self.dont_fragment, self.more = bool(flags & 0x4000), bool(flags & 0x2000)
        self.offset = (flags & 0x1fff) * 8
        self.hop_limit, self.protocol = b[8], b[9]
        self.source = str(ipaddress.IPv4Address(b[12:16]))
        self.destination = str(ipaddress.IPv4Address(b[16:20]))
        self.transport = b[header:self.length]

    def _ipv6(self, b):
        self.version = 6
        word, length, self.protocol, self.hop_limit = struct.unpack("!IHBB", b[:8])
        self.traffic_class, self.length = word >> 20 & 255, length + 40
        self.source = str(ipaddress.IPv6Address(b[8:24]))
        self.destination = str(ipaddress.IPv6Address(b[24:40]))
        self.transport = b[40:self.length]
        if self.protocol == 44:  # fragment header
            flags = struct.unpack("!H", self.transport[2:4])[0]
            self.protocol, self.offset, self.more = self.transport[0], flags & 0xfff8, bool(flags & 1)
            self.transport = self.transport[8:]

    @property
    def is_fragment(self):
        return self.more or self.offset != 0


class Wire:
    """Everything that passes an interface from now on."""

    def __init__(self, host, interface):
        self.socket = host.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((interface, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def packets(self, what, count, wanted):
        """The first packets that are wanted."""
        found, end = [], time.monotonic() + WAIT
        while len(found) < count:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                packet = Packet(self.socket.recv(65536))
            except TimeoutError:
                raise AssertionError(f"{what}: {len(found)} packets of {count}") from None
            if packet.version and wanted(packet):
                found.append(packet)
        return found

    def udp(self, port, count=1):
        """Datagrams to a port, in the order of their passing."""
        return self.packets(f"UDP to port {port}", count,
                            lambda p: p.protocol == 17 and p.dport == port)


def may_make_hosts():
    name = f"ipsk{os.getpid()}-try"
    try:
        ip("netns", "add", name)
        ip("netns", "del", name)
        return None
    except (RuntimeError, OSError) as problem:
        return f"needs root and network namespaces: {problem}"


def check_and_stop(function, lab):
    try:
        return run_check(function, lab)
    finally:
        for host in lab.hosts:
            host.stop_programs()


def interrupted(number, _):
    raise SystemExit(128 + number)


def main(build):
    """Builds the hosts once and runs the checks on them. build(lab) makes the lab's hosts."""
    signal.signal(signal.SIGTERM, interrupted)
    # ctest's time limit kills outright, and would leave the hosts behind.
    signal.signal(signal.SIGALRM, interrupted)
    signal.alarm(LIMIT)
    why_not = may_make_hosts()
    if why_not:
        for function in CHECKS:
            report(" RUN      ", function.__name__)
            print(why_not)
            report("  SKIPPED ", function.__name__)
        return 0
    lab = Lab()
    try:
        build(lab)
        results = [check_and_stop(function, lab) for function in CHECKS]
        return 0 if all(results) else 1
    finally:
        lab.close()
