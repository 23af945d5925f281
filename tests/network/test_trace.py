# SPDX-License-Identifier: BSD-2-Clause
"""Traceroute over three routers, the example and the command, unprivileged by the error stream and
raw: the right hops in the right order, silent and refusing routers, users without privilege."""
import tempfile

from harness import copy_for_others
from lab import check, until
from routers import FAR, HOPS, REFUSED
from traces import BACK, EXAMPLE, LOOP, TOOL, WAYS
from traces import Hop, build, each_way, expect, run, silent, trace


@each_way
def es_10_hops_in_order(lab, version, way):
    code, hops, text = trace(lab, way, FAR[version])
    expect(hops, *HOPS[version][:3], FAR[version])
    assert code == 0, text


@each_way
def es_10_a_hop_that_is_the_host(lab, version, way):
    code, hops, _ = trace(lab, way, HOPS[version][0])
    expect(hops, HOPS[version][0])
    assert code == 0


@each_way
def es_10_a_silent_router(lab, version, way):
    with silent(lab, version):
        code, hops, _ = trace(lab, way, FAR[version], *way.impatient)
    expect(hops, HOPS[version][0], "*", HOPS[version][2], FAR[version])
    assert code == 0


@each_way
def es_10_as_many_hops_as_it_may(lab, version, way):
    code, hops, text = trace(lab, way, LOOP[version])
    first = {HOPS[version][0], BACK[version]}  # whichever of its addresses Linux takes
    assert [hop.number for hop in hops] == list(range(1, 31)), text
    for hop in hops:
        assert len(hop.answers) == 3 and "*" not in hop.answers, text
        for address, mark in hop.answers:
            assert mark is None and (address in first if hop.number % 2 else
                                     address == HOPS[version][1]), text
    assert code == 1


@each_way
def es_10_routers_that_refuse(lab, version, way):
    marks = {"prohibit": "!X", "unreachable": {4: "!H", 6: "!N"}[version]}
    for kind, hosts in REFUSED.items():
        def refused(host=hosts[version], mark=marks[kind]):
            """Linux spares such answers: of three at least one must come."""
            code, hops, text = trace(lab, way, host, *way.impatient)
            assert code == 1 and hops[0].answers == [(HOPS[version][0], None)] * 3, text
            said = set(hops[1].answers) - {"*"}
            assert said <= {(HOPS[version][1], mark)}, text
            return bool(said) and len(hops) == 2
        until(f"{kind} by the second router", refused)


@check
def es_10_users_without_privilege(lab):
    """The error stream is for everybody; without raw sockets the program says what to do."""
    nobody = "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"
    with tempfile.TemporaryDirectory() as place:
        copies = {program: copy_for_others(program, place) for program in (EXAMPLE, TOOL)}
        for version in (4, 6):
            for way in WAYS:
                program, environment = copies[way.words[0]]
                code, out, err = run(lab, *nobody, program, *way.words[1:], FAR[version],
                                     env=environment)
                if not way.raw:
                    assert code == 0, err
                    expect([Hop(line) for line in out.splitlines()], *HOPS[version][:3],
                           FAR[version])
                    continue
                assert code == 1 and out == "", out
                assert "(run as root, or with CAP_NET_RAW: setcap cap_net_raw+ep PROGRAM): " \
                    "missing privilege" in err, err
                assert f"ithout {'--raw' if way.tool else '-r'} it takes no privilege" in err, err
