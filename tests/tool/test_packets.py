# SPDX-License-Identifier: BSD-2-Clause
"""Packets over loopback, with their control data, and the inputs that are refused on the way."""
import calendar
import json
import os
import re
import signal
import socket
import subprocess
import time

from harness import WAIT, check, command, need_ipv6, need_not_windows, run, serving

TOOL = os.environ["IPSOCK_TOOL"]


def listening(*arguments):
    return serving("listening on ", "stderr", TOOL, "listen", *arguments)


def send(*arguments):
    result = run(TOOL, "send", *arguments)
    assert result.returncode == 0, result
    return result.stderr


def refused(words, *arguments):
    result = run(TOOL, *arguments)
    assert result.returncode == 1, result
    assert result.stdout == "", result.stdout
    for word in words if isinstance(words, list) else [words]:
        assert word in result.stderr, f"no {word!r} in {result.stderr!r}"


def receive(target, *arguments, listen=(), host=None):
    """What a listener on target prints, as JSON, for one run of send."""
    with listening(target, "--json", "--timeout", "15", *listen) as server:
        send(f"{host or server.address.rsplit(':', 1)[0]}:{server.port}", *arguments)
        packets = [json.loads(line) for line in server.rest()]
        assert server.wait() == 0, server.rest("stderr")
        return packets


def receive_one(target, *arguments, host=None, listen=()):
    packets = receive(target, *arguments, listen=("--count", "1", *listen), host=host)
    assert len(packets) == 1, packets
    return packets[0]


@check
def ipv4_control_data():
    packet = receive_one("127.0.0.1:0", "--traffic-class", "AF11", "--hop-limit", "7", "--data",
                         "marked")
    assert re.fullmatch(r"127\.0\.0\.1:\d+", packet["peer"])
    assert packet["destination"] == "127.0.0.1"
    assert packet["interface"] == "lo" and packet["interface_index"] == 1, packet
    assert packet["hop_limit"] == 7 and packet["traffic_class"] == 0x28
    assert packet["dscp"] == 10 and packet["dscp_name"] == "AF11" and packet["ecn"] == "Not-ECT"
    assert packet["length"] == 6 and packet["preview"] == "marked"
    assert not packet["truncated"] and not packet["control_truncated"] and not packet["notice"]


@check
def ipv6_control_data():
    need_ipv6()
    packet = receive_one("[::1]:0", "--traffic-class=0xbb", "--hop-limit=255", "--data=six")
    assert re.fullmatch(r"\[::1\]:\d+", packet["peer"])
    assert packet["destination"] == "::1" and packet["interface"] == "lo"
    assert packet["hop_limit"] == 255 and packet["traffic_class"] == 0xbb
    assert packet["dscp_name"] == "EF" and packet["ecn"] == "CE"
    assert packet["length"] == 3 and packet["preview"] == "six"


@check
def dual_stack_control_data():
    need_ipv6()
    packet = receive_one(":0", "--traffic-class", "CS6", "--hop-limit", "9", host="127.0.0.1")
    assert packet["peer"].startswith("127.0.0.1:") and packet["destination"] == "127.0.0.1"
    assert packet["traffic_class"] == 0xc0 and packet["hop_limit"] == 9
    packet = receive_one(":0", "--traffic-class", "CS5", "--hop-limit", "8", host="[::1]")
    assert packet["peer"].startswith("[::1]:") and packet["destination"] == "::1"
    assert packet["traffic_class"] == 0xa0 and packet["hop_limit"] == 8


@check
def one_family_only():
    with listening("-4", ":0") as server:
        assert server.address.startswith("0.0.0.0:"), server.address
    need_ipv6()
    with listening("-6", ":0") as server:
        assert server.address.startswith("[::]:"), server.address
        # The port of the other family is free: an IPv6 endpoint without dual stack leaves it.
        with listening("-4", f":{server.port}") as other:
            assert other.port == server.port


@check
def defaults_are_seen():
    packet = receive_one("127.0.0.1:0")
    assert packet["traffic_class"] == 0 and packet["dscp_name"] == "CS0"
    assert packet["hop_limit"] == 64 and packet["preview"] == "hello"


@check
def code_points_without_a_name():
    packet = receive_one("127.0.0.1:0", "--traffic-class", "0x0e")
    assert packet["dscp"] == 3 and packet["dscp_name"] is None and packet["ecn"] == "ECT(0)"


