# SPDX-License-Identifier: BSD-2-Clause
"""Groups heard and sent to by the command and by ssm_listener."""
import contextlib
import json
import os
import re
import socket
import struct

import private
from harness import check, need_ipv6, need_not_windows, run, serving
from private import FAR4, FAR4_OTHER, FAR6, far_socket

TOOL = os.environ["IPSOCK_TOOL"]
SSM_LISTENER = os.environ["IPSOCK_SSM_LISTENER"]
GROUP = "232.77.1.1"
GROUP6 = "ff32::77"
IP_RECVTTL = 12  # Python lacks the name
TIME = ("--timeout", "15")


@contextlib.contextmanager
def listening(target, *arguments):
    with serving("listening on ", "stderr", TOOL, "listen", target, *arguments) as server:
        server.joined = []
        while True:
            server.joined.append(server.line("stderr"))
            if len(server.joined) == max(1, arguments.count("--interface")):
                break
        yield server


def send(*arguments):
    result = run(TOOL, "send", *arguments)
    assert result.returncode == 0, result


def send_lo(group, port, *arguments):
    send(f"{group}:{port}", "--interface", "lo", *arguments)


def packet(server):
    return json.loads(server.line())


def refused(code, words, *arguments):
    result = run(TOOL, *arguments)
    assert result.returncode == code, result
    assert result.stdout == "", result.stdout
    for word in words if isinstance(words, list) else [words]:
        assert word in result.stderr, f"no {word!r} in {result.stderr!r}"


def far_sender(source):
    """A sender on the other host, from an address of its."""
    if ":" in source:
        s = far_socket(socket.AF_INET6)
        s.bind((source, 0, 0, private.far_index()))
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, private.far_index())
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 7)
    else:
        s = far_socket(socket.AF_INET)
        s.bind((source, 0))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 7)
    return s


def far_send(source, group, port, text):
    with far_sender(source) as s:
        s.sendto(text.encode(), (group, port))


@check
def group_over_loopback():
    with listening("239.77.1.1:0", "--interface", "lo", "--json", "--count", "1", *TIME) as server:
        assert server.address.startswith("0.0.0.0:"), server.address
        assert server.joined == ["joined 239.77.1.1 on lo\n"], server.joined
        send_lo("239.77.1.1", server.port, "--source", "127.0.0.4", "--hop-limit", "9")
        got = packet(server)
        assert got["destination"] == "239.77.1.1" and got["interface"] == "lo", got
        assert got["peer"].startswith("127.0.0.4:") and got["hop_limit"] == 9, got
        assert server.wait() == 0


@check
def text_has_group_source_interface_and_hop_limit():
    with listening("239.77.1.1:0", "--interface", "lo", "--count", "1", *TIME) as server:
        send_lo("239.77.1.1", server.port, "--source", "127.0.0.4")
        line = server.line()
        assert re.fullmatch(r"\+\S+  127\.0\.0\.4:\d+ -> 239\.77\.1\.1  if=lo  hop=1  .*\n",
                            line), line


@check
def hop_limits_of_multicast():
    with listening("239.77.1.1:0", "--interface", "lo", "--json", *TIME) as server:
        for value in ("1", "255"):
            send_lo("239.77.1.1", server.port, "--source", "127.0.0.4", "--hop-limit", value)
            assert packet(server)["hop_limit"] == int(value)
    for group in ("239.77.1.1:9", f"[{GROUP6}]:9"):
        refused(1, ["--hop-limit", "multicast_hop_limit", "invalid argument"], "send", group,
                "--interface", "lo", "--hop-limit", "0")


@check
def chosen_sources_over_loopback():
    with listening(f"{GROUP}:0", "--interface", "lo", "--source", "127.0.0.4", "--source=127.0.0.5",
                   "--json", *TIME) as server:
        assert server.joined == [f"joined {GROUP} on lo, only from 127.0.0.4, 127.0.0.5\n"]
        for source in ("127.0.0.6", "127.0.0.4", "127.0.0.7", "127.0.0.5"):
            send_lo(GROUP, server.port, "--source", source, "--data", source)
        assert [packet(server)["preview"] for _ in range(2)] == ["127.0.0.4", "127.0.0.5"]


