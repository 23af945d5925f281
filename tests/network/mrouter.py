# SPDX-License-Identifier: BSD-2-Clause
"""A multicast router: the kernel forwards, and what it forwards follows from the reports that hosts
send. Static as smcroute is, without timers and queries: every change of a membership is reported."""
import socket
import struct

from lab import Skip
from multicast import ALLOW, BLOCK, TO_EXCLUDE, TO_INCLUDE

MRT_INIT, MRT_ADD_VIF, MRT_ADD_MFC = 200, 202, 204  # linux/mroute.h, mroute6.h
USE_IFINDEX = 8


class Router:
    """Sources are known beforehand: {address: interface that it comes in by}."""

    def __init__(self, host, interfaces, sources):
        self.interfaces, self.sources = list(interfaces), sources
        self.wants = {}  # (group, interface): (excludes, sources)
        self.four = host.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
        self.six = host.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        try:
            self.four.setsockopt(socket.IPPROTO_IP, MRT_INIT, 1)
            self.six.setsockopt(socket.IPPROTO_IPV6, MRT_INIT, 1)
        except OSError as problem:
            raise Skip(f"no multicast routing in this kernel: {problem}") from None
        for number, name in enumerate(self.interfaces):
            index = host.index(name)
            self.four.setsockopt(socket.IPPROTO_IP, MRT_ADD_VIF, struct.pack(
                "=HBBIi4x", number, USE_IFINDEX, 1, 0, index))
            self.six.setsockopt(socket.IPPROTO_IPV6, MRT_ADD_VIF, struct.pack(
                "=HBBHxxI", number, 0, 1, index, 0))

    def close(self):
        self.four.close()
        self.six.close()

    def obey(self, interface, record):
        """Takes a report's record from a wire and changes the routes of its group."""
        excludes, sources = self.wants.get((record.group, interface), (False, frozenset()))
        if record.type in (TO_INCLUDE, TO_EXCLUDE):
            excludes, sources = record.type == TO_EXCLUDE, record.sources
        elif (record.type == ALLOW) == excludes:
            sources -= record.sources
        else:
            assert record.type in (ALLOW, BLOCK), record
            sources |= record.sources
        self.wants[record.group, interface] = (excludes, sources)
        for source, came_in in self.sources.items():
            if (":" in source) == (":" in record.group):
                self._route(source, came_in, record.group)

    def _route(self, source, came_in, group):
        out = []
        for name in self.interfaces:
            excludes, sources = self.wants.get((group, name), (False, frozenset()))
            if name != came_in and (source in sources) != excludes:
                out.append(self.interfaces.index(name))
        parent = self.interfaces.index(came_in)
        # An entry without ways out keeps what is not wanted from being asked about again.
        if ":" in group:
            address = struct.Struct("=HHI16sI")
            ends = [address.pack(socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, text), 0)
                    for text in (source, group)]
            bits = sum(1 << number for number in out)
            self.six.setsockopt(socket.IPPROTO_IPV6, MRT_ADD_MFC,
                                b"".join(ends) + struct.pack("=HxxI28x", parent, bits))
        else:
            limits = bytes(1 if number in out else 0 for number in range(32))
            self.four.setsockopt(socket.IPPROTO_IP, MRT_ADD_MFC, struct.pack(
                "=4s4sH32sxxIIIi", socket.inet_aton(source), socket.inet_aton(group), parent,
                limits, 0, 0, 0, 0))
