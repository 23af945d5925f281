# SPDX-License-Identifier: BSD-2-Clause
"""The ICMP codec beside tshark's: what we write it reads alike, and what it reads we read alike."""
import ipaddress
import os
import struct

import tshark
from harness import check, checksum, run_lines

DRIVER = os.environ["IPSOCK_ICMP_DRIVER"]
OUTER = {4: ("198.51.100.254", "192.0.2.1"), 6: ("2001:db8::fe", "2001:db8::1")}

# Fields by tshark's names, IPv4's and IPv6's, and ours.
FIELDS = {
    "type": ("icmp.type", "icmpv6.type"),
    "code": ("icmp.code", "icmpv6.code"),
    "id": ("icmp.ident", "icmpv6.echo.identifier"),
    "seq": ("icmp.seq", "icmpv6.echo.sequence_number"),
    "pointer": ("icmp.pointer", "icmpv6.pointer"),
    "mtu": ("icmp.mtu", "icmpv6.mtu"),
    "gateway": ("icmp.redir_gw", "icmp.redir_gw"),
    "local": ("icmp.ext.echo.req.local", "icmpv6.ext.echo.req.local"),
    "state": ("icmp.ext.echo.rsp.state", "icmpv6.ext.echo.rsp.state"),
    "active": ("icmp.ext.echo.rsp.active", "icmpv6.ext.echo.rsp.active"),
    "ipv4": ("icmp.ext.echo.rsp.ipv4", "icmpv6.ext.echo.rsp.ipv4"),
    "ipv6": ("icmp.ext.echo.rsp.ipv6", "icmpv6.ext.echo.rsp.ipv6"),
    "probe": ("icmp.ext.echo.seq", "icmpv6.ext.echo.seq"),
    "checksum": ("icmp.checksum.status", "icmpv6.checksum.status"),
    "from": ("ip.src", "ipv6.src"),
    "to": ("ip.dst", "ipv6.dst"),
    "hops": ("ip.ttl", "ipv6.hlim"),
}
PORTS = ("udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport", "sctp.srcport", "sctp.dstport")
OBJECTS = ("icmp.ext.class", "icmp.ext.ctype", "icmp.ext.length", "icmp.ext.data",
           "icmp.ext.version", "icmp.ext.checksum.status", "icmp.mpls.label", "icmp.mpls.exp",
           "icmp.mpls.s", "icmp.mpls.ttl", "icmp.int_info.index", "icmp.int_info.ipv4",
           "icmp.int_info.ipv6", "icmp.int_info.name", "icmp.int_info.mtu", "icmp.int_ident.name",
           "icmp.int_ident.index", "icmp.int_ident.afi", "icmp.int_ident.address",
           "icmp.int_ident.ipv4", "icmp.int_ident.ipv6")
GOOD = "1"  # of a checksum's status


def ipv4(protocol, payload, source, destination, hops=9, options=b"", fragment=0):
    words = 5 + len(options) // 4
    header = bytearray(struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, words * 4 + len(payload), 7,
                                   fragment, hops, protocol, 0,
                                   ipaddress.ip_address(source).packed,
                                   ipaddress.ip_address(destination).packed) + options)
    struct.pack_into("!H", header, 10, checksum(bytes(header)))
    return bytes(header) + payload


def ipv6(protocol, payload, source, destination, hops=9):
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, hops) + \
        ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed + payload


UDP = struct.pack("!HHHH", 4660, 5353, 8, 0)
LONG_UDP = struct.pack("!HHHH", 4660, 5353, 1008, 0) + b"x" * 1000
TCP = struct.pack("!HHIIHHHH", 4661, 443, 1, 0, 0x5002, 1024, 0, 0)
SCTP = struct.pack("!HHII", 4662, 9899, 1, 0)
INNER4, INNER6 = ("192.0.2.1", "203.0.113.5"), ("2001:db8::1", "2001:db8:5::5")
QUOTE4, QUOTE6 = ipv4(17, UDP, *INNER4), ipv6(17, UDP, *INNER6)

