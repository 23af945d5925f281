# SPDX-License-Identifier: BSD-2-Clause
"""What only ipsock trace does: the path's MTU, echo replies and datagrams as answers, JSON, and how its
probes look on the wire."""
import contextlib
import json
import re
import signal
import time

from lab import WAIT, Wire, check, line
from routers import FAR, HOPS, NARROW, NEAR, REFUSED
from routers import forget, mpls_extension, objects_extension, time_exceeded
from traces import INTERFACES, LABELS, LOOP, MUTE, TOOL, TRACE, UNREACHABLE
from traces import Router, build, closed, each_way_of_the_tool, expect, run, silent, trace

HEADERS = {4: 28, 6: 48}


def events(lab, way, host, *options):
    code, out, err = run(lab, *way.words, "--json", host, *options)
    found = [json.loads(text) for text in out.splitlines()]
    assert found and found[-1]["event"] == "summary", (code, out, err)
    assert all(e["time"] >= 0 for e in found), found
    return code, found[:-1], found[-1]


def narrow(version):
    return (3, 4) if version == 4 else (2, 0)


@each_way_of_the_tool
def es_11_trace_finds_the_path_mtu(lab, version, way):
    code, out, err = run(lab, *way.words, "--mtu", FAR[version])
    hops = HOPS[version]
    assert code == 0, err
    assert re.fullmatch(
        rf" 1  {hops[0]}  \S+ ms\n 2  {hops[1]}  \S+ ms\n"
        rf" 3  {hops[1]}  F={NARROW}  {hops[2]}  \S+ ms\n 4  {FAR[version]}  \S+ ms\n", out), out
    assert "1 probe of 1500 bytes to each" in err, err
    assert f"{FAR[version]} reached in 4 hops: 5 sent, 5 answered, path MTU {NARROW}\n" in err, err


@each_way_of_the_tool
def es_11_trace_of_a_path_whose_mtu_is_known(lab, version, way):
    """The second time the system itself knows it: the router that limits is named all the same."""
    for _ in range(2):
        code, out, err = run(lab, *way.words, "--mtu", "--queries", "2", FAR[version])
        assert code == 0 and "2 probes of 1500 bytes" in err, err
        assert f" 3  {HOPS[version][1]}  F={NARROW}  {HOPS[version][2]}  " in out, out
        assert err.endswith(f": 9 sent, 9 answered, path MTU {NARROW}\n"), err


@contextlib.contextmanager
def link_of(lab, mtu):
    """The narrow link, with another MTU."""
    for host in (lab.r2, lab.r3):
        host.ip("link", "set", "three", "mtu", str(mtu))
    try:
        yield
    finally:
        for host in (lab.r2, lab.r3):
            host.ip("link", "set", "three", "mtu", str(NARROW))


@each_way_of_the_tool
def es_11_trace_notices_that_a_path_changed(lab, version, way):
    """Narrower, and then wider than what the system has learned."""
    for mtu in (NARROW, 1300, 1500):
        with link_of(lab, mtu):
            code, out, err = run(lab, *way.words, "--mtu", FAR[version])
        assert code == 0 and err.endswith(f"path MTU {mtu}\n"), err
        assert re.findall(r"^ (\d)  (\S+)  F=(\d+)", out, re.M) == (
            [] if mtu == 1500 else [("3", HOPS[version][1], str(mtu))]), out


@each_way_of_the_tool
def es_11_trace_of_the_own_link_s_mtu(lab, version, way):
    """It becomes wider and narrower, too, and never takes more than the interface."""
    def set_mtu(mtu):
        for host in (lab.near, lab.r1):
            host.ip("link", "set", "one", "mtu", str(mtu))
    try:
        for mtu in (1420, 1500):
            set_mtu(mtu)
            code, _, err = run(lab, *way.words, "--mtu", FAR[version], "--interface", "one")
            assert code == 0 and f"1 probe of {mtu} bytes" in err, err
            assert err.endswith(f"path MTU {NARROW}\n"), err
    finally:
        set_mtu(1500)


@each_way_of_the_tool
def es_11_trace_claims_what_has_passed(lab, version, way):
    code, _, err = run(lab, *way.words, "--mtu", FAR[version], "--max-hops", "2")
    assert code == 1 and err.endswith("2 sent, 2 answered, 1500 bytes passed to hop 2\n"), err
    code, _, err = run(lab, *way.words, "--mtu", FAR[version], "--max-hops", "3")
    assert code == 1 and err.endswith(f"4 sent, 4 answered, {NARROW} bytes passed to hop 3\n"), err
    code, out, err = run(lab, *way.words, "--mtu", MUTE[version], "--max-hops", "2", "--wait", "0.2")
    assert code == 1 and out == " 1  *\n 2  *\n" and err.endswith(": 2 sent, 0 answered\n"), err
    _, _, summary = events(lab, way, MUTE[version], "--mtu", "--max-hops", "1", "--wait", "0.2")
    assert "mtu" not in summary, summary
    _, _, summary = events(lab, way, FAR[version], "--mtu", "--max-hops", "1")
    assert summary["mtu"] == 1500 and not summary["reached"], summary


