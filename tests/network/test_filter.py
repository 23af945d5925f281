# SPDX-License-Identifier: BSD-2-Clause
"""Filters are about what their endpoint receives: a router that lets nothing through to its own
raw endpoints forwards as before, answers as before, and other endpoints on it hear all."""
from lab import check

# family: far host, router, ICMP protocol, echo request and reply
FAMILIES = {"v4": ("203.0.113.2", "192.0.2.254", 1, 8, 0),
            "v6": ("2001:db8:2::2", "2001:db8:1::fe", 58, 128, 129)}


def build(lab):
    lab.near, lab.router, lab.far = lab.host("near"), lab.host("router"), lab.host("far")
    lab.cable(lab.near, lab.router, "left")
    lab.cable(lab.router, lab.far, "right")
    lab.router.sysctl("net.ipv4.ip_forward", 1)
    lab.router.sysctl("net.ipv6.conf.all.forwarding", 1)
    lab.near.add("left", "192.0.2.1/24", "2001:db8:1::1/64", "fe80::1/64")
    lab.router.add("left", "192.0.2.254/24", "2001:db8:1::fe/64", "fe80::fe/64")
    lab.router.add("right", "203.0.113.254/24", "2001:db8:2::fe/64", "fe80::fe/64")
    lab.far.add("right", "203.0.113.2/24", "2001:db8:2::2/64", "fe80::2/64")
    for host, v4, v6 in ((lab.near, "192.0.2.254", "2001:db8:1::fe"),
                         (lab.far, "203.0.113.254", "2001:db8:2::fe")):
        host.ip("route", "add", "default", "via", v4)
        host.ip("-6", "route", "add", "default", "via", v6)


def echo(near, host, payload):
    """Asks a host and hears it, on a ping endpoint, which takes its replies only."""
    near.ok(f"send ping peer={host} hex={'80' if ':' in host else '08'}00000000000001{payload.hex()}")
    answer = near.ok("recv ping quiet=1")
    assert host in answer["peer"] and answer["length"] == 8 + len(payload), answer.line


def is_deaf(lab, family, filter_command):
    far, router_address, protocol, request, reply = FAMILIES[family]
    near, router = lab.near.driver(), lab.router.driver()
    near.ok(f"open ping kind=ping family={family[1]}")
    for name in ("deaf", "open"):
        router.ok(f"open {name} kind=raw family={family[1]} protocol={protocol}")
    router.ok(filter_command)
    router.ok(f"block open pass={request},{reply}")  # what neighbours talk is of no interest
    for payload in (b"1", b"22", b"333"):
        echo(near, far, payload)
    echo(near, router_address, b"4444")
    # The one request that was for this host: no raw endpoint sees what is forwarded.
    heard = router.ok("recv open quiet=1")
    assert heard["length"] == 8 + 4, heard.line
    for name in ("open", "deaf"):
        router.error(f"recv {name} timeout=0", "IPSOCK_ETIMEDOUT")
        assert router.ok(f"counters {name}")["filter_discards"] == 0  # it is the kernel's filter
    lab.near.stop_programs()
    lab.router.stop_programs()


@check
def v4_filt_05_blocked_types_are_forwarded(lab):
    is_deaf(lab, "v4", "block deaf")


@check
def v6_filt_05_blocked_types_are_forwarded(lab):
    is_deaf(lab, "v6", "block deaf")


@check
def v4_bpf_02_dropped_packets_are_forwarded(lab):
    is_deaf(lab, "v4", "drop deaf")


@check
def v6_bpf_02_dropped_packets_are_forwarded(lab):
    is_deaf(lab, "v6", "drop deaf")
