# SPDX-License-Identifier: BSD-2-Clause
"""What a membership call says on the wire: IGMPv3 and MLDv2 reports, record by record."""
import ipaddress
import time

from lab import Wire, check
from multicast import (ALLOW, BLOCK, FAMILIES, ROBUSTNESS, TO_EXCLUDE, TO_INCLUDE, Reports, Sender,
                       build_bridges, each_family, hears, listener)


def build(lab):
    build_bridges(lab)


def watch(lab, link="east"):
    """The switch's end of the receiver's cable."""
    return Reports(lab.switch, f"{link}3")


@each_family("03", "02")
def join_and_leave(lab, family):
    group = family.groups + "1"
    driver = listener(lab.receiver, family)
    with watch(lab) as wire:
        driver.ok(f"join s group={group} on=east")
        wire.expect(TO_EXCLUDE, group)
        driver.ok(f"leave s group={group} on=east")
        wire.expect(TO_INCLUDE, group)


@each_family("04", "03")
def exclude_and_include(lab, family):
    group = family.groups + "2"
    driver = listener(lab.receiver, family)
    with watch(lab) as wire:
        driver.ok(f"join s group={group} on=east")
        wire.expect(TO_EXCLUDE, group)
        driver.ok(f"exclude s group={group} source={family.a} on=east")
        wire.expect(BLOCK, group, family.a)
        driver.ok(f"exclude s group={group} source={family.b} on=east")
        wire.expect(BLOCK, group, family.b)
        driver.ok(f"include s group={group} source={family.a} on=east")
        wire.expect(ALLOW, group, family.a)
        driver.ok(f"leave s group={group} on=east")
        wire.expect(TO_INCLUDE, group)


@each_family("05", "04")
def join_and_leave_sources(lab, family):
    group = family.ssm + "1"
    driver = listener(lab.receiver, family)
    with watch(lab) as wire:
        driver.ok(f"joinsource s group={group} source={family.a} on=east")
        wire.expect(ALLOW, group, family.a)
        driver.ok(f"joinsource s group={group} source={family.b} on=east")
        wire.expect(ALLOW, group, family.b)
        driver.ok(f"leavesource s group={group} source={family.a} on=east")
        wire.expect(BLOCK, group, family.a)
        driver.ok(f"leavesource s group={group} source={family.b} on=east")
        wire.expect(BLOCK, group, family.b)


@each_family("06", "04")
def leave_all_sources_at_once(lab, family):
    group = family.ssm + "2"
    driver = listener(lab.receiver, family)
    with watch(lab) as wire:
        for source in (family.a, family.b):
            driver.ok(f"joinsource s group={group} source={source} on=east")
            wire.expect(ALLOW, group, source)
        driver.ok(f"leave s group={group} on=east")
        wire.expect(BLOCK, group, family.a, family.b)


@each_family("12", "07")
def two_endpoints_report_what_both_want(lab, family):
    """One wants A, the other B, then a third everything: the host reports the sum."""
    group = family.groups + "3"
    driver = listener(lab.receiver, family)
    second = listener(lab.receiver, family)
    with watch(lab) as wire:
        driver.ok(f"joinsource s group={group} source={family.a} on=east")
        wire.expect(ALLOW, group, family.a)
        second.ok(f"joinsource s group={group} source={family.b} on=east")
        wire.expect(ALLOW, group, family.b)
        third = listener(lab.receiver, family)
        third.ok(f"join s group={group} on=east")
        wire.expect(TO_EXCLUDE, group)
        third.ok("close s")
        wire.expect(TO_INCLUDE, group, family.a, family.b)
        driver.ok("close s")
        wire.expect(BLOCK, group, family.a)


@each_family("18", "06")
def groups_on_each_interface_are_reported_there(lab, family):
    groups = [family.groups + str(number) for number in (4, 5)]
    driver = listener(lab.receiver, family)
    with watch(lab, "east") as east, watch(lab, "west") as west:
        driver.ok(f"join s group={groups[0]} on=east")
        driver.ok(f"join s group={groups[1]} on=west")
        east.expect(TO_EXCLUDE, groups[0])
        west.expect(TO_EXCLUDE, groups[1])
        driver.ok(f"join s group={groups[0]} on=west")
        west.expect(TO_EXCLUDE, groups[0])
        driver.ok(f"leave s group={groups[0]} on=east")
        east.expect(TO_INCLUDE, groups[0])
        driver.ok("close s")  # what is still joined is left
        for group in (west.first(groups[0]), west.first(groups[1])):
            assert (group.type, group.sources) == (TO_INCLUDE, frozenset()), group