LABELS = "mpls=16014/7/0/254/1048575/0/1/1"
EVERY_PART = "interface={}/index/4294967295/addr/{}/name/GigabitEthernet0-0/mtu/9216"
# tshark 4.0 leaves out a name that ends its object: an MTU follows each.
OBJECT_LINES = (
    LABELS,
    EVERY_PART.format(0, "192.0.2.9"),
    EVERY_PART.format(1, "2001:db8::9"),
    "interface=2/index/7",
    "interface=3/name/e/mtu/0",
    "object=247/3/cafebabe",
    f"{LABELS} {EVERY_PART.format(2, '192.0.2.9')} object=9/1/00000000 interface=0/mtu/1500",
)
IDENTS = ("ident=1/eth0", "ident=1/en101", "ident=2/911", "ident=3/1/c0000201",
          "ident=3/2/20010db8000000000000000000000001")


def lines_of(family):
    """Every kind of message with every kind of extension that it carries."""
    quote = f"data={(QUOTE4 if family == 4 else QUOTE6).hex()}"
    echo, reply, request, answer = (8, 0, 42, 43) if family == 4 else (128, 129, 160, 161)
    yield f"type={echo} id=1 seq=2 data=68656c6c6f"
    yield f"type={reply} id=65535 seq=65534"
    for ident in IDENTS:
        yield f"type={request} id=4660 seq=255 local=1 {ident}"
    yield f"type={request} id=4660 seq=1 local=0 {IDENTS[0]}"
    yield f"type={answer} code=0 id=4660 seq=254 state=2 active=1 ipv4=1 ipv6=0"
    yield f"type={answer} code=2 id=0 seq=0 state=7 active=0 ipv4=0 ipv6=1"
    carriers = ("type=3 code=1", "type=3 code=4 mtu=1480", "type=11 code=0",
                "type=12 code=0 pointer=20") if family == 4 else ("type=1 code=4", "type=3 code=0")
    others = ("type=5 code=1 gateway=192.0.2.254",) if family == 4 else (
        "type=2 code=0 mtu=1280", "type=4 code=1 pointer=40")
    for line in carriers + others:
        yield f"{line} {quote}"
    for line in carriers:
        for objects in OBJECT_LINES:
            yield f"{line} {quote} {objects}"


def words_of(line):
    """Values by key; objects in order under "objects"."""
    words = {"objects": []}
    for word in line.split():
        key, _, value = word.partition("=")
        if key in ("mpls", "interface", "ident", "object"):
            words["objects"].append(word)
        else:
            words[key] = value
    return words


def marshal(lines):
    """Messages by (family, words)."""
    asked = []
    for family, line in lines:
        addresses = "source={} destination={} ".format(*OUTER[6]) if family == 6 else ""
        asked.append(f"marshal family={family} {addresses}{line}")
    answers = run_lines(DRIVER, asked)
    assert not [a for a in answers if a.startswith("IPSOCK")], list(zip(asked, answers))
    return [bytes.fromhex(answer) for answer in answers]


def parse(messages):
    answers = run_lines(DRIVER, [f"parse {family} {m.hex()}" for family, m in messages])
    return [words_of(answer) for answer in answers]


