# SPDX-License-Identifier: BSD-2-Clause
"""Groups with more programs of others, over a bridge that forwards a group only to who asked for it
(IGMP and MLD snooping): iperf, mcfirst and ssmpingd hear and are heard, avahi-resolve asks the
multicast DNS responder."""
import contextlib
import json
import os
import re
import signal
import struct
import subprocess
import tempfile

from lab import WAIT, Wire, host_port, line, need, until
from multicast import FAMILIES, PORT, Sender, bridge, each_family, listener, plug

TOOL = os.environ.get("IPSOCK_TOOL", "")
MDNS_RESPONDER = os.environ.get("IPSOCK_MDNS_RESPONDER", "")
COUNT = 20  # datagrams of a stream
# Queries that are answered within 0.1 s: before that the bridge does not filter, and a port whose
# last member left stays open. The versions with sources.
SNOOPING = ("mcast_snooping", "1", "mcast_querier", "1", "mcast_igmp_version", "3",
            "mcast_mld_version", "2", "mcast_query_response_interval", "10",
            "mcast_last_member_interval", "10")


def build(lab):
    lab.switch = lab.host("switch")
    bridge(lab.switch, "east", *SNOOPING)
    lab.switch.add("east", "fe80::100/64")  # MLD asks from an address
    lab.a, lab.b, lab.receiver, lab.idle = (lab.host(n) for n in ("a", "b", "receiver", "idle"))
    for number, host in enumerate((lab.a, lab.b, lab.receiver, lab.idle), 1):
        plug(lab.switch, "east", host, number)
        host.add("east", f"192.0.2.{number}/24", f"2001:db8:1::{number}/64")
        host.ip("route", "add", "224.0.0.0/4", "dev", "east")  # iperf connects to the group
    for family in FAMILIES:
        sender = Sender(lab.a, family.a)
        until("the bridge filters",
              lambda f=family, s=sender: not reaches(lab.idle, f, f.groups + "99", s))


def reaches(host, family, group, sender):
    """Whether a datagram to a group comes to a host's interface: it does before the one to all
    hosts that is sent behind it, or it does not."""
    with Wire(host, "east") as wire:
        sender.send(group, "probe", port=PORT + 1)
        sender.send("224.0.0.1" if family.name == "v4" else "ff02::1", "marker", port=PORT + 1)
        first, = wire.udp(PORT + 1)
        return first.payload == b"probe"


def ports_of(lab, group):
    """(port, source) of the bridge's entries for a group; source None for all."""
    done = subprocess.run(["ip", "netns", "exec", lab.switch.name, "bridge", "-j", "mdb", "show"],
                          text=True, stdout=subprocess.PIPE, check=True, timeout=WAIT)
    return {(entry["port"], entry.get("src")) for table in json.loads(done.stdout)
            for entry in table["mdb"] if entry["grp"] == group}


def opened(lab, group, source=None, port="east3"):
    until(f"{port} opens for {group}", lambda: (port, source) in ports_of(lab, group))


@contextlib.contextmanager
def running(host, *command, **options):
    program = host.start(*command, stdout=subprocess.PIPE, **options)
    try:
        yield program
    finally:
        program.kill()
        program.wait(WAIT)


def listen(lab, group, *options):
    return running(lab.receiver, TOOL, "listen", host_port(group, PORT), "--interface", "east",
                   "--json", *options, stderr=subprocess.DEVNULL)


def tool_send(host, group, *options):
    done = subprocess.run(["ip", "netns", "exec", host.name, TOOL, "send", host_port(group, PORT),
                           "--interface", "east", *options], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=WAIT)
    assert done.returncode == 0, done.stdout


def iperf(family, *words):
    need("iperf")
    return ("iperf", "-u", "-p", str(PORT), *(["-V"] if family.name == "v6" else []), *words)


def iperf_sends(lab, family, group):
    """COUNT datagrams of 100 bytes with hop limit 5."""
    to = group if family.name == "v4" else f"{group}%east"
    with running(lab.a, *iperf(family, "-c", to, "-T", "5", "-l", "100", "-b", "2M", "-n",
                               str(100 * COUNT)), stderr=subprocess.STDOUT) as program:
        output = program.communicate(timeout=WAIT)[0]
        assert program.returncode == 0, output