@check
def excluded_sources_over_loopback():
    with listening("239.77.1.2:0", "--interface", "lo", "--exclude", "127.0.0.4", "--exclude",
                   "127.0.0.5", "--json", *TIME) as server:
        assert server.joined == ["joined 239.77.1.2 on lo, not from 127.0.0.4, 127.0.0.5\n"]
        for source in ("127.0.0.4", "127.0.0.6", "127.0.0.5", "127.0.0.7"):
            send_lo("239.77.1.2", server.port, "--source", source, "--data", source)
        assert [packet(server)["preview"] for _ in range(2)] == ["127.0.0.6", "127.0.0.7"]


@check
def strict_keeps_other_groups_out():
    with listening("239.77.1.3:0", "--interface", "lo", "--json", "--strict", *TIME) as strict:
        port = strict.port
        with listening(f"239.77.1.4:{port}", "--interface", "lo", "--json", *TIME) as loose:
            for group in ("239.77.1.4", "239.77.1.3"):
                send_lo(group, port, "--source", "127.0.0.4", "--data", group)
            assert packet(strict)["preview"] == "239.77.1.3"
            assert packet(loose)["preview"] == "239.77.1.4"
            # Linux delivers every group of the host on the port to who did not ask for less.
            assert packet(loose)["preview"] == "239.77.1.3"


@check
def two_listeners_share_a_port():
    with listening("239.77.1.5:0", "--interface", "lo", "--json", *TIME) as one:
        with listening(f"239.77.1.5:{one.port}", "--interface", "lo", "--json", *TIME) as other:
            send_lo("239.77.1.5", one.port, "--source", "127.0.0.4", "--data", "both")
            assert packet(one)["preview"] == packet(other)["preview"] == "both"


@check
def sources_over_a_cable():
    private.need_far()
    with listening(f"{GROUP}:0", "--interface", "veth0", "--source", FAR4, "--json",
                   *TIME) as server:
        for source in (FAR4_OTHER, FAR4):
            far_send(source, GROUP, server.port, source)
        got = packet(server)
        assert got["preview"] == FAR4 and got["interface"] == "veth0" and got["hop_limit"] == 7, got


@check
def several_interfaces():
    private.need_far()
    with listening("239.77.1.6:0", "--interface", "lo", "--interface", "veth0", "--json",
                   *TIME) as server:
        assert server.joined == ["joined 239.77.1.6 on lo\n", "joined 239.77.1.6 on veth0\n"]
        send_lo("239.77.1.6", server.port, "--source", "127.0.0.4")
        assert packet(server)["interface"] == "lo"
        far_send(FAR4, "239.77.1.6", server.port, "far")
        assert packet(server)["interface"] == "veth0"


@check
def ipv6_group_over_a_cable():
    private.need_far()
    for target, arguments in ((f"[{GROUP6}%veth0]:0", ()),
                              (f"[{GROUP6}]:0", ("--interface", "veth0")),
                              (f"[{GROUP6}]:0", ("--interface", "veth0", "--source", FAR6)),
                              (f"[{GROUP6}%veth0]:0", ("--exclude", "fe80::9", "--strict"))):
        with listening(target, *arguments, "--json", *TIME) as server:
            assert server.joined[0].startswith(f"joined {GROUP6} on veth0"), server.joined
            far_send(FAR6, GROUP6, server.port, "six")
            got = packet(server)
            assert got["destination"].split("%")[0] == GROUP6 and got["preview"] == "six", got
            assert got["peer"].startswith(f"[{FAR6}%veth0]:") and got["hop_limit"] == 7, got
            assert got["interface"] == "veth0", got


