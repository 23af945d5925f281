# SPDX-License-Identifier: BSD-2-Clause
"""Addresses in every place that takes one: spellings that are none, v4-mapped ones, zones. Nothing is
announced that is refused then."""
import contextlib
import json
import os
import re
import socket

import private
from harness import WINDOWS, check, need_ipv6, need_not_windows, run, serving
from private import FAR4, FAR6, NEAR4, NEAR6, ip

TOOL = os.environ["IPSOCK_TOOL"]
PING, TRACEROUTE = os.environ["IPSOCK_PING"], os.environ["IPSOCK_TRACEROUTE"]
MARK_TCP, SSM_LISTENER = os.environ["IPSOCK_MARK_TCP"], os.environ["IPSOCK_SSM_LISTENER"]
RANGE = "/proc/sys/net/ipv4/ping_group_range"
GROUP = "239.77.0.9"

# What inet_aton takes for an address, or the start of one, and what is none for other reasons.
ODD = ["0x7f000001", "127.0x1", "0x7f.0.0.1", "1.0x2.3.4", "0177.0.0.1", "127.1", "2130706433",
       "017700000001", "127.0.0.1.", "0x7f.1", "127.0.0.01", "0X7F000001", "127.0.0.0x1", "127.0.1",
       "010.0.0.1", "256.0.0.1", "1.2.3.4.5", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1 x", "0x", "0",
       "localhost.1", "host.0x1f"]
ODD6 = ["::1.2.3", "::ffff:127.1", "::ffff:0x7f.0.0.1", "::ffff:0177.0.0.1", ":::1", "1::2::3",
        "::1%", "%lo", "[::1]", "::ffff:127.0.0.1%lo", "127.0.0.1%lo", "12345::", "::g"]
MAPPED = "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:FFFF:127.0.0.1"
WRONG_ZONES = "no-such", "4242", "0", "-1", "4294967296", ""
if WINDOWS:  # each run takes its time there
    ODD, ODD6, MAPPED, WRONG_ZONES = ODD[:2], ODD6[:1], MAPPED[:2], WRONG_ZONES[:2]


def allow():
    private.need_far()
    with open(RANGE, "w", encoding="ascii") as file:
        file.write("0 2147483647\n")


def silent(result):
    """It did not begin."""
    said = result.stderr
    return result.stdout == "" and not re.search(r"^(pinging|tracing|listening|joined|\d+ pack)", said, re.M)


def refused(program, *arguments, words=""):
    result = run(program, *arguments)
    assert result.returncode in (1, 2) and silent(result), (arguments, result)
    assert result.stderr and words in result.stderr, (words, arguments, result)


def ok(program, *arguments):
    result = run(program, *arguments)
    assert result.returncode == 0, (arguments, result)
    return result


@check
def odd_spellings_of_hosts():
    for text in ODD + ODD6:
        refused(TOOL, "ping", text, "--count", "1", "--timeout", "0.1")
        refused(TOOL, "trace", text, "--max-hops", "1", "--wait", "0.1")
        if not text.endswith("%lo"):  # the examples know no zone where there is none
            refused(PING, text, "1")
            refused(TRACEROUTE, text)


@check
def odd_spellings_before_a_port():
    for text in [*ODD, *(f"[{text}]" for text in [*ODD[:3], *ODD6, "127.0.0.1", "localhost"])]:
        refused(TOOL, "send", f"{text}:9")
        refused(TOOL, "listen", f"{text}:0", "--timeout", "0.1")
        refused(MARK_TCP, "send", f"{text}:9")
        refused(SSM_LISTENER, "exclude", f"{text}:5000", "-", "lo")
    for port in ("09", "0x9", "+9", " 9", "9 "):
        refused(TOOL, "send", f"127.0.0.1:{port}", words="must look like")


@check
def odd_spellings_of_options():
    for text in [*ODD, *ODD6, "127.0.0.1:9", "127.0.0.1:0", "[::1]:9", "localhost", ""]:
        refused(TOOL, "ping", "127.0.0.1", "--source", text, words="--source")
        refused(TOOL, "trace", "127.0.0.1", "--source", text, words="--source")
        refused(TOOL, "send", "127.0.0.1:9", "--source", text, words="--source")
        for option in ("--source", "--exclude"):
            refused(TOOL, "listen", f"{GROUP}:0", "--interface", "lo", option, text, words=option)


@check
def mapped_hosts_are_pinged_and_traced_as_ipv4():
    allow()
    for text in MAPPED:
        result = ok(TOOL, "ping", text, "--count", "1")
        assert result.stderr.startswith("pinging 127.0.0.1 with 56 bytes"), result
        assert "127.0.0.1 -> 127.0.0.1" in result.stdout, result
        result = ok(TOOL, "trace", text)
        assert result.stderr.startswith("tracing 127.0.0.1 by UDP"), result
        assert result.stdout.startswith(" 1  127.0.0.1  "), result
        assert "from 127.0.0.1" in ok(PING, text, "1").stdout
        assert ok(TRACEROUTE, text).stdout.startswith(" 1  127.0.0.1  ")
    ok(TOOL, "ping", MAPPED[0], "--count", "1", "-4", "--source", MAPPED[1])
    ok(TOOL, "trace", MAPPED[0], "-4", "--source", MAPPED[1])
    events = [json.loads(line) for line in
              ok(TOOL, "ping", MAPPED[0], "--count", "1", "--json").stdout.splitlines()]
    assert [e["peer"] for e in events] == ["127.0.0.1"] * 2, events
    for command in ("ping", "trace"):
        refused(TOOL, command, MAPPED[0], "-6", words="as IPv6: ")


