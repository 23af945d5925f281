# SPDX-License-Identifier: BSD-2-Clause
"""What the command line accepts and refuses, and what caps and interfaces print."""
import csv
import io
import json
import os
import re
import socket
import subprocess

from harness import WAIT, WINDOWS, check, need_ipv6, need_not_windows, run, Skip

TOOL = os.environ["IPSOCK_TOOL"]
NOT_HERE = "not for this kind of endpoint"
COMMANDS = {
    "caps": ["--csv", "--json", "--kind", "--family"],
    "interfaces": ["--json", "--watch", "--timeout"],
    "listen": ["-4", "-6", "--count", "--timeout", "--source", "--exclude", "--interface",
               "--bind", "--strict", "--timestamps", "--quiet", "--raw-output", "--json"],
    "send": ["-4", "-6", "--data", "--size", "--count", "--interval", "--batch", "--traffic-class",
             "--hop-limit", "--source", "--interface", "--loop", "--dont-fragment", "--broadcast",
             "--wait", "--ecn", "--quiet"],
    "ping": ["-4", "-6", "--count", "--interval", "--timeout", "--size", "--hop-limit",
             "--traffic-class", "--interface", "--source", "--broadcast", "--raw", "--json",
             "--dont-fragment", "--ecn", "--timestamps", "--quiet"],
    "trace": ["-4", "-6", "--first-hop", "--max-hops", "--queries", "--wait", "--icmp", "--port",
              "--size", "--mtu", "--traffic-class", "--interface", "--source", "--raw", "--json"],
}


def ok(*arguments):
    result = run(TOOL, *arguments)
    assert result.returncode == 0, result
    assert result.stderr == "", result.stderr
    return result.stdout


def refused(code, words, *arguments):
    result = run(TOOL, *arguments)
    assert result.returncode == code, result
    assert result.stdout == "", result.stdout
    assert words in result.stderr, f"no {words!r} in {result.stderr!r}"


@check
def help_of_all():
    for arguments in (["--help"], ["-h"], ["help"]):
        text = ok(*arguments)
        assert all(name in text for name in [*COMMANDS, "version", "Exit codes"]), text


@check
def help_of_each_command():
    for name, options in COMMANDS.items():
        text = ok(name, "--help")
        assert ok(name, "-h") == text
        assert text.startswith(f"Usage: ipsock {name}"), text
        for option in [*options, "--help"]:
            assert re.search(rf"^  (-[A-Za-z], )?{option}( |$)", text, re.M), f"{name} lacks {option}"


@check
def help_of_a_command_by_name():
    for name in [*COMMANDS][::5 if WINDOWS else 1]:  # each run takes its time there
        assert ok("help", name) == ok(name, "--help"), name
    for name in ("help", "version"):
        assert ok("help", name) == ok("help"), name
    refused(2, "ipsock help: unknown command 'frobnicate'", "help", "frobnicate")
    refused(2, "unknown command '--json'", "help", "--json")
    refused(2, "ipsock help: unexpected argument 'now'", "help", "ping", "now")


@check
def help_lists_only_known_options():
    for name, options in COMMANDS.items():
        listed = set(re.findall(r"^  (?:-[A-Za-z], )?(--?[a-z0-9-]+)", ok(name, "--help"), re.M))
        assert listed <= {*options, "--help", "--json"}, listed


@check
def help_fits_a_terminal():
    for name in COMMANDS:
        assert max(map(len, ok(name, "--help").splitlines())) <= 100


@check
def version():
    for arguments in (["version"], ["--version"], ["-V"]):
        assert re.fullmatch(r"ipsock \d+\.\d+\.\d+ \([a-z]+\)\n", ok(*arguments))


@check
def no_command():
    refused(2, "Usage: ipsock COMMAND")


@check
def unknown_command():
    refused(2, "unknown command 'frobnicate'", "frobnicate")


@check
def unknown_option():
    for name in COMMANDS:
        refused(2, f"ipsock {name}: unknown option '--frobnicate'", name, "--frobnicate")
    refused(2, "unknown option '-x'", "send", "-x", "127.0.0.1:9")
    refused(2, "unknown option '-46'", "send", "-46", "127.0.0.1:9")
    refused(2, "unknown option '--4'", "send", "--4", "127.0.0.1:9")
    refused(2, "unknown option '--coun'", "send", "--coun", "1", "127.0.0.1:9")


@check
def missing_value():
    refused(2, "option '--count' needs a value N", "send", "127.0.0.1:9", "--count")


@check
def flag_with_value():
    refused(2, "takes no value", "caps", "--json=yes")


@check
def missing_argument():
    refused(2, "missing argument 'HOST:PORT'", "send")
    refused(2, "missing argument '[ADDR]:PORT'", "listen")


@check
def unexpected_argument():
    refused(2, "unexpected argument 'b:2'", "send", "a:1", "b:2")
    refused(2, "unexpected argument 'x'", "caps", "x")


