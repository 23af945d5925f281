# SPDX-License-Identifier: BSD-2-Clause
"""judge.py: what agrees, what must, and which rows are reasons."""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "tool")]
import harness  # noqa: E402
import judge  # noqa: E402
import uses  # noqa: E402
from harness import check  # noqa: E402

SAID = {("options.ip", "udp4.IP_TTL.default"): "4:64", ("options.ip", "udp4.IP_TTL.len.3"): "EINVAL get 4:64",
        ("options.ip", "udp4.IP_RECVOPTS.default"): "4:0", ("path.refused", "v4.connected"): "send 1"}
FREEBSD = uses.Tables(HERE.parent / "golden" / "freebsd.csv")
DARWIN = uses.Tables(HERE.parent / "golden" / "darwin.csv")


def judged(system, changes, *rows):
    tables = uses.Tables(HERE.parent / "golden" / f"{system}.csv")
    rows = [judge.Row(1, fields.split(",", 3)) for fields in rows]
    verdicts, _ = judge.judge(system, tables, SAID, {**SAID, **changes}, rows)
    return sum(len(v.bad) for v in verdicts.values()), [r for r in rows if not r.met and r.counts((9, 8))]


@check
def equal_runs_agree():
    assert judged("freebsd", {}) == (0, [])


@check
def used_lines_have_no_excuse():
    change = {("options.ip", "udp4.IP_TTL.default"): "4:65"}
    assert judged("freebsd", change)[0] == 1
    assert judged("freebsd", change, "options.ip,udp4.IP_TTL*,not-modelled,why")[0] == 1
    assert judged("freebsd", change, "options.ip,udp4.IP_TTL*,before-9.9,why")[0] == 1


@check
def calls_without_a_constant_are_used():
    assert judged("freebsd", {("path.refused", "v4.connected"): "x"}, "path.refused,*,not-modelled,why")[0] == 1


@check
def other_lines_need_a_row():
    for key in "udp4.IP_TTL.len.3", "udp4.IP_RECVOPTS.default":
        change = {("options.ip", key): "x"}
        assert judged("freebsd", change)[0] == 1, key
        assert judged("freebsd", change, f"options.ip,{key},not-modelled,why") == (0, []), key


@check
def what_the_host_cannot_is_a_reason_on_models():
    change = {("options.ip", "udp4.IP_TTL.default"): "4:65"}
    assert judged("freebsd", change, "options.ip,udp4.IP_TTL*,host,why") == (0, [])
    assert judged("linux", change, "options.ip,udp4.IP_TTL*,host,why")[0] == 1
    assert judged("freebsd", {}, "options.ip,udp4.IP_TTL*,host,why")[1] != []  # idle


@check
def another_kernel_is_a_reason_on_linux():
    change = {("options.ip", "udp4.IP_TTL.default"): "4:65"}
    row = "options.ip,udp4.IP_TTL.default,{},why"
    assert judged("linux", change, row.format("before-9.9")) == (0, [])
    assert judged("linux", change, row.format("since-9.9"))[0] == 1
    assert judged("linux", {}, row.format("since-9.9")) == (0, [])  # of another kernel: not idle
    assert len(judged("linux", {}, row.format("before-9.9"))[1]) == 1


@check
def a_line_too_many_is_a_difference():
    assert judged("freebsd", {("options.ip", "udp4.IP_TTL.new"): "x"})[0] == 1


@check
def what_no_kernel_was_asked_is_no_difference():
    assert judged("freebsd", {("batch.sent", "udp4.three"): "x"}) == (0, [])


@check
def idle_rows_are_found():
    assert len(judged("freebsd", {}, "options.ip,udp4.IP_TTL*,not-modelled,why")[1]) == 1


@check
def what_is_used_follows_the_tables():
    for probe, key, used in (("options.ip", "udp4.IP_RECVTOS.default", True), ("options.ip", "udp6.IP_RECVTOS.refused", False),
                             ("options.ip", "udp4.IP_MULTICAST_TTL.len.1", True), ("options.ip", "udp4.IP_MULTICAST_TTL.len.4", False),
                             ("control_send.ints", "udp4.IP_TOS.byte.255", True), ("control_send.ints", "udp4.IP_TTL.int.1", False),
                             ("multicast.forms", "dual.group_req.239.1.2.3.net0", False), ("raw.header_sent", "network.ttl.0", True),
                             ("multicast.forms", "udp4.group_req.239.1.2.3.net0", True), ("raw.header_sent", "host.ttl.0", False)):
        assert (uses.why_unused(FREEBSD, probe, key) is None) == used, f"{probe},{key}"
    for probe, key, used in (("multicast.sequences", "v4.group_req.JL", True), ("multicast.sequences", "v4.group_req.Ja", False),
                             ("multicast.sequences", "v6.group_req.Ja", True), ("delivery.matrix", "udp4.v4.self.net0", True),
                             ("delivery.matrix", "udp4.v4.self.source.a.net0", False), ("delivery.matrix", "udp6.v6.self.blocks.a.net0", True)):
        assert (uses.why_unused(DARWIN, probe, key) is None) == used, f"{probe},{key}"


@check
def the_command_fails_and_says_where():
    with tempfile.TemporaryDirectory() as place:
        said, measured = os.path.join(place, "said.csv"), os.path.join(place, "measured.csv")
        for path, value in (said, "0"), (measured, "1"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"options.kinds,udp4,{value}\n")
        command = [sys.executable, "-B", str(HERE / "judge.py"), "freebsd", "--answers", said, "--subject", "options"]
        assert subprocess.run([*command, said], capture_output=True).returncode == 0
        done = subprocess.run([*command, measured], capture_output=True, text=True)
        assert done.returncode == 1 and "options.kinds,udp4\n  - 0\n  + 1" in done.stdout, done.stdout


if __name__ == "__main__":
    sys.exit(harness.main())
