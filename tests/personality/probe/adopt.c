// SPDX-License-Identifier: BSD-2-Clause
/* What a foreign socket tells of itself, and what a new one is like. */
#include "probe.h"

#ifndef SO_PROTOCOL
#define SO_PROTOCOL ABSENT
#endif
#ifndef SO_DOMAIN
#define SO_DOMAIN ABSENT
#endif

static const char *kind_word(int value)
{
    return value == SOCK_STREAM  ? "stream"
           : value == SOCK_DGRAM ? "datagram"
           : value == SOCK_RAW   ? "raw"
                                 : text("%d", value);
}

static const char *read_option(int fd, int name)
{
    int value = -99;
    socklen_t length = sizeof value;
    if (name == ABSENT)
        return "absent";
    long r = port_getsockopt(fd, SOL_SOCKET, name, &value, &length);
    if (r < 0)
        return result(r);
    if (name == SO_TYPE)
        return kind_word(value);
    if (name == SO_DOMAIN)
        return value == AF_INET ? "inet" : value == AF_INET6 ? "inet6" : text("%d", value);
    return text("%d", value);
}

static const char *family_text(int fd)
{
    struct address a;
    memset(&a, 0, sizeof a);
    a.length = sizeof a.as.storage;
    long r = port_getsockname(fd, &a.as.sa, &a.length);
    if (r < 0)
        return result(r);
    int family = a.as.sa.sa_family;
    return text("%s length %u",
                family == AF_INET    ? "inet"
                : family == AF_INET6 ? "inet6"
                                     : text("%d", family),
                (unsigned)a.length);
}

static void kinds(void)
{
    for (int k = 0; k < KINDS; k++) {
        int fd = open_kind((enum kind)k);
        if (fd < 0)
            continue;
        say(text("%s", kind_name[k]), "type %s protocol %s domain %s listens %s name %s",
            read_option(fd, SO_TYPE), read_option(fd, SO_PROTOCOL), read_option(fd, SO_DOMAIN),
            read_option(fd, SO_ACCEPTCONN), family_text(fd));
        say(text("%s.blocking", kind_name[k]), "set before %s", result(port_nonblocking(fd, -1)));
        if (k == TCP4 || k == TCP6) {
            port_listen(fd, 1);
            say(text("%s.listening", kind_name[k]), "listens %s", read_option(fd, SO_ACCEPTCONN));
        }
        shut(fd);
    }
    static const int protocols[] = {0, 2, 6, 17, 89, 255};
    for (int v6 = 0; v6 < 2; v6++)
        for (size_t n = 0; n < COUNT(protocols); n++) {
            long fd = open_socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW, protocols[n]);
            say(text("raw%d.protocol.%d", v6 ? 6 : 4, protocols[n]), "%s protocol %s",
                fd < 0 ? result(fd) : "ok", fd < 0 ? "none" : read_option((int)fd, SO_PROTOCOL));
        }
}

/* Names into rooms of every length. */
static void names(void)
{
    static const unsigned sizes[] = {0, 1, 2, 8, 15, 16, 17, 27, 28, 29, 128};
    for (int v6 = 0; v6 < 2; v6++)
        for (size_t n = 0; n < COUNT(sizes); n++) {
            int fd = open_kind(v6 ? UDP6 : UDP4);
            struct address a;
            if (fd < 0)
                continue;
            memset(&a, 0, sizeof a);
            connect_to(fd, v6 ? "2001:db8::9" : "192.0.2.9", PEER_PORT);
            a.length = (socklen_t)sizes[n];
            long r = port_getsockname(fd, &a.as.sa, &a.length);
            const char *own = text("%s length %u", result(r), (unsigned)a.length);
            a.length = (socklen_t)sizes[n];
            r = port_getpeername(fd, &a.as.sa, &a.length);
            say(text("v%d.room.%u", v6 ? 6 : 4, sizes[n]), "own %s peer %s length %u", own,
                result(r), (unsigned)a.length);
            shut(fd);
        }
}

/* Descriptors that are no sockets, and closed ones. */
static void wrong(void)
{
    struct address a = address("192.0.2.9", PEER_PORT);
    int value = 0;
    socklen_t length = sizeof value;
    int fd = open_kind(UDP4);
    if (fd < 0)
        return;
    shut(fd);
    say("closed.getsockopt", "%s",
        result(port_getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length)));
    say("closed.send", "%s", result(send_to(fd, &a, "x", 1, NULL)));
    say("closed.bind", "%s", result(port_bind(fd, &a.as.sa, a.length)));
    say("closed.close", "%s", result(port_close(fd)));
    say("minus.one.send", "%s", result(send_to(-1, &a, "x", 1, NULL)));
    say("family.inet.on.inet6", "%s", result(bind_to(open_kind(UDP6), "192.0.2.1", OWN_PORT)));
    say("family.77", "%s", result(open_socket(77, SOCK_DGRAM, 0)));
    say("type.77", "%s", result(open_socket(AF_INET, 77, 0)));
    say("protocol.udp.of.stream", "%s", result(open_socket(AF_INET, SOCK_STREAM, IPPROTO_UDP)));
}

/* Privileged and taken ports. */
static void ports(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        int a = open_kind(v6 ? UDP6 : UDP4), b = open_kind(v6 ? UDP6 : UDP4);
        const char *any = v6 ? "::" : "0.0.0.0";
        if (a < 0 || b < 0)
            continue;
        long r = bind_to(a, any, 77), s = bind_to(b, any, 77);
        say(text("v%d.taken", v6 ? 6 : 4), "%s %s", result(r), result(s));
        say(text("v%d.other.taken", v6 ? 6 : 4), "%s",
            result(bind_to(b, v6 ? "2001:db8::1" : "192.0.2.1", 77)));
        say(text("v%d.foreign", v6 ? 6 : 4), "%s",
            result(bind_to(b, v6 ? "2001:db8:5::1" : "203.0.113.1", OWN_PORT)));
        r = bind_to(b, any, 0);
        say(text("v%d.kernel.chosen", v6 ? 6 : 4), "%s name %s", result(r), own_name(b));
        shut(a), shut(b);
    }
}

const struct probe adopt_probes[] = {{"adopt.kinds", kinds},
                                     {"adopt.names", names},
                                     {"adopt.wrong", wrong},
                                     {"adopt.ports", ports},
                                     {NULL, NULL}};
