# SPDX-License-Identifier: BSD-2-Clause
"""Errors that come later, from routers: a packet that ran out of hops, was too big for a link, or
went where a router would not; and what routers append to them."""
from lab import HOP_LIMIT, SEND, Wire, check, host_port
from routers import FAR, HOPS, NARROW, NEAR, REFUSED
from routers import build, forget, label_stack, mpls_extension, say, time_exceeded

PORT = 33434
UNREACHABLE = {4: 3, 6: 1}
EXCEEDED = {4: 11, 6: 3}
# family: how to open, version of IP, prefix of addresses as the endpoint writes them
FAMILIES = {"v4": ("family=4", 4, ""), "v6": ("family=6", 6, ""),
            "mapped": ("family=6 flags=dual,errors", 4, "::ffff:")}


def each_family(function):
    for family, (how, version, prefix) in FAMILIES.items():
        def one(lab, how=how, version=version, prefix=prefix):
            forget(lab)
            how += "" if "flags" in how else " flags=errors"
            near = lab.near.driver()
            function(lab, near, how, version, prefix)
        one.__name__ = f"{family}_{function.__name__}"
        check(one)


def expect(got, prefix, offender, destination, port=None, **more):
    assert got["offender"] == prefix + offender, got.line
    wanted = prefix + destination
    assert got["destination"] == (host_port(wanted, port) if port else wanted), got.line
    for key, value in more.items():
        assert got[key] == value, f"{got.line}: {key} is not {value}"


def index_of(lab):
    return lab.near.index("one")


@each_family
def es_10_packets_run_out_of_hops(lab, near, how, version, prefix):
    near.ok(f"open s {how} send={SEND}")
    for hops, router in enumerate(HOPS[version][:3], 1):
        to = host_port(prefix + FAR[version], PORT)
        near.ok(f"send s peer={to} hops={hops} data=probe{hops}")
        expect(near.ok("error s"), prefix, router, FAR[version], PORT, type=EXCEEDED[version],
               code=0, error="IPSOCK_EHOSTUNREACH", mtu=0, index=index_of(lab), flags=0, objects=0,
               data=f"probe{hops}", length=6)
    near.ok(f"send s peer={host_port(prefix + FAR[version], PORT)} hops=4 data=there")
    expect(near.ok("error s"), prefix, FAR[version], FAR[version], PORT, type=UNREACHABLE[version],
           code=3 if version == 4 else 4, error="IPSOCK_ECONNREFUSED")
    near.error("error s now=1", "IPSOCK_EAGAIN")


def ask(near, destination):
    """Linux routers spare their answers to refused packets: asks until there is one."""
    for _ in range(10):
        near.ok(f"send s peer={host_port(destination, PORT)} data=probe")
        got = near("error s timeout=1")
        if got.word == "ok":
            return got
        assert got.code == "IPSOCK_ETIMEDOUT", got.line
    raise AssertionError(f"no answer about {destination}")


@each_family
def es_10_routers_refuse(_lab, near, how, version, prefix):
    codes = {("prohibit", 4): (13, "IPSOCK_EHOSTUNREACH"),
             ("prohibit", 6): (1, "IPSOCK_EHOSTUNREACH"),
             ("unreachable", 4): (1, "IPSOCK_EHOSTUNREACH"),
             ("unreachable", 6): (0, "IPSOCK_ENETUNREACH")}
    near.ok(f"open s {how}")
    for kind, hosts in REFUSED.items():
        code, error = codes[kind, version]
        got = ask(near, prefix + hosts[version])
        expect(got, prefix, HOPS[version][1], hosts[version], PORT, type=UNREACHABLE[version],
               code=code, error=error, data="probe")
    near.error("error s now=1", "IPSOCK_EAGAIN")


@each_family
def es_11_path_mtu_discovery_by_events(lab, near, how, version, prefix):
    """A sender of large datagrams that learns from the stream alone what passes."""
    header = 28 if version == 4 else 48
    far = lab.far.udp("0.0.0.0" if version == 4 else "::", PORT)
    to = f"peer={host_port(prefix + FAR[version], PORT)}"
    near.ok(f"open s {how}")
    near.ok("set s df=1")
    near.ok(f"send s {to} size={1500 - header}")  # fits the first link
    expect(near.ok("error s"), prefix, HOPS[version][1], FAR[version], PORT,
           type=3 if version == 4 else 2, code=4 if version == 4 else 0, error="IPSOCK_EMSGSIZE",
           mtu=NARROW)
    # The system has learned: the next one does not leave the host, and that is told too, once.
    near.error(f"send s {to} size={NARROW - header + 1}", "IPSOCK_EMSGSIZE")
    got = near.ok("error s")
    assert got["family"] == 0 and got["offender"] == "-" and got["mtu"] == NARROW, got.line
    near.error("error s now=1", "IPSOCK_EAGAIN")
    near.ok(f"send s {to} size={NARROW - header}")
    assert len(far.recv(65536)) == NARROW - header
    near.error("error s now=1", "IPSOCK_EAGAIN")
    far.close()


