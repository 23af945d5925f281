# SPDX-License-Identifier: BSD-2-Clause
"""What options and control data do to the IP header, as seen on the wire."""
from lab import SEND, Wire, check, host_port

PORT = 7000

# name: how the endpoint is opened, and where it sends to
FAMILIES = {
    "v4": ("local=0.0.0.0", "192.0.2.2", "192.0.2.9"),
    "v6": ("local=::", "2001:db8::2", "2001:db8::9"),
    "mapped": ("local=:: flags=dual", "::ffff:192.0.2.2", "::ffff:192.0.2.9"),
}


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")
    lab.cable(lab.a, lab.b, "wire")
    lab.a.add("wire", "192.0.2.1/24", "192.0.2.9/24", "2001:db8::1/64", "fe80::1/64")
    # A preferred address, so that the default source is known.
    lab.a.ip("addr", "add", "2001:db8::9/64", "dev", "wire", "nodad", "preferred_lft", "0")
    lab.b.add("wire", "192.0.2.2/24", "2001:db8::2/64", "fe80::2/64")


def each_family(function):
    """A check of each family, named v4_…, v6_…, mapped_…."""
    for family, how in FAMILIES.items():
        def one(lab, how=how):
            with Wire(lab.b, "wire") as wire:
                local, peer, other = how
                driver = lab.a.driver()
                driver.ok(f"open s {local} send={SEND}")
                function(driver, wire, f"send s peer={host_port(peer, PORT)}", other)
                driver.ok("close s")
        one.__name__ = f"{family}_{function.__name__}"
        check(one)
    return function


def header(packet):
    return packet.traffic_class, packet.hop_limit


@each_family
def opt_options_are_on_the_wire(driver, wire, send, _other):
    for traffic_class, hops in ((0x28, 33), (0xff, 255), (0x2b, 1), (0, 64)):
        driver.ok(f"set s class={traffic_class} hops={hops}")
        driver.ok(f"{send} data=x")
        packet, = wire.udp(PORT)
        assert header(packet) == (traffic_class, hops), header(packet)
    driver.ok("set s class=-1 hops=-1")
    driver.ok(f"{send} data=x")
    packet, = wire.udp(PORT)
    assert header(packet) == (0, 64), header(packet)


@each_family
def opt_of_opening_are_on_the_wire(driver, wire, send, _other):
    local = next(how[0] for how in FAMILIES.values() if f"peer={host_port(how[1], PORT)}" in send)
    driver.ok(f"open t {local} class=0x48 hops=9")
    driver.ok(f"{send.replace('send s', 'send t')} data=x")
    packet, = wire.udp(PORT)
    assert header(packet) == (0x48, 9), header(packet)


@each_family
def opt_refused_values_leave_the_old_ones(driver, wire, send, _other):
    driver.ok("set s class=0x28 hops=33")
    for wrong in ("class=256", "class=-2", "hops=0", "hops=256", "hops=-2"):
        option = "traffic_class" if "class" in wrong else "hop_limit"
        driver.error(f"set s {wrong}", "IPSOCK_EINVAL", option)
    driver.ok(f"{send} data=x")
    packet, = wire.udp(PORT)
    assert header(packet) == (0x28, 33), header(packet)


@each_family
def uni_03_values_of_a_packet_hold_for_it_only(driver, wire, send, other):
    driver.ok("set s class=0x48 hops=50")
    driver.ok(f"{send} data=before")
    driver.ok(f"{send} class=0x28 data=class")
    driver.ok(f"{send} hops=7 data=hops")
    driver.ok(f"{send} class=0 hops=255 data=both")
    driver.ok(f"{send} source={other} data=source")
    driver.ok(f"{send} data=after")
    packets = wire.udp(PORT, 6)
    assert [p.payload.decode() for p in packets] == "before class hops both source after".split()
    assert [header(p) for p in packets] == [
        (0x48, 50), (0x28, 50), (0x48, 7), (0, 255), (0x48, 50), (0x48, 50)], \
        [header(p) for p in packets]
    plain = other.removeprefix("::ffff:")
    usual = "192.0.2.1" if "." in plain else "2001:db8::1"
    assert [p.source for p in packets] == [usual] * 4 + [plain, usual], [p.source for p in packets]
    got = driver.ok("get s")
    assert (got["class"], got["hops"]) == (0x48, 50), got.line


