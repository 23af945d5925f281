# SPDX-License-Identifier: BSD-2-Clause
"""mdns_responder, asked by a DNS client of a few lines."""
import os
import socket
import struct
import time

import private
from harness import WAIT, Skip, check, run, serving
from private import FAR4, FAR6, NEAR4, NEAR6, far_socket

RESPONDER = os.environ["IPSOCK_MDNS_RESPONDER"]
PORT = 5353
GROUP4, GROUP6 = "224.0.0.251", "ff02::fb"
A, AAAA, ANY, TXT = 1, 28, 255, 16
IN, QU = 1, 0x8000
IP_RECVTTL = 12  # Python lacks the name
SILENCE = 0.3


def responding(name="myhost", interface="veth0"):
    return serving("answering for ", "stdout", RESPONDER, name, interface)


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def question(name, kind, klass=IN):
    return (wire(name) if isinstance(name, str) else name) + struct.pack("!HH", kind, klass)


def query(*questions, ident=0x1234, flags=0, answers=b"", counts=None):
    counts = counts or (len(questions), 1 if answers else 0, 0, 0)
    return struct.pack("!6H", ident, flags, *counts) + b"".join(questions) + answers


def read_name(data, at):
    labels, end = [], None
    while data[at]:
        if data[at] >= 0xc0:
            end = end or at + 2
            at = (data[at] & 63) << 8 | data[at + 1]
        else:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += data[at] + 1
    return ".".join(labels), end or at + 1


class Reply:
    def __init__(self, data, ttl=None, peer=None):
        self.ttl, self.peer = ttl, peer
        self.ident, self.flags, questions, answers, *others = struct.unpack("!6H", data[:12])
        assert others == [0, 0]
        self.questions, self.answers = [], []
        at = 12
        for _ in range(questions):
            name, at = read_name(data, at)
            self.questions.append((name, *struct.unpack("!HH", data[at:at + 4])))
            at += 4
        for _ in range(answers):
            name, at = read_name(data, at)
            kind, klass, ttl, length = struct.unpack("!HHIH", data[at:at + 10])
            value = data[at + 10:at + 10 + length]
            at += 10 + length
            family = {A: socket.AF_INET, AAAA: socket.AF_INET6}[kind]
            self.answers.append((name, kind, klass, ttl, socket.inet_ntop(family, value)))
        assert at == len(data), "bytes left over"

    def addresses(self):
        return sorted(answer[4] for answer in self.answers)


