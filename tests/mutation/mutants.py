# SPDX-License-Identifier: BSD-2-Clause
"""The mutants: each row of a system's tables altered, one field at a time; and lines of its own code."""
import collections
import re
import sys

# What a value becomes. Each is a mistake that one could make, and that the compiler takes.
OTHER_COLUMN = {"IPSK_V4": "IPSK_V6", "IPSK_V6": "IPSK_V4", "IPSK_MAPPED": "IPSK_V6"}
OTHER_LEVEL = {"IPPROTO_IP": "IPPROTO_IPV6", "IPPROTO_IPV6": "IPPROTO_IP"}
OTHER_SET = {"INT": "BOOL", "BOOL": "NONE", "BOOL8": "NONE", "U8": "NONE", "CHOICE": "NONE", "MREQN": "INT", "NAME": "INT",
             "GROUP_REQ": "MREQ6", "GROUP_SOURCE_REQ": "GROUP_REQ", "ICMP4_BLOCK": "INT",
             "ICMP6_BLOCK": "ICMP6_PASS", "ICMP6_PASS": "ICMP6_BLOCK", "PROGRAM": "NONE", "INDEX_ADDR": "INT", "INDEX_NET": "INT",
             "MREQ": "MREQ6", "MREQ_INDEX": "MREQ", "MREQ6": "GROUP_REQ"}
OTHER_GET = {"BOOL8": "INT", "U8": "BOOL", "HOPS": "INT", "INT": "BOOL", "CHOICE": "BOOL", "DISCOVERY": "CHOICE", "MTUINFO": "INT", "ICMP4_BLOCK": "INT",
             "ICMP6_BLOCK": "ICMP6_PASS", "ICMP6_PASS": "ICMP6_BLOCK"}
OTHER_FIELD = {"HOP_LIMIT": "TRAFFIC_CLASS", "TRAFFIC_CLASS": "HOP_LIMIT",
               "PKTINFO4": "DESTINATION4", "PKTINFO4_SPEC": "DESTINATION4", "PKTINFO6": "INDEX",
               "INDEX": "HOP_LIMIT", "LINK": "DESTINATION4", "DESTINATION4": "LINK", "PATH_MTU": "PKTINFO6", "SEGMENT_SIZE": "HOP_LIMIT"}
OTHER_ENCODING = {"INT": "U8", "U16": "U8", "PKTINFO4": "ADDR4", "PKTINFO6": "INT", "U8": "U16", "ADDR4": "INT",
                  "SOCKADDR": "INT"}
TWO_VALUED = ("BOOL", "BOOL8", "CHOICE", "DISCOVERY")
WITH_DEFAULT = ("TRAFFIC_CLASS", "HOP_LIMIT", "MULTICAST_HOP_LIMIT", "CHECKSUM")

FIELDS = {
    "OPTIONS": "option kinds column level name set get on reset since".split(),
    "RECEIVED": "level type minimum usual field a b".split(),
    "SENT": "fields kinds column level type length encoding a b since".split(),
    "ABSENT": "feature kinds column reason".split(),
    "LIMITS": "limit column what name".split(),
    "FACTS": "fact value".split(),
}

# text: the whole header, or file below src, with the one change. row and change: what survivors.txt calls it. hints: tests
# that may notice it. versioned: not of every version of the system.
Mutant = collections.namedtuple("Mutant", "table row change text file hints versioned", defaults=(None, (), False))


def split_cells(line):
    """The arguments of X(...), by the commas outside of parentheses and strings; comments aside."""
    line = re.sub(r"/\*.*?\*/", "", line)
    inner = line[line.index("(") + 1:line.rindex(")")]
    cells, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(inner):
        quoted ^= c == '"'
        depth += 0 if quoted else (c == "(") - (c == ")")
        if c == "," and depth == 0 and not quoted:
            cells.append(inner[start:i].strip())
            start = i + 1
    return cells + [inner[start:].strip()]


def rows_of(lines):
    """(line number, table, cells by field) of every row."""
    table = None
    for number, line in enumerate(lines):
        begin = re.match(r"#define IPSK_(\w+)\(X\) \\$", line)
        if begin:
            table = begin[1]
        elif table and line.startswith("    X("):
            cells = split_cells(line)
            if len(cells) != len(FIELDS[table]):
                sys.exit("not a row of %s: %s" % (table, line))
            yield number, table, dict(zip(FIELDS[table], cells))
        if table and not line.endswith("\\"):
            table = None


def name_of(table, row):
    if table == "OPTIONS":
        return "option %s %s" % (row["option"], row["column"][5:].lower())
    if table == "RECEIVED":
        return "received %s" % row["type"]
    if table == "SENT":
        return "sent %s %s" % (row["type"], row["column"][5:].lower())
    if table == "ABSENT":
        return "absent %s %s" % (row["feature"], row["column"][5:].lower())
    if table == "LIMITS":
        return "limit %s %s" % (row["limit"], row["column"][5:].lower())
    return "fact %s" % row["fact"]


def option_changes(row):
    if row["set"] != "NONE":
        yield "set", OTHER_SET[row["set"]]
    if row["get"] in OTHER_GET:
        yield "get", OTHER_GET[row["get"]]
    if row["set"] in TWO_VALUED:
        yield "on", "(%s) == 1 ? 0 : 1" % row["on"]
        yield "reset", "(%s) == 0 ? 1 : 0" % row["reset"]
    elif row["option"] in WITH_DEFAULT:
        yield "reset", "(%s) + 3" % row["reset"]
    if row["since"] != "0":
        yield "since", "0x7f000000"
    yield "name", "(%s) + 1" % row["name"]