@check
def code_points_by_other_names():
    for name, first, dscp in (("BE", "CS0", 0), ("DF", "CS0", 0), ("va", "VOICE-ADMIT", 44),
                              ("VOICE-ADMIT", "VOICE-ADMIT", 44), ("LE", "LE", 1)):
        packet = receive_one("127.0.0.1:0", "--traffic-class", name)
        assert (packet["dscp"], packet["dscp_name"]) == (dscp, first), packet
        assert packet["traffic_class"] == dscp << 2, packet


@check
def numbers_of_things():
    for data, said in (("", "1 packet of 0 bytes sent"), ("x", "1 packet of 1 byte sent"),
                       ("xy", "1 packet of 2 bytes sent")):
        assert send("127.0.0.1:9", "--data", data).startswith(said + " to 127.0.0.1:9 in 1 call\n")
    assert send("127.0.0.1:9", "--count", "2", "--data", "x") == (
        "2 packets of 1 byte sent to 127.0.0.1:9 in 2 calls\n")


@check
def interrupt_ends_sending_with_a_summary():
    for more in (("--count", "1000000", "--interval", "20"),
                 ("--count", "1000000", "--interval", "100000"),
                 ("--count", "2", "--wait", "100")):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
            heard.bind(("127.0.0.1", 0))
            heard.settimeout(WAIT)
            host = f"127.0.0.1:{heard.getsockname()[1]}"
            program = subprocess.Popen(command(TOOL, "send", host, *more), text=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            try:
                for _ in range(1 if "100000" in more else 2):
                    heard.recv(100)
                time.sleep(0.3)  # it waits now
                program.send_signal(signal.SIGINT)
                out, err = program.communicate(timeout=WAIT)
            finally:
                program.kill()
        assert (program.returncode, out) == (0, ""), (program.returncode, out, err)
        found = re.match(rf"(\d+) packets? of 5 bytes sent to {host} in (\d+) calls?\n", err)
        assert found and found[1] == found[2], err
        assert "--interval" not in more or int(found[1]) < 1000, err
        assert ("0 replies of 2" in err) == ("--wait" in more), err


@check
def code_points_in_small_letters():
    assert receive_one("127.0.0.1:0", "--traffic-class", "af43")["dscp_name"] == "AF43"


@check
def chosen_source():
    packet = receive_one("127.0.0.1:0", "--source", "127.0.0.5")
    assert packet["peer"].startswith("127.0.0.5:"), packet


@check
def chosen_destination_of_a_wildcard():
    packet = receive_one(":0", host="127.0.0.9")
    assert packet["destination"] == "127.0.0.9", packet


@check
def chosen_interface():
    assert receive_one("127.0.0.1:0", "--interface", "lo")["interface"] == "lo"
    # Where there are others, the route would not choose loopback for this group.
    packet = receive_one(":0", "--interface", "lo", host="224.0.0.1", listen=("-4",))
    assert packet["interface"] == "lo" and packet["destination"] == "224.0.0.1", packet


@check
def text_output():
    with listening("127.0.0.1:0", "--count", "1", "--timeout", "15") as server:
        send(f"127.0.0.1:{server.port}", "--traffic-class", "AF11", "--hop-limit", "7")
        line = server.line()
        assert re.fullmatch(r'\+\d+\.\d{6}  127\.0\.0\.1:\d+ -> 127\.0\.0\.1  if=lo  hop=7  '
                            r'class=0x28 \(AF11, Not-ECT\)  len=5  "hello"\n', line), line
        assert server.wait() == 0


@check
def lines_come_as_packets_come():
    with listening("127.0.0.1:0", "--json") as server:
        for text in ("one", "two"):
            send(f"127.0.0.1:{server.port}", "--data", text)
            assert json.loads(server.line())["preview"] == text
        assert server.process.poll() is None


@check
def batch_of_64_in_one_call():
    with listening("127.0.0.1:0", "--json", "--count", "64", "--timeout", "15") as server:
        said = send(f"127.0.0.1:{server.port}", "--count", "64", "--batch", "64", "--hop-limit", "3",
                    "--traffic-class", "EF")
        assert re.search(r"^64 packets of 5 bytes sent to 127\.0\.0\.1:\d+ in 1 call$", said, re.M)
        packets = [json.loads(line) for line in server.rest()]
        assert len(packets) == 64
        assert {p["hop_limit"] for p in packets} == {3}
        assert {p["dscp_name"] for p in packets} == {"EF"}


@check
def batch_larger_than_the_count():
    said = send("127.0.0.1:9", "--count", "3", "--batch", "1024")
    assert "3 packets" in said and "in 1 call\n" in said


@check
def batches_with_a_rest():
    packets = receive("127.0.0.1:0", "--count", "10", "--batch", "4", listen=("--count", "10"))
    assert len(packets) == 10


@check
def listen_stops_at_the_count():
    packets = receive("127.0.0.1:0", "--count", "5", "--batch", "5", listen=("--count", "2"))
    assert len(packets) == 2


@check
def interval_between_packets():
    packets = receive("127.0.0.1:0", "--count", "3", "--interval", "150", listen=("--count", "3"))
    assert packets[2]["time"] - packets[0]["time"] >= 0.29, packets


@check
def empty_datagram():
    packet = receive_one("127.0.0.1:0", "--size", "0")
    assert packet["length"] == 0 and packet["preview"] == ""
    packet = receive_one("127.0.0.1:0", "--data", "")
    assert packet["length"] == 0


@check
def largest_datagram():
    packet = receive_one("127.0.0.1:0", "--size", "65507", "--data", "abc")
    assert packet["length"] == 65507 and packet["preview"] == "abc" * 16
    assert not packet["truncated"]


@check
def size_cuts_and_repeats():
    assert receive_one("127.0.0.1:0", "--size", "2", "--data", "abc")["preview"] == "ab"
    assert receive_one("127.0.0.1:0", "--size", "7", "--data", "abc")["preview"] == "abcabca"


@check
def any_payload_makes_valid_json():
    text = '"\\\x01\x1b[31m\n\r\t\x7f\u00e9\u20ac'
    packet = receive_one("127.0.0.1:0", "--data", text)
    assert packet["preview"].encode("latin-1").decode("utf-8") == text, packet


@check
def no_payload_writes_to_the_terminal():
    with listening("127.0.0.1:0", "--count", "1", "--timeout", "15") as server:
        send(f"127.0.0.1:{server.port}", "--data", 'a"\\\x1b[31m\n\u00e9')
        line = server.line()
        assert line.endswith('"a\\"\\\\\\x1b[31m\\x0a\\xc3\\xa9"\n'), line


@check
def data_that_looks_like_an_option():
    assert receive_one("127.0.0.1:0", "--data", "--count")["preview"] == "--count"


@check
def timeout_without_count_is_success():
    with listening("127.0.0.1:0", "--timeout", "0.3") as server:
        began = time.monotonic()
        assert server.wait() == 0
        assert time.monotonic() - began < 10
        assert "0 packets received in 0 calls\n" in server.rest("stderr")


@check
def timeout_before_the_count_is_failure():
    with listening("127.0.0.1:0", "--timeout", "0.3", "--count", "1") as server:
        assert server.wait() == 1


@check
def ecn_alone():
    for text, value in (("ECT(0)", 2), ("ect1", 1), ("CE", 3), ("not-ect", 0), ("3", 3)):
        packet = receive_one("127.0.0.1:0", "--ecn", text)
        assert packet["traffic_class"] == value, (text, packet)
    packet = receive_one("127.0.0.1:0", "-QEF", "--ecn", "CE")
    assert packet["traffic_class"] == 0xbb, packet
    result = run(TOOL, "send", "127.0.0.1:9", "--ecn", "4")
    assert result.returncode == 2 and "--ecn 4: must be Not-ECT" in result.stderr, result


@check
def bytes_through_pipes():
    """Standard input goes out as it is, and comes out as it was."""
    data = bytes(range(256)) * 3 + b"\0\r\n\x1a\n"
    server = subprocess.Popen(command(TOOL, "listen", "127.0.0.1:0", "-c2", "-w", "15", "--raw-output"),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    port = re.search(rb":(\d+)", server.stderr.readline()).group(1).decode()
    for piece in (data, b""):
        sender = subprocess.run(command(TOOL, "send", f"127.0.0.1:{port}", "--data", "-", "-q"), input=piece,
                                capture_output=True, timeout=WAIT, check=True)
        assert sender.stderr == b"", sender
    out, err = server.communicate(timeout=WAIT)
    assert out == data and b"2 packets received" in err, (out, err)
    too_much = subprocess.run(command(TOOL, "send", "127.0.0.1:9", "--data", "-"), input=bytes(65536),
                              capture_output=True, timeout=WAIT, check=False)
    assert too_much.returncode == 1 and b"more than 65535 bytes" in too_much.stderr, too_much
    both = run(TOOL, "listen", ":0", "--raw-output", "--json")
    assert both.returncode == 2 and "goes without" in both.stderr, both


@check
def listen_tells_the_time_of_day_or_nothing():
    with listening("127.0.0.1:0", "-c", "1", "--timestamps") as server:
        before = time.time()
        send(f"127.0.0.1:{server.port}")
        line = server.rest()[0]
    stamp = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z  127\.0\.0\.1:", line)
    assert stamp, line
    told = calendar.timegm(time.strptime(stamp.group(1), "%Y-%m-%dT%H:%M:%S"))
    assert abs(told - before) < WAIT, (told, before)
    with listening("127.0.0.1:0", "-c", "1", "-q") as server:
        send(f"127.0.0.1:{server.port}")
        assert server.rest() == [] and server.wait() == 0
        assert "1 packet received" in server.rest("stderr")[-1]


@check
def listen_bound_to_an_interface():
    need_not_windows("no option binds to an interface")
    with listening("127.0.0.1:0", "-c", "1", "--bind", "lo") as server:
        send(f"127.0.0.1:{server.port}")
        assert len(server.rest()) == 1
    result = run(TOOL, "listen", ":0", "--bind", "none77")
    assert result.returncode == 1 and "no such interface" in result.stderr, result


@check
def interrupt_ends_listening_with_success():
    with listening(":0", "--count", "5") as server:
        assert server.interrupt() == 0
        assert any("0 packets received" in line for line in server.rest("stderr"))


@check
def port_in_use():
    with listening("127.0.0.1:0") as server:
        refused([f"127.0.0.1:{server.port}", "address already in use"], "listen",
                f"127.0.0.1:{server.port}")


@check
def hop_limit_0_is_refused():
    refused(["hop_limit", "invalid argument"], "send", "127.0.0.1:9", "--hop-limit", "0")


@check
def foreign_source_is_refused():
    refused("127.0.0.1:9: ", "send", "127.0.0.1:9", "--source", "192.0.2.1")


@check
def source_of_the_other_family_is_refused():
    refused("wrong family", "send", "127.0.0.1:9", "--source", "::1")


@check
def source_that_is_no_address():
    result = run(TOOL, "send", "127.0.0.1:9", "--source", "localhost")
    assert result.returncode == 2 and "must be an IP address" in result.stderr


@check
def broadcast_needs_the_option():
    refused("broadcast was not enabled", "send", "127.255.255.255:9")
    send("127.255.255.255:9", "--broadcast")


@check
def interface_by_index():
    index = str(socket.if_nametoindex("lo"))
    send("127.0.0.1:9", "--interface", index)
    refused(["4242", "no such interface"], "send", "127.0.0.1:9", "--interface", "4242")


@check
def unknown_interface_is_refused():
    refused(["no-such-if", "no such interface"], "send", "127.0.0.1:9", "--interface", "no-such-if")


@check
def oversized_datagram_is_refused():
    refused("message too large", "send", "127.0.0.1:9", "--size", "65508")
    refused("message too large", "send", "127.0.0.1:9", "--size", "65535")


@check
def family_and_address_disagree():
    refused("127.0.0.1 as IPv6", "send", "-6", "127.0.0.1:9")
    refused("::1 as IPv4", "send", "-4", "[::1]:9")
    refused("127.0.0.1", "listen", "-6", "127.0.0.1:0")


@check
def address_that_is_not_ours():
    refused("address not available", "listen", "192.0.2.1:0")


@check
def unknown_zone():
    need_ipv6()
    refused("no-such-if", "send", "[fe80::1%no-such-if]:9")


@check
def dont_fragment_refuses_what_is_larger_than_the_path():
    send("127.0.0.1:9", "--dont-fragment")
    need_ipv6()
    send("[::1]:9", "--dont-fragment")
    # 65527 bytes fit into UDP, but with 48 bytes of headers not into loopback's 65536.
    send("[::1]:9", "--size", "65527")
    refused("message too large", "send", "[::1]:9", "--size", "65527", "--dont-fragment")
