# SPDX-License-Identifier: BSD-2-Clause
"""ipsock ping and examples/ping.c: replies as they come, timeouts, duplicates, statistics, errors and
inputs that are refused. The far host of private.py answers by hand where the answer is to be odd."""
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time

from harness import (WAIT, WINDOWS, check, checksum, command, need_ipv6, need_not_windows, run,
                     serving)
from private import FAR4, FAR4_OTHER, FAR6, NEAR4, enter, ip, need_far
import private

TOOL = os.environ["IPSOCK_TOOL"]
EXAMPLE = os.environ["IPSOCK_PING"]
REFUSAL = ("ping socket (let net.ipv4.ping_group_range hold a group of yours, or run with "
           "CAP_NET_RAW): missing privilege")
RANGE = "/proc/sys/net/ipv4/ping_group_range"


def allow(on=True):
    """Who may have the system's ping sockets, in our own network."""
    need_far()
    with open(RANGE, "w", encoding="ascii") as file:
        file.write("0 2147483647\n" if on else "1 0\n")


def ping(*arguments, code=0):
    result = run(TOOL, "ping", *arguments)
    assert result.returncode == code, result
    return result


def events(*arguments, code=0):
    result = ping("--json", *arguments, code=code)
    return [json.loads(line) for line in result.stdout.splitlines()]


