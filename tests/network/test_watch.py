# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces that come, change and go while they are watched (WATCH-…). What was told must always add
up to what there is: a mirror is kept of the events alone, and compared with what ip(8) says."""
import json
import os
import subprocess

from lab import check, ip, until, until_line

ADDED, REMOVED, RENAMED, FLAGS, MTU, HARDWARE, ADDRESS_ADDED, ADDRESS_REMOVED, LOST = range(1, 10)
UP = 1


def build(lab):
    lab.a, lab.b = lab.host("a"), lab.host("b")


class Mirror:
    """The interfaces of a host as the events have told them."""

    def __init__(self, host, opening="watch"):
        self.host, self.links, self.lost, self.seen = host, {}, 0, []
        self.driver = host.driver()
        self.driver.ok(opening)

    def take(self):
        for event in self.driver.ok("news").parts:
            self.apply(event)

    def wait(self, kind):
        """The event of a kind that comes next; what lies before it counts too."""
        while True:
            event = self.driver.ok("next")
            self.apply(event)
            if event["kind"] == kind:
                return event

    def apply(self, event):
        kind, index = event["kind"], event["index"]
        self.seen.append(kind)
        if kind == LOST:
            self.lost += 1
            return
        if kind == ADDED:
            assert index not in self.links, event
            self.links[index] = {"name": event["name"], "addrs": set()}
        link = self.links[index]
        if kind == RENAMED:
            assert event["old_name"] == link["name"] != event["name"], event
            link["name"] = event["name"]
        assert str(event["name"]) == str(link["name"]), event
        for key, teller in (("mtu", MTU), ("flags", FLAGS), ("hardware", HARDWARE)):
            if kind in (ADDED, teller):
                assert kind == ADDED or link[key] != event[key], event
                link[key] = event[key]
        addr = f"{event['addr'].split('%')[0]}/{event['prefix']}"
        if kind == ADDRESS_ADDED:
            assert addr not in link["addrs"], event
            link["addrs"].add(addr)
        if kind == ADDRESS_REMOVED:
            link["addrs"].remove(addr)
        if kind == REMOVED:
            assert not link["addrs"], event
            del self.links[index]

    def told(self):
        return {index: (str(link["name"]), link["mtu"], bool(link["flags"] & UP),
                        tuple(sorted(link["addrs"]))) for index, link in self.links.items()}

    def there(self):
        return {link["ifindex"]: (link["ifname"], link["mtu"], "UP" in link["flags"], tuple(sorted(
            f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if "local" in a)))
            for link in json.loads(self.host.ip("-j", "addr")) if link}

    def settles(self):
        def same():
            self.take()
            return self.told() == self.there()
        try:
            until("the mirror", same)
        except AssertionError as why:
            raise AssertionError(f"told {self.told()}, there {self.there()}") from why

    def close(self):
        self.driver.ok("unwatch")


def veth(host, name, peer):
    host.ip("link", "add", name, "type", "veth", "peer", "name", peer)
    host.ip("link", "set", name, "addrgenmode", "none")


def batch(host, lines):
    """Many commands in one process, as fast as they can be had; each must succeed."""
    subprocess.run(["ip", "-n", host.name, "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                   check=True, stdout=subprocess.PIPE)


@check
def watch_02_what_there_is_comes_first(lab):
    mirror = Mirror(lab.a)
    mirror.take()
    assert set(mirror.seen) <= {ADDED, ADDRESS_ADDED} and mirror.told() == mirror.there()
    mirror.driver.error("next timeout=0", "IPSOCK_ETIMEDOUT")
    assert mirror.driver.ok("readable")["ready"] == 0
    mirror.close()


@check
def watch_03_each_change_is_told(lab):
    """One at a time: the event of that change, and with the fields that it is about."""
    mirror = Mirror(lab.a)
    mirror.take()
    veth(lab.a, "one", "two")
    added = mirror.wait(ADDED)
    index = lab.a.index("one")
    if added["index"] != index:
        added = mirror.wait(ADDED)
    assert (added["index"], added["name"], added["mtu"]) == (index, "one", 1500), added
    mirror.settles()
    lab.a.ip("link", "set", "one", "up")
    event = mirror.wait(FLAGS)
    assert event["index"] == index and event["flags"] & UP and not event["old_flags"] & UP, event
    mirror.settles()
    lab.a.ip("link", "set", "one", "mtu", "1400")
    event = mirror.wait(MTU)
    assert (event["index"], event["mtu"]) == (index, 1400), event
    lab.a.ip("link", "set", "one", "address", "02:00:00:00:00:07")
    event = mirror.wait(HARDWARE)
    assert (event["index"], event["hardware"]) == (index, "02:00:00:00:00:07"), event
    for text, prefix in (("192.0.2.1", 24), ("2001:db8::1", 64), ("fe80::5", 64)):
        lab.a.add("one", f"{text}/{prefix}")
        event = mirror.wait(ADDRESS_ADDED)
        assert event["index"] == index and event["prefix"] == prefix, event
        assert event["addr"] == (text if prefix == 24 or text[0] == "2" else f"{text}%one"), event
    lab.a.ip("addr", "del", "192.0.2.1/24", "dev", "one")
    event = mirror.wait(ADDRESS_REMOVED)
    assert (event["addr"], event["prefix"]) == ("192.0.2.1", 24), event
    lab.a.ip("link", "set", "one", "down")
    mirror.settles()
    lab.a.ip("link", "set", "one", "name", "other")
    event = mirror.wait(RENAMED)
    assert (event["name"], event["old_name"], event["index"]) == ("other", "one", index), event
    lab.a.ip("link", "del", "other")
    while mirror.wait(REMOVED)["index"] != index:
        pass
    mirror.settles()
    mirror.close()


@check
def watch_03_another_prefix_is_another_address(lab):
    mirror = Mirror(lab.a)
    veth(lab.a, "one", "two")
    lab.a.add("one", "192.0.2.1/24")
    mirror.settles()
    mirror.seen.clear()
    batch(lab.a, ["addr del 192.0.2.1/24 dev one", "addr add 192.0.2.1/25 dev one"])
    mirror.settles()
    assert ADDRESS_REMOVED in mirror.seen and ADDRESS_ADDED in mirror.seen, mirror.seen
    lab.a.ip("link", "del", "one")
    mirror.settles()
    mirror.close()


@check
def watch_04_moved_to_another_namespace(lab):
    """Gone here, new there; back with the same index or another."""
    here, there = Mirror(lab.a), Mirror(lab.b)
    veth(lab.a, "one", "two")
    here.settles()
    lab.a.ip("link", "set", "one", "netns", lab.b.name)
    here.settles()
    there.settles()
    assert REMOVED in here.seen and there.seen.count(ADDED) == 2, there.seen
    lab.b.ip("link", "set", "one", "netns", lab.a.name)
    here.settles()
    there.settles()
    lab.a.ip("link", "del", "one")
    here.settles()
    for mirror in (here, there):
        mirror.close()


def storm(count):
    """An interface changes its name, its MTU and its addresses, over and over; every tenth time it
    goes and comes back, with another index."""
    lines = ["link add s type veth peer name t"]
    for i in range(count):
        lines += [f"link set s name r{i}", f"link set r{i} mtu {1300 + i % 100}",
                  f"addr add 192.0.2.{i % 200 + 1}/24 dev r{i}"]
        if i % 10 == 9:
            lines += [f"link del r{i}", "link add s type veth peer name t"]
        else:
            lines += [f"link set r{i} name s"]
            if i % 3 == 2:
                lines += ["addr flush dev s"]
    return lines


@check
def watch_09_a_list_has_what_is_renamed_meanwhile(lab):
    driver = lab.a.driver()
    veth(lab.a, "s", "t")
    busy = lab.a.start("ip", "-batch", "-", stdin=subprocess.PIPE)
    busy.stdin.write("".join(f"link set s name r{i}\nlink set r{i} name s\n" for i in range(300)))
    busy.stdin.close()
    while busy.poll() is None:
        found = driver.ok("count times=50")
        assert (found["least"], found["most"]) == (3, 3), found
    busy.stdin = None
    assert busy.returncode == 0
    lab.a.ip("link", "del", "s")


@check
def watch_05_a_thousand_changes_while_it_is_read(lab):
    """No event contradicts those before, and in the end they add up."""
    mirror = Mirror(lab.a)
    busy = lab.a.start("ip", "-batch", "-", stdin=subprocess.PIPE)
    busy.stdin.write("\n".join(storm(350)) + "\n")
    busy.stdin.close()
    while busy.poll() is None:
        mirror.take()
    busy.stdin = None
    assert busy.returncode == 0
    mirror.settles()
    assert mirror.seen.count(ADDED) >= 2, mirror.seen
    lab.a.ip("link", "del", "s")
    mirror.settles()
    mirror.close()


@check
def watch_05_a_thousand_changes_before_it_is_read(lab):
    mirror = Mirror(lab.a)
    mirror.take()
    batch(lab.a, storm(350))
    mirror.settles()
    assert mirror.seen.count(ADDED) <= 5, mirror.seen  # lo, and one pair
    lab.a.ip("link", "del", "s")
    mirror.settles()
    mirror.close()


@check
def watch_06_a_queue_that_overflows_is_told(lab):
    """Before what has changed, once; and nothing is wrong afterwards."""
    mirror = Mirror(lab.a, "watch room=1")
    mirror.take()
    mirror.seen.clear()
    batch(lab.a, storm(30))
    mirror.settles()
    assert mirror.lost == 1, f"{mirror.lost} times told to be lost: {mirror.seen}"
    assert mirror.seen[0] == LOST, mirror.seen
    mirror.seen.clear()
    lab.a.ip("link", "set", "s", "mtu", "1280")
    mirror.settles()
    assert MTU in mirror.seen
    lab.a.ip("link", "del", "s")
    mirror.settles()
    mirror.close()


@check
def watch_07_waiting_and_being_woken(lab):
    mirror = Mirror(lab.a)
    mirror.take()
    mirror.driver.begin("next timeout=20")
    until("the wait", mirror.driver.waits)
    veth(lab.a, "one", "two")
    event = mirror.driver.answer()
    assert event["kind"] == ADDED, event
    mirror.apply(event)
    mirror.settles()
    lab.a.ip("link", "del", "one")
    assert mirror.driver.ok("readable timeout=20")["ready"] == 1
    mirror.settles()
    assert mirror.driver.ok("readable")["ready"] == 0
    mirror.close()


@check
def the_example_prints_each_change(lab):
    program = lab.a.start(os.environ["IPSOCK_INTERFACE_WATCH"], stdout=subprocess.PIPE)
    until_line(program, "added 1 lo up,running mtu 65536")
    ip("-n", lab.a.name, "link", "add", "one", "type", "veth", "peer", "name", "two")
    index = lab.a.index("one")
    until_line(program, f"added {index} one down mtu 1500")
    lab.a.add("one", "192.0.2.1/24")
    until_line(program, f"address-added {index} one 192.0.2.1/24")
    lab.a.ip("link", "set", "one", "name", "other")
    until_line(program, f"renamed {index} other was one")
    lab.a.ip("link", "del", "other")
    until_line(program, f"removed {index} other")
    program.kill()
