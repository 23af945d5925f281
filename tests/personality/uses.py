# SPDX-License-Identifier: BSD-2-Clause
"""Which lines of the probes concern something that the library uses on a system: decided by what its tables
(tests/golden/SYSTEM.csv) have. A line names options and messages by their constants, socket kinds by their short
names; what names neither is about calls, which the library makes, unless NEVER says why not."""
import csv
import os
import re

CONSTANT = re.compile(r"\b(?:IP|IPV6|SO|SCM|MCAST|UDP|ICMP6?)_[A-Z0-9_]+\b")
# Kind and column of the tables that a probe's kind of socket belongs to.
KINDS = {"udp4": [("udp", "v4")], "udp6": [("udp", "v6")], "dual": [("udp", "v6"), ("udp", "mapped")],
         "dual.v4": [("udp", "mapped")], "dual.v6": [("udp", "v6")], "tcp4": [("tcp", "v4")], "tcp6": [("tcp", "v6"), ("tcp", "mapped")],
         "raw4": [("raw", "v4")], "raw6": [("raw", "v6")], "icmp4": [("raw", "v4")], "icmp6": [("raw", "v6")],
         "ping4": [("ping", "v4")], "ping6": [("ping", "v6")]}
KIND = re.compile(r"^(dual\.v[46]|udp[46]|dual|tcp[46]|raw[46]|icmp[46]|ping[46])(?:\.|$)")
# Read without a row: src/linux/inspect.c, src/posix/socket.c and what adopting on other systems asks.
CALLS = {"SO_ERROR", "SO_TYPE", "SO_PROTOCOL", "SO_DOMAIN", "SO_ACCEPTCONN"}
LENGTH = {"INT": 4, "HOPS": 4, "BOOL": 4, "CHOICE": 4, "DISCOVERY": 4, "U8": 1, "BOOL8": 1, "MREQN": 12, "INDEX_ADDR": 4,
          "ADDR4": 4, "MREQ": 8, "MREQ_INDEX": 8, "MREQ6": 20, "PKTINFO4": 8, "PKTINFO6": 20, "MTUINFO": 32,
          "ICMP6_PASS": 32, "ICMP6_BLOCK": 32, "ICMP4_BLOCK": 4, "U16": 2, "SOCKADDR": 28}