@check
def ipv6_exclusion_over_a_cable():
    private.need_far()
    with listening(f"[{GROUP6}]:0", "--interface", "veth0", "--exclude", FAR6, "--count", "1",
                   "--timeout", "0.5") as server:
        far_send(FAR6, GROUP6, server.port, "six")
        assert server.wait() == 1 and server.rest() == []


def far_member(group):
    if ":" in group:
        s = far_socket(socket.AF_INET6)
        s.bind(("::", 0))
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(
            socket.AF_INET6, group) + struct.pack("=I", private.far_index()))
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    else:
        s = far_socket(socket.AF_INET)
        s.bind(("", 0))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton(group) + socket.inet_aton(FAR4))
        s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    return s


@check
def sent_by_the_interface_with_the_hop_limit():
    private.need_far()
    for group, target in (("239.77.1.7", "239.77.1.7"), (GROUP6, f"[{GROUP6}]"),
                          (GROUP6, f"[{GROUP6}%veth0]")):
        with far_member(group) as member:
            send(f"{target}:{member.getsockname()[1]}", "--interface", "veth0", "--hop-limit", "33")
            data, control, _, peer = member.recvmsg(100, 100)
            assert data == b"hello" and struct.unpack("=i", control[0][2])[0] == 33, control
            assert peer[0].split("%")[0] in (private.NEAR4, private.NEAR6), peer


@check
def loop_off_is_heard_elsewhere_only():
    need_not_windows("loopback of groups is the receiver's")
    private.need_far()
    with far_member("239.77.1.8") as member:
        port = member.getsockname()[1]
        with listening(f"239.77.1.8:{port}", "--interface", "veth0", "--json", *TIME) as server:
            for loop in ("off", "on"):
                send(f"239.77.1.8:{port}", "--interface", "veth0", "--loop", loop, "--data", loop)
            assert [member.recv(100) for _ in range(2)] == [b"off", b"on"]
            assert packet(server)["preview"] == "on"


@check
def options_that_do_not_fit():
    refused(2, "--source and --exclude exclude each other", "listen", f"{GROUP}:0", "--source",
            "127.0.0.1", "--exclude", "127.0.0.2")
    for option, value in (("source", "127.0.0.1"), ("exclude", "127.0.0.1"), ("interface", "lo")):
        for target in ("127.0.0.1:0", ":0"):
            refused(2, f"'{target}': --{option} needs a multicast address", "listen", target,
                    f"--{option}", value)
    refused(2, "--strict needs a multicast address", "listen", ":0", "--strict")
    refused(2, "--loop needs a multicast address", "send", "127.0.0.1:9", "--loop", "on")
    refused(2, "--loop yes: must be on or off", "send", f"{GROUP}:9", "--loop", "yes")
    refused(2, "at most 64", "listen", f"{GROUP}:0", *["--source=127.0.0.1"] * 65)


@check
def sources_that_are_none():
    for option in ("source", "exclude"):
        for text in ("localhost", "", "127.0.0.1.1", "127.0.0.1/8"):
            refused(2, f"--{option} {text}: must be an IP address", "listen", f"{GROUP}:0",
                    "--interface", "lo", f"--{option}", text)


@check
def refused_by_the_library():
    for option, doing in (("--source", "joining"), ("--exclude", "excluding")):
        refused(1, [f"{doing} ::1 of {GROUP} on lo", "wrong family"], "listen", f"{GROUP}:0",
                "--interface", "lo", option, "::1")
        refused(1, [f"{doing} {GROUP} of {GROUP}", "invalid argument"], "listen", f"{GROUP}:0",
                "--interface", "lo", option, GROUP)
        refused(1, "already a member, or source already", "listen", f"{GROUP}:0", "--interface",
                "lo", option, "127.0.0.1", option, "127.0.0.1")
    refused(1, f"joining {GROUP} on lo: join group: already a member", "listen", f"{GROUP}:0",
            "--interface", "lo", "--interface", "lo")
    refused(1, "no-such-if: no such interface", "listen", f"{GROUP}:0", "--interface", "no-such-if")
    refused(1, "4242: no such interface", "send", f"{GROUP}:9", "--interface", "4242")