@each_family
def es_11_small_datagrams_go_out_beside_one_that_was_too_big(lab, near, how, version, prefix):
    """Nobody reads the event: whatever is sent next must not be refused in its place."""
    far = lab.far.udp("0.0.0.0" if version == 4 else "::", PORT)
    to = f"peer={host_port(prefix + FAR[version], PORT)}"
    near.ok(f"open s {how}")
    near.ok("set s df=1")
    for number in range(3):
        forget(lab)
        with Wire(lab.near, "one") as wire:
            near.ok(f"send s {to} size=1400")
            kind = (1, 3) if version == 4 else (58, 2)
            wire.packets("the router's answer", 1,
                         lambda p: (p.protocol, p.transport[:1]) == (kind[0], bytes([kind[1]])))
        near.ok(f"send s {to} size=1000")
        assert len(far.recv(65536)) == 1000, number
    for _ in range(3):
        assert near.ok("error s")["mtu"] == NARROW
    near.error("error s now=1", "IPSOCK_EAGAIN")
    far.close()


def forge(lab, near, version, prefix, extension, says_length=True):
    """A label router's answer to what near has sent. Returns what was quoted."""
    with Wire(lab.near, "one") as wire:
        near.ok(f"send s peer={host_port(prefix + FAR[version], PORT)} data=labelled")
        sent = wire.udp(PORT)[0]
    say(lab.r1, version, time_exceeded(version, sent.bytes, extension, says_length), NEAR[version])


def take_forged(near, version, words=""):
    """The event of the router's message, past the one of the far host."""
    while True:
        got = near.ok(f"error s {words}")
        if got["type"] == EXCEEDED[version]:
            return got


@each_family
def es_12_label_stacks(lab, near, how, version, prefix):
    near.ok(f"open s {how}")
    labels = (16001, 5, 1), (0xfffff, 0, 255)
    forge(lab, near, version, prefix, mpls_extension(*labels))
    got = take_forged(near, version)
    quoted = 100 if version == 4 else 80  # of 128, behind the IP and UDP headers
    expect(got, prefix, HOPS[version][0], FAR[version], PORT, objects=1, extension=1,
           object="1/1/" + label_stack(*labels).hex(), length=quoted, flags=0)
    assert got["data"].startswith("labelled"), got.line


@each_family
def es_12_label_stacks_of_old_routers(lab, near, how, version, prefix):
    near.ok(f"open s {how}")
    forge(lab, near, version, prefix, mpls_extension((17, 0, 3)), says_length=False)
    got = take_forged(near, version)
    expect(got, prefix, HOPS[version][0], FAR[version], PORT, objects=1, extension=2,
           object="1/1/" + label_stack((17, 0, 3)).hex(), length=100 if version == 4 else 80)


@each_family
def es_12_broken_extensions(lab, near, how, version, prefix):
    good = mpls_extension((1, 2, 3))
    near.ok(f"open s {how}")
    for broken, extension in ((good[:2] + b"\x12\x34" + good[4:], 6),  # checksum
                              (b"\x30" + good[1:], 5),  # version
                              (b"\x20\0\0\0\0\x40\1\1" + good[8:], 8)):  # longer than the message
        forge(lab, near, version, prefix, broken)
        got = take_forged(near, version)
        expect(got, prefix, HOPS[version][0], FAR[version], PORT, objects=0, extension=extension,
               length=100 if version == 4 else 80)


@each_family
def es_12_room_for_objects(lab, near, how, version, prefix):
    near.ok(f"open s {how}")
    for words, count, flags in (("room=90", 0, 0x20), ("room=20", 0, 0x30), ("objects=0", 1, 0)):
        forge(lab, near, version, prefix, mpls_extension((1, 2, 3)))
        if words == "room=90" and version == 4:
            words, flags = "room=105", 0x20
        got = take_forged(near, version, words)
        assert got["objects"] == count and got["flags"] == flags and "object" not in got, got.line


@check
def v6_es_13_raw_and_ping_endpoints(lab):
    for family, version in (("4", 4), ("6", 6)):
        forget(lab)
        near = lab.near.driver()
        near.ok(f"open s kind=raw protocol=253 family={family} flags=errors send={SEND}")
        near.ok(f"send s peer={FAR[version]} hops=2 data=rawbytes")
        expect(near.ok("error s"), "", HOPS[version][1], FAR[version], type=EXCEEDED[version],
               data="rawbytes", index=index_of(lab))
        near.ok("close s")
        lab.near.sysctl("net.ipv4.ping_group_range", "0 2147483647")
        near.ok(f"open p kind=ping family={family} flags=errors send={HOP_LIMIT}")
        # an echo request by hand: type, code, checksum, identifier, sequence as text
        near.ok(f"send p peer={FAR[version]} hops=2 hex={'08' if version == 4 else '80'}"
                "00000000000001")
        got = near.ok("error p")
        expect(got, "", HOPS[version][1], FAR[version], type=EXCEEDED[version], length=8)
        near.ok("close p")
