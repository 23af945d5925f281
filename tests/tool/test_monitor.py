# SPDX-License-Identifier: BSD-2-Clause
"""The example icmp_monitor prints ICMP messages of the types that it names, and no others. In a
network of its own, so that nobody else's are counted."""
import os
import re
import socket
import struct

from harness import WINDOWS, check, checksum, need_ipv6, run, serving
import private

ICMP_MONITOR = os.environ["IPSOCK_ICMP_MONITOR"]


def monitor(family, words, send, expected, dropped):
    """send and expected: types, in order. What is sent has the body of an echo."""
    private.need_far()
    address, kind, protocol = {"v4": ("127.0.0.1", socket.AF_INET, socket.IPPROTO_ICMP),
                               "v6": ("::1", socket.AF_INET6, socket.IPPROTO_ICMPV6)}[family]
    with socket.socket(kind, socket.SOCK_RAW, protocol) as sender, \
            serving("listening for ", "stdout", ICMP_MONITOR, family, *words) as server:
        for type_ in send:
            message = struct.pack("!BBHHH", type_, 0, 0, 77, 1)
            sender.sendto(message[:2] + struct.pack("!H", checksum(message)) + message[4:],
                          (address, 0))
        lines = [server.line() for _ in expected]
        assert server.interrupt() == 0
        *more, last = server.rest()
        types = [int(re.match(rf"{address}: type=(\d+) .*id=77 ", line).group(1))
                 for line in lines + more]
        assert types == expected, lines + more
        if WINDOWS:  # which filters nothing, and shows the replies of its own
            dropped = len(send) + send.count(8) + send.count(128) - len(expected)
        assert last == f"dropped by the library: {dropped}\n", last


@check
def filt_01_icmp_monitor_prints_the_types_it_names():
    """The kernel's filter has types below 32, the library's the others: 43 and 40."""
    monitor("v4", ("echo", "42"), (13, 8, 43, 42, 17, 40, 8), [8, 42, 8], 2)


@check
def filt_01_icmp_monitor_over_ipv6():
    """All types are the kernel's. It answers the request, and the answer is wanted, too."""
    need_ipv6()
    monitor("v6", ("echo request", "129"), (200, 128, 130), [128, 129], 0)


@check
def icmp_monitor_usage():
    for arguments in ([], ["v4"], ["v5", "8"], ["v4", "256"], ["v4", "-1"], ["v4", "8x"],
                      ["v4", "no such type"], ["v6", "echo"]):
        result = run(ICMP_MONITOR, *arguments)
        assert result.returncode == 2 and result.stderr.startswith("Usage:"), arguments