# What no call of the library can be: pattern of "probe,key", why.
NEVER = [(re.compile(pattern), why) for pattern, why in (
    (r"^datagram\.messages,v[46]\.(send|bind|connect)\.(name\.length|family|sa_len)\b",
     "names have their family and their exact length: src/shared/sockaddr.h"),
    (r"^datagram\.messages,v[46]\.(name\.(null|length)|iovlen\.(0|0\.with\.iov|1025|1100)$)",
     "core refuses or cuts these before a call"),
    (r"^datagram\.messages,v[46]\.receive\.(name\.room\.(2|8)|iovlen\.0)$", "room for a whole name, or none; a buffer always"),
    (r"^datagram\.messages,v[46]\.(disconnected\.unspec|connected\.any\.port\.0|connected\.again)$",
     "the library never dissolves or changes a connection"),
    (r"^control_send\.shapes,.*\.(cut\.\d+|cmsg_len\.\d+|many\.\d+|pointer\.length0|null\.length24|[a-z.]*twice|.*unknown.*|"
     r"foreign\.tos|other\.family\.tos)$", "control data is encoded whole, each message once, and has a pointer or no length"),
    (r"^control_send\.source[46],.*\.(len\.\d+|zeros.*)$", "PKTINFO and addresses have their exact length"),
    (r"^raw\.header_written,ip_options|^raw\.header_received,noheader", "no such row"),
    (r"^(raw\.receivers,nobody|path\.refused,v[46])\.(broadcast\.)?answer", "the kernel's own answer"),
    (r"^multicast\.reports,", "what the kernel reports to routers, and when, is its own affair"),
    (r"^datagram\.link_local,sticky\.", "IPV6_PKTINFO is sent, never set"),
    (r"^datagram\.mapped,(dual|v6only)\.(bound\.)?(192\.0\.2\.|0\.0\.0\.0)", "IPv4 is given as its v4-mapped form"),
    (r"^datagram\.buffers,v[46]\.kept\.", "how much fits is the kernel's bookkeeping: nothing depends on it"),
    (r"^raw6\.checksum,.*level255", "IPV6_CHECKSUM is set at IPPROTO_IPV6"),
    (r"^raw6\.filter,.*\.(set|get)\.(0|1|4|31|33|36|64)$", "filters have their exact length"),
    (r"^raw6\.filter,(udp6|ping6|icmp4|raw6)\.", "filters are for raw ICMP sockets"),
    (r"^multicast\.forms,.*\.(2001:db8::1|::|192\.0\.2\.1|0\.0\.0\.0|255\.255\.255\.255|240\.0\.0\.1|127\.0\.0\.1)\.",
     "only groups are joined"),
    (r"^multicast\.forms,tcp", "TCP joins nothing"),
    (r"^multicast\.wrong,.*\.(group|family|no\.group|any)$", "core refuses what is no group or no source"),
    (r"^(options\.(ip|ipv6|other|socket)|control_send\.ints),[a-z0-9.]+\.unknown\.", "no such row"),
    (r"^options\.other,.*level255", "IPV6_CHECKSUM is set at IPPROTO_IPV6"),
    (r"^multicast\.forms,.*\.::ffff:", "IPv4 groups are given as IPv4"),
    (r"^multicast\.wrong,.*\.level[46]\.", "a group is joined at its family's level"),
    (r"^path\.queries,IPV6_PATHMTU\.get\.(?!32$)", "the length is the row's"),
    (r"^options\.multicast_if4,.*(0\.x\.y\.z)", "interfaces are given as the row's encoding says"),
    (r"^options\.kinds,(raw[46]\.(-1|256|-?\d{4,})|dgram)", "kinds and protocols that no endpoint has"),
)]
# The order in which a raw socket takes ip_len and ip_off, as src/*/ writes them (docs/platform); Linux: both are filled in.
ORDER = {"freebsd": "network", "netbsd": "host", "openbsd": "network", "darwin": "host"}


class Tables:
    def __init__(self, path):
        self.order = ORDER.get(os.path.basename(path).split(".")[0])
        self.options, self.sent, self.received, self.facts = {}, {}, set(), {}
        with open(path, encoding="utf-8") as file:
            for row in csv.reader(line for line in file if not line.startswith("#")):
                self._take(row)
        self.names = set(self.options) | set(self.sent) | self.received | CALLS

    def _take(self, row):
        if row[0] == "option":
            places = self.options.setdefault(row[5].split("=")[0], {})
            for kind in row[2].split("+"):
                places[(kind, row[3])] = (row[6], row[7])
        elif row[0] == "sent":
            places = self.sent.setdefault(row[4].split("=")[0], {})
            for kind in row[1].split("+"):
                places[(kind, row[2])] = (row[6], int(row[5]))
        elif row[0] == "received":
            self.received.add(row[2].split("=")[0])
        elif row[0] == "fact":
            self.facts[row[1]] = row[2]

    def row(self, table, name, places):
        """The first row of a name at one of the places, or None."""
        have = table.get(name, {})
        return next((have[place] for place in places if place in have), None)


def places_of(key):
    match = KIND.match(key)
    return KINDS[match.group(1)] if match else None


def _tried(rest, lengths, low, high):
    """Is the length or value that was tried one that the library gives?"""
    match = re.search(r"\b(len|get|set|int|byte)\.(-?\d+)$", rest)
    if not match:
        return True
    how, number = match.group(1), int(match.group(2))
    if how in ("int", "byte"):
        return low <= number <= high and (4 if how == "int" else 1) in lengths
    return number in lengths


def _option(tables, key):
    match = re.match(r"^([a-z0-9]+)\.([A-Z0-9_]+)\.?(.*)$", key)
    if not match or match.group(1) not in KINDS:
        return None
    kind, name, rest = match.groups()
    if name in CALLS:
        return _tried(rest, {4}, 0, -1)
    row = tables.row(tables.options, name, KINDS[kind])
    if row is None or rest == "refused":
        return False
    boolean = row[0] in ("BOOL", "BOOL8")
    lengths = {LENGTH[e] for e in row if e in LENGTH}
    return _tried(rest, lengths, 0 if boolean else -1, 1 if boolean else 255)


