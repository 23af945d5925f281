# SPDX-License-Identifier: BSD-2-Clause
"""What members of a group hear. Two senders, and a receiver with two interfaces on bridges that
flood: what is not heard was kept away by the receiver. Silence is shown by what comes after it: the
unwanted sender's next datagram goes to a group that is wanted."""
from lab import HEARD, Wire, check, host_port
from multicast import FAMILIES, PORT, Sender, bridge, build_bridges, each_family, hears, listener, plug


def build(lab):
    build_bridges(lab)


def senders(lab, family):
    return Sender(lab.a, family.a), Sender(lab.b, family.b)


@each_family("05", "04")
def source_specific_hears_the_wanted_source_only(lab, family):
    a, b = senders(lab, family)
    group, marker = family.ssm + "1", family.groups + "1"
    driver = listener(lab.receiver, family)
    driver.ok(f"joinsource s group={group} source={family.a} on=east")
    driver.ok(f"join s group={marker} on=east")
    b.send(group, "no", "no")
    b.send(marker, "marker")
    a.send(group, "yes")
    # Of two senders either may be first.
    got = {answer["data"]: answer for answer in (driver.ok("recv s"), driver.ok("recv s"))}
    assert set(got) == {"marker", "yes"}, got
    yes = got["yes"]
    assert yes["destination"] == group and family.a in yes["peer"], yes.line
    assert (yes["index"], yes["hops"]) == (lab.receiver.index("east"), 8), yes.line
    driver.ok(f"joinsource s group={group} source={family.b} on=east")
    b.send(group, "now")
    hears(driver, "now")
    driver.ok(f"leavesource s group={group} source={family.a} on=east")
    a.send(group, "no")
    a.send(marker, "marker")
    hears(driver, "marker")
    b.send(group, "still")
    hears(driver, "still")


@each_family("04", "03")
def exclude_mode_hears_all_but_the_excluded(lab, family):
    a, b = senders(lab, family)
    group, marker = family.groups + "2", family.groups + "1"
    driver = listener(lab.receiver, family)
    for joined in (group, marker):
        driver.ok(f"join s group={joined} on=east")
    a.send(group, "a1")
    hears(driver, "a1")
    driver.ok(f"exclude s group={group} source={family.a} on=east")
    a.send(group, "no")
    a.send(marker, "marker")
    hears(driver, "marker")
    b.send(group, "b1")
    hears(driver, "b1")
    driver.ok(f"include s group={group} source={family.a} on=east")
    a.send(group, "a2")
    hears(driver, "a2")


@each_family("18", "06")
def interfaces_are_kept_apart(lab, family):
    """Joined on east: the same group on west is another one."""
    east = Sender(lab.a, family.a, "east")
    west = Sender(lab.a, family.wildcard, "west")
    group, marker = family.groups + "3", family.groups + "1"
    driver = listener(lab.receiver, family)
    driver.ok(f"join s group={group} on=east")
    driver.ok(f"join s group={marker} on=west")
    west.send(group, "no")
    west.send(marker, "marker")
    got, = hears(driver, "marker")
    assert got["index"] == lab.receiver.index("west"), got.line
    east.send(group, "yes")
    got, = hears(driver, "yes")
    assert got["index"] == lab.receiver.index("east"), got.line
    driver.ok(f"join s group={group} on=west")
    west.send(group, "both")
    got, = hears(driver, "both")
    assert got["index"] == lab.receiver.index("west"), got.line
    driver.ok(f"leave s group={group} on=east")
    driver.ok(f"join s group={marker} on=east")
    east.send(group, "no")
    east.send(marker, "marker")
    hears(driver, "marker")


@each_family("18", "06")
def sources_differ_between_interfaces(lab, family):
    """A is wanted on east and B on west, in one group."""
    group, marker = family.ssm + "2", family.groups + "1"
    driver = listener(lab.receiver, family)
    west_b = family.b.replace("192.0.2", "198.51.100").replace("db8:1:", "db8:2:")
    west_a = family.a.replace("192.0.2", "198.51.100").replace("db8:1:", "db8:2:")
    driver.ok(f"joinsource s group={group} source={family.a} on=east")
    driver.ok(f"joinsource s group={group} source={west_b} on=west")
    for link in ("east", "west"):
        driver.ok(f"join s group={marker} on={link}")
    for host, address, link, wanted in ((lab.a, family.a, "east", True),
                                        (lab.a, west_a, "west", False),
                                        (lab.b, family.b, "east", False),
                                        (lab.b, west_b, "west", True)):
        sender = Sender(host, address, link)
        sender.send(group, f"{link}-{address}")
        sender.send(marker, "marker")
        hears(driver, *([f"{link}-{address}"] if wanted else []), "marker")