@each_family
def uni_03_values_of_messages_in_a_batch(driver, wire, send, other):
    driver.ok("set s class=0x48 hops=50")
    answer = driver.ok(f"{send.replace('send ', 'sendbatch ')} count=6 data=0,1,2,3,4,5 "
                       "class=0x28,-1,0xb8 hops=-1,7")
    assert answer["done"] == 6, answer.line
    packets = wire.udp(PORT, 6)
    assert [p.payload for p in packets] == [b"%d" % i for i in range(6)]
    assert [header(p) for p in packets] == [
        (0x28, 50), (0x48, 7), (0xb8, 50), (0x28, 7), (0x48, 50), (0xb8, 7)], \
        [header(p) for p in packets]
    answer = driver.ok(f"{send.replace('send ', 'sendbatch ')} count=1 data=6")
    packet, = wire.udp(PORT)
    assert header(packet) == (0x48, 50), header(packet)


@each_family
def uni_values_before_a_refused_message_go_out(driver, wire, send, _other):
    """The third message of five is wrong: two go out, the index says which, nothing of it stays."""
    answer = driver.ok(f"{send.replace('send ', 'sendbatch ')} count=5 data=0,1,2,3,4 "
                       "hops=11,12,0,14,15")
    assert (answer["done"], answer["code"], answer["index"], answer["option"]) == (
        2, "IPSOCK_EINVAL", 2, "hop_limit"), answer.line
    driver.ok(f"{send} data=end")
    packets = wire.udp(PORT, 3)
    assert [(p.payload, p.hop_limit) for p in packets] == [(b"0", 11), (b"1", 12), (b"end", 64)]


def dont_fragment_bits(wire, count):
    return [p.dont_fragment for p in wire.udp(PORT, count)]


def ipv4_families(function):
    for family in ("v4", "mapped"):
        how = FAMILIES[family]

        def one(lab, how=how):
            with Wire(lab.b, "wire") as wire:
                driver = lab.a.driver()
                driver.ok(f"open s {how[0]} send={SEND}")
                function(driver, wire, f"send s peer={host_port(how[1], PORT)}")
                driver.ok("close s")
        one.__name__ = f"{family}_{function.__name__}"
        check(one)


@ipv4_families
def opt_dont_fragment_is_the_df_bit(driver, wire, send):
    for on in (1, 0, 1):
        driver.ok(f"set s df={on}")
        driver.ok(f"{send} data=x")
        assert dont_fragment_bits(wire, 1) == [bool(on)]
        assert driver.ok("get s")["df"] == on


@ipv4_families
def uni_03_dont_fragment_of_a_packet_holds_for_it_only(driver, wire, send):
    for on in (0, 1):
        driver.ok(f"set s df={on}")
        driver.ok(f"{send} data=x")
        driver.ok(f"{send} df={1 - on} data=x")
        driver.ok(f"{send} data=x")
        assert dont_fragment_bits(wire, 3) == [bool(on), not on, bool(on)]
        answer = driver.ok(f"{send.replace('send ', 'sendbatch ')} count=4 data=x df=1,1,0,-1")
        assert answer["done"] == 4, answer.line
        assert dont_fragment_bits(wire, 4) == [True, True, False, bool(on)]
        assert driver.ok("get s")["df"] == on


@check
def v6_uni_06_link_local_destination_with_zone(lab):
    with Wire(lab.b, "wire") as wire:
        driver = lab.a.driver()
        driver.ok(f"open s local=:: send={SEND}")
        driver.ok(f"send s peer=[fe80::2%wire]:{PORT} class=0x28 hops=255 data=zone")
        packet, = wire.udp(PORT)
        assert (packet.source, packet.destination) == ("fe80::1", "fe80::2")
        assert header(packet) == (0x28, 255)
        driver.ok(f"send s peer=[fe80::2]:{PORT} interface=wire data=x")
        wire.udp(PORT)