def received_changes(row):
    yield "type", "(%s) + 1" % row["type"]
    yield "minimum", "(%s) + 40" % row["minimum"]
    yield "minimum", "0"
    yield "usual", "(%s) + 8" % row["usual"]
    yield "field", OTHER_FIELD[row["field"]]
    if row["field"] in ("PKTINFO4", "PKTINFO4_SPEC", "PKTINFO6", "PATH_MTU"):
        yield "a", "(%s) == 0 ? 1 : (%s) - 4" % (row["a"], row["a"])
        yield "b", "(%s) == 0 ? 4 : (%s) - 4" % (row["b"], row["b"])


def sent_changes(row):
    yield "type", "(%s) + 1" % row["type"]
    yield "length", "(%s) + 4" % row["length"]
    yield "encoding", OTHER_ENCODING[row["encoding"]]
    if "|" in row["fields"]:
        for bit in row["fields"].split("|"):
            yield "fields", bit.strip()
    else:
        yield "fields", "IPSOCK_CONTROL_NEXT_HOP"
    if row["encoding"].startswith("PKTINFO"):
        yield "a", "(%s) == 0 ? 4 : 0" % row["a"]
        yield "b", "(%s) == 0 ? 8 : (%s) - 4" % (row["b"], row["b"])


def common_changes(row):
    """Level, column and kinds: of every table that has them."""
    if "level" in row:
        yield "level", OTHER_LEVEL.get(row["level"], "IPPROTO_IP")
    if "column" in row:
        yield "column", OTHER_COLUMN[row["column"]]
    if "kinds" in row:
        yield "kinds", "(%s) ^ IPSK_UDP" % row["kinds"]
        yield "kinds", "(%s) ^ IPSK_RAW" % row["kinds"]


def fact_changes(row):
    """A flag turned round, a version that is too early and one too late, a number that is another: so many bytes too few."""
    value = row["value"]
    if value in ("0", "1"):
        yield "value", "10"[int(value)]
    elif "_SINCE" in row["fact"]:
        yield from (("value", other) for other in ("1", "INT32_MAX") if other != value)
    elif value.startswith("sizeof(struct "):  # kernels take more than they need
        yield "value", "%s - 4" % value
    else:
        yield "value", "0" if re.match(r"\d{5,}$", value) else "(%s) + 4" % value


def changes(table, row):
    if table == "FACTS":
        yield from fact_changes(row)
        return
    yield from {"OPTIONS": option_changes, "RECEIVED": received_changes, "SENT": sent_changes,
                "ABSENT": lambda _: (), "LIMITS": lambda _: ()}[table](row)
    yield from common_changes(row)


def mutants_of(header):
    """All mutants of a system's header, in its order."""
    lines = header.split("\n")
    for number, table, row in rows_of(lines):
        name = name_of(table, row)
        versioned = row.get("since", "0") != "0" or "SINCE" in name

        def with_line(line, at=number):
            return "\n".join(lines[:at] + ([] if line is None else [line]) + lines[at + 1:])

        if table != "FACTS":
            # the last row of a list ends it
            last = not lines[number].endswith("\\")
            yield Mutant(table, name, "removed", with_line("" if last else None), versioned=versioned)
        for field, value in changes(table, row):
            cells = dict(row, **{field: value})
            line = "    X(%s)%s" % (", ".join(cells.values()),
                                   " \\" if lines[number].endswith("\\") else "")
            yield Mutant(table, name, "%s: %s" % (field, value), with_line(line), versioned=versioned)


# Of a line of code what is wrong most easily: the first that is found of each.
SLIPS = (
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"==", "!="), (r"!=", "=="), (r">=", "<"), (r"(?<![<\-=])>(?![>=])", "<="),
    (r"(?<![<\w])<(?![<=])", ">="), (r"&&", "||"), (r"\|\|", "&&"), (r"\breturn 0;", "return 1;"), (r"\breturn 1;", "return 2;"),
    (r"(?<= )\+(?= )", "-"), (r"^(#define \w+ +)(\d+)$", r"\1(\2 + 1000000)"),
)


def without_comments(text):
    """As many lines, of the same length."""
    def blank(found):
        return re.sub(r"[^\n]", " ", found[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*', blank, text, flags=re.S)


def mutants_of_code(path, text):
    """All mutants of a source file that has no tables. Lines are told by their words: numbers change too often."""
    lines, code, function, seen = text.split("\n"), without_comments(text).split("\n"), "", collections.Counter()
    for number, line in enumerate(code):
        begin = re.match(r"\w[\w *]*?\b(\w+)\(.*[^;]$", line)
        function = begin[1] if begin else function
        if line.startswith("#") and not line.startswith("#define"):
            continue
        for pattern, other in SLIPS:
            changed = re.sub(pattern, other, line, count=1)
            if changed == line:
                continue
            row = "quirk %s %s" % (path.split("/")[-1], function or "file")
            change = " ".join(line.split()) + " becomes " + " ".join(changed.split())
            seen[row, change] += 1
            if seen[row, change] > 1:
                change += " (%d)" % seen[row, change]
            text_of = "\n".join(lines[:number] + [changed] + lines[number + 1:])
            yield Mutant("QUIRKS", row, change, text_of, path)