class Answering:
    """The far host answers requests as told: a function of the number of a request gives how often,
    and after which others. The kernel there keeps out of it."""

    def __init__(self, plan):
        need_far()
        self.plan, self.held, self.seen = plan, [], 0
        self._mute(True)
        enter(private.far)
        try:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        finally:
            enter(private.near)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.going = True
        self.thread.start()

    @staticmethod
    def _mute(on):
        enter(private.far)
        try:
            with open("/proc/sys/net/ipv4/icmp_echo_ignore_all", "w", encoding="ascii") as file:
                file.write("1" if on else "0")
        finally:
            enter(private.near)

    def _serve(self):
        while self.going:
            ready, _, _ = select.select([self.socket], [], [], 0.05)
            if not ready:
                continue
            packet, peer = self.socket.recvfrom(65536)
            message = packet[(packet[0] & 15) * 4:]
            if message[0] != 8:
                continue
            self.seen += 1
            reply = bytearray(message)
            reply[0:1], reply[2:4] = b"\0", b"\0\0"
            reply[2:4] = struct.pack("!H", checksum(bytes(reply)))
            for kind in self.plan(self.seen):
                if kind == "hold":
                    self.held.append(reply)
                elif kind == "release":
                    for held in self.held:
                        self.socket.sendto(held, peer)
                    self.held = []
                else:
                    self.socket.sendto(reply, peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.going = False
        self.thread.join(WAIT)
        self.socket.close()
        self._mute(False)


def lines(result):
    return result.stdout.splitlines()


@check
def ping_shows_replies_and_statistics():
    allow()
    for host in ("127.0.0.1", FAR4, f"{FAR6}%veth0"):
        result = ping(host, "--count", "3", "--interval", "0.01")
        shown = re.escape(host)
        # Windows tells it of IPv6 datagrams, not of raw packets.
        marks = "" if WINDOWS and ":" in host else r"  class=0x00 \(CS0, Not-ECT\)"
        for number, line in enumerate(lines(result), 1):
            assert re.fullmatch(
                rf"\+\d+\.\d{{6}}  {shown} -> \S+  if=\w+  hop=64{marks}"
                rf"  seq={number}  len=64  time=\d+\.\d{{3}} ms", line), line
        assert len(lines(result)) == 3, result
        assert f"pinging {host} with 56 bytes, identifier " in result.stderr, result
        assert "3 sent, 3 received, 0 lost (0.0 %)\n" in result.stderr, result
        assert re.search(r"round trip min/avg/max/stddev = ([\d.]+/){3}[\d.]+ ms\n", result.stderr)


@check
def ping_json_has_an_object_for_each_event():
    allow()
    *replies, summary = events(FAR4, "--count", "2", "--interval", "0.01", "--size", "0")
    assert [r["sequence"] for r in replies] == [1, 2], replies
    for r in replies:
        assert (r["event"], r["peer"], r["destination"]) == ("reply", FAR4, NEAR4), r
        assert (r["length"], r["hop_limit"], r["interface"]) == (8, 64, "veth0"), r
        assert not (r["duplicate"] or r["out_of_order"] or r["late"] or r["truncated"]), r
        assert 0 < r["rtt_ms"] < 10000 and r["time"] >= 0, r
    assert (summary["event"], summary["peer"]) == ("summary", FAR4), summary
    assert (summary["sent"], summary["received"], summary["lost"]) == (2, 2, 0), summary
    times = summary["rtt_ms"]
    assert times["min"] <= times["avg"] <= times["max"] and times["stddev"] >= 0, times
    assert times["min"] == min(r["rtt_ms"] for r in replies), (times, replies)
    mean = sum(r["rtt_ms"] for r in replies) / 2
    assert abs(times["avg"] - mean) < 0.0011, (times, replies)
    spread = (sum((r["rtt_ms"] - mean) ** 2 for r in replies) / 2) ** 0.5
    assert abs(times["stddev"] - spread) < 0.0016, (times, replies)


@check
def ping_on_every_kind_of_endpoint_is_the_same():
    """The system's own, raw underneath, and a raw endpoint: the events are alike."""
    kinds = []
    for closed, arguments in ((False, ()), (True, ()), (False, ("--raw",))):
        allow(not closed)
        found = events(FAR4, "--count", "2", "--interval", "0.01", "--traffic-class", "AF11",
                       *arguments)
        for event in found:
            for key in ("time", "rtt_ms"):
                event.pop(key)
        kinds.append(found)
    allow()
    assert kinds[0] == kinds[1] == kinds[2], kinds
    assert kinds[0][0]["dscp_name"] == "AF11", kinds  # echoed by the far host


@check
def ping_without_privilege_says_what_to_ask_for():
    need_not_windows("an administrator cannot become somebody else")
    allow(False)
    try:
        result = subprocess.run(["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", TOOL,
                                 "ping", "127.0.0.1", "--count", "1"], text=True,
                                capture_output=True, timeout=WAIT)
        assert result.returncode == 1 and result.stdout == "", result
        assert REFUSAL in result.stderr, result
        allow()
        result = subprocess.run(["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", TOOL,
                                 "ping", "127.0.0.1", "--count", "1"], text=True,
                                capture_output=True, timeout=WAIT)
        assert result.returncode == 0, result
        result = subprocess.run(["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", TOOL,
                                 "ping", "127.0.0.1", "--count", "1", "--raw"], text=True,
                                capture_output=True, timeout=WAIT)
        assert result.returncode == 1 and "CAP_NET_RAW" in result.stderr, result
    finally:
        allow()


@check
def ping_marks_what_is_odd():
    """Twice, after the next, and never."""
    allow()
    plans = {1: ["now", "now"], 2: ["hold"], 3: ["now", "release"], 4: []}
    with Answering(lambda number: plans[number]):
        *found, summary = events(FAR4, "--count", "4", "--interval", "0.05", "--timeout", "0.6")
    shown = [(e["event"], e["sequence"], e.get("duplicate"), e.get("out_of_order")) for e in found]
    assert shown == [("reply", 1, False, False), ("reply", 1, True, False),
                     ("reply", 3, False, False), ("reply", 2, False, True),
                     ("timeout", 4, None, None)], shown
    assert (summary["sent"], summary["received"], summary["lost"], summary["duplicates"],
            summary["out_of_order"]) == (4, 3, 1, 1, 1), summary


@check
def ping_late_replies_count_and_are_marked():
    allow()
    plans = {1: ["hold"], 2: ["now", "release"], 3: ["now"]}
    with Answering(lambda number: plans[number]):
        result = ping(FAR4, "--count", "3", "--interval", "0.5", "--timeout", "0.2")
    assert [line.split("  ", 1)[1].split("seq=")[1].split("  ")[::3] for line in lines(result)] == [
        ["1"], ["2"], ["1", "out-of-order"], ["3"]], result
    assert lines(result)[2].endswith("  out-of-order  late"), result
    assert "3 sent, 3 received, 0 lost (0.0 %), 1 out of order, 1 late\n" in result.stderr, result


@check
def ping_without_any_reply_fails():
    allow()
    with Answering(lambda number: []):
        begin = time.monotonic()
        result = ping(FAR4, "--count", "2", "--interval", "0.1", "--timeout", "0.3", code=1)
        assert time.monotonic() - begin >= 0.4
    assert [line.split("  ")[1:] for line in lines(result)] == [["no reply", "seq=1"],
                                                                ["no reply", "seq=2"]], result
    assert "2 sent, 0 received, 2 lost (100.0 %)\n" in result.stderr, result
    assert "round trip" not in result.stderr


@check
def ping_interrupted_gives_the_summary():
    allow()
    with serving("pinging ", "stderr", TOOL, "ping", "127.0.0.1", "--interval", "0.05") as pinging:
        for number in (1, 2):
            assert f"seq={number} " in pinging.line(), "shows as it comes"
        assert pinging.interrupt() == 0
        said = "".join(pinging.rest("stderr"))
        found = re.search(r"(\d+) sent, (\d+) received, ", said)
        assert found and int(found[2]) >= 2, said


@check
def ping_shows_errors_of_the_own_host():
    """Nobody has that address: after a while the system says so."""
    need_not_windows("no stream of errors")
    allow()
    host = FAR4.rsplit(".", 1)[0] + ".99"
    result = ping(host, "--count", "1", "--timeout", "6", code=1)
    assert re.search(r"  destination unreachable \(type 3, code 1\)  seq=1", result.stdout), result
    assert "1 sent, 0 received, 1 lost (100.0 %), 1 with an ICMP error" in result.stderr, result


@check
def ping_counts_refused_requests_as_lost():
    allow()
    ip("route", "add", "unreachable", "10.88.0.1")
    try:
        result = ping("10.88.0.1", "--count", "3", "--interval", "0.05", code=1)
        assert ("0 sent, 0 received, 3 lost (100.0 %), of them 3 refused by this host\n"
                in result.stderr), result
        summary = events("10.88.0.1", "--count", "2", "--interval", "0.05", code=1)[-1]
        assert (summary["sent"], summary["lost"], summary["refused"]) == (0, 2, 2), summary
    finally:
        ip("route", "del", "unreachable", "10.88.0.1")


@check
def ping_counts_requests_that_are_refused_on_the_way():
    """The first leave and are answered, the others are refused."""
    allow()
    with serving("pinging ", "stderr", TOOL, "ping", FAR4, "--count", "8", "--interval", "0.2") as pinging:
        for _ in range(2):
            pinging.line()
        ip("route", "add", "unreachable", FAR4)
        try:
            pinging.wait()
        finally:
            ip("route", "del", "unreachable", FAR4)
        said = "".join(pinging.rest("stderr"))
        found = re.search(r"(\d) sent, (\d) received, (\d) lost \((\S+) %\), of them (\d) refused", said)
        assert found, said
        sent, received, lost, refused = (int(found[i]) for i in (1, 2, 3, 5))
        assert sent + refused == 8 and received + lost == 8 and lost >= refused >= 1, said
        assert float(found[4]) == round(100 * lost / 8, 1), said


@check
def ping_numbers_of_bytes():
    allow()
    for size, said in (("0", "0 bytes"), ("1", "1 byte"), ("2", "2 bytes")):
        result = ping("127.0.0.1", "--count", "1", "--size", size)
        assert result.stderr.startswith(f"pinging 127.0.0.1 with {said}, identifier "), result


@check
def ping_by_source_and_interface():
    allow()
    ip("addr", "add", "10.77.0.9/24", "dev", "veth0")
    try:
        reply = events(FAR4, "--count", "1", "--source", "10.77.0.9")[0]
        assert reply["destination"] == "10.77.0.9", reply
        reply = events(FAR4_OTHER, "--count", "1", "--interface", "veth0")[0]
        assert (reply["peer"], reply["interface"]) == (FAR4_OTHER, "veth0"), reply
        result = ping(FAR4, "--count", "1", "--interface", "lo", "--timeout", "0.2", code=1)
        assert "1 sent, 0 received" in result.stderr or "refused" in result.stderr, result
    finally:
        ip("addr", "del", "10.77.0.9/24", "dev", "veth0")


@check
def ping_short_letters_and_quiet():
    allow()
    result = ping("-c2", "-i", "0.01", "-W=2", "-s", "8", "-q", "127.0.0.1")
    assert result.stdout == "" and "2 sent, 2 received" in result.stderr, result
    result = run(TOOL, "ping", "-c0", "127.0.0.1")
    assert result.returncode == 2 and "--count 0: must be a number" in result.stderr, result
    result = run(TOOL, "ping", "127.0.0.1", "-c")
    assert result.returncode == 2 and "option '-c' needs a value N" in result.stderr, result
    result = run(TOOL, "ping", "-z", "127.0.0.1")
    assert result.returncode == 2 and "unknown option '-z'" in result.stderr, result


@check
def ping_tells_the_time_of_day():
    allow()
    result = ping("-c1", "-D", "127.0.0.1")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z  127\.0\.0\.1 ", result.stdout), result
    reply, summary = events("-c1", "-D", "127.0.0.1")
    for event in (reply, summary):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", event["timestamp"]), event
    assert "timestamp" not in events("-c1", "127.0.0.1")[0]


@check
def ping_marks_with_ecn():
    allow()
    reply = events(FAR4, "--count", "1", "--ecn", "ECT(0)", "--traffic-class", "CS1")[0]
    assert reply["ecn"] in ("ECT(0)", "Not-ECT"), reply  # as the far host answers
    result = run(TOOL, "ping", FAR4, "--ecn", "ECT")
    assert result.returncode == 2 and "--ecn ECT: must be Not-ECT" in result.stderr, result


@check
def ping_several_hosts_at_once():
    """Each has a summary of its own; one that has no address is said, and the others are asked."""
    allow()
    result = ping("127.0.0.1", "nowhere.invalid", FAR4, "127.0.0.9", "-c3", "-i", "0.05", code=1)
    assert "nowhere.invalid: " in result.stderr, result
    for host in ("127.0.0.1", FAR4, "127.0.0.9"):
        assert len(re.findall(rf"^\+[0-9.]+  {re.escape(host)} -> .* seq=[123] ", result.stdout, re.M)) == 3, result
        assert f"{host}: 3 sent, 3 received, 0 lost (0.0 %)" in result.stderr, result
    with Answering(lambda number: ["now", "now"] if number == 1 else ["now"]):
        found = events("127.0.0.1", FAR4, "-c2", "-i", "0.05")
    summaries = {event["peer"]: event for event in found if event["event"] == "summary"}
    assert set(summaries) == {"127.0.0.1", FAR4}, summaries
    assert [summaries[host]["duplicates"] for host in ("127.0.0.1", FAR4)] == [0, 1], summaries
    assert all(event["received"] == 2 for event in summaries.values()), summaries
    found = events("127.0.0.1", "10.77.0.77", "-c1", "-W", "0.3", code=1)
    missed = [event for event in found if event["event"] in ("timeout", "error")]
    assert missed and all(event["target"] == "10.77.0.77" for event in missed), found
    need_ipv6()
    result = ping("127.0.0.1", "::1", "-c2", "-i", "0.05")
    assert result.stderr.count("2 sent, 2 received") == 2, result


@check
def ping_several_hosts_without_privilege():
    """Each is said, and none of them is sent to by an endpoint that is not there."""
    need_not_windows("an administrator cannot become somebody else")
    allow(False)
    try:
        result = subprocess.run(["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", TOOL,
                                 "ping", "127.0.0.1", "127.0.0.2", "-c1"], text=True,
                                capture_output=True, timeout=WAIT)
        assert result.returncode == 1 and result.stdout == "", result
        said = result.stderr.splitlines()
        assert len(said) == 2 and all(REFUSAL in line for line in said), result
        assert ": 127.0.0.1: " in said[0] and ": 127.0.0.2: " in said[1], result
    finally:
        allow()


@check
def ping_hosts_that_cannot_be_told_apart():
    allow()
    result = ping("127.0.0.1", "127.0.0.1", "-c1", code=1)
    assert "127.0.0.1: the same address as 127.0.0.1" in result.stderr, result
    assert "127.0.0.1: 1 sent, 1 received" in result.stderr, result
    result = ping("127.0.0.1", "224.0.0.1", "-c1", code=1)
    assert "224.0.0.1: a group, broadcast or unspecified address must be the only host" in result.stderr, result
    result = run(TOOL, "ping", *["127.0.0.1"] * 65, "-c1")
    assert result.returncode == 2 and "unexpected argument '127.0.0.1'" in result.stderr, result


@check
def ping_sizes():
    allow()
    need_ipv6()
    most = 65459 if WINDOWS else 65499  # it sends no longer raw messages than 65467 bytes
    for size in (0, 1, 55, 1473, 20000, most):
        for host in (FAR4, "::1"):
            reply = events(host, "--count", "1", "--size", str(size), "--timeout", "5")[0]
            assert reply["length"] == size + 8, (size, reply)


@check
def ping_refuses_what_makes_no_sense():
    for words, code, *arguments in (
            ("missing argument 'HOST...'", 2),
            ("-4 and -6 exclude each other", 2, "127.0.0.1", "-4", "-6"),
            ("--count 0: must be a number, 1 to 2147483647", 2, "127.0.0.1", "--count", "0"),
            ("--hop-limit 0: must be a number, 1 to 255", 2, "127.0.0.1", "--hop-limit", "0"),
            ("--size 65500: must be a number, 0 to 65499", 2, "127.0.0.1", "--size", "65500"),
            ("--interval: must be 0.001 or more", 2, "127.0.0.1", "--interval", "0"),
            ("--timeout x: must be a number of seconds", 2, "127.0.0.1", "--timeout", "x"),
            ("--traffic-class EFF: must be 0 to 255", 2, "127.0.0.1", "--traffic-class", "EFF"),
            ("--source here: must be an IP address", 2, "127.0.0.1", "--source", "here"),
            ("nowhere.invalid", 1, "nowhere.invalid"),
            ("127.0.0.1 as IPv6", 1, "127.0.0.1", "-6"),
            ("no such interface", 1, "127.0.0.1", "--interface", "none77"),
            ("wrong family", 1, "127.0.0.1", "--source", "::1"),
            ("address not available", 1, "127.0.0.1", "--source", "192.0.2.77")):
        result = run(TOOL, "ping", *arguments)
        assert result.returncode == code and result.stdout == "", result
        assert words in result.stderr, f"no {words!r} in {result.stderr!r}"


@check
def ping_a_broadcast_address_only_if_allowed():
    allow()
    result = ping("10.77.0.255", "--count", "1", code=1)
    assert "broadcast was not enabled" in result.stderr, result
    result = ping("10.77.0.255", "--count", "1", "--broadcast", "--timeout", "0.1", code=1)
    assert "1 sent, 0 received" in result.stderr, result


@check
def example_pings():
    allow()
    for host in ("127.0.0.1", f"{FAR6}%veth0"):
        result = run(EXAMPLE, host, "2")
        assert result.returncode == 0, result
        *replies, summary = lines(result)
        for number, line in enumerate(replies, 1):
            assert re.fullmatch(rf"64 bytes from {re.escape(host)}: seq={number} hop=64 "
                                r"time=\d+\.\d{3} ms", line), line
        assert summary.startswith("2 sent, 2 received, time "), summary
    with Answering(lambda number: []):
        result = run(EXAMPLE, FAR4, "1")
        assert result.returncode == 1 and result.stdout == "1 sent, 0 received\n", result
    for arguments in ((), ("127.0.0.1", "0"), ("127.0.0.1", "x"), ("127.0.0.1", "1", "1")):
        assert run(EXAMPLE, *arguments).returncode == 2
    result = run(EXAMPLE, "nowhere.invalid", "1")
    assert result.returncode == 1 and "ping: nowhere.invalid: " in result.stderr, result
    process = subprocess.Popen(command(EXAMPLE, "127.0.0.1"), text=True, stdout=subprocess.PIPE)
    assert process.stdout.readline().startswith("64 bytes from 127.0.0.1: seq=1 ")
    process.send_signal(signal.SIGINT)
    assert "received, time " in process.communicate(timeout=WAIT)[0]
    assert process.returncode == 0