@check
def es_10_trace_waits_for_a_question_to_be_asked_again(lab):
    """The first router misses the first question for its link address; a second later it is asked
    again."""
    lab.r1.sysctl("net.ipv4.conf.one.arp_ignore", 8)
    try:
        lab.near.ip("neigh", "flush", "dev", "one")
        program = lab.near.start(TOOL, "trace", FAR[4], "--max-hops", "1", stdout=-1, stderr=-1)
        time.sleep(0.5)
    finally:
        lab.r1.sysctl("net.ipv4.conf.one.arp_ignore", 0)
    out, err = program.communicate(timeout=WAIT)
    assert re.match(rf" 1  {HOPS[4][0]}(  \d+\.\d+ ms)+\n", out), (out, err)
    assert err.endswith("3 sent, 3 answered\n"), err


@each_way_of_the_tool
def es_11_trace_of_large_probes_without_mtu_goes_on(lab, version, way):
    """IPv4's routers put them into fragments. Those of IPv6 refuse, once: then the sender does."""
    code, hops, text = trace(lab, way, FAR[version], "--size", str(1500 - HEADERS[version]))
    assert code == 0 and len(hops) == 4, text
    if version == 4:
        expect(hops, *HOPS[4][:3], FAR[4])
        return
    answers = [a for hop in hops for a in hop.answers]
    refusals = [a for a in answers if a != "*" and a[1]]
    assert refusals and set(refusals) == {(HOPS[6][1], f"!F-{NARROW}")}, text
    assert answers[-1] == (FAR[6], None), text


@each_way_of_the_tool
def es_10_trace_as_json(lab, version, way):
    code, found, summary = events(lab, way, FAR[version])
    assert code == 0, found
    want = [(n, q, host) for n, host in enumerate((*HOPS[version][:3], FAR[version]), 1)
            for q in (1, 2, 3)]
    assert [(e["hop"], e["query"], e["peer"]) for e in found] == want, found
    for e in found[:9]:
        assert (e["event"], e["name"], e["code"]) == ("error", "time exceeded", 0), e
    for e in found[9:]:
        if way.icmp:
            assert e["event"] == "reply" and "type" not in e, e
        else:
            assert (e["event"], e["type"]) == ("error", UNREACHABLE[version]), e
    assert all(0 < e["rtt_ms"] < 10000 for e in found), found
    summary.pop("time")
    assert summary == {"event": "summary", "peer": FAR[version], "reached": True, "hops": 4,
                       "sent": 12, "answered": 12}, summary


@each_way_of_the_tool
def es_11_trace_mtu_as_json(lab, version, way):
    _, found, summary = events(lab, way, FAR[version], "--mtu")
    mtu = found.pop(2)
    mtu.pop("time")
    assert mtu == {"event": "mtu", "hop": 3, "peer": HOPS[version][1], "mtu": NARROW}, mtu
    assert [(e["hop"], e["query"]) for e in found] == [(n, 1) for n in (1, 2, 3, 4)], found
    assert summary["mtu"] == NARROW and summary["sent"] == 5, summary


@each_way_of_the_tool
def es_12_trace_objects_as_json(lab, version, way):
    def plan(packet):
        if packet.hop_limit > 2:
            return [closed(version, packet)]
        extension = (mpls_extension(*LABELS), objects_extension(*(o for o, _ in INTERFACES)))
        return [time_exceeded(version, packet.bytes, extension[packet.hop_limit - 1])]

    with Router(lab, version, plan):
        _, found, _ = events(lab, way, MUTE[version], "--queries", "1")
    labels, interfaces, last = found
    assert labels["mpls"] == [
        {"label": 16001, "traffic_class": 5, "bottom": False, "ttl": 1},
        {"label": 0xfffff, "traffic_class": 0, "bottom": True, "ttl": 255}], labels
    assert interfaces["interfaces"] == [
        {"role": "incoming", "index": 7, "address": "192.0.2.9", "name": "ge-0/0/1", "mtu": 9000},
        {"role": "sub", "name": "bad \x1b]name"}, {"role": "outgoing", "index": 7},
        {"role": "next hop", "address": "2001:db8::9"}], interfaces
    assert "mpls" not in interfaces and "interfaces" not in labels, found
    assert "mpls" not in last and "interfaces" not in last, last


