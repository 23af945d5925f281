# SPDX-License-Identifier: BSD-2-Clause
"""What a firewall of this host, and its routes, refuse: one packet's failure, told as such, after which
everything goes on (REF-01, REF-02)."""
import json
import os
import re
import subprocess

from lab import SEND, WAIT, Skip, check, host_port, need, until

TOOL = os.environ.get("IPSOCK_TOOL", "")
TEXT = "refused by a firewall of this host"
PORT, SHUT = 7000, 7001
RAW = 253
FAMILIES = {  # opening, peer
    "v4": ("family=4", "192.0.2.2"),
    "v6": ("family=6", "2001:db8:1::2"),
    "mapped": ("family=6 flags=dual", "::ffff:192.0.2.2"),
}


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.cable(lab.a, lab.b, "wire")
    lab.a.add("wire", "192.0.2.1/24", "2001:db8:1::1/64")
    lab.b.add("wire", "192.0.2.2/24", "2001:db8:1::2/64")
    for kind, net in (("prohibit", 1), ("blackhole", 2), ("unreachable", 3)):
        lab.a.ip("route", "add", kind, f"10.{net}.0.0/16")
        lab.a.ip("-6", "route", "add", kind, f"2001:db8:f{net}::/48")
    lab.a.sysctl("net.ipv4.ping_group_range", "0 2147483647")
    for name in ("net.ipv4.icmp_ratelimit", "net.ipv6.icmp.ratelimit"):
        lab.b.sysctl(name, 0)