class Frame:
    """One line of tshark's, taken apart."""

    def __init__(self, family, line):
        names = [names[family == 6] for names in FIELDS.values()]
        count = len(names)
        self.first = {key: value.split(",") if value else []
                      for key, value in zip(FIELDS, line[:count])}
        self.ports = [value for value in line[count:count + len(PORTS)] if value]
        rest = line[count + len(PORTS):]
        self.lists = {name: value.split(",") if value else [] for name, value in zip(OBJECTS, rest)}
        self.expert = [value for value in rest[len(OBJECTS):] if value]
        self.words = self.make_words()

    def make_words(self):
        """The same words as ours, those that it tells."""
        words = {key: plain(values[0]) for key, values in self.first.items()
                 if values and key not in ("checksum", "probe", "from", "to", "hops")}
        if self.first["probe"]:
            words["seq"] = self.first["probe"][0]
        for key in ("from", "to", "hops"):
            if len(self.first[key]) > 1:  # the header that is quoted, behind that of the packet
                words[key] = self.first[key][1]
        if self.ports:
            words["sport"], words["dport"] = self.ports
        words["objects"] = [self.object(*which) for which in
                            zip(self.lists["icmp.ext.class"], self.lists["icmp.ext.ctype"],
                                self.lists["icmp.ext.length"])]
        return words

    def take(self, name):
        return self.lists[name].pop(0)

    def object(self, object_class, ctype, length):
        if object_class == "1":
            parts = ("label", "exp", "s", "ttl") * (int(length) // 4 - 1)
            return "mpls=" + "/".join(plain(self.take(f"icmp.mpls.{part}")) for part in parts)
        if object_class == "2":
            return self.interface(int(ctype))
        if object_class == "3":
            return f"ident={ctype}/" + self.ident(ctype)
        return f"object={object_class}/{ctype}/" + self.take("icmp.ext.data").replace(":", "")

    def interface(self, ctype):
        text = f"interface={ctype >> 6}"
        if ctype & 8:
            text += "/index/" + self.take("icmp.int_info.index")
        if ctype & 4:
            version = "ipv4" if self.lists["icmp.int_info.ipv4"] else "ipv6"
            text += "/addr/" + self.take(f"icmp.int_info.{version}")
        if ctype & 2:
            text += "/name/" + self.take("icmp.int_info.name")
        if ctype & 1:
            text += "/mtu/" + self.take("icmp.int_info.mtu")
        return text

    def ident(self, ctype):
        if ctype in "12":
            return self.take("icmp.int_ident." + ("name" if ctype == "1" else "index"))
        family = self.take("icmp.int_ident.afi")
        if family in "12":
            address = self.take("icmp.int_ident." + ("ipv4" if family == "1" else "ipv6"))
            return f"{family}/" + ipaddress.ip_address(address).packed.hex()
        return f"{family}/" + self.take("icmp.int_ident.address").replace(":", "")


def plain(value):
    """tshark says 1 and 0, from 4.2 on True and False; and some numbers in hex."""
    if value.startswith("0x"):
        return str(int(value, 16))
    return {"True": "1", "False": "0"}.get(value, value)


def as_tshark_reads(messages):
    packets = [ipv4(1, m, *OUTER[4]) if family == 4 else ipv6(58, m, *OUTER[6])
               for family, m in messages]
    frames = []
    for family in (4, 6):
        names = [names[family == 6] for names in FIELDS.values()]
        # Without the option it looks for IPv4's extensions in short packets only.
        frames.append(tshark.read(tshark.RAW_IP, packets, (*names, *PORTS, *OBJECTS),
                                  "-o", "icmp.favor_icmp_mpls:TRUE"))
    assert len(frames[0]) == len(messages), len(frames[0])
    return [Frame(family, frames[family == 6][i]) for i, (family, _) in enumerate(messages)]


def expect_same(told, known, what):
    """Each word that is known is told alike."""
    assert told["objects"] == known["objects"], (what, told["objects"], known["objects"])
    different = {key: (told.get(key), value) for key, value in known.items()
                 if told.get(key) != value}
    assert not different, (what, different)


def expect_well_formed(frame, what):
    assert frame.expert == [], (what, frame.expert)
    assert frame.first["checksum"][0] == GOOD, (what, frame.first["checksum"])
    assert frame.lists["icmp.ext.version"] in ([], ["2"]), what
    assert frame.lists["icmp.ext.checksum.status"] in ([], [GOOD]), what
    assert all(not left for name, left in frame.lists.items() if "ext" not in name), what


@check
def icmp_05_tshark_reads_what_we_write():
    lines = [(family, line) for family in (4, 6) for line in lines_of(family)]
    messages = list(zip((family for family, _ in lines), marshal(lines)))
    for frame, parsed, (family, line) in zip(as_tshark_reads(messages), parse(messages), lines):
        what = f"IPv{family} {line}"
        expect_well_formed(frame, what)
        written = words_of(line)
        written.pop("data", None)
        expect_same(frame.words, written, what)
        expect_same(parsed, frame.words, what)


def error(family, kind, code, word, quote, extension=b"", length_field=True):
    """An error made without our codec, its quote padded as RFC 4884 says before an extension."""
    unit = 4 if family == 4 else 8
    if extension:
        quote = quote.ljust(128, b"\0")
        quote += b"\0" * (-len(quote) % unit)
        if length_field:
            word |= len(quote) // unit << (16 if family == 4 else 24)
        total = struct.pack("!HH", 0x2000, 0) + extension
        extension = struct.pack("!HH", 0x2000, checksum(total)) + extension
    message = struct.pack("!BBHI", kind, code, 0, word) + quote + extension
    pseudo = b""
    if family == 6:
        pseudo = b"".join(ipaddress.ip_address(a).packed for a in OUTER[6])
        pseudo += struct.pack("!II", len(message), 58)
    return family, message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]


