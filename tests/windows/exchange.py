#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/windows/exchange.py

The library on Linux and on the model of Windows, one wire between them: source-specific groups and
control data both ways. IPSOCK_DRIVER is the driver of tests/network as built for Linux,
IPSOCK_WINDOWS_DRIVER the same for Windows, linked with the model. Each Windows host is a network
namespace with a Wine of its own: Wine's sockets are made by its server, which stays in the namespace
in which it was started."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "network"))
import lab  # noqa: E402
from lab import RECEIVE, SEND, Driver, check, host_port, need  # noqa: E402
from multicast import ALLOW, PORT, Reports, bridge, each_family, hears, plug  # noqa: E402
from prefix import COMMAND, Prefix, ready_base  # noqa: E402

LINUX, STRANGER, ONE, OTHER = 1, 2, 3, 4  # hosts, and the last digit of their addresses


class WindowsHost(lab.Host):
    """A namespace with a Wine of its own."""

    def __init__(self, name, base):
        super().__init__(name)
        self.prefix = Prefix(base)

    def windows_driver(self):
        return WindowsDriver(self)

    def remove(self):
        self.prefix.remove()
        super().remove()


class WindowsDriver(Driver):
    def __init__(self, host):
        self.process = host.start(*COMMAND, os.environ["IPSOCK_WINDOWS_DRIVER"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, env=host.prefix.environment)


def build(made):
    need("wine")
    base = ready_base()
    made.switch = made.host("switch")
    bridge(made.switch, "east")
    made.linux, made.stranger = made.host("linux"), made.host("stranger")
    made.one, made.other = WindowsHost("one", base), WindowsHost("other", base)
    made.hosts += [made.one, made.other]
    for number, host in enumerate((made.linux, made.stranger, made.one, made.other), 1):
        plug(made.switch, "east", host, number)
        # The second addresses are the ones to send from: the system would choose the first.
        host.add("east", f"192.0.2.{number}/24", f"2001:db8:1::{number}/64",
                 f"192.0.2.{10 + number}/24")
        host.ip("addr", "add", f"2001:db8:1::{10 + number}/64", "dev", "east", "nodad",
                "preferred_lft", "0")


def address(family, number):
    return f"{family.a}{number}"


def endpoint(driver, host, family, number):
    """Hears groups on PORT, sends from its own address by the wire."""
    driver.ok(f"open s local={host_port(family.wildcard, PORT)} flags=reuse,strict "
              f"receive={RECEIVE} send={SEND}")
    driver.on = host.index("east")
    driver.ok(f"mset s on={driver.on} hops=8")
    driver.source = address(family, number)
    driver.end = host_port(driver.source, PORT)
    return driver


def cast(driver, to, text, **fields):
    more = "".join(f" {key}={value}" for key, value in fields.items())
    driver.ok(f"send s peer={to} source={driver.source} data={text}{more}")


def all_four(made, family):
    hosts = (made.linux, made.stranger, made.one, made.other)
    drivers = [made.linux.driver(), made.stranger.driver(), made.one.windows_driver(),
               made.other.windows_driver()]
    return [endpoint(driver, host, family, number)
            for number, (driver, host) in enumerate(zip(drivers, hosts), 1)]


def join_source(group, source, *listeners):
    for listener in listeners:
        listener.ok(f"joinsource s group={group} source={source} on={listener.on}")


def hear_only(source, stranger, group, listeners):
    """The stranger's datagram to the group is not heard, though what it sends next is, and what the
    source sends is."""
    to = host_port(group, PORT)
    cast(stranger, to, "no")
    for listener in listeners:
        cast(stranger, listener.end, "marker")
        hears(listener, "marker")
    cast(source, to, "yes")
    for listener in listeners:
        got, = hears(listener, "yes")
        assert got["destination"] == group and source.source in got["peer"], got.line
        assert got["hops"] == 8, got.line


@each_family("05", "04")
def windows_hears_a_source_on_linux(made, family):
    linux, stranger, one, other = all_four(made, family)
    group = family.ssm + "1"
    join_source(group, linux.source, one, other)
    hear_only(linux, stranger, group, (one, other))


@each_family("05", "04")
def linux_and_windows_hear_a_source_on_windows(made, family):
    linux, stranger, one, other = all_four(made, family)
    group = family.ssm + "2"
    join_source(group, one.source, linux, other)
    hear_only(one, stranger, group, (linux, other))
    # and Windows is a stranger too, to who wants another source
    cast(other, host_port(group, PORT), "no")
    cast(other, linux.end, "marker")
    hears(linux, "marker")


@each_family("05", "04")
def windows_leaves_and_excludes(made, family):
    linux, stranger, one, _ = all_four(made, family)
    group, on = family.ssm + "3", one.on
    join_source(group, stranger.source, one)
    join_source(group, linux.source, one)
    one.ok(f"leavesource s group={group} source={stranger.source} on={on}")
    hear_only(linux, stranger, group, (one,))
    group = family.groups + "4"
    one.ok(f"join s group={group} on={on}")
    one.ok(f"exclude s group={group} source={stranger.source} on={on}")
    hear_only(linux, stranger, group, (one,))
    one.ok(f"include s group={group} source={stranger.source} on={on}")
    cast(stranger, host_port(group, PORT), "now")
    hears(one, "now")


@each_family("05", "04")
def windows_tells_the_routers(made, family):
    one = endpoint(made.one.windows_driver(), made.one, family, ONE)
    group = family.ssm + "5"
    with Reports(made.switch, f"east{ONE}") as wire:
        join_source(group, address(family, LINUX), one)
        wire.expect(ALLOW, group, address(family, LINUX))


@each_family("16", "11")
def control_data_both_ways(made, family):
    linux, _, one, _ = all_four(made, family)
    four = family.name == "v4"
    for here, there in ((linux, one), (one, linux)):
        # IPv4's hop limit is no control message of Windows
        fields = {"class": 0x28} if four else {"class": 0x28, "hops": 7}
        cast(here, there.end, "marked", **fields)
        got, = hears(there, "marked")
        assert got["class"] == 0x28 and here.source in got["peer"], got.line
        assert four or got["hops"] == 7, got.line
        assert got["destination"] == there.source and got["index"] > 0, got.line


@check
def err_08_an_adapter_goes_away(made):
    """The same errors on both systems; what does not need the adapter goes on."""
    for host, driver in ((made.linux, made.linux.driver()), (made.one, made.one.windows_driver())):
        host.ip("link", "add", "west", "type", "veth", "peer", "name", "western")
        host.add("west", "198.51.100.1/24")
        host.ip("link", "set", "western", "up")
        host.ip("link", "set", "west", "up")
        index = host.index("west")
        driver.ok(f"open s local=0.0.0.0:{PORT} flags=reuse,strict receive={RECEIVE} send={SEND}")
        driver.ok(f"join s group=233.252.0.6 on={index}")
        driver.ok(f"joinsource s group=232.1.1.6 source=198.51.100.2 on={index}")
        host.ip("link", "del", "west")
        driver.error(f"join s group=233.252.0.7 on={index}", "IPSOCK_ENODEV")
        driver.error(f"joinsource s group=232.1.1.7 source=198.51.100.2 on={index}",
                     "IPSOCK_ENODEV")
        driver.error(f"mset s on={index}", "IPSOCK_ENODEV")
        driver.error(f"send s peer=233.252.0.6:{PORT} interface={index} data=x", "IPSOCK_ENODEV")
        driver.ok(f"leave s group=233.252.0.6 on={index}")
        driver.ok(f"leavesource s group=232.1.1.6 source=198.51.100.2 on={index}")
        driver.ok(f"send s peer=127.0.0.1:{PORT} data=still")
        hears(driver, "still")


@check
def ping_08_processes_of_windows_differ(made):
    """Handles have the same numbers in each process, identifiers have not."""
    one, other = made.one.windows_driver(), made.one.windows_driver()
    for local in ("127.0.0.1:0", "[::1]:0"):
        ids = [driver.ok(f"open p kind=ping local={local}")["port"] for driver in (one, other)]
        assert ids[0] != ids[1], ids
        for driver in (one, other):
            driver.ok("close p")


if __name__ == "__main__":
    sys.exit(lab.main(build))