@check
def double_dash_ends_the_options():
    refused(2, "'--count'", "send", "--", "--count")
    refused(2, "unexpected argument '-4'", "send", "--", "127.0.0.1:9", "-4")


@check
def numbers_out_of_range():
    for option, low, high, bad in [
            ("--count", 1, 2147483647, ["0", "-1", "2147483648", "99999999999999999999"]),
            ("--size", 0, 65535, ["65536"]),
            ("--batch", 1, 1024, ["0", "1025"]),
            ("--hop-limit", 0, 255, ["256", "-1", "0x100"]),
            ("--interval", 0, 3600000, ["3600001"])]:
        for value in bad:
            refused(2, f"{option} {value}: must be a number, {low} to {high}", "send",
                    "127.0.0.1:9", option, value)
            refused(2, f"{option} {value}: must be", "send", "127.0.0.1:9", f"{option}={value}")


@check
def numbers_that_are_none():
    for value in ["", " 1", "1 ", "+1", "1.5", "0x", "0xg", "ten"]:
        refused(2, "--count", "send", "127.0.0.1:9", "--count", value)


@check
def seconds_that_are_none():
    for value in ["", "-1", "1e3", "inf", "nan", ".", "1.2.3", "99999999999"]:
        refused(2, "--timeout", "listen", ":0", "--timeout", value)


@check
def traffic_classes_that_are_none():
    for value in ["256", "0x100", "AF10", "AF", "", "ef2", "-1"]:
        refused(2, "--traffic-class", "send", "127.0.0.1:9", "--traffic-class", value)


@check
def targets_that_are_none():
    for target in ["127.0.0.1", "", "::1", "::1:9", "[::1]", "[::1:9", "[::1]9", "127.0.0.1:65536",
                   "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:-1", "127.0.0.1: 9"]:
        for command in ("send", "listen"):
            refused(2, f"ipsock {command}: '{target}': must look like", command, target)
    refused(2, "must name a host", "send", ":9")
    refused(2, "port above 0", "send", "127.0.0.1:0")
    refused(2, "too long", "send", "a" * 300 + ":1")


@check
def options_that_exclude_each_other():
    refused(2, "-4 and -6 exclude", "listen", "-4", "-6", ":0")
    refused(2, "-4 and -6 exclude", "send", "-4", "-6", "127.0.0.1:9")
    refused(2, "--csv and --json exclude", "caps", "--csv", "--json")


@check
def choices_that_are_none():
    refused(2, "--kind sctp: must be udp, tcp, raw or ping", "caps", "--kind", "sctp")
    refused(2, "--family ipx: must be ipv4, ipv6 or mapped", "caps", "--family", "ipx")
    refused(2, "--family :", "caps", "--family", "")