class Client:
    """Asks from a port of the other host; 5353 makes it a multicast DNS querier, which hears the
    group."""

    def __init__(self, port=0, ipv6=False):
        self.ipv6 = ipv6
        self.s = far_socket(socket.AF_INET6 if ipv6 else socket.AF_INET)
        index = private.far_index()
        if ipv6:
            self.s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            self.s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
            self.s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            self.s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                              socket.inet_pton(socket.AF_INET6, GROUP6) + struct.pack("=I", index))
            self.s.bind(("::", port))
            self.group = (GROUP6, PORT)
        else:
            self.s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(FAR4))
            self.s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
            self.s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
            self.s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                              socket.inet_aton(GROUP4) + socket.inet_aton(FAR4))
            self.s.bind(("", port))
            self.group = (GROUP4, PORT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def send(self, message, to=None):
        self.s.sendto(message, to or self.group)

    def reply(self, wait=WAIT):
        self.s.settimeout(wait)
        try:
            data, control, _, peer = self.s.recvmsg(9000, 200)
        except TimeoutError:
            return None
        return Reply(data, struct.unpack("=i", control[0][2])[0], peer)

    def ask(self, message, to=None):
        self.send(message, to)
        reply = self.reply()
        assert reply, "no answer"
        return reply

    def unanswered(self, message, what="", to=None):
        """Nothing comes for the message; what is asked after it is answered first."""
        self.send(message, to)
        reply = self.ask(query(question("myhost.local", A, IN | QU), ident=0x7777))
        legacy = self.s.getsockname()[1] != PORT
        assert reply.ident == (0x7777 if legacy else 0) and reply.addresses() == [NEAR4], what
        assert self.reply(SILENCE) is None, what


def check_legacy(reply, kind, addresses):
    assert reply.ident == 0x1234 and reply.flags == 0x8400, reply.__dict__
    assert reply.questions == [("myhost.local", kind, IN)], reply.questions
    assert reply.addresses() == sorted(addresses), reply.answers
    assert {answer[0] for answer in reply.answers} == {"myhost.local"}
    assert {answer[2] for answer in reply.answers} == {IN}, "cache-flush bit"
    assert all(0 < answer[3] <= 10 for answer in reply.answers)


@check
def legacy_resolver_over_ipv4():
    private.need_far()
    with responding(), Client() as client:
        for kind, addresses in ((A, [NEAR4]), (AAAA, [NEAR6]), (ANY, [NEAR4, NEAR6])):
            reply = client.ask(query(question("myhost.local", kind)))
            check_legacy(reply, kind, addresses)
            assert reply.ttl == 255 and reply.peer == (NEAR4, PORT), (reply.ttl, reply.peer)


@check
def legacy_resolver_over_ipv6():
    private.need_far()
    with responding(), Client(ipv6=True) as client:
        for kind, addresses in ((A, [NEAR4]), (AAAA, [NEAR6]), (ANY, [NEAR4, NEAR6])):
            reply = client.ask(query(question("myhost.local", kind)))
            check_legacy(reply, kind, addresses)
            assert reply.ttl == 255 and reply.peer[1] == PORT, (reply.ttl, reply.peer)
            assert reply.peer[0].split("%")[0] == NEAR6, reply.peer


def check_own(reply, addresses, klass):
    assert reply.ident == 0 and reply.flags == 0x8400 and reply.questions == []
    assert reply.addresses() == sorted(addresses), reply.answers
    assert {answer[2:4] for answer in reply.answers} == {(klass, 120)}, reply.answers
    assert reply.ttl == 255


@check
def multicast_answers():
    private.need_far()
    for ipv6 in (False, True):
        with responding(), Client(PORT, ipv6) as client:
            check_own(client.ask(query(question("myhost.local", A))), [NEAR4], 0x8001)
            check_own(client.ask(query(question("myhost.local", AAAA))), [NEAR6], 0x8001)


@check
def a_multicast_answer_is_heard_by_others():
    private.need_far()
    for ipv6 in (False, True):
        with responding() as server, Client(PORT, ipv6) as client:
            with Client(0, ipv6) as other:  # a member of the group, but on another port
                check_own(client.ask(query(question("myhost.local", ANY))), [NEAR4, NEAR6], 0x8001)
                assert "2 addresses, multicast\n" in server.line()
                assert other.reply(SILENCE) is None


@check
def unicast_answers_on_request():
    private.need_far()
    for ipv6 in (False, True):
        with responding() as server, Client(PORT, ipv6) as client:
            for _ in range(2):  # no limit of one a second
                check_own(client.ask(query(question("myhost.local", A, IN | QU))), [NEAR4], IN)
                assert "1 address, unicast\n" in server.line()


@check
def one_question_without_the_bit_makes_it_multicast():
    private.need_far()
    with responding() as server, Client(PORT) as client:
        both = query(question("myhost.local", A, IN | QU), question("myhost.local", AAAA))
        check_own(client.ask(both), [NEAR4, NEAR6], 0x8001)
        assert server.line().endswith("multicast\n")


@check
def asked_directly():
    private.need_far()
    with responding():
        with Client(PORT) as client:
            reply = client.ask(query(question("myhost.local", A)), (NEAR4, PORT))
            check_own(reply, [NEAR4], IN)
        with Client() as client:
            check_legacy(client.ask(query(question("myhost.local", A)), (NEAR4, PORT)), A, [NEAR4])
        with Client(ipv6=True) as client:
            to = (NEAR6, PORT, 0, private.far_index())
            check_legacy(client.ask(query(question("myhost.local", AAAA)), to), AAAA, [NEAR6])


@check
def not_asked_from_afar():
    """A direct question from another network is ignored."""
    private.need_far()
    with responding(), Client() as client:
        with far_socket(socket.AF_INET) as s:
            private.enter(private.far)
            try:
                private.ip("addr", "add", "10.99.0.1/32", "dev", "lo")
            finally:
                private.enter(private.near)
            private.ip("route", "replace", "10.99.0.0/24", "via", FAR4)
            s.bind(("10.99.0.1", 0))
            s.settimeout(SILENCE)
            s.sendto(query(question("myhost.local", A)), (NEAR4, PORT))
            client.ask(query(question("myhost.local", A)))
            try:
                s.recv(100)
                assert False, "answered"
            except TimeoutError:
                pass


@check
def once_a_second_to_the_group():
    private.need_far()
    with responding(), Client(PORT) as client:
        client.ask(query(question("myhost.local", A)))
        client.send(query(question("myhost.local", A)))
        assert client.reply(SILENCE) is None
        time.sleep(1)
        client.ask(query(question("myhost.local", A)))


def known(address, ttl, kind=A):
    family = socket.AF_INET if kind == A else socket.AF_INET6
    value = socket.inet_pton(family, address)
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, IN, ttl, len(value)) + value


@check
def known_answers_are_not_repeated():
    private.need_far()
    with responding(), Client(PORT) as client:
        ask = question("myhost.local", ANY)
        client.unanswered(query(question("myhost.local", A), answers=known(NEAR4, 60)))
        check_own(client.ask(query(ask, answers=known(NEAR4, 60))), [NEAR6], 0x8001)
        time.sleep(1.1)
        check_own(client.ask(query(ask, answers=known(NEAR4, 59))), [NEAR4, NEAR6], 0x8001)
        time.sleep(1.1)
        check_own(client.ask(query(ask, answers=known("10.1.1.1", 60))), [NEAR4, NEAR6], 0x8001)