@contextlib.contextmanager
def listening(*arguments):
    with serving("listening on ", "stderr", TOOL, "listen", "--json", "--timeout", "15", *arguments) as s:
        yield s


@check
def mapped_addresses_of_datagrams():
    for text in MAPPED:
        with listening(f"[{text}]:0", "--count", "1") as server:
            assert server.address.startswith("127.0.0.1:"), server.address
            said = ok(TOOL, "send", f"[{text}]:{server.port}", "--source", text).stderr
            assert f"sent to 127.0.0.1:{server.port} in" in said, said
            packet = json.loads(server.line())
            assert packet["destination"] == "127.0.0.1", packet
            assert packet["peer"].startswith("127.0.0.1:"), packet
    for command in ("send", "listen"):
        refused(TOOL, command, f"[{MAPPED[0]}]:9", "-6", words="as IPv6: ")


@check
def mapped_groups_and_sources():
    for option, source in (("--source", "127.0.0.1"), ("--exclude", "127.0.0.9")):
        with listening(f"[::ffff:{GROUP}]:0", "--interface", "lo", option, f"::ffff:{source}",
                       "--count", "1") as server:
            assert server.line("stderr").startswith(f"joined {GROUP} on lo, "), server
            ok(TOOL, "send", f"[::ffff:{GROUP}]:{server.port}", "--interface", "lo", "--source",
               MAPPED[0])
            assert json.loads(server.line())["destination"] == GROUP
    with serving("listening to ", "stdout", SSM_LISTENER, "include", f"[::ffff:{GROUP}]:5077",
                 MAPPED[0], "lo") as server:
        ok(TOOL, "send", f"{GROUP}:5077", "--interface", "lo", "--source", "127.0.0.1")
        assert "127.0.0.1" in server.line()


@check
def mapped_addresses_of_streams():
    with serving("listening on ", "stdout", MARK_TCP, "serve", f"[{MAPPED[0]}]:0") as server:
        assert server.address.startswith("127.0.0.1:"), server.address
        ok(MARK_TCP, "send", f"[{MAPPED[0]}]:{server.port}")


# ---- zones: veth0 has NEAR6, the other end of its cable FAR6 ----

def number():
    return str(socket.if_nametoindex("veth0"))


def begins(command, host, *arguments):
    """The command works, and with this very address."""
    arguments = {"ping": (host, "--count", "1", "--timeout", "5"),
                 "trace": (host, "--wait", "5"),
                 "send": (f"[{host}]:9",)}[command] + arguments
    result = ok(TOOL, command, *arguments)
    assert f"{host.split('%')[0]}%veth0" in result.stderr, result
    return result


@check
def zones_by_the_address_or_by_interface():
    need_ipv6()
    allow()
    for command in ("ping", "trace", "send"):
        for host, *more in ((f"{FAR6}%veth0",), (f"{FAR6}%{number()}",),
                            (FAR6, "--interface", "veth0"), (FAR6, "--interface", number()),
                            (f"{FAR6}%veth0", "--interface", "veth0"),
                            (f"{FAR6}%{number()}", "--interface", "veth0"),
                            (FAR6, "--source", NEAR6, "--interface", "veth0"),
                            (f"{FAR6}%veth0", "--source", NEAR6),
                            (FAR6, "--source", f"{NEAR6}%veth0"),
                            (f"{FAR6}%veth0", "--source", f"{NEAR6}%{number()}"))[::3 if WINDOWS else 1]:
            begins(command, host, *more)


@check
def groups_of_a_link_by_interface():
    need_ipv6()
    allow()
    # Windows lets no wildcard ping endpoint hear a group's answers of its own.
    result = run(TOOL, "ping", "ff02::1", "--interface", "veth0", "--count", "1", "--timeout", "5")
    assert result.stderr.startswith("pinging ff02::1%veth0 "), result
    assert WINDOWS or result.returncode == 0, result
    result = ok(TOOL, "send", "[ff02::77]:9", "--interface", "veth0")
    assert "sent to [ff02::77%veth0]:9" in result.stderr, result


@check
def zones_that_are_missing():
    need_ipv6()
    private.need_far()
    for host in (FAR6, "fe80::1", "febf::1", "ff02::1", "ff01::1", "ff32::1"):
        words = f"{host}: the zone is missing: a link-local address needs its interface, as in " \
                f"{host}%eth0, or --interface\n"
        refused(TOOL, "ping", host, words=words)
        if host[:2] == "fe":
            refused(TOOL, "trace", host, words=words)
            refused(TOOL, "send", f"[{host}]:9", words=words)
            refused(TOOL, "listen", f"[{host}]:0", "--timeout", "0.1", words=words)
    for command, host in (("ping", "::1"), ("trace", "::1"), ("send", "[::1]:9")):
        refused(TOOL, command, host, "--source", NEAR6, words=f"{NEAR6}: the zone is missing")