def firewall(lab, *rules):
    """These rules for what host a sends, and no others."""
    need("nft")
    text = "flush ruleset\nadd table inet f\nadd chain inet f o { type filter hook output priority 0; }\n"
    text += "".join(f"add rule inet f o {rule} drop\n" for rule in rules)
    program = lab.a.start("nft", "-f", "-", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    _, err = program.communicate(text, timeout=WAIT)
    if program.returncode:
        raise Skip(f"this kernel has not what nftables wants: {err.splitlines()[0]}")


def each_family(function):
    for family, how in FAMILIES.items():
        def one(lab, how=how):
            function(lab, *how)
        one.__name__ = f"{family}_{function.__name__}"
        check(one)
    return function


def run(lab, *command):
    program = lab.a.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = program.communicate(timeout=WAIT)
    return program.returncode, out, err


@each_family
def ref_01_single(lab, how, peer):
    firewall(lab, f"udp dport {SHUT}")
    plain = lab.b.udp("::" if ":" in peer and "ffff" not in peer else "0.0.0.0", PORT)
    a = lab.a.driver()
    a.ok(f"open s {how} send={SEND}")
    a.ok(f"open c {how} peer={host_port(peer, SHUT)}")
    a.ok(f"open e {how},errors" if "flags" in how else f"open e {how} flags=errors")
    for _ in range(2):
        for line in (f"send s peer={host_port(peer, SHUT)} data=x",
                     f"send s peer={host_port(peer, SHUT)} data=x class=0x28 hops=9",
                     "send c data=x", f"send e peer={host_port(peer, SHUT)} data=x"):
            got = a.error(line, "IPSOCK_EFIREWALL")
            assert got["native"] == 1, got.line
        for name in "se":
            a.ok(f"send {name} peer={host_port(peer, PORT)} data=through")
            assert plain.recv(2048) == b"through"
    firewall(lab)
    a.ok("send c data=x")
    plain.close()


@each_family
def ref_01_batch(lab, how, peer):
    """The first, one in between, the last, all: told by length."""
    firewall(lab, "udp length 10")
    plain = lab.b.udp("::" if ":" in peer and "ffff" not in peer else "0.0.0.0", PORT)
    a = lab.a.driver()
    a.ok(f"open s {how}")
    to = f"peer={host_port(peer, PORT)}"
    for data, done in (("11,2,3,4", 0), ("1,2,33,4", 2), ("1,2,3,44", 3), ("11,22,33,44", 0)):
        got = a.ok(f"sendbatch s count=4 {to} data={data}")
        assert (got["done"], got["code"], got["index"]) == (done, "IPSOCK_EFIREWALL", done), got.line
        for text in data.split(",")[:done]:
            assert plain.recv(2048) == text.encode()
    got = a.ok(f"sendbatch s count=4 {to} data=1,2,3,4")
    assert got["done"] == 4, got.line
    plain.close()


@check
def ref_01_raw(lab):
    firewall(lab, f"ip protocol {RAW} ip length 22", f"ip6 nexthdr {RAW} ip6 length 2")
    a = lab.a.driver()
    a.ok(f"open r kind=raw family=4 protocol={RAW}")
    a.ok(f"open h kind=raw family=4 protocol={RAW} flags=header")
    a.ok(f"open s kind=raw family=6 protocol={RAW}")
    for one, other in (("send r peer=192.0.2.2 data=xx", "send r peer=192.0.2.2 data=x"),
                       ("send4 h to=192.0.2.2 data=xx", "send4 h to=192.0.2.2 data=x"),
                       ("send s peer=2001:db8:1::2 data=xx", "send s peer=2001:db8:1::2 data=x")):
        a.error(one, "IPSOCK_EFIREWALL")
        a.ok(other)
        a.error(one, "IPSOCK_EFIREWALL")


@check
def ref_02_routes(lab):
    """A route that prohibits is no broadcast that was not enabled, a black hole no wrong argument."""
    a = lab.a.driver()
    codes = {1: "IPSOCK_EHOSTUNREACH", 2: "IPSOCK_ENETUNREACH", 3: "IPSOCK_EHOSTUNREACH"}
    for number, code in codes.items():
        for family, peer in (("family=4", f"10.{number}.0.1"),
                             ("family=6", f"2001:db8:f{number}::1"),
                             ("family=6 flags=dual", f"::ffff:10.{number}.0.1")):
            a.ok(f"open s {family}")
            a.error(f"send s peer={host_port(peer, PORT)} data=x", code)
            a.error(f"open c {family} peer={host_port(peer, PORT)}", code)
            a.error(f"open t kind=tcp {family} peer={host_port(peer, PORT)}", code)
            a.ok("close s")
        a.ok(f"open r kind=raw protocol={RAW} family=4")
        a.error(f"send r peer=10.{number}.0.1 data=x", code)
        a.ok("close r")


@check
def ref_02_broadcast(lab):
    a = lab.a.driver()
    a.ok("open s family=4")
    for address in ("192.0.2.255", "255.255.255.255"):
        a.error(f"send s peer={address}:{PORT} data=x interface=wire" if address[0] == "2"
                else f"send s peer={address}:{PORT} data=x",
                "IPSOCK_EUNDECLARED" if address[0] == "2" else "IPSOCK_EBROADCAST")
    a.error(f"open c family=4 peer=192.0.2.255:{PORT}", "IPSOCK_EBROADCAST")
    a.ok(f"open d family=4 flags=broadcast peer=192.0.2.255:{PORT}")


def events(out):
    return [json.loads(line) for line in out.splitlines()]


def pings(lab, host, refused, count):
    code, out, err = run(lab, TOOL, "ping", "--json", "--interval", "0.02", "--timeout", "5", "--count",
                         str(count), host)
    found = events(out)
    summary = found[-1]
    replies = [e["sequence"] for e in found[:-1] if e["event"] == "reply"]
    wanted = [n for n in range(1, count + 1) if n not in refused]
    assert replies == wanted, (replies, wanted, err)
    assert (summary["refused"], summary["sent"], summary["received"]) == (
        len(refused), len(wanted), len(wanted)), summary
    assert err.count(TEXT) == len(refused), err
    assert code == (0 if wanted else 1), (code, err)


PINGED = (("192.0.2.2", "icmp"), ("2001:db8:1::2", "icmpv6"))


@check
def ref_01_ping(lab):
    """On the system's own sockets, and on raw ones."""
    for raw in (False, True):
        lab.a.sysctl("net.ipv4.ping_group_range", "1 0" if raw else "0 2147483647")
        for host, icmp in PINGED:
            firewall(lab)
            until("the way", lambda h=host: run(lab, TOOL, "ping", "--count", "1", h)[0] == 0)
            if ":" in host and not raw:
                continue  # Linux' own do not tell: net/ipv6/ping.c, ping_v6_sendmsg
            for refused in ((1,), (2, 4), (5,)):
                firewall(lab, f"{icmp} sequence {{ {', '.join(map(str, refused))} }}")
                pings(lab, host, refused, 5)
            firewall(lab, f"{icmp} type echo-request")
            pings(lab, host, (1, 2, 3), 3)
    lab.a.sysctl("net.ipv4.ping_group_range", "0 2147483647")


def traces(lab, *arguments):
    code, out, err = run(lab, TOOL, "trace", "--json", "--wait", "5", *arguments)
    found = events(out)
    return code, [(e["event"], e["hop"], e["query"]) for e in found[:-1]], found[-1], err


@check
def ref_01_trace(lab):
    for host, icmp in PINGED:
        firewall(lab)
        until("the way", lambda h=host: run(lab, TOOL, "ping", "--count", "1", h)[0] == 0)
        for query in (1, 2, 3):
            udp, echo = f"udp dport {33433 + query}", f"{icmp} sequence {query}"
            for arguments, rule, answer in (((host,), udp, "error"), (("--raw", host), udp, "error"),
                                            (("--icmp", "--raw", host), echo, "reply")):
                firewall(lab, rule)
                code, found, summary, err = traces(lab, *arguments)
                wanted = [("refused" if n == query else answer, 1, n) for n in (1, 2, 3)]
                assert found == wanted, (arguments, query, found, err)
                assert (summary["sent"], summary["answered"], code) == (2, 2, 0), summary
                assert err.count(TEXT) == 1, err
        firewall(lab, "udp dport 33434-34000")
        code, found, summary, err = traces(lab, "--max-hops", "3", host)
        assert found == [("refused", h, q) for h in (1, 2, 3) for q in (1, 2, 3)], found
        assert (summary["sent"], summary["reached"], code) == (0, False, 1), summary
        assert err.count(TEXT) == 1, err
    firewall(lab, "icmp sequence 2")
    code, found, summary, err = traces(lab, "--icmp", "192.0.2.2")
    assert found == [("reply", 1, 1), ("refused", 1, 2), ("reply", 1, 3)], (found, err)


@check
def ref_01_send(lab):
    """Every other packet; one in the middle of a batch is tried twice, to learn what became of it."""
    plain = lab.b.udp("192.0.2.2", PORT)
    for batch in (1, 4):
        firewall(lab, f"udp dport {PORT} numgen inc mod 2 0")
        code, _, err = run(lab, TOOL, "send", f"192.0.2.2:{PORT}", "--count", "6", "--batch", str(batch))
        assert code == 1 and err.count(TEXT) == 1, (code, err)
        sent = int(re.search(r"(\d) packets of 5 bytes sent", err).group(1))
        refused = int(re.search(r"(\d) of 6 refused", err).group(1))
        assert sent + refused == 6 and refused > 0 and (batch > 1 or sent == 3), err
        for _ in range(sent):
            assert plain.recv(2048) == b"hello"
    firewall(lab, f"udp dport {PORT}")
    code, _, err = run(lab, TOOL, "send", f"192.0.2.2:{PORT}", "--count", "3")
    assert code == 1 and err.count(TEXT) == 1 and "sent" not in err.split(TEXT)[1], (code, err)
    plain.close()


@check
def ref_01_examples(lab):
    ping, traceroute = os.environ.get("IPSOCK_PING"), os.environ.get("IPSOCK_TRACEROUTE")
    firewall(lab, "icmp sequence 1", "udp dport 33435")
    code, out, err = run(lab, ping, "192.0.2.2", "2")
    assert code == 0 and "seq=2" in out and "1 sent, 1 received" in out, (code, out, err)
    assert err.count(TEXT) == 1, err
    code, out, err = run(lab, traceroute, "192.0.2.2")
    assert code == 0 and out.count(" ms") == 2 and "  -" in out, (code, out, err)