def _sent(tables, key):
    places, names = places_of(key), CONSTANT.findall(key)
    if not places or not names:
        return None
    row = tables.row(tables.sent, names[0], places)
    return row is not None and _tried(key, {row[1]}, 0, 255)


def _form(tables, form, v6):
    """The name by which a form joins, if the system's tables have it."""
    names = {"mreq": ("IPV6_JOIN_GROUP",) if v6 else ("IP_ADD_MEMBERSHIP",), "mreqn": ("IP_ADD_MEMBERSHIP",),
             "group_req": ("MCAST_JOIN_GROUP",)}[form]
    rows = [encoding for name in names for encoding, _ in tables.options.get(name, {}).values()]
    return any((encoding == "MREQN") == (form == "mreqn") for encoding in rows)


def _sources(tables, probe, key, v6):
    """False where a sequence (J, L: any source) joins or blocks sources, for which the family has no row."""
    if probe != "multicast.sequences" or set(re.sub(r"^v[46]\.[a-z_]+\.", "", key).split(" ")[0]) <= set("JL"):
        return True
    return any(place[1] == ("v6" if v6 else "v4") for place in tables.options.get("MCAST_JOIN_SOURCE_GROUP", {}))


def _multicast(tables, probe, key):
    if probe == "multicast.wrong":
        return "MCAST_JOIN_SOURCE_GROUP" in tables.options
    forms = re.findall(r"\b(mreqn|mreq|group_req)\b", key)
    if re.search(r"\blength\.\d+$", key):
        form, number = key.split(".")[0], int(key.rsplit(".", 1)[1])
        return {"mreq": 8, "ipv6_mreq": 20, "group_req": 136}[form] == number and (
            form != "group_req" or _form(tables, form, False))
    v6 = key.startswith(("v6", "udp6", "raw6", "icmp6")) or ":" in key
    if not _sources(tables, probe, key, v6):
        return False
    places = places_of(key)
    if places and probe == "multicast.forms" and forms:
        names = ("MCAST_JOIN_GROUP",) if forms[0] == "group_req" else ("IPV6_JOIN_GROUP" if v6 else "IP_ADD_MEMBERSHIP",)
        wanted = [place for place in places if (place[1] == "v6") == (":" in key)]
        if tables.row(tables.options, names[0], wanted) is None:
            return False
    return all(_form(tables, form, v6) for form in forms)


def why_unused(tables, probe, key):
    """None if the line concerns what the library uses, else a reason."""
    line = f"{probe},{key}"
    for pattern, why in NEVER:
        if pattern.search(line):
            return why
    places = places_of(key)
    if (probe.startswith("ping.") or places and places[0][0] == "ping") and tables.facts.get("PING") == "0":
        return "no ping sockets here"
    used = None
    if probe in ("options.ip", "options.ipv6", "options.socket", "options.other"):
        used = _option(tables, key)
    elif probe == "options.multicast_if4":
        row = places and tables.row(tables.options, "IP_MULTICAST_IF", places)
        used = bool(row) and key.endswith(f".{LENGTH[row[0]]}")
    elif probe.startswith("control_send."):
        used = _sent(tables, key)
    elif probe.startswith("multicast."):
        used = _multicast(tables, probe, key)
    elif re.search(r"\.v4\..*\b(source|blocks)\b", key) and probe == "delivery.matrix":
        used = any(place[1] == "v4" for place in tables.options.get("MCAST_JOIN_SOURCE_GROUP", {}))
    elif probe == "raw.header_sent" and tables.order:
        used = set(re.findall(r"\b(network|host)\b", key)) <= {tables.order}
    elif probe == "path.queries" and places:
        used = any(tables.row(tables.options, name, places) for name in ("IP_MTU", "IPV6_PATHMTU"))
    if used is None:
        used = all(name in tables.names for name in CONSTANT.findall(key))
        if used and probe == "control_receive.each" and places:
            name = CONSTANT.findall(key)
            used = not name or tables.row(tables.options, name[0], places) is not None
    return None if used else "not in the tables"
