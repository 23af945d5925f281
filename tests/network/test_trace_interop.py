# SPDX-License-Identifier: BSD-2-Clause
"""ipsock trace beside traceroute, mtr, tracepath and ping, in the same lab at the same time: the same
hops, marks, labels and MTUs."""
import csv
import io
import json
import re

from lab import check, need, until
from routers import FAR, HOPS, NARROW, REFUSED
from routers import forget, icmp_error, label_stack, mpls_extension, objects_extension, time_exceeded
from traces import LABELS, LOOP, MUTE, TRACE, UNREACHABLE
from traces import Router, build, closed, run, silent

PROBLEM = {4: (12, 0), 6: (4, 1)}


def both_families(function):
    for version in (4, 6):
        def one(lab, version=version):
            forget(lab)
            function(lab, version)
        one.__name__ = f"{function.__name__}_v{version}"
        check(one)


def lines(out):
    """What a program printed of hops, without its times."""
    return [re.sub(r" +", " ", re.sub(r"\d+\.\d+ ms", "T", line)).strip()
            for line in out.splitlines() if re.match(r" *\d+  ", line)]


def theirs(lab, host, *options):
    code, out, err = run(lab, "traceroute", "-n", "-e", "-w", "2", *options, host)
    assert code == 0, err
    return lines(out)


def ours(lab, host, *options):
    return lines(run(lab, *TRACE, *options, host)[1])


# Theirs: ours.
KINDS = ((), ()), (("-I",), ("--icmp",)), ((), ("--raw",)), (("-I",), ("--icmp", "--raw"))


def expect_same(lab, host, more=(), ours_more=None):
    found = []
    for their_words, our_words in KINDS:
        want = theirs(lab, host, *their_words, *more)
        got = ours(lab, host, *our_words, *(more if ours_more is None else ours_more))
        assert got == want, (got, want)
        found.append(got)
    return found


@both_families
def es_10_traceroute_same_hops(lab, version):
    need("traceroute")
    for host in (FAR[version], HOPS[version][0], HOPS[version][2]):
        for found in expect_same(lab, host):
            assert found[-1] == f"{len(found)} {host} T T T", found


@both_families
def es_10_traceroute_same_loop(lab, version):
    need("traceroute")
    for found in expect_same(lab, LOOP[version], ("-m", "7"), ("--max-hops", "7")):
        assert len(found) == 7, found


@both_families
def es_10_traceroute_same_silence(lab, version):
    need("traceroute")
    with silent(lab, version):
        for found in expect_same(lab, FAR[version], ours_more=("--wait", "1")):
            assert found[1] == "2 * * *" and len(found) == 4, found


@both_families
def es_10_traceroute_same_refusals(lab, version):
    """Of Linux' answers some may be missing: those that are there are alike."""
    need("traceroute")
    for kind, hosts in REFUSED.items():
        def alike(host=hosts[version]):
            got, want = ours(lab, host, "--wait", "1"), theirs(lab, host)
            assert got[0] == want[0] and len(got) <= 30, (got, want)
            marks = [set(re.findall(r"!\S+", found[1])) for found in (got, want)]
            return len(got) == len(want) == 2 and marks[0] == marks[1] and marks[0]
        assert len(until(f"the same for {kind}", alike)) == 1


@both_families
def es_10_traceroute_same_marks(lab, version):
    """Each code of "destination unreachable", said by hand; but for IPv6's 5 and 6, parts of 1 (RFC
    4443, 3.1) and prohibitions here, which theirs does not know."""
    need("traceroute")
    codes = [c for c in range(16) if c not in (3, 4)] if version == 4 else [0, 1, 2, 3, 7]
    different = {}
    for kind, code in [(UNREACHABLE[version], c) for c in codes] + [PROBLEM[version]]:
        with Router(lab, version, lambda packet, k=kind, c=code: [
                icmp_error(version, k, c, 0, packet.bytes)]):
            want = theirs(lab, MUTE[version], "-m", "1")
            got = ours(lab, MUTE[version], "--raw", "--max-hops", "1")
        if got != want:
            different[kind, code] = got, want
    assert not different, different


@both_families
def es_12_traceroute_same_labels(lab, version):
    need("traceroute")

    def plan(packet):
        stacks = (mpls_extension(*LABELS), mpls_extension((3, 7, 1)),
                  objects_extension((1, 1, label_stack((16, 0, 9)))))
        if packet.hop_limit > len(stacks):
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, stacks[packet.hop_limit - 1])]

    with Router(lab, version, plan):
        # An echo that comes to a closed port: theirs waits for more.
        for their_words, our_words in (KINDS[0], KINDS[2]):
            want = theirs(lab, MUTE[version], "-N", "1", *their_words)
            got = ours(lab, MUTE[version], *our_words)
            assert got == want and "<MPLS:L=16001,E=5,S=0,T=1/L=1048575,E=0,S=1,T=255>" in got[0], got