@check
def letters_of_any_case():
    private.need_far()
    with responding("MyHost.LOCAL"), Client() as client:
        reply = client.ask(query(question("mYHOST.local", A)))
        # As it was asked: resolvers look for their own spelling.
        assert reply.questions[0][0] == reply.answers[0][0] == "mYHOST.local"


@check
def compressed_questions():
    private.need_far()
    with responding(), Client() as client:
        # The second name points into the first: "other.local", "myhost" + pointer to "local".
        reply = client.ask(query(question("other.local", A),
                                 question(b"\6myhost\xc0\x12", A)))
        assert reply.addresses() == [NEAR4] and reply.questions == [("myhost.local", A, IN)]
        reply = client.ask(query(question("myhost.local", TXT), question(b"\xc0\x0c", AAAA)))
        assert reply.addresses() == [NEAR6] and reply.questions == [("myhost.local", AAAA, IN)]


@check
def other_questions_are_unanswered():
    private.need_far()
    with responding(), Client() as client:
        for name in ("other.local", "myhost", "myhost.local.local", "a.myhost.local", "local",
                     "myhosu.local", "myhos.local", "myhost.locam"):
            client.unanswered(query(question(name, A)), name)
        client.unanswered(query(question("myhost.local", TXT)), "type")
        client.unanswered(query(question("myhost.local", A, 3)), "class")


@check
def malformed_messages_are_ignored():
    private.need_far()
    good = query(question("myhost.local", A))
    ours = question("myhost.local", A)
    bad = {f"cut at {length}": good[:length] for length in range(len(good))}
    bad.update({
        "pointer to itself": query(question(b"\xc0\x0c", A)),
        "pointer forwards": query(question(b"\xc0\x20", A), ours),
        "pointers in a circle": query(question(b"\x01a\xc0\x0e", A), question(b"\xc0\x0c", A)),
        "pointer to the header": query(question(b"\xc0\x00", A), ours),
        "pointer behind the end": query(ours, question(b"\xff\xff", A)),
        "half a pointer": query(ours, b"\xc0", counts=(2, 0, 0, 0)),
        "reserved label 0x40": query(ours, question(b"\x41a\0", A)),
        "reserved label 0x80": query(ours, question(b"\x81a\0", A)),
        "name of 256 bytes": query(ours, question(b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 2 +
                                                  b"\x3e" + b"a" * 62 + b"\0", A)),
        "name without end": query(ours, b"\x3f" + b"a" * 20, counts=(2, 0, 0, 0)),
        "more questions than there are": query(ours, counts=(65535, 0, 0, 0)),
        "more records than there are": query(ours, counts=(1, 65535, 65535, 65535)),
        "record longer than the message": query(ours, answers=known(NEAR4, 1)[:-1]),
        "a response": query(ours, flags=0x8000),
        "a response with answers": query(ours, flags=0x8400, answers=known("10.0.0.1", 120)),
        "an opcode": query(ours, flags=0x2800),
        "a response code": query(ours, flags=0x0003),
        "no question": query(),
        "nothing": b"",
        "ones": b"\xff" * 600,
        "zeros": b"\0" * 600,
    })
    with responding() as server, Client() as client:
        for what, message in bad.items():
            client.send(message)
        client.unanswered(b"", "one of them")
        assert server.process.poll() is None
        # The longest name is none of these: it is read, and the question behind it answered.
        longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\0"
        assert len(longest) == 255
        assert client.ask(query(question(longest, A), ours)).addresses() == [NEAR4]


@check
def pointers_one_to_the_next():
    """A long chain is read to its end, and in no time."""
    private.need_far()
    with responding(), Client() as client:
        links = [question("myhost.local", TXT)]
        links += [question(struct.pack("!H", 0xc00c), TXT) for _ in range(200)]
        assert client.ask(query(*links, question(b"\xc0\x0c", A))).addresses() == [NEAR4]


@check
def over_loopback():
    """Also where no other network may be made."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("", PORT))
        except OSError as problem:
            raise Skip(f"port {PORT} is not shared here: {problem}") from problem
    with responding(interface="lo") as server:
        for to in ((GROUP4, PORT), ("127.0.0.1", PORT)):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(WAIT)
                s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                             struct.pack("=4s4si", b"\0" * 4, b"\0" * 4, 1))
                s.bind(("127.0.0.1", 0))
                s.sendto(query(question("myhost.local", A)), to)
                data, peer = s.recvfrom(9000)
                assert peer == ("127.0.0.1", PORT), peer
                check_legacy(Reply(data), A, ["127.0.0.1", *private.ALIASES])
        assert server.interrupt() == 0
        assert server.rest("stderr") == []


@check
def usage():
    for arguments in ([], [""], ["."], ["local."], [".local"], ["a..local"], ["a.b"], ["a" * 64],
                      ["a." * 125 + "local"], ["host.example.com"]):
        result = run(RESPONDER, *arguments)
        assert result.returncode == 2 and result.stderr.startswith("Usage:"), arguments
    result = run(RESPONDER, "myhost", "no-such-if")
    assert result.returncode == 1 and "could be joined" in result.stderr, result