def iperf_numbers(count):
    """What iperf wants of a stream: numbers from 1, the last one negative; then a time; then 0."""
    return [struct.pack("!iIII", number if number < count else -number, 1, number * 1000, 0) +
            bytes(84) for number in range(1, count + 1)]


def iperf_report(program):
    """Who was heard, and lost/total of the stream."""
    peer = None
    while True:
        text = line(program)
        found = re.search(r"connected with (\S+) port", text)
        peer = found[1] if found else peer
        found = re.search(r"(\d+)/(\d+) \(", text)
        if found:
            return peer, int(found[1]), int(found[2])


def send_numbers(host, address, group, count):
    sender = Sender(host, address)
    for datagram in iperf_numbers(count):
        sender.driver.ok(f"send s peer={host_port(group, PORT)} hex={datagram.hex()}")


@each_family("16", "11")
def ipsock_listen_hears_iperf(lab, family):
    group = family.groups + "1"
    with listen(lab, group) as program:
        opened(lab, group)
        iperf_sends(lab, family, group)
        numbers = []
        while not numbers or numbers[-1] > 0:
            got = json.loads(line(program))
            assert got["destination"] == group and got["interface"] == "east", got
            assert (got["hop_limit"], got["length"]) == (5, 100), got
            assert family.a in got["peer"], got
            numbers += struct.unpack("!i", got["preview"].encode("latin-1")[:4])
        assert numbers[:-1] == list(range(1, len(numbers))) and len(numbers) >= COUNT, numbers


@each_family("16", "11")
def iperf_hears_what_is_sent_here(lab, family):
    group = family.groups + "2"
    with running(lab.receiver, *iperf(family, "-s", "-B", f"{group}%east"),
                 stderr=subprocess.STDOUT) as program:
        opened(lab, group)
        send_numbers(lab.a, family.a, group, COUNT)
        assert iperf_report(program) == (family.a, 0, COUNT)


@each_family("05", "04")
def iperf_hears_the_wanted_source(lab, family):
    group = family.ssm + "1"
    with running(lab.receiver, *iperf(family, "-s", "-B", f"{group}%east", "-H", family.a),
                 stderr=subprocess.STDOUT) as program:
        opened(lab, group, family.a)
        send_numbers(lab.b, family.b, group, COUNT + 1)
        send_numbers(lab.a, family.a, group, COUNT)
        assert iperf_report(program) == (family.a, 0, COUNT)


def mcfirst(lab, *words):
    """Its output is buffered: all of it comes when it has heard enough."""
    need("mcfirst")
    return running(lab.receiver, "mcfirst", "-I", "east", *words, str(PORT),
                   stderr=subprocess.STDOUT)


@each_family("16", "11")
def mcfirst_hears_what_is_sent_here(lab, family):
    group = family.groups + "3"
    with mcfirst(lab, "-c", "3", group) as program:
        opened(lab, group)
        tool_send(lab.a, group, "--count", "3", "--hop-limit", "9", "--data", "library")
        output = program.communicate(timeout=WAIT)[0]
        assert len(re.findall(rf"^Received 7 bytes from {family.a} after .*9\)$", output,
                              re.M)) == 3, output


@each_family("05", "04")
def mcfirst_hears_the_wanted_source(lab, family):
    group = family.ssm + "2"
    with mcfirst(lab, "-c", "1", family.a, group) as program:
        opened(lab, group, family.a)
        tool_send(lab.b, group, "--data", "no")
        tool_send(lab.a, group, "--data", "library")
        output = program.communicate(timeout=WAIT)[0]
        assert f"Received 7 bytes from {family.a} after" in output, output


