# SPDX-License-Identifier: BSD-2-Clause
"""Groups with programs of others: socat hears what the library sends, and is heard; dig asks the
multicast DNS responder. And the source-specific listener, an example of ours."""
import ipaddress
import os
import re
import select
import subprocess

from lab import WAIT, check, line, need, until
from multicast import (ALLOW, BLOCK, FAMILIES, PORT, TO_EXCLUDE, TO_INCLUDE, Reports, Sender,
                       build_bridges, each_family, hears, listener)

MDNS_RESPONDER = os.environ.get("IPSOCK_MDNS_RESPONDER", "")
SSM_LISTENER = os.environ.get("IPSOCK_SSM_LISTENER", "")


def build(lab):
    build_bridges(lab, sender_links=("east",))


@each_family("16", "11")
def socat_hears_what_is_sent_here(lab, family):
    need("socat")
    group = family.groups + "1"
    if family.name == "v4":
        address = f"UDP4-RECV:{PORT},reuseaddr,ip-add-membership={group}:{family.c}"
    else:
        address = f"UDP6-RECV:{PORT},reuseaddr,ipv6-join-group=[{group}]:east"
    with Reports(lab.switch, "east3") as wire:
        socat = lab.receiver.start("socat", "-u", address, "STDOUT", stdout=subprocess.PIPE)
        wire.expect(TO_EXCLUDE, group, copies=1)
    driver = lab.a.driver()
    bound = f"[{family.a}]:0" if ":" in family.a else f"{family.a}:0"
    driver.ok(f"open s local={bound}")
    driver.ok("mset s on=east")
    end = f"[{group}]:{PORT}" if ":" in group else f"{group}:{PORT}"
    driver.ok(f"send s peer={end} data=library")
    ready, _, _ = select.select([socat.stdout], [], [], WAIT)
    assert ready and os.read(socat.stdout.fileno(), 100) == b"library"


@each_family("16", "11")
def socat_is_heard(lab, family):
    """From the wanted source; another socat on the other host is not."""
    need("socat")
    group, marker = family.ssm + "1", family.groups + "1"
    driver = listener(lab.receiver, family, "reuse,strict")
    driver.ok(f"joinsource s group={group} source={family.a} on=east")
    driver.ok(f"join s group={marker} on=east")
    four = family.name == "v4"

    def send(host, address, to, text):
        address = address if four else f"[{address}]"
        end = f"{'UDP4' if four else 'UDP6'}-DATAGRAM:{to if four else f'[{to}]'}:{PORT}"
        done = subprocess.run(["ip", "netns", "exec", host.name, "socat", "-u", "STDIN",
                               f"{end},bind={address},so-bindtodevice=east"],
                              input=text, text=True, stderr=subprocess.PIPE, timeout=WAIT)
        assert done.returncode == 0, done.stderr

    send(lab.b, family.b, group, "no")
    send(lab.b, family.b, marker, "marker")
    hears(driver, "marker")
    send(lab.a, family.a, group, "socat")
    got, = hears(driver, "socat")
    assert got["destination"] == group and family.a in got["peer"], got.line


@each_family("05", "04")
def ssm_listener_hears_the_wanted_source(lab, family):
    group = family.ssm + "2"
    where = f"[{group}]:{PORT}" if ":" in group else f"{group}:{PORT}"
    a, b = Sender(lab.a, family.a), Sender(lab.b, family.b)
    for mode, reports, heard, unheard in (
            ("include", (ALLOW, (family.a,)), a, b), ("exclude", (TO_EXCLUDE, (family.a,)), b, a)):
        with Reports(lab.switch, "east3") as wire:
            program = lab.receiver.start(SSM_LISTENER, mode, where, family.a, "east",
                                         stdout=subprocess.PIPE)
            assert line(program) == f"listening to {where}"
            unheard.send(group, "no")
            heard.send(group, "yes!")
            text = line(program)
            assert text.startswith(f"4 bytes for {group}") and "hop limit 8" in text, text
            assert (family.a if heard is a else family.b) in text, text
            assert wire.first(group).type in (reports[0], BLOCK), mode
            program.terminate()
            program.wait(WAIT)
            last = {ALLOW: (BLOCK,), TO_EXCLUDE: (TO_INCLUDE,)}[reports[0]]
            until("the leave", lambda wire=wire, last=last: wire.first(group).type in last)


def dig(lab, *words):
    done = subprocess.run(["ip", "netns", "exec", lab.a.name, "dig", "-p", "5353", "+time=5",
                           "+tries=1", *words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=WAIT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def responder(lab):
    need("dig")
    program = lab.receiver.start(MDNS_RESPONDER, "printer", "east", stdout=subprocess.PIPE)
    assert line(program).startswith("answering for printer on 1 interface")
    return program


def expect_addresses(answer, family):
    assert "status: NOERROR" in answer and "aa" in re.search(r"flags: ([^;]*);", answer)[1], answer
    assert "malformed" not in answer.lower() and "mismatch" not in answer.lower(), answer
    kind = "A" if family.name == "v4" else "AAAA"
    assert re.search(rf"printer\.local\.\s+\d+\s+IN\s+{kind}\s+{re.escape(family.c)}\b", answer), \
        answer


@each_family("18", "06")
def dig_asks_the_mdns_responder(lab, family):
    """At its host's address: dig connects its socket, and so hears no answer to a question that
    went to a group."""
    program = responder(lab)
    kind = "A" if family.name == "v4" else "AAAA"
    expect_addresses(dig(lab, f"@{family.c}", "printer.local", kind), family)
    assert "asked by east" in line(program)


@each_family("18", "06")
def mdns_responder_answers_a_question_to_the_group(lab, family):
    """A plain socket asks; from any port but 5353 it is an ordinary resolver, which gets an answer
    of its own with its number (RFC 6762, 6.7)."""
    program = lab.receiver.start(MDNS_RESPONDER, "printer", "east", stdout=subprocess.PIPE)
    line(program)
    kind = b"\0\x01" if family.name == "v4" else b"\0\x1c"
    query = b"\x12\x34\0\0\0\1\0\0\0\0\0\0\7printer\5local\0" + kind + b"\0\1"
    client = lab.a.udp(family.a)
    if family.name == "v4":
        client.sendto(query, ("224.0.0.251", 5353))
    else:
        client.sendto(query, ("ff02::fb", 5353, 0, lab.a.index("east")))
    answer, peer = client.recvfrom(2048)
    assert peer[1] == 5353 and answer[:3] == b"\x12\x34\x84", (peer, answer)
    assert ipaddress.ip_address(family.c).packed in answer, answer
    client.close()


@check
def v4_mc_18_mdns_responder_keeps_silent_about_other_names(lab):
    """The next thing that it says is about its own name."""
    program = responder(lab)
    asked = lab.a.start("dig", "-p", "5353", "+time=1", "+tries=1", "@192.0.2.3", "plotter.local",
                        stdout=subprocess.PIPE)
    assert asked.wait(WAIT) != 0
    expect_addresses(dig(lab, "@192.0.2.3", "printer.local", "A"), FAMILIES[0])
    assert "asked by east" in line(program)
