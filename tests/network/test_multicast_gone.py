# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces that go, come back under the same name, or are renamed, while an endpoint has memberships
on them: on those that stay nothing changes, and nothing of the past stands in the way. GRP-04, GRP-05."""
import itertools

from lab import HEARD, POSSIBLE, Skip, check, host_port
from multicast import PORT, hears

# A receiver, and a sender that is joined to it by the cables va and vb.
FAMILIES = {
    # wildcard, flags, group, addresses of the sender on va and vb, and of nobody
    "v4": ("0.0.0.0", "reuse", "232.1.1.9", ("192.0.2.1", "198.51.100.1"), "203.0.113.1"),
    "v6": ("::", "reuse", "ff3e::8000:9", ("2001:db8:1::1", "2001:db8:2::1"), "2001:db8:3::1"),
    "mapped": ("::", "reuse,dual", "232.1.1.9", ("192.0.2.1", "198.51.100.1"), "203.0.113.1"),
}
LINKS = ("va", "vb")
KINDS = ("any", "excluded", "sources", "two_sources")
MODES = ("opened", "strict", "adopted")
INDEX = 77  # of the interface that is made again with the index that it had


def lay(lab, link, index=None):
    """A cable, with addresses of both families on both ends."""
    lab.cable(lab.sender, lab.receiver, link) if index is None else lay_with_index(lab, link, index)
    net = LINKS.index(link)
    for number, host in enumerate((lab.sender, lab.receiver), 1):
        v4 = ("192.0.2", "198.51.100")[net]
        host.add(link, f"{v4}.{number}/24", f"2001:db8:{net + 1}::{number}/64", f"fe80::{number}/64")
    return lab.receiver.index(link)


def lay_with_index(lab, link, index):
    lab.receiver.ip("link", "add", link, "index", str(index), "type", "veth", "peer", "name", link,
                    "netns", lab.sender.name)
    for host in (lab.sender, lab.receiver):
        host.ip("link", "set", link, "addrgenmode", "none", "up")


def build(lab):
    lab.sender, lab.receiver = lab.host("sender"), lab.host("receiver")
    for link in LINKS:
        lay(lab, link)


class Scene:
    """A listener of one family and mode, on a port of its own."""

    def __init__(self, lab, family, mode, port=PORT):
        self.lab, self.port = lab, port
        self.wildcard, flags, self.group, self.addresses, self.nobody = FAMILIES[family]
        more = {"strict": ",strict", "adopted": " adopt=1"}.get(mode, "")
        self.driver = lab.receiver.driver()
        self.driver.ok(f"open s local={host_port(self.wildcard, port)} receive={HEARD} "
                       f"flags={flags}{more}")
        self.index = {link: lab.receiver.index(link) for link in LINKS}

    def source(self, link):
        return self.addresses[LINKS.index(link)]

    def steps(self, kind, link):
        """What makes a membership of a kind, that wants the sender of the link."""
        tail = f"group={self.group} on={self.index[link]}"
        join, other = f"join s {tail}", f"source={self.nobody} {tail}"
        return {"any": [join], "excluded": [join, f"exclude s {other}"],
                "sources": [f"joinsource s source={self.source(link)} {tail}"],
                "two_sources": [f"joinsource s {other}",
                                f"joinsource s source={self.source(link)} {tail}"]}[kind]

    def join(self, kind, link):
        for step in self.steps(kind, link):
            self.driver.ok(step)

    def leave(self, kind, index):
        """As a program does that knows what it has joined: by the group, or source by source."""
        tail = f"group={self.group} on={index}"
        if kind == "two_sources":
            self.driver.ok(f"leavesource s source={self.nobody} {tail}")
            self.driver.ok(f"leavesource s source={self.addresses[0]} {tail}")
        else:
            self.driver.ok(f"leave s {tail}")
        self.driver.error(f"leave s {tail}", "IPSOCK_ENOTMEMBER")

    def hears(self, link):
        sending = self.lab.sending
        sending.ok(f"open c local={host_port(self.source(link), 0)} send={POSSIBLE}")
        sending.ok(f"mset c on={link} hops=3")
        sending.ok(f"send c peer={host_port(self.group, self.port)} data={link}")
        sending.ok("close c")
        got, = hears(self.driver, link)
        assert got["index"] == self.lab.receiver.index(link), got.line

    def close(self):
        self.driver.process.stdin.close()
        self.driver.process.wait(20)


# What happens to the interface. A fate is a generator: it yields one of these, and goes on when it has
# happened, for all scenes at once, as it takes the kernel its time.

def delete(lab):
    lab.receiver.ip("link", "del", "va")


def delete_both(lab):
    delete(lab)
    lab.receiver.ip("link", "del", "vb")
    lay(lab, "vb")


def restore(lab):
    lay(lab, "va")


def restore_with_index(lab):
    lay(lab, "va", INDEX)


def rename(lab):
    for words in (("va", "down"), ("va", "name", "vz"), ("vz", "up")):
        lab.receiver.ip("link", "set", *words)


def rename_back(lab):
    for words in (("vz", "down"), ("vz", "name", "va"), ("va", "up")):
        lab.receiver.ip("link", "set", *words)
    lab.receiver.add("va", "2001:db8:1::2/64", "fe80::2/64")  # gone with the link that was down


def gone(scene, kind, other):
    """What is joined elsewhere is heard, what is not is joined, what has gone is left."""
    index = scene.index["va"]
    tail = f"group={scene.group} on={index}"
    yield delete
    scene.hears("vb")
    scene.driver.ok(f"leave s group={scene.group} on={scene.index['vb']}")
    scene.join(other, "vb")
    scene.hears("vb")
    scene.leave(kind, index)
    scene.driver.error(f"join s {tail}", "IPSOCK_ENODEV")
    scene.driver.error(f"joinsource s source={scene.nobody} {tail}", "IPSOCK_ENODEV")
    scene.driver.error(f"exclude s source={scene.nobody} {tail}", "IPSOCK_ENOTMEMBER")
    scene.hears("vb")
    yield restore


def asked(scene, kind, other):
    """Other calls than to leave say that the interface has gone; then it is no member."""
    del other
    tail = f"group={scene.group} on={scene.index['va']}"
    yield delete
    scene.driver.error(f"exclude s source={scene.nobody} {tail}", "IPSOCK_ENODEV", "interface_index")
    scene.driver.error(f"include s source={scene.nobody} {tail}", "IPSOCK_ENOTMEMBER")
    scene.driver.error(scene.steps(kind, "va")[0], "IPSOCK_ENODEV")
    scene.driver.error(f"leave s {tail}", "IPSOCK_ENOTMEMBER")
    scene.hears("vb")
    yield restore


def back(scene, kind, other):
    """The same name, another index: another interface."""
    old = scene.index["va"]
    yield delete
    yield restore
    scene.index["va"] = scene.lab.receiver.index("va")
    assert scene.index["va"] != old
    scene.join(other, "va")
    scene.hears("va")
    scene.hears("vb")
    scene.leave(kind, old)
    scene.hears("va")
    scene.driver.ok(f"leave s group={scene.group} on={scene.index['va']}")
    scene.join(kind, "va")
    scene.hears("va")


def back_with_its_index(scene, kind, other):
    """A new interface, of which the kernel knows no membership while it keeps the socket's. Where the
    library has noticed, it is joined; where not, it is left, and joined."""
    yield delete_both
    yield restore_with_index
    scene.index = {link: scene.lab.receiver.index(link) for link in LINKS}
    scene.join(kind, "va")
    scene.hears("va")
    yield delete
    scene.join(other, "vb")  # what has gone is noticed here
    yield restore_with_index
    scene.join(other, "va")
    scene.hears("va")
    scene.hears("vb")
    scene.driver.ok(f"leave s group={scene.group} on={INDEX}")
    scene.join(kind, "va")
    yield delete
    yield restore_with_index  # and here it is not
    scene.driver.ok(f"leave s group={scene.group} on={INDEX}")
    scene.join(kind, "va")
    scene.hears("va")
    yield delete
    yield restore


def renamed(scene, kind, other):
    """The index is what counts."""
    tail = f"group={scene.group} on={scene.index['va']}"
    yield rename
    code = "IPSOCK_EMEMBER" if kind in ("any", "excluded") else "IPSOCK_EFILTERMODE"
    scene.driver.error(f"join s {tail}", code)
    scene.driver.ok(f"leave s group={scene.group} on={scene.index['vb']}")
    scene.join(other, "vb")
    scene.hears("vb")
    scene.leave(kind, scene.index["va"])
    scene.join(other, "va")
    yield rename_back
    scene.hears("va")


def go_on(lab, fates):
    """All of them to their next event, which then happens."""
    event = None
    for name, fate in list(fates.items()):
        try:
            event = next(fate, None)
        except AssertionError as failure:
            raise AssertionError(f"{name}: {failure}") from None
        if event is None:
            del fates[name]
    if event is not None:
        event(lab)


def begin(scene, fate, kind, other):
    scene.join(kind, "va")
    scene.join(other, "vb")
    scene.hears("va")
    yield from fate(scene, kind, other)


def matrix():
    """A check for each fate: memberships of each kind on the one interface, beside the same kind and another
    on the other, of both families and IPv4 on dual-stack endpoints, opened, strict, and adopted."""
    pairs = [(kind, KINDS[(number + step) % len(KINDS)]) for number, kind in enumerate(KINDS)
             for step in (0, 2)]
    for fate in (gone, asked, back, back_with_its_index, renamed):
        def one(lab, fate=fate):
            fates, scenes = {}, []
            lab.sending = lab.sender.driver()
            for family, mode, (kind, other) in itertools.product(FAMILIES, MODES, pairs):
                scene = Scene(lab, family, mode, PORT + len(scenes))
                scenes.append(scene)
                fates[f"{family}, {mode}, {kind} beside {other}"] = begin(scene, fate, kind, other)
            while fates:
                go_on(lab, fates)
            for scene in scenes:
                scene.close()
        one.__name__ = f"grp_04_{fate.__name__}"
        check(one)


matrix()


@check
def grp_04_what_has_gone_takes_no_place(lab):
    """A socket has twenty groups of IPv4 (igmp_max_memberships): those of an interface that has gone are
    not among them."""
    for family in ("v4", "mapped"):
        scene = Scene(lab, family, "opened")
        tail = f"group=239.1.1.1 count=20 on={scene.index['va']}"
        scene.driver.ok(f"join s {tail}")
        answer = scene.driver.error(f"join s group=239.2.1.1 on={scene.index['vb']}", "IPSOCK_ENOBUFS")
        assert "net.ipv4.igmp_max_memberships" in answer.line, answer.line  # GRP-05
        lab.receiver.ip("link", "del", "va")
        scene.driver.ok(f"join s group=239.2.1.1 count=20 on={scene.index['vb']}")
        scene.driver.ok(f"leave s {tail}")
        scene.driver.error(f"join s group=239.3.1.1 on={scene.index['vb']}", "IPSOCK_ENOBUFS")
        lay(lab, "va")
        scene.close()


@check
def grp_05_no_memory_for_a_source(lab):
    """Linux joins the group, has no memory for the source, and keeps what it has joined: it is left."""
    if not lab.receiver.has_sysctl("net.core.optmem_max"):
        raise Skip("net.core.optmem_max is not the namespace's")
    for family in FAMILIES:
        scene = Scene(lab, family, "opened")
        tail = f"group={scene.group} on={scene.index['va']}"
        try:
            lab.receiver.sysctl("net.core.optmem_max", 8)
            answer = scene.driver.error(f"join s {tail}", "IPSOCK_ENOBUFS")
            assert "net.core.optmem_max" in answer.line, answer.line
            lab.receiver.sysctl("net.core.optmem_max", 80)
            answer = scene.driver.error(f"joinsource s source={scene.nobody} {tail}", "IPSOCK_ENOBUFS")
            assert "net.core.optmem_max" in answer.line, answer.line
        finally:
            lab.receiver.sysctl("net.core.optmem_max", 131072)
        scene.driver.ok(f"join s {tail}")
        scene.close()


@check
def grp_04_the_systems_choice(lab):
    """Interface 0: the one that was chosen goes, and another is chosen."""
    lab.sending = lab.sender.driver()
    for family, groups in (("v4", "239.0.0.0/8"), ("v6", "ff15::/16"), ("mapped", "239.0.0.0/8")):
        scene = Scene(lab, family, "opened")
        scene.group = "ff15::7" if family == "v6" else "239.7.7.7"
        tail = f"group={scene.group} on=0"
        route = ["-6", "route"] if family == "v6" else ["route"]
        kind = ["multicast"] if family == "v6" else []
        lab.receiver.ip(*route, "add", *kind, groups, "dev", "va", "table", "local")
        scene.driver.ok(f"join s {tail}")
        scene.hears("va")
        lab.receiver.ip("link", "del", "va")
        lab.receiver.ip(*route, "add", *kind, groups, "dev", "vb", "table", "local")
        scene.driver.ok(f"join s {tail}")
        scene.hears("vb")
        scene.driver.error(f"join s {tail}", "IPSOCK_EMEMBER")
        scene.driver.ok(f"leave s {tail}")
        scene.driver.error(f"leave s {tail}", "IPSOCK_ENOTMEMBER")
        lab.receiver.ip(*route, "del", *kind, groups, "dev", "vb", "table", "local")
        lay(lab, "va")
        scene.close()