@each_family("05", "04")
def ssmpingd_answers_to_the_group(lab, family):
    """It answers a request twice: to the asking socket's address, and to the source-specific group
    of its own that the socket has joined. A request is Q, a version (type 0), and a number (2)."""
    need("ssmpingd")
    group = "232.43.211.234" if family.name == "v4" else "ff3e::4321:1234"
    driver = listener(lab.receiver, family, "reuse,strict")
    driver.ok(f"joinsource s group={group} source={family.a} on=east")
    opened(lab, group, family.a)
    with running(lab.a, "ssmpingd", stderr=subprocess.DEVNULL):
        until("ssmpingd listens", lambda: b"4321" in lab.a.start(
            "ss", "-Hlun", "sport", "=", "4321", stdout=subprocess.PIPE).communicate()[0].encode())
        driver.ok(f"send s peer={host_port(family.a, 4321)} hex=51000001020004000000070002")
        answers = {}
        while len(answers) < 2:
            got = driver.ok("recv s")
            assert got["peer"] == host_port(family.a, 4321) and got["data"] == "A", got.line
            answers[got["destination"]] = got
        assert set(answers) == {family.c, group}, answers


@each_family("16", "11")
def the_bridge_opens_for_a_member_and_closes_behind_it(lab, family):
    group, sender = family.groups + "4", Sender(lab.a, family.a)
    assert not reaches(lab.receiver, family, group, sender)
    with listen(lab, group) as program:
        opened(lab, group)
        assert ports_of(lab, group) == {("east3", None)}
        assert reaches(lab.receiver, family, group, sender)
        for other in (lab.b, lab.idle):
            assert not reaches(other, family, group, sender), other.name
        program.send_signal(signal.SIGINT)
        assert program.wait(WAIT) == 0
    until("the port closes", lambda: not ports_of(lab, group))
    assert not reaches(lab.receiver, family, group, sender)


@each_family("05", "04")
def the_bridge_opens_for_the_wanted_source_only(lab, family):
    group = family.ssm + "3"
    a, b = Sender(lab.a, family.a), Sender(lab.b, family.b)
    with listen(lab, group, "--source", family.a):
        opened(lab, group, family.a)
        assert reaches(lab.receiver, family, group, a)
        assert not reaches(lab.receiver, family, group, b)
        assert not reaches(lab.idle, family, group, a)


BUS = """<busconfig><listen>unix:path=%s/bus</listen><policy context="default"><allow user="*"/>
<allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>"""
DAEMON = """[server]
use-ipv4=%s
use-ipv6=%s
allow-interfaces=east
[publish]
disable-publishing=yes
"""


@contextlib.contextmanager
def avahi(lab, family):
    """avahi-daemon for one family on host A, with a bus and a run directory of its own. Yields what
    clients of it need."""
    for program in ("avahi-daemon", "avahi-resolve", "dbus-daemon"):
        need(program)
    with tempfile.TemporaryDirectory() as place:
        with open(f"{place}/bus.conf", "w", encoding="ascii") as file:
            file.write(BUS % place)
        with open(f"{place}/avahi.conf", "w", encoding="ascii") as file:
            file.write(DAEMON % (("yes", "no") if family.name == "v4" else ("no", "yes")))
        environment = {**os.environ, "LC_ALL": "C",
                       "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={place}/bus"}
        # ip netns exec gives it mounts of its own.
        start = (f"mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec "
                 f"avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {place}/avahi.conf")
        with running(lab.a, "dbus-daemon", f"--config-file={place}/bus.conf", "--nofork",
                     "--nopidfile", "--print-address", stderr=subprocess.DEVNULL) as bus:
            assert line(bus).startswith("unix:path=")
            with running(lab.a, "sh", "-c", start, stderr=subprocess.STDOUT,
                         env=environment) as daemon:
                while "startup complete" not in line(daemon):
                    pass
                yield environment


@each_family("18", "06")
def avahi_resolves_the_name_of_the_mdns_responder(lab, family):
    with running(lab.receiver, MDNS_RESPONDER, "printer", "east") as responder, \
            avahi(lab, family) as environment:
        assert line(responder).startswith("answering for printer on 1 interface")
        client = lab.a.start("avahi-resolve", "-n", "-4" if family.name == "v4" else "-6",
                             "printer.local", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env=environment)
        output = client.communicate(timeout=WAIT)[0]
        assert output.split() == ["printer.local", family.c], output
        asked = line(responder)
        assert "asked by east" in asked and family.a in asked, asked