@each_way_of_the_tool
def es_10_trace_counts_hops_and_probes(lab, version, way):
    code, found, summary = events(lab, way, LOOP[version], "--max-hops", "5", "--first-hop", "3",
                                  "--queries", "2")
    assert code == 1 and [(e["hop"], e["query"]) for e in found] == [
        (n, q) for n in (3, 4, 5) for q in (1, 2)], found
    assert (summary["reached"], summary["hops"], summary["sent"]) == (False, 5, 6), summary
    code, _, err = run(lab, *way.words, LOOP[version], "--max-hops", "1")
    assert code == 1 and f"{LOOP[version]} not reached in 1 hop: 3 sent, 3 answered\n" in err, err


@each_way_of_the_tool
def es_10_trace_silent_router_as_json(lab, version, way):
    with silent(lab, version):
        code, found, summary = events(lab, way, FAR[version], "--wait", "0.5")
    assert code == 0 and summary["answered"] == 9, found
    assert [e["event"] for e in found[3:6]] == ["timeout"] * 3, found
    for n, e in enumerate(found[3:6], 1):
        assert (e["hop"], e["query"]) == (2, n) and "peer" not in e, e


@check
def es_10_trace_datagrams_are_answers(lab):
    """Somebody is at the port, and answers: an echo server of ours, by hand."""
    for version in (4, 6):
        forget(lab)
        far = lab.far.udp("0.0.0.0" if version == 4 else "::", 40003)
        for raw in ((), ("--raw",)):
            command = (*TRACE, *raw, "--json", "--queries", "1", "--port", "40000", FAR[version],
                       "--wait", str(WAIT))
            program = lab.near.start(*command, stdout=-1, stderr=-1)
            _, peer = far.recvfrom(2048)
            far.sendto(b"here", peer)
            out, err = program.communicate(timeout=WAIT)
            *_, last, summary = (json.loads(text) for text in out.splitlines())
            assert (last["event"], last["peer"], last["hop"]) == ("reply", FAR[version], 4), (last, err)
            assert program.returncode == 0 and summary["reached"], summary
        far.close()


@each_way_of_the_tool
def es_10_trace_on_the_wire(lab, version, way):
    """Hop limits, ports or sequence numbers, sizes, traffic class, source and interface."""
    protocol = (1 if version == 4 else 58) if way.icmp else 17
    options = ("--queries", "1", "--size", "100", "--traffic-class", "AF21", "--source",
               NEAR[version], "--interface", "one", *(() if way.icmp else ("--port", "5000")))
    with Wire(lab.near, "one") as wire:
        code, out, err = run(lab, *way.words, FAR[version], *options)
        assert code == 0, err
        sent = wire.packets("probes", 4, lambda p: p.destination == FAR[version] and
                            p.protocol == protocol)
    assert [p.hop_limit for p in sent] == [1, 2, 3, 4], out
    for n, p in enumerate(sent):
        assert (p.source, p.traffic_class) == (NEAR[version], 0x48), vars(p)
        assert p.length == 100 + HEADERS[version], p.length
        assert not (version == 4 and p.dont_fragment), "it may be fragmented"
        if way.icmp:
            assert p.transport[6:8] == bytes([0, n + 1]), p.transport[:8]
        else:
            assert p.dport == 5000 + n, p.dport


@check
def es_10_trace_shows_as_it_goes_and_can_be_interrupted(lab):
    """A line's part shows before the next probe is answered. Ctrl-C gives the summary."""
    with silent(lab, 4), Wire(lab.near, "one") as wire:
        program = lab.near.start(*TRACE, "--json", FAR[4], "--queries", "1", "--wait", "60",
                                 stdout=-1, stderr=-1, bufsize=0)
        first = json.loads(line(program))
        assert first["hop"] == 1, first
        wire.packets("second probe", 1, lambda p: p.hop_limit == 2 and p.destination == FAR[4])
        program.send_signal(signal.SIGINT)
        summary = json.loads(line(program))
    assert program.wait(WAIT) == 1
    assert (summary["event"], summary["reached"], summary["hops"]) == ("summary", False, 2), summary


@check
def es_10_trace_refused_at_once(lab):
    """No route, no such source: said, and nothing goes on."""
    code, out, err = run(lab, *TRACE, FAR[4], "--source", "192.0.2.77")
    assert code == 1 and out == "" and "address not available" in err, err
    lab.near.ip("route", "add", "unreachable", "10.99.0.0/16")
    code, out, err = run(lab, *TRACE, "10.99.0.1")
    assert code == 1 and "host unreachable" in err, err
    code, out, err = run(lab, *TRACE, REFUSED["prohibit"][4], "--interface", "lo0")
    assert code == 1 and out == "" and "lo0: no such interface" in err, err