@each_family("06", "04")
def a_process_that_dies_leaves(lab, family):
    group = family.ssm + "3"
    driver = listener(lab.receiver, family)
    with watch(lab) as wire:
        driver.ok(f"joinsource s group={group} source={family.a} on=east")
        wire.expect(ALLOW, group, family.a)
        driver.process.kill()
        wire.expect(BLOCK, group, family.a)


@each_family("04", "03")
def refused_calls_say_nothing(lab, family):
    """What the state table refuses never reaches the wire: the next record is of the next good
    call."""
    group, other = family.ssm + "4", family.groups + "6"
    driver = listener(lab.receiver, family)
    with watch(lab) as wire:
        driver.ok(f"join s group={other} on=east")
        wire.expect(TO_EXCLUDE, other)
        driver.error(f"joinsource s group={other} source={family.a} on=east", "IPSOCK_EFILTERMODE")
        driver.error(f"leavesource s group={other} source={family.a} on=east", "IPSOCK_EFILTERMODE")
        driver.error(f"include s group={other} source={family.a} on=east", "IPSOCK_ENOTMEMBER")
        driver.error(f"join s group={other} on=east", "IPSOCK_EMEMBER")
        driver.ok(f"exclude s group={other} source={family.b} on=east")
        wire.expect(BLOCK, other, family.b)
        driver.ok(f"joinsource s group={group} source={family.a} on=east")
        wire.expect(ALLOW, group, family.a)
        driver.error(f"join s group={group} on=east", "IPSOCK_EFILTERMODE")
        driver.error(f"exclude s group={group} source={family.b} on=east", "IPSOCK_EFILTERMODE")
        driver.error(f"joinsource s group={group} source={family.a} on=east", "IPSOCK_EMEMBER")
        driver.ok(f"leavesource s group={group} source={family.a} on=east")
        wire.expect(BLOCK, group, family.a)


@check
def v4_mc_20_sources_where_routers_speak_igmpv2(lab):
    """The reports name the group alone, so that routers send everything; this host still hears the
    wanted source only."""
    v4, group, report, leave = FAMILIES[0], "232.1.1.6", 0x16, 0x17
    settings = {"force_igmp_version": (2, 0), "igmpv2_unsolicited_report_interval": (100, 10000)}
    # What the check before has left is still reported by version 3, a second time after 100 ms at most, and
    # would take the new group along (net/ipv4/igmp.c, igmp_ifc_timer_expire).
    time.sleep(0.5)
    for name, (ours, _) in settings.items():
        lab.receiver.sysctl(f"net.ipv4.conf.east.{name}", ours)
    driver = listener(lab.receiver, v4)
    a, b = Sender(lab.a, v4.a), Sender(lab.b, v4.b)
    wire = Wire(lab.switch, "east3")

    def igmp(kind):
        packet = wire.packets("IGMP", 1, lambda p: p.version == 4 and p.protocol == 2)[0]
        assert packet.transport[:1] == bytes([kind]), packet.transport
        assert packet.transport[4:8] == ipaddress.ip_address(group).packed, packet.transport

    try:
        driver.ok(f"joinsource s group={group} source={v4.a} on=east")
        igmp(report)
        igmp(report)
        b.send(group, "no")
        a.send(group, "yes")
        hears(driver, "yes")
        driver.ok(f"joinsource s group={group} source={v4.b} on=east")
        b.send(group, "now")
        hears(driver, "now")
        driver.ok(f"leave s group={group} on=east")
        igmp(leave)
    finally:
        wire.socket.close()
        for name, (_, before) in settings.items():
            lab.receiver.sysctl(f"net.ipv4.conf.east.{name}", before)


@check
def v4_v6_mc_tshark_reads_the_same(lab):
    """All six calls in both families, as another program reads their reports; it finds nothing
    malformed."""
    expected = []
    with watch(lab) as wire:
        for family in FAMILIES:
            driver = listener(lab.receiver, family)
            group, other = family.ssm + "5", family.groups + "7"
            for call, kind, to, sources in (
                    ("join", TO_EXCLUDE, other, ()), ("exclude", BLOCK, other, (family.a,)),
                    ("include", ALLOW, other, (family.a,)), ("leave", TO_INCLUDE, other, ()),
                    ("joinsource", ALLOW, group, (family.b,)),
                    ("leavesource", BLOCK, group, (family.b,))):
                words = "".join(f" source={source}" for source in sources)
                driver.ok(f"{call} s group={to} on=east{words}")
                wire.expect(kind, to, *sources)
                expected += [(kind, to, *sources)] * ROBUSTNESS
        lines = wire.as_tshark_reads_them()
    found = []
    for line in lines:
        kind, group, sources = line[0:3] if line[0] else line[3:6]
        assert not line[6] and "checksum" not in line[7].lower(), line
        if group in {to for _, to, *_ in expected}:
            found.append((int(kind), group, *filter(None, sources.split(","))))
    assert found == expected, lines