@each_family("18", "06")
def nothing_is_lost_as_sources_begin_to_differ(lab, family):
    """A sends on east without pause while B is joined on west, left, and joined: what A sends
    arrives, all of it."""
    group, count = family.ssm + "4", 150  # fits the receive buffer
    driver = listener(lab.receiver, family)
    west_b = family.b.replace("192.0.2", "198.51.100").replace("db8:1:", "db8:2:")
    driver.ok(f"joinsource s group={group} source={family.a} on=east")
    a = Sender(lab.a, family.a)
    for _ in range(5):
        a.driver.begin(f"sendbatch s count={count} peer={host_port(group, PORT)} data=flow")
        driver.ok(f"joinsource s group={group} source={west_b} on=west")
        assert a.driver.answer()["done"] == count
        hears(driver, *["flow"] * count)
        driver.ok(f"leavesource s group={group} source={west_b} on=west")
    a.send(group, "end")
    hears(driver, "end")


@each_family("03", "02")
def interface_without_multicast(lab, family):
    """Refused, although Linux would join; a membership from before the flag went away stays one."""
    group, other = family.groups + "6", family.groups + "7"
    driver = listener(lab.receiver, family)
    driver.ok(f"join s group={group} on=west")
    lab.receiver.ip("link", "set", "west", "multicast", "off")
    try:
        driver.error(f"join s group={other} on=west", "IPSOCK_ENODEV", "interface_index")
        driver.error(f"joinsource s group={other} source={family.a} on=west", "IPSOCK_ENODEV",
                     "interface_index")
        driver.ok(f"exclude s group={group} source={family.a} on=west")
        driver.ok(f"join s group={other} on=lo")
    finally:
        lab.receiver.ip("link", "set", "west", "multicast", "on")
    driver.ok(f"join s group={other} on=west")
    driver.ok(f"leave s group={group} on=west")


@check
def mapped_mc_02_options_of_a_dual_stack_sender(lab):
    """Interface, hop limit and loopback of IPv4 packets that a dual-stack endpoint sends: the remote member
    hears them, the one beside the sender does with the loopback on."""
    group, family = FAMILIES[0].groups + "8", FAMILIES[0]
    sender = lab.receiver.driver()
    sender.ok("open s local=[::]:0 flags=dual")
    beside, remote = listener(lab.receiver, family), listener(lab.a, family)
    beside.ok(f"join s group={group} on=west")
    remote.ok(f"join s group={group} on=west")
    for hops, loop in ((5, 1), (6, 0), (7, 1)):
        sender.ok(f"mset s on=west hops={hops} loop={loop}")
        sender.ok(f"send s peer={host_port(group, PORT)} data=hop{hops}")
        got, = hears(remote, f"hop{hops}")
        assert (got["hops"], got["index"]) == (hops, lab.a.index("west")), got.line
    hears(beside, "hop5", "hop7")


@check
def v6_mc_02_interface_local_groups(lab):
    """ff01:: stays on the host, and on its interface there."""
    group = "ff01::7:7"
    family = next(one for one in FAMILIES if one.name == "v6")
    driver, sender = listener(lab.receiver, family), Sender(lab.receiver, family.c)
    marker = family.groups + "1"
    driver.ok(f"join s group={group}%east")
    driver.error(f"join s group={group} on=east", "IPSOCK_EMEMBER")
    driver.ok(f"join s group={marker} on=east")
    with Wire(lab.a, "east") as wire:
        sender.send(f"{group}%east", "here")
        got, = hears(driver, "here")
        assert (got["destination"], got["index"]) == (f"{group}%east", lab.receiver.index("east")), got.line
        sender.send(marker, "marker")
        assert [p.payload for p in wire.udp(PORT)] == [b"marker"]
    hears(driver, "marker")
    other = Sender(lab.receiver, "2001:db8:2::3", "west")
    other.send(f"{group}%west", "no")
    sender.send(marker, "end")
    hears(driver, "end")


