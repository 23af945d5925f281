# SPDX-License-Identifier: BSD-2-Clause
"""The examples at work: udp_echo answers from the address that was asked, udp_fanout sends lines to all, mark_tcp marks both sides
of a connection, bpf_filter hears what its program accepts."""
import contextlib
import json
import os
import re
import socket
import struct
import threading

from harness import check, need_ipv6, run, serving, Skip, WINDOWS

TOOL = os.environ["IPSOCK_TOOL"]
UDP_ECHO = os.environ["IPSOCK_UDP_ECHO"]
UDP_FANOUT = os.environ["IPSOCK_UDP_FANOUT"]
MARK_TCP = os.environ["IPSOCK_MARK_TCP"]
BPF_FILTER = os.environ["IPSOCK_BPF_FILTER"]


def echoing():
    return serving("echoing on ", "stdout", UDP_ECHO, "0")


def ask(host, port, *arguments):
    result = run(TOOL, "send", f"{host}:{port}", "--wait", "10", "--json", *arguments)
    assert result.returncode == 0, result
    return [json.loads(line) for line in result.stdout.splitlines()]


@check
def udp_echo_answers_from_the_address_asked():
    with echoing() as server:
        for host in ("127.0.0.1", "127.0.0.2", "127.1.2.3"):
            replies = ask(host, server.port, "--data", host)
            assert [r["peer"] for r in replies] == [f"{host}:{server.port}"], replies
            assert replies[0]["preview"] == host


@check
def udp_echo_over_ipv6():
    need_ipv6()
    with echoing() as server:
        replies = ask("[::1]", server.port, "--data", "six")
        assert replies[0]["peer"] == f"[::1]:{server.port}" and replies[0]["preview"] == "six"


@check
def udp_echo_echoes_the_traffic_class():
    hosts = ["127.0.0.2"]
    with contextlib.suppress(Skip):
        need_ipv6()
        hosts.append("[::1]")
    with echoing() as server:
        for host in hosts:
            reply = ask(host, server.port, "--traffic-class", "AF31")[0]
            assert reply["dscp_name"] == "AF31" and reply["ecn"] == "Not-ECT", reply
            reply = ask(host, server.port, "--traffic-class", "0x2b")[0]
            assert reply["traffic_class"] == 0x28, reply
            assert ask(host, server.port)[0]["traffic_class"] == 0


@check
def udp_echo_serves_a_batch_of_64():
    with echoing() as server:
        replies = ask("127.0.0.3", server.port, "--count", "64", "--batch", "64")
        assert len(replies) == 64
        assert {r["peer"] for r in replies} == {f"127.0.0.3:{server.port}"}


@check
def udp_echo_answers_empty_and_ignores_too_long_datagrams():
    with echoing() as server:
        assert ask("127.0.0.1", server.port, "--size", "0")[0]["length"] == 0
        assert ask("127.0.0.1", server.port, "--size", "2048")[0]["length"] == 2048
        result = run(TOOL, "send", f"127.0.0.1:{server.port}", "--size", "2049", "--wait", "0.3")
        assert result.returncode == 1 and "0 replies of 1" in result.stderr, result


@check
def udp_echo_ends_cleanly():
    with echoing() as server:
        ask("127.0.0.1", server.port)
        assert server.interrupt() == 0
        assert server.rest("stderr") == []


@check
def udp_echo_usage():
    for arguments in ([], ["x"], ["65536"], ["1", "2"], ["-1"]):
        result = run(UDP_ECHO, *arguments)
        assert result.returncode == 2 and result.stderr.startswith("Usage:"), arguments


IP_RECVTTL = 12  # Linux; Python has no name for it


def hear(sockets, count):
    """What came to each: (text, {control message's type: its first byte})."""
    for s in sockets:
        s.settimeout(20)
        packets = [s.recvmsg(100, 200) for _ in range(count)]
        yield [(data.decode(), {kind: value[0] for _, kind, value in control})
               for data, control, _, _ in packets]


@check
def udp_fanout_sends_each_line_to_all():
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(5)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
            s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
            s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        peers = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
        result = run(UDP_FANOUT, *peers, input="one\n!two\n\n")
        assert result.returncode == 0, result
        for packets in hear(sockets, 3):
            assert [text for text, _ in packets] == ["one", "!two", ""], packets
            if not WINDOWS:  # Wine sends no control data
                assert [marks[socket.IP_TTL] for _, marks in packets] == [16] * 3, packets
                assert [marks[socket.IP_TOS] for _, marks in packets] == [0, 46 << 2, 0], packets


@check
def udp_fanout_over_both_families():
    need_ipv6()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as four, \
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        four.bind(("127.0.0.1", 0))
        six.bind(("::1", 0))
        result = run(UDP_FANOUT, f"127.0.0.1:{four.getsockname()[1]}", f"[::1]:{six.getsockname()[1]}",
                     input="line\n")
        assert result.returncode == 0, result
        for packets in hear([four, six], 1):
            assert packets[0][0] == "line", packets


@check
def udp_fanout_usage():
    for arguments in ([], ["x"], ["127.0.0.1"], ["127.0.0.1:9"] * 65):
        result = run(UDP_FANOUT, *arguments, input="")
        assert result.returncode == 2 and result.stderr != "", arguments


def marking(target, *arguments):
    return serving("listening on ", "stdout", MARK_TCP, "serve", target, *arguments)