@both_families
def es_10_mtr_same_hops(lab, version):
    need("mtr")
    for their_words, our_words in (((), ("--icmp",)), (("-u",), ())):
        code, out, err = run(lab, "mtr", "-n", "-c", "1", "-i", "0.2", "-G", "1", "--csv",
                             *their_words, FAR[version])
        assert code == 0, err
        want = [(int(row["Hop"]), row["Ip"]) for row in csv.DictReader(io.StringIO(out))]
        found = [json.loads(line) for line in run(
            lab, *TRACE, "--json", "--queries", "1", *our_words, FAR[version])[1].splitlines()]
        assert [(e["hop"], e["peer"]) for e in found[:-1]] == want and len(want) == 4, (found, want)


@both_families
def es_11_tracepath_same_mtu(lab, version):
    """Hop by hop, the link that is narrow, and the sum of it."""
    need("tracepath")
    code, out, err = run(lab, "tracepath", "-n", FAR[version])
    assert code == 0, err
    want = []
    for number, host, mtu in re.findall(r"^ *(\d+):  (\S+) +\S+ms *(?:pmtu (\d+))?", out, re.M):
        entry = int(number), host, int(mtu) if mtu else None
        if entry not in want:  # the first hop is asked twice
            want.append(entry)
    resume = re.search(r"Resume: pmtu (\d+) hops (\d+)", out)
    assert resume and (3, HOPS[version][1], NARROW) in want, out
    for way in ((), ("--raw",), ("--icmp",), ("--icmp", "--raw")):
        forget(lab)
        *found, summary = [json.loads(line) for line in run(
            lab, *TRACE, "--json", "--mtu", *way, FAR[version])[1].splitlines()]
        got = [(e["hop"], e["peer"], e.get("mtu")) for e in found]
        assert got == want, (got, want)
        assert [str(summary["mtu"]), str(summary["hops"])] == list(resume.groups()), summary


@both_families
def es_11_traceroute_same_mtu(lab, version):
    need("traceroute")
    code, out, err = run(lab, "traceroute", "-n", "--mtu", "-q", "1", FAR[version])
    want = re.findall(r"^ *(\d+)  .* F=(\d+)", out, re.M)
    assert code == 0 and want[-1] == ("3", str(NARROW)), (out, err)
    forget(lab)
    code, out, err = run(lab, *TRACE, "--mtu", FAR[version])
    assert re.findall(r"^ *(\d+)  .* F=(\d+)", out, re.M) == want[1:], out  # theirs begins with 65000
    assert f" of {want[0][1]} bytes" in err, err


@both_families
def es_11_traceroute_same_mtu_of_a_wider_path(lab, version):
    """Now that both know the narrower one."""
    need("traceroute")
    run(lab, *TRACE, "--mtu", FAR[version])
    for host in (lab.r2, lab.r3):
        host.ip("link", "set", "three", "mtu", "1500")
    try:
        out = run(lab, "traceroute", "-n", "--mtu", "-q", "1", FAR[version])[1]
        _, our_out, err = run(lab, *TRACE, "--mtu", FAR[version])
    finally:
        for host in (lab.r2, lab.r3):
            host.ip("link", "set", "three", "mtu", str(NARROW))
    assert re.findall(r" F=(\d+)", out) == ["1500"], out  # its first is larger than the own link
    assert " F=" not in our_out and err.endswith("path MTU 1500\n"), (our_out, err)


@both_families
def es_10_ping_same_routers(lab, version):
    """Each router is who answers a ping that may pass so many."""
    need("ping")
    found = [json.loads(line) for line in run(
        lab, *TRACE, "--icmp", "--json", "--queries", "1", FAR[version])[1].splitlines()]
    for event in found[:-1]:
        _, out, err = run(lab, "ping", "-n", "-c", "1", "-t", str(event["hop"]), FAR[version])
        who = re.search(r"[Ff]rom (\S+?):? icmp_seq=1 (Time|ttl)", out)
        assert who and who[1] == event["peer"], (out, err, event)
        assert (who[2] == "ttl") == (event["event"] == "reply"), (out, event)
    forget(lab)
    _, out, _ = run(lab, "ping", "-n", "-c", "1", "-M", "do", "-s", "1450", FAR[version])
    assert re.search(rf"From {HOPS[version][1]} .*mtu ?= ?{NARROW}", out), out