@check
def output_that_cannot_be_written():
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full here")
    for arguments in (["caps"], ["interfaces"], ["--help"], ["version"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = run(TOOL, *arguments, stdout=full)
        assert result.returncode == 1, arguments
        assert "cannot write the output" in result.stderr


def caps(*arguments):
    return json.loads(ok("caps", "--json", *arguments))["capabilities"]


@check
def caps_as_json():
    whole = json.loads(ok("caps", "--json"))
    assert set(whole) == {"version", "system", "capabilities"}
    rows = whole["capabilities"]
    assert len(rows) > 100
    assert len({(r["kind"], r["family"], r["feature"]) for r in rows}) == len(rows)
    for row in rows:
        assert row["level"] in ("native", "exact", "local", "absent"), row
        assert (row["mechanism"] is None) == (row["level"] == "absent"), row
        assert (row["reason"] is None) == (row["level"] == "native"), row
        assert row["text"], row


@check
def caps_as_csv():
    text = ok("caps", "--csv")
    rows = list(csv.DictReader(io.StringIO(text), strict=True))
    for row in rows:
        assert None not in row and None not in row.values(), row
    as_json = [{key: row[key] or "" for key in ("kind", "family", "feature", "level", "mechanism",
                                               "reason")} for row in caps()]
    assert rows == as_json


@check
def caps_as_text():
    text = ok("caps")
    rows = {(r["kind"], r["family"], r["text"]): r for r in caps()}
    header = next(line for line in text.splitlines() if "udp4" in line)
    assert header.split()[:2] == ["udp4", "udp6"], header
    columns = {found.group(): found.start() for found in re.finditer(r"\w+", header)}
    for feature in {key[2] for key in rows}:
        line = next(line for line in text.splitlines() if line.startswith(feature + " "))
        cells = {label: line[at:at + 7].strip() for label, at in columns.items()}
        for kind, family, label in [("udp", "ipv4", "udp4"), ("tcp", "ipv6", "tcp6"),
                                    ("udp", "mapped", "udp46"), ("raw", "ipv6", "raw6")]:
            row = rows[kind, family, feature]
            want = row["level"]
            if want == "absent":
                want = "" if row["reason"] == NOT_HERE else "-"
            assert cells[label] == want, f"{label}: {line}"


@check
def caps_text_gives_every_reason():
    text = ok("caps")
    for row in caps():
        if row["reason"] and row["reason"] != NOT_HERE:
            assert row["reason"] in text, row
    assert NOT_HERE not in text.split("Not native:")[1]


@check
def caps_text_names_the_columns_of_each_reason():
    labels = {"ipv4": "4", "ipv6": "6", "mapped": "46"}
    want = {}
    for row in caps():
        if row["reason"] and row["reason"] != NOT_HERE:
            key = row["text"], f"{row['level']}, {row['reason']}"
            want.setdefault(key, []).append(row["kind"] + labels[row["family"]])
    found = {}
    for line in ok("caps").split("Not native:\n")[1].splitlines():
        text, columns, why = re.fullmatch(r"  (.*?) \(([a-z0-9 ]*)\): (.*)", line).groups()
        assert (text, why) not in found, line
        found[text, why] = columns.split()
    assert found == want


@check
def caps_filters():
    assert {r["kind"] for r in caps("--kind", "tcp")} == {"tcp"}
    assert {r["family"] for r in caps("--family", "ipv6")} == {"ipv6"}
    rows = caps("--kind", "udp", "--family", "ipv4")
    assert {(r["kind"], r["family"]) for r in rows} == {("udp", "ipv4")}
    text = ok("caps", "--kind=udp", "--family=ipv4")
    assert text.startswith("udp over ipv4\n"), text
    for row in rows:
        assert row["text"] in text
        assert row["mechanism"] is None or row["mechanism"] in text


@check
def caps_of_the_core_are_there():
    rows = {(r["kind"], r["family"], r["feature"]): r["level"] for r in caps()}
    for family in ("ipv4", "ipv6"):
        for feature in ("TRAFFIC_CLASS", "HOP_LIMIT", "RECV_DESTINATION", "RECV_BATCH"):
            assert rows["udp", family, feature] in ("native", "exact"), feature


@check
def interfaces_as_json():
    rows = json.loads(ok("interfaces", "--json"))
    loopback = [r for r in rows if "loopback" in r["flags"]]
    assert loopback, rows
    addresses = [a for r in loopback for a in r["addresses"]]
    assert {"address": "127.0.0.1", "prefix_length": 8} in addresses, addresses
    assert sorted(r["index"] for r in rows) == [r["index"] for r in rows]
    assert all(r["index"] >= 1 and r["name"] and r["mtu"] > 0 for r in rows)


@check
def interfaces_as_text():
    text = ok("interfaces")
    for row in json.loads(ok("interfaces", "--json")):
        assert re.search(rf"^{row['index']}: {re.escape(row['name'])}  mtu {row['mtu']} ", text, re.M)
        for address in row["addresses"]:
            assert f"    {address['address']}/{address['prefix_length']}\n" in text


@check
def interfaces_watched():
    """What there is comes first; the time ends it."""
    rows = json.loads(ok("interfaces", "--json"))
    if WINDOWS and "not supported" in run(TOOL, "interfaces", "--watch", "--timeout", "0.1").stderr:
        raise Skip("Wine: nothing tells of interfaces that change")
    events = [json.loads(line) for line in
              ok("interfaces", "--watch", "--json", "--timeout", "0.5").splitlines()]
    added = {e["index"]: e for e in events if e["event"] == "added"}
    for row in rows:
        event = added[row["index"]]
        assert [event[key] for key in ("name", "mtu", "hardware")] == [
            row[key] for key in ("name", "mtu", "hardware")], event
        addresses = [{key: e[key] for key in ("address", "prefix_length")} for e in events
                     if e["event"] == "address-added" and e["index"] == row["index"]]
        assert addresses == row["addresses"], events
    text = ok("interfaces", "--watch", "--timeout", "0.5")
    for row in rows:
        assert f"added  {row['index']}: {row['name']}  mtu {row['mtu']}  " in text, text
    refused(2, "--timeout takes --watch", "interfaces", "--timeout", "1")


@check
def descriptors_used_up():
    """An interface that is there is not told to be missing."""
    need_not_windows("handles are not counted so")
    # One more than the standard ones: the program's library was loaded by it, the endpoint has it now.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    script = f'ulimit -n 4; exec "{TOOL}" listen 239.1.1.1:{port} --interface lo --timeout 0.1'
    done = subprocess.run(["sh", "-c", script], text=True, stdin=subprocess.DEVNULL, timeout=WAIT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 1 and "lo: too many open handles" in done.stderr, done


@check
def zone_that_lacks():
    need_ipv6()
    for arguments in (("listen", "[fe80::2]:5000"), ("send", "[fe80::2]:5000"),
                      ("ping", "fe80::2", "--count", "1", "--source", "fe80::1")):
        refused(2, "the zone is missing: a link-local address needs its interface, as in fe80::2%eth0",
                *arguments)