@check
def zones_that_are_wrong():
    need_ipv6()
    private.need_far()
    for command, form in (("ping", "{}"), ("trace", "{}"), ("send", "[{}]:9"), ("listen", "[{}]:0")):
        for zone in WRONG_ZONES:
            refused(TOOL, command, form.format(f"{FAR6}%{zone}"),
                    words="no such " if zone else f"{FAR6}%")
        refused(TOOL, command, form.format(f"{NEAR6}%lo"), "--interface", "veth0",
                words=f"{NEAR6}%lo: --interface names another interface")
        refused(TOOL, command, form.format(NEAR6), "--interface", "no-such", words="no such interface")
        if command == "listen":
            continue
        target = form.format(f"{FAR6}%veth0")
        refused(TOOL, command, target, "--source", f"{NEAR6}%lo",
                words=f"{NEAR6}%lo: the destination is on another interface")
        for zone in ("no-such", "4242"):
            refused(TOOL, command, target, "--source", f"{NEAR6}%{zone}", words="no such interface")
        refused(TOOL, command, form.format(FAR6), "--source", f"{NEAR6}%lo", "--interface", "veth0",
                words="--interface names another interface")
    refused(TOOL, "send", "[ff15::5%lo]:9", "--interface", "veth0", words="names another interface")


@check
def zones_of_a_listener():
    need_ipv6()
    private.need_far()
    for target, *more in ((f"[{NEAR6}%veth0]:0",), (f"[{NEAR6}%{number()}]:0",),
                          (f"[{NEAR6}]:0", "--interface", "veth0"),
                          (f"[{NEAR6}]:0", "--interface", number()),
                          (f"[{NEAR6}%veth0]:0", "--interface", "veth0")):
        with listening(target, *more, "--count", "1") as server:
            assert server.address.startswith(f"[{NEAR6}%veth0]:"), server.address
            ok(TOOL, "send", f"[{NEAR6}%veth0]:{server.port}")
            assert json.loads(server.line())["destination"].startswith(NEAR6)
    refused(TOOL, "listen", f"[{NEAR6}]:0", "--interface", "veth0", "--interface", "lo",
            words="--interface needs a multicast address")
    for target, *more in (("[ff02::77]:0", "--interface", "veth0"), ("[ff02::77%veth0]:0",),
                          (f"[ff02::77%{number()}]:0",)):
        with listening(target, *more) as server:
            assert server.line("stderr") == "joined ff02::77 on veth0\n"


@check
def names_of_interfaces_do_not_write_to_the_terminal():
    need_not_windows("its interfaces' names are Wine's")
    need_ipv6()
    private.need_far()
    name, shown = 'e\x1b[7m"x\\', 'e\\x1b[7m\\"x\\\\'
    ip("link", "add", name, "type", "veth", "peer", "name", "other")
    try:
        for link in (name, "other"):
            ip("link", "set", link, "addrgenmode", "none")
            ip("link", "set", link, "up")
        ip("addr", "add", "fe80::99/64", "dev", name, "nodad")
        text = ok(TOOL, "interfaces").stdout
        assert f": {shown}  mtu" in text and f"    fe80::99%{shown}/64\n" in text, text
        assert "\x1b" not in text, text
        rows = json.loads(ok(TOOL, "interfaces", "--json").stdout)
        row, = (r for r in rows if r["name"] == name)
        assert {"address": f"fe80::99%{name}", "prefix_length": 64} in row["addresses"], row
        for arguments in (("listen", f"[fe80::99%{name}]:0", "--timeout", "0.1"),
                          ("listen", f"[ff02::5%{name}]:0", "--timeout", "0.1"),
                          ("ping", f"fe80::99%{name}", "--count", "1", "--timeout", "0.1"),
                          ("trace", f"fe80::99%{name}", "--wait", "0.1"),
                          ("send", f"[fe80::99%{name}]:9"),
                          ("send", f"[fe80::99%{name}]:9", "--size", "65535"),
                          ("listen", f"[fe80::98%{name}]:0"),
                          ("listen", f"[ff02::5%{name}]:0", "--interface", "lo")):
            result = run(TOOL, *arguments)
            said = result.stdout + result.stderr
            assert "\x1b" not in said and "\\x1b" in said, (arguments, result)
    finally:
        ip("link", "del", name)


@check
def sources_of_the_other_family_are_refused_first():
    private.need_far()
    for source in ("::1", "2001:db8::1"):
        for command, host in (("ping", FAR4), ("trace", FAR4), ("send", f"{FAR4}:9"),
                              ("ping", MAPPED[0]), ("trace", MAPPED[0])):
            refused(TOOL, command, host, "--source", source, words="wrong family")
    for command, host in (("ping", "::1"), ("trace", "::1"), ("send", "[::1]:9")):
        refused(TOOL, command, host, "--source", MAPPED[0], words="wrong family")
    assert NEAR4