@check
def zone_and_interface_disagree():
    need_ipv6()
    private.need_far()
    refused(1, [f"joining {GROUP6}%lo on veth0", "invalid argument"], "listen", f"[{GROUP6}%lo]:0",
            "--interface", "veth0")


def ssm(*arguments):
    return serving("listening to ", "stdout", SSM_LISTENER, *arguments)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("", 0))
        return s.getsockname()[1]


@check
def ssm_listener_includes():
    with ssm("include", f"{GROUP}:{free_port()}", "127.0.0.4,127.0.0.5", "lo") as server:
        for source in ("127.0.0.6", "127.0.0.4", "127.0.0.7", "127.0.0.5"):
            send_lo(GROUP, server.port, "--source", source, "--hop-limit", "3")
        for source in ("127.0.0.4", "127.0.0.5"):
            line = server.line()
            assert re.fullmatch(rf"5 bytes for {re.escape(GROUP)} from {re.escape(source)}:\d+ "
                                r"by interface 1, hop limit 3\n", line), line
        assert server.interrupt() == 0


@check
def ssm_listener_excludes():
    with ssm("exclude", f"239.77.2.1:{free_port()}", "127.0.0.4,127.0.0.5", "lo") as server:
        for source in ("127.0.0.4", "127.0.0.6", "127.0.0.5"):
            send_lo("239.77.2.1", server.port, "--source", source)
        assert "from 127.0.0.6:" in server.line()
        assert server.interrupt() == 0 and server.rest() == []


@check
def ssm_listener_on_several_interfaces():
    private.need_far()
    with ssm("exclude", f"239.77.2.2:{free_port()}", FAR4_OTHER, "lo", "veth0") as server:
        send_lo("239.77.2.2", server.port, "--source", "127.0.0.4")
        assert "from 127.0.0.4:" in server.line()
        for source in (FAR4_OTHER, FAR4):
            far_send(source, "239.77.2.2", server.port, "far")
        assert f"from {FAR4}:" in server.line()


@check
def ssm_listener_over_ipv6():
    private.need_far()
    port = free_port()
    with ssm("include", f"[{GROUP6}%veth0]:{port}", f"{FAR6},fe80::9") as server:
        far_send(FAR6, GROUP6, port, "six")
        assert f"3 bytes for {GROUP6}" in server.line()
    with ssm("exclude", f"[{GROUP6}]:{port}", "-", "veth0") as server:
        far_send(FAR6, GROUP6, port, "six")
        assert f"from [{FAR6}%veth0]:" in server.line()


@check
def ssm_listener_refuses():
    for arguments in ([], ["include"], ["include", f"{GROUP}:5000"],
                      ["include", f"{GROUP}:5000", "-"], ["exclude", "127.0.0.1:5000"],
                      ["exclude", GROUP], ["both", f"{GROUP}:5000"],
                      ["exclude", f"{GROUP}:5000", "x"], ["exclude", f"{GROUP}:5000", "127.0.0.1,"],
                      ["exclude", f"{GROUP}:5000", ""]):
        result = run(SSM_LISTENER, *arguments)
        assert result.returncode == 2 and result.stderr.startswith("Usage:"), arguments
    for arguments, word in (([f"{GROUP}:5000", "::1", "lo"], "wrong family"),
                            ([f"{GROUP}:5000", "127.0.0.1", "no-such-if"], "no such interface"),
                            ([f"{GROUP}:5000", "127.0.0.1", "lo", "lo"], "already a member")):
        result = run(SSM_LISTENER, "include", *arguments)
        assert result.returncode == 1 and word in result.stderr, result
