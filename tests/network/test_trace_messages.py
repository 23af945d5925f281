# SPDX-License-Identifier: BSD-2-Clause
"""Traceroute, the example and the command, and what a router says by hand: labels and interfaces,
each kind of refusal, errors that are not about a probe."""
from routers import HOPS
from routers import forget, icmp_error, label_stack, mpls_extension, objects_extension, time_exceeded
from traces import INTERFACES, LABELS, LABELS_TEXT, MUTE, UNREACHABLE
from traces import Router, build, closed, each_way, expect, trace


@each_way
def es_12_what_routers_append(lab, version, way):
    structures = (mpls_extension(*LABELS), objects_extension(*(o for o, _ in INTERFACES)),
                  objects_extension((1, 1, label_stack((3, 0, 1))), (77, 7, b"what"), INTERFACES[2][0]))

    def plan(packet):
        if packet.hop_limit > len(structures):
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, structures[packet.hop_limit - 1])]

    with Router(lab, version, plan):
        code, hops, text = trace(lab, way, MUTE[version])
    r1 = HOPS[version][0]
    expect(hops, r1, r1, r1, r1)
    assert [hop.objects for hop in hops] == [
        [LABELS_TEXT], [t.replace("??", " \\x1b") if way.tool else t for _, t in INTERFACES], ["MPLS:L=3,E=0,S=1,T=1", "out, index 7"], []], text
    assert code == 0


@each_way
def es_12_label_stacks_of_old_routers(lab, version, way):
    def plan(packet):
        if packet.hop_limit > 1:
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, mpls_extension(*LABELS), says_length=False)]

    with Router(lab, version, plan):
        _, hops, text = trace(lab, way, MUTE[version])
    assert [hop.objects for hop in hops] == [[LABELS_TEXT], []], text


@each_way
def es_12_broken_extensions_do_not_hide_the_hop(lab, version, way):
    good = mpls_extension(*LABELS)

    def plan(packet):
        broken = {1: good[:2] + b"\x12\x34" + good[4:], 2: good[:6],
                  3: objects_extension((1, 1, b"abc"), (2, 0xcc, b"\0"))}
        if packet.hop_limit > len(broken):
            return [closed(version, packet)]
        return [time_exceeded(version, packet.bytes, broken[packet.hop_limit])]

    with Router(lab, version, plan):
        code, hops, text = trace(lab, way, MUTE[version])
    expect(hops, *[HOPS[version][0]] * 4)
    assert code == 0 and not any(hop.objects for hop in hops), text


# Type and code: the mark. RFC 1812 5.2.7.1, RFC 4443 3.
MARKS = {
    4: {(3, code): mark for code, mark in enumerate(
        ("!N", "!H", "!P", None, "!F-1400", "!S", "!N", "!H", "!N", "!X", "!X", "!N", "!H", "!X", "!V",
         "!C", "!<16>", "!<255>"))},
    6: {(1, 0): "!N", (1, 1): "!X", (1, 2): "!H", (1, 3): "!H", (1, 4): None, (1, 5): "!X",
        (1, 6): "!X", (1, 7): "!<7>", (2, 0): "!F-1400", (4, 1): "!<4-1>"},
}
MARKS[4][3, 255] = MARKS[4].pop((3, 17))


@each_way
def es_10_marks(lab, version, way):
    for (kind, code), mark in MARKS[version].items():
        # Linux drops the codes that it does not know (net/ipv4/icmp.c, icmp_unreach), and "too big"
        # of what may be fragmented (net/ipv4/udp.c, ping.c).
        if version == 4 and not way.raw and (code > 15 or (code == 4 and way.tool)):
            continue
        forget(lab)
        with Router(lab, version, lambda packet, k=kind, c=code: [
                icmp_error(version, k, c, 1400 if "F" in (mark or "") else 0, packet.bytes)]):
            # The command goes on behind links that are too narrow.
            status, hops, text = trace(lab, way, MUTE[version], *("--max-hops", "1") * way.tool)
        expect(hops, (HOPS[version][0], mark))
        assert status == (0 if mark is None else 1), text


def forgeries(version, packet, way):
    """ICMP errors that are about another packet, or about none. If one were taken for the answer,
    "!H" would show, and the trace would end."""
    def refuse(quoted):
        return icmp_error(version, UNREACHABLE[version], {4: 1, 6: 3}[version], 0, quoted)

    head = len(packet.bytes) - len(packet.transport)
    whole = packet.bytes
    address = 16 if version == 4 else 24

    def with_bytes(at, new):
        return whole[:at] + new + whole[at + len(new):]
    if way.icmp:
        yield refuse(with_bytes(head, b"\x0d"))  # a timestamp
        yield refuse(with_bytes(head + 4, b"\x12\x34"))  # another identifier
        yield refuse(with_bytes(head + 6, b"\0\0"))  # never sent
        yield refuse(with_bytes(head + 6, b"\xff\0"))
        yield refuse(whole[:head + 7])  # no whole header
    else:
        yield refuse(with_bytes(head, b"\x12\x34"))  # another source port
        yield refuse(with_bytes(head + 2, b"\0\x07"))  # other destination ports
        yield refuse(with_bytes(head + 2, b"\xff\0"))
        yield refuse(whole[:head + 2])  # no destination port
    yield refuse(with_bytes(address, b"\x0a\x09\x09\x09"))  # another destination
    yield refuse(with_bytes(9 if version == 4 else 6, b"\x84"))  # SCTP
    yield refuse(whole[:8])  # no whole header
    yield refuse(b"")
    if way.raw:  # Linux reads past the version when it looks for the socket
        yield refuse(with_bytes(0, b"\x55"))
    if version == 4:
        good = refuse(whole)
        yield good[:2] + bytes([good[2] ^ 0x55]) + good[3:]  # wrong checksum
        yield good[:7]  # shorter than its header


@each_way
def es_10_errors_about_other_packets(lab, version, way):
    def plan(packet):
        yield from forgeries(version, packet, way)
        if packet.hop_limit == 3:
            yield closed(version, packet)
        elif packet.hop_limit == 1:
            yield time_exceeded(version, packet.bytes, b"")

    with Router(lab, version, plan):
        code, hops, _ = trace(lab, way, MUTE[version], *way.impatient)
    expect(hops, HOPS[version][0], "*", HOPS[version][0])
    assert code == 0