def behind(*headers):
    """An IPv6 packet to UDP behind extension headers, each (type, bytes without its first)."""
    rest = b"".join(bytes([following]) + body for (_, body), following in
                    zip(headers, [kind for kind, _ in headers[1:]] + [17]))
    return ipv6(headers[0][0], rest + UDP, *INNER6)


PAD = bytes([0, 1, 4, 0, 0, 0, 0])  # length 0, PadN of 4
OBJECT = struct.pack("!HBBI", 8, 1, 1, 16014 << 12 | 0x1ff)
FOREIGN = (
    error(4, 11, 0, 0, ipv4(6, TCP, *INNER4)),
    error(4, 3, 3, 0, ipv4(132, SCTP, *INNER4)),
    error(4, 3, 3, 0, ipv4(17, UDP, *INNER4, options=b"\x94\x04\0\0")),
    error(4, 3, 3, 0, ipv4(17, UDP, *INNER4, options=b"\1" * 40)),
    error(4, 12, 0, 20 << 24, QUOTE4),
    error(4, 3, 4, 68, QUOTE4),
    error(4, 11, 0, 0, QUOTE4, OBJECT),
    error(4, 11, 0, 0, ipv4(17, LONG_UDP, *INNER4)[:428], OBJECT * 2),
    error(4, 11, 0, 0, QUOTE4, OBJECT, length_field=False),  # of before RFC 4884
    error(6, 1, 4, 0, ipv6(6, TCP, *INNER6)),
    error(6, 3, 0, 0, QUOTE6, OBJECT),
    error(6, 3, 0, 0, ipv6(17, LONG_UDP, *INNER6)[:449], OBJECT),
    error(6, 2, 0, 1400, QUOTE6),
    error(6, 4, 2, 0x01020304, QUOTE6),
    error(6, 1, 4, 0, behind((0, PAD))),
    error(6, 1, 4, 0, behind((60, PAD))),
    error(6, 1, 4, 0, behind((43, bytes([0, 0, 0, 0, 0, 0, 0])))),
    error(6, 1, 4, 0, behind((0, PAD), (60, PAD), (60, bytes([1, 1, 12]) + bytes(12)))),
)


@check
def icmp_14_we_read_what_tshark_reads():
    for number, (frame, parsed) in enumerate(zip(as_tshark_reads(FOREIGN), parse(FOREIGN))):
        known = frame.words
        assert frame.first["checksum"][0] == GOOD, number
        assert "sport" in known and "hops" in known, (number, known)
        expect_same(parsed, known, FOREIGN[number])


@check
def ext_06_extension_of_before_rfc_4884():
    parsed, = parse([FOREIGN[8]])
    assert parsed["extension"] == "2" and parsed["objects"] == ["mpls=16014/0/1/255"], parsed
    assert as_tshark_reads([FOREIGN[8]])[0].words["objects"] == parsed["objects"]