def check_exchange(target, host):
    with marking(target) as server:
        for _ in range(2):
            result = run(MARK_TCP, "send", f"{host}:{server.port}")
            assert result.returncode == 0, result
            assert result.stdout == "sent with DSCP 10, came back: marked segments\n"
            assert re.match(r"connection from .*, marked with DSCP 10\n", server.line())


@check
def mark_tcp_exchange():
    check_exchange("127.0.0.1:0", "127.0.0.1")


@check
def mark_tcp_exchange_over_ipv6():
    need_ipv6()
    check_exchange("[::1]:0", "[::1]")


@check
def mark_tcp_serves_both_families():
    need_ipv6()
    check_exchange(":0", "127.0.0.1")
    check_exchange(":0", "[::1]")


@check
def mark_tcp_refuses():
    for arguments in ([], ["serve"], ["send", "127.0.0.1"], ["send", "127.0.0.1:1", "64"],
                      ["send", ":1"], ["frobnicate", "127.0.0.1:1"], ["send", "127.0.0.1:x"],
                      ["send", "127.0.0.1:1", "AF44"], ["send", "127.0.0.1:1", "EF", "x"]):
        assert run(MARK_TCP, *arguments).returncode == 2, arguments
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))  # bound and not listening: refused
        result = run(MARK_TCP, "send", f"127.0.0.1:{s.getsockname()[1]}")
    assert result.returncode == 1 and "connection refused" in result.stderr, result


SYN = 2
SO_RCVBUFFORCE = 33


class Sniffer(threading.Thread):
    """Reads the TCP segments of one port from the loopback interface itself."""

    def __init__(self, port, ethertype):
        super().__init__(daemon=True)
        self.port = port
        self.ethertype = ethertype
        self.segments = []
        self.done = False
        self.s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ethertype))
        # everybody's packets come by here, and on a busy machine this thread is slow
        self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        self.s.bind(("lo", ethertype))
        self.s.settimeout(0.2)

    def run(self):
        while True:
            try:
                packet, where = self.s.recvfrom(65536)
            except socket.timeout:
                if self.done:  # and nothing is left to read
                    return
                continue
            if where[2] != socket.PACKET_OUTGOING:  # loopback shows each packet twice
                self.keep(packet)

    def keep(self, packet):
        if self.ethertype == 0x0800:
            tclass, protocol, start = packet[1], packet[9], (packet[0] & 15) * 4
        else:
            tclass, protocol, start = (packet[0] << 4 | packet[1] >> 4) & 255, packet[6], 40
        source, destination = struct.unpack_from("!HH", packet, start)
        if protocol == 6 and self.port in (source, destination):
            size = len(packet) - start - (packet[start + 12] >> 4) * 4
            self.segments.append((source == self.port, tclass, size, packet[start + 13]))

    def stop(self):
        self.done = True
        self.join()
        self.s.close()


def check_marks(target, host, ethertype):
    with marking(target, "AF41") as server:
        try:
            sniffer = Sniffer(server.port, ethertype)
        except (PermissionError, AttributeError) as reason:
            raise Skip("segments cannot be read from the interface here") from reason
        sniffer.start()
        try:
            assert run(MARK_TCP, "send", f"{host}:{server.port}", "34").returncode == 0
            server.line()
        finally:
            sniffer.stop()
        data = [s for s in sniffer.segments if s[2] > 0]
        assert {s[0] for s in data} == {True, False}, sniffer.segments
        # Everything is marked, the handshake too. ECN-capable connections may set the lower two
        # bits.
        assert {(s[0], s[3] & SYN) for s in sniffer.segments} == {
            (True, 0), (False, 0), (True, SYN), (False, SYN)}, sniffer.segments
        assert {s[1] & 0xfc for s in sniffer.segments} == {0x88}, sniffer.segments


@check
def mark_tcp_marks_the_segments_of_both_sides():
    check_marks("127.0.0.1:0", "127.0.0.1", 0x0800)


@check
def mark_tcp_marks_the_segments_of_both_sides_over_ipv6():
    need_ipv6()
    check_marks("[::1]:0", "[::1]", 0x86dd)


@check
def bpf_filter_hears_what_its_program_accepts():
    for word, wrong in (("hello", "jello"), ("a", "b"), ("sixteen-letters!", "sixteen-letters?")):
        with serving("listening on ", "stdout", BPF_FILTER, "0", word) as server:
            assert re.match(rf"{2 * len(word) + 2} instructions, run by ", server.line())
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for text in (wrong, word[:-1], "", word + "-1", wrong + "bye", word + "bye"):
                    sender.sendto(text.encode(), ("127.0.0.1", server.port))
                peer = f"127.0.0.1:{sender.getsockname()[1]}"
            assert server.wait() == 0
            lines = server.rest()
            assert lines[:2] == [f"{peer}: {word}-1\n", f"{peer}: {word}bye\n"], lines
            assert re.match(r"dropped by the library: \d+\n", lines[2]), lines


@check
def bpf_filter_without_a_word_to_look_for():
    with serving("listening on ", "stdout", BPF_FILTER, "0", "") as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"bye", ("127.0.0.1", server.port))
        assert server.wait() == 0


@check
def bpf_filter_usage():
    for arguments in ([], ["x"], ["65536"], ["1", "2", "3"], ["1", "a word that is too long"]):
        result = run(BPF_FILTER, *arguments)
        assert result.returncode == 2 and result.stderr.startswith("Usage:"), arguments