def expect_strict(lab, family, kind, flags):
    """Another endpoint of the host joins what this one did not, and hears it."""
    a, b = senders(lab, family)
    mine, theirs = family.groups + "4", family.groups + "5"
    other = listener(lab.receiver, family)
    other.ok(f"join s group={theirs} on=east")
    other.ok(f"join s group={mine} on=west")
    driver = lab.receiver.driver()
    driver.ok(f"open s {kind} flags={flags} receive={HEARD}")
    driver.ok(f"join s group={mine} on=east")
    driver.ok(f"exclude s group={mine} source={family.b} on=east")
    a.send(theirs, "theirs")
    b.send(mine, "excluded")
    b.send(theirs, "theirs-too")
    west = Sender(lab.a, family.wildcard, "west")
    west.send(mine, "other-link")
    # all of it has arrived: the other one has been given what is for it
    heard = {other.ok("recv s")["data"] for _ in range(3)}
    assert heard == {"theirs", "theirs-too", "other-link"}, heard
    a.send(mine, "mine")
    return driver


@each_family("16", "11")
def strict_udp_hears_only_its_own(lab, family):
    local = f"local={host_port(family.wildcard, PORT)}"
    driver = expect_strict(lab, family, local, "reuse,strict")
    hears(driver, "mine")


@each_family("16", "11")
def without_strict_udp_hears_what_others_joined(lab, family):
    """Linux gives every socket of the port the groups of all: what strict is for."""
    local = f"local={host_port(family.wildcard, PORT)}"
    driver = expect_strict(lab, family, local, "reuse")
    heard = [driver.ok("recv s")["data"] for _ in range(4)]
    assert heard[-1] == "mine" and set(heard[:3]) == {"theirs", "theirs-too", "other-link"}, heard


def expect_strict_raw(lab, family, receive):
    """A raw endpoint of protocol 253 hears every group of the host, but for the flag."""
    mine, theirs = family.groups + "6", family.groups + "7"
    other = listener(lab.receiver, family)
    other.ok(f"join s group={theirs} on=east")
    driver = lab.receiver.driver()
    driver.ok(f"open s kind=raw protocol=253 local={family.wildcard} flags=strict "
              f"receive={HEARD}")
    driver.ok(f"joinsource s group={mine} source={family.a} on=east")
    senders_of = {}
    for host, address in ((lab.a, family.a), (lab.b, family.b)):
        senders_of[address] = host.driver()
        senders_of[address].ok(f"open s kind=raw protocol=253 local={address} send=0x17")
        senders_of[address].ok("mset s on=east hops=8")
    a, b = senders_of[family.a], senders_of[family.b]
    b.ok(f"send s peer={host_port(mine, 0)} data=from-b")
    b.ok(f"send s peer={host_port(theirs, 0)} data=theirs")
    b.ok(f"send s peer={host_port(family.c, 0)} data=unicast")
    a.ok(f"send s peer={host_port(theirs, 0)} data=theirs")
    a.ok(f"send s peer={host_port(mine, 0)} data=mine")
    got = []
    while len(got) < 2:
        answer = driver.ok(receive)
        got += answer.parts or [answer]
    assert sorted(part["data"] for part in got) == ["mine", "unicast"], got
    driver.error(f"{receive} timeout=0", "IPSOCK_ETIMEDOUT")


@each_family("14", "09")
def strict_raw_hears_only_its_own(lab, family):
    expect_strict_raw(lab, family, "recv s")


@each_family("14", "09")
def strict_raw_hears_only_its_own_in_batches(lab, family):
    expect_strict_raw(lab, family, "recvbatch s count=8")


@each_family("12", "07")
def two_processes_share_a_port(lab, family):
    """Each hears each group that it joined, once; one process ends and the other goes on."""
    a, _ = senders(lab, family)
    both, first_only = family.groups + "8", family.groups + "9"
    first = listener(lab.receiver, family, "reuse,strict")
    second = listener(lab.receiver, family, "reuse,strict")
    for driver in (first, second):
        driver.ok(f"join s group={both} on=east")
    first.ok(f"join s group={first_only} on=east")
    a.send(first_only, "one")
    a.send(both, "both", "twice")
    hears(first, "one", "both", "twice")
    hears(second, "both", "twice")
    first.ok("close s")
    a.send(first_only, "none")
    a.send(both, "left")
    hears(second, "left")


@each_family("18", "06")
def leave_and_join_again_under_traffic(lab, family):
    """A sends without pause. After a leave nothing is heard that was sent later, after a join
    again it is."""
    group, marker = family.groups + "10", family.groups + "1"
    a = Sender(lab.a, family.a)
    driver = listener(lab.receiver, family)
    driver.ok(f"join s group={marker} on=east")
    number = 0
    for _ in range(20):
        driver.ok(f"join s group={group} on=east")
        a.send(group, f"in-{number}", f"in-{number + 1}")
        a.driver.begin(f"sendbatch s count=200 peer={host_port(group, PORT)} data=flow")
        hears(driver, f"in-{number}", f"in-{number + 1}")
        driver.ok(f"leave s group={group} on=east")
        assert a.driver.answer()["done"] == 200
        a.send(group, "gone")
        a.send(marker, "marker")
        data = "flow"
        while data == "flow":  # of the batch, what came before the leave
            data = driver.ok("recv s")["data"]
        assert data == "marker", data
        number += 2


@each_family("18", "06")
def interface_removed_while_joined(lab, family):
    """Leaving what went with it succeeds; the groups can be joined elsewhere, and on an interface
    that is plugged in again."""
    group, ssm = family.groups + "11", family.ssm + "3"
    link = "south"
    bridge(lab.switch, link)
    try:
        plug(lab.switch, link, lab.a, 1)
        plug(lab.switch, link, lab.receiver, 3)
        driver = listener(lab.receiver, family)
        gone = lab.receiver.index(link)
        driver.ok(f"join s group={group} on={link}")
        driver.ok(f"exclude s group={group} source={family.b} on={link}")
        driver.ok(f"joinsource s group={ssm} source={family.a} on={link}")
        driver.ok(f"joinsource s group={ssm} source={family.b} on={link}")
        lab.receiver.ip("link", "del", link)
        driver.error(f"join s group={family.groups}12 on={gone}", "IPSOCK_ENODEV")
        driver.ok(f"leave s group={group} on={gone}")
        driver.error(f"leave s group={group} on={gone}", "IPSOCK_ENOTMEMBER")
        driver.ok(f"leavesource s group={ssm} source={family.a} on={gone}")
        driver.ok(f"leavesource s group={ssm} source={family.b} on={gone}")
        driver.error(f"leave s group={ssm} on={gone}", "IPSOCK_ENOTMEMBER")
        driver.ok(f"join s group={group} on=east")
        Sender(lab.a, family.a).send(group, "elsewhere")
        hears(driver, "elsewhere")
        plug(lab.switch, link, lab.receiver, 3)
        driver.ok(f"join s group={group} on={link}")
        Sender(lab.a, family.wildcard, link).send(group, "again")
        got, = hears(driver, "again")
        assert got["index"] == lab.receiver.index(link), got.line
    finally:
        lab.switch.ip("link", "del", link)
        for port in ("south1", "south3"):
            try:
                lab.switch.ip("link", "del", port)
            except RuntimeError:  # it went with the other end
                pass


@each_family("02", "01")
def loopback_of_what_is_sent_here(lab, family):
    """The sender's own host hears it, unless loopback is off; others hear it either way."""
    group = family.groups + "13"
    here, there = listener(lab.a, family), listener(lab.b, family)
    for driver in (here, there):
        driver.ok(f"join s group={group} on=east")
    a = Sender(lab.a, family.a)
    a.send(group, "on")
    a.driver.ok("mset s loop=0")
    assert a.driver.ok("mget s")["loop"] == 0
    a.send(group, "off")
    a.driver.ok("mset s loop=1")
    a.send(group, "on-again")
    hears(here, "on", "on-again")
    hears(there, "on", "off", "on-again")


@each_family("21", "13")
def one_datagram_by_each_interface(lab, family):
    """By switching the option, then with the packet's own interface, which leaves the option."""
    group = family.groups + "14"
    driver = listener(lab.receiver, family)
    for link in ("east", "west"):
        driver.ok(f"join s group={group} on={link}")
    a = Sender(lab.a, family.wildcard)
    for link, hops in (("east", 1), ("west", 7)):
        a.driver.ok(f"mset s on={link} hops={hops}")
        a.send(group, link)
        got, = hears(driver, link)
        assert (got["index"], got["hops"]) == (lab.receiver.index(link), hops), got.line
    a.driver.ok(f"send s peer={host_port(group, PORT)} interface=east data=once hops=3")
    got, = hears(driver, "once")
    assert (got["index"], got["hops"]) == (lab.receiver.index("east"), 3), got.line
    a.send(group, "back")
    got, = hears(driver, "back")
    assert (got["index"], got["hops"]) == (lab.receiver.index("west"), 7), got.line
    assert a.driver.ok("mget s")["index"] == lab.a.index("west")
