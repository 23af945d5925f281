// SPDX-License-Identifier: BSD-2-Clause
/* TCP as the library uses it: connecting without waiting, accepting, what is inherited, how streams
 * end. Both ends are this host's. */
#include "probe.h"

static const enum kind kinds[] = {TCP4, TCP6};
static const char *const own[] = {"127.0.0.1", "::1"}, *const any[] = {"0.0.0.0", "::"};
enum { STREAM_PORT = OWN_PORT };

static const char *events_text(int events)
{
    return text("%s%s%s%s%s", events ? "" : "none", events & POLLIN ? "IN" : "",
                events & POLLOUT ? "OUT" : "", events & POLLERR ? "ERR" : "",
                events & POLLHUP ? "HUP" : "");
}

static const char *all_events(int fd)
{
    port_settle();
    return events_text(port_poll(fd, POLLIN | POLLOUT, 20));
}

static int open_stream(int v6)
{
    int fd = open_kind(kinds[v6]);
    if (fd >= 0)
        port_nonblocking(fd, 1);
    return fd;
}

static int open_listener(int v6)
{
    int fd = open_stream(v6);
    if (fd < 0)
        return fd;
    set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind_to(fd, any[v6], STREAM_PORT) < 0 || port_listen(fd, 5) < 0)
        return -1;
    return fd;
}

static long accepted(int listener, struct address *peer)
{
    memset(peer, 0, sizeof *peer);
    peer->length = sizeof peer->as.storage;
    port_readable(listener);
    long fd = port_accept(listener, &peer->as.sa, &peer->length);
    return fd < 0 ? fd : keep_socket((int)fd);
}

/* Two connected ends and their listener; false where that does not work. */
static int open_pair(int v6, int *client, int *server, int *listener)
{
    struct address peer;
    *listener = open_listener(v6), *client = open_stream(v6), *server = -1;
    if (*listener < 0 || *client < 0)
        return 0;
    connect_to(*client, own[v6], STREAM_PORT);
    *server = (int)accepted(*listener, &peer);
    return *server >= 0;
}

static const char *so_error(int fd)
{
    int value = 0;
    socklen_t length = sizeof value;
    long r = port_getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length);
    return r < 0 ? result(r) : result(-value);
}

static const char *peer_name(int fd)
{
    struct address a;
    memset(&a, 0, sizeof a);
    a.length = sizeof a.as.storage;
    long r = port_getpeername(fd, &a.as.sa, &a.length);
    return r < 0 ? result(r) : address_text(&a.as, a.length);
}

/* What a socket says that is not connected. */
static void alone(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *name = kind_name[kinds[v6]];
        struct address peer = address(own[v6], 0);
        int fd = open_stream(v6);
        if (fd < 0)
            continue;
        say(text("%s.events", name), "%s", all_events(fd));
        say(text("%s.receive", name), "%s", receive_text(fd));
        say(text("%s.send", name), "%s", result(send_to(fd, NULL, "x", 1, NULL)));
        say(text("%s.send.empty", name), "%s", result(send_to(fd, NULL, "", 0, NULL)));
        say(text("%s.accept", name), "%s", result(port_accept(fd, &peer.as.sa, &peer.length)));
        say(text("%s.peer", name), "%s", peer_name(fd));
        say(text("%s.shutdown", name), "%s", result(port_shutdown(fd, 1)));
        shut(fd), fd = open_stream(v6);
        long r = port_listen(fd, 5);
        say(text("%s.listen.unbound", name), "%s name %s", result(r), own_name(fd));
        say(text("%s.listen.again", name), "%s", result(port_listen(fd, 5)));
        say(text("%s.listen.events", name), "%s", all_events(fd));
        say(text("%s.listen.accept", name), "%s",
            result(port_accept(fd, &peer.as.sa, &peer.length)));
        say(text("%s.listen.receive", name), "%s", receive_text(fd));
        say(text("%s.listen.send", name), "%s", result(send_to(fd, NULL, "x", 1, NULL)));
        say(text("%s.listen.connect", name), "%s", result(connect_to(fd, own[v6], STREAM_PORT)));
        shut(fd);
        if ((fd = open_kind(v6 ? UDP6 : UDP4)) < 0)
            continue;
        say(text("%s.udp.listen", name), "%s", result(port_listen(fd, 5)));
        say(text("%s.udp.accept", name), "%s", result(port_accept(fd, &peer.as.sa, &peer.length)));
        say(text("%s.udp.shutdown", name), "%s", result(port_shutdown(fd, 1)));
        shut(fd);
    }
}

/* From connect to accept. */
static void connecting(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *name = kind_name[kinds[v6]];
        int listener = open_listener(v6), fd = open_stream(v6);
        struct address peer;
        if (listener < 0 || fd < 0)
            continue;
        long r = connect_to(fd, own[v6], STREAM_PORT);
        const char *events = all_events(fd), *error = so_error(fd);
        say(text("%s.connect", name), "%s events %s SO_ERROR %s", result(r), events, error);
        say(text("%s.connect.again", name), "%s", result(connect_to(fd, own[v6], STREAM_PORT)));
        say(text("%s.names", name), "%s peer %s", own_name(fd), peer_name(fd));
        say(text("%s.listener.events", name), "%s", all_events(listener));
        long server = accepted(listener, &peer);
        say(text("%s.accept", name), "%s from %s", server < 0 ? result(server) : "ok",
            address_text(&peer.as, peer.length));
        say(text("%s.accept.again", name), "%s", result(accepted(listener, &peer)));
        if (server >= 0) {
            say(text("%s.accepted.names", name), "%s peer %s", own_name((int)server),
                peer_name((int)server));
            say(text("%s.accepted.not.blocking", name), "%s",
                result(port_nonblocking((int)server, -1)));
            say(text("%s.accepted.events", name), "%s", all_events((int)server));
        }
        shut(fd), shut((int)server), shut(listener);
        fd = open_stream(v6);
        r = connect_to(fd, own[v6], STREAM_PORT + 1); /* nobody listens */
        events = all_events(fd), error = so_error(fd);
        say(text("%s.refused", name), "%s events %s SO_ERROR %s", result(r), events, error);
        say(text("%s.refused.send", name), "%s", result(send_to(fd, NULL, "x", 1, NULL)));
        say(text("%s.refused.receive", name), "%s", receive_text(fd));
        say(text("%s.refused.again", name), "%s", result(connect_to(fd, own[v6], STREAM_PORT + 1)));
        shut(fd);
    }
}

/* A connection request on the wire, and errors about it. */
static void requests(void)
{
    static const struct {
        const char *key;
        int v6, type, code;
    } rows[] = {{"v4.net", 0, 3, 0},     {"v4.host", 0, 3, 1},    {"v4.protocol", 0, 3, 2},
                {"v4.port", 0, 3, 3},    {"v4.admin", 0, 3, 13},  {"v4.exceeded", 0, 11, 0},
                {"v6.noroute", 1, 1, 0}, {"v6.admin", 1, 1, 1},   {"v6.address", 1, 1, 3},
                {"v6.port", 1, 1, 4},    {"v6.exceeded", 1, 3, 0}};
    for (size_t n = 0; n < COUNT(rows); n++) {
        int v6 = rows[n].v6, fd = open_stream(v6);
        if (fd < 0)
            continue;
        char to[40];
        snprintf(to, sizeof to, v6 ? "2001:db8:5::7%zx" : "203.0.113.1%02zu", n + 16);
        set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, 9);
        set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, 32);
        wire_protocol = IPPROTO_TCP;
        wire_clear();
        long r = connect_to(fd, to, PEER_PORT);
        wire();
        if (!wire_size) {
            say(rows[n].key, "%s nothing left", result(r));
            shut(fd);
            continue;
        }
        unsigned ttl = v6 ? wire_packet[7] : wire_packet[8];
        unsigned tos =
            v6 ? (unsigned)(wire_packet[0] << 4 | wire_packet[1] >> 4) & 255 : wire_packet[1];
        static uint8_t quoted[60];
        size_t size = wire_size < sizeof quoted ? wire_size : sizeof quoted;
        memcpy(quoted, wire_packet, size);
        arrive_icmp(PORT_NET0, v6 ? "2001:db8::fe" : "192.0.2.254",
                    v6 ? "2001:db8::1" : "192.0.2.1", rows[n].type, rows[n].code, 0, quoted, size);
        const char *events = all_events(fd), *error = so_error(fd);
        say(rows[n].key, "%s wire ttl %u tos %u then events %s SO_ERROR %s connect %s", result(r),
            ttl, tos, events, error, result(connect_to(fd, to, PEER_PORT)));
        shut(fd);
    }
}

/* What an accepted socket has from its listener. */
static void inherited(void)
{
    static const struct {
        int v6, level, name, value;
        const char *text;
    } rows[] = {{0, IPPROTO_IP, IP_TTL, 9, "tcp4.IP_TTL"},
                {0, IPPROTO_IP, IP_TOS, 32, "tcp4.IP_TOS"},
                {1, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9, "tcp6.IPV6_UNICAST_HOPS"},
                {1, IPPROTO_IPV6, IPV6_TCLASS, 32, "tcp6.IPV6_TCLASS"},
                {0, SOL_SOCKET, SO_RCVBUF, 40000, "tcp4.SO_RCVBUF"},
                {0, SOL_SOCKET, SO_SNDBUF, 40000, "tcp4.SO_SNDBUF"},
                {1, IPPROTO_IPV6, IPV6_V6ONLY, 1, "tcp6.IPV6_V6ONLY"}};
    for (size_t n = 0; n < COUNT(rows); n++) {
        int v6 = rows[n].v6, listener = open_stream(v6), fd = open_stream(v6);
        struct address peer;
        if (listener < 0 || fd < 0 || rows[n].name == ABSENT)
            continue;
        set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1);
        long s = set_int(listener, rows[n].level, rows[n].name, rows[n].value);
        bind_to(listener, any[v6], STREAM_PORT), port_listen(listener, 5);
        connect_to(fd, own[v6], STREAM_PORT);
        long server = accepted(listener, &peer);
        const char *value = get_text((int)server, rows[n].level, rows[n].name, 4);
        if (rows[n].level ==
            SOL_SOCKET) /* grown by the connection: its size is the system's affair */
            value = server < 0 ? "none" : "as it is";
        say(rows[n].text, "set %s accepted %s", result(s), value);
        shut(fd), shut((int)server), shut(listener);
    }
}

/* Bytes both ways. */
static void transfer(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *name = kind_name[kinds[v6]];
        int client, server, listener;
        if (!open_pair(v6, &client, &server, &listener))
            continue;
        if (v6)
            set_int(server, IPPROTO_IPV6, IPV6_RECVTCLASS, 1),
                set_int(server, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        say(text("%s.receive.nothing", name), "%s", receive_text(server));
        say(text("%s.send.empty", name), "%s", result(send_to(client, NULL, "", 0, NULL)));
        say(text("%s.receive.after.empty", name), "%s", receive_text(server));
        send_to(client, NULL, "hello", 5, NULL);
        receive(&got, server, 2, 512, MSG_PEEK);
        say(text("%s.peek.2", name), "%s", received_text(&got));
        receive(&got, server, 2, 512, 0);
        say(text("%s.receive.2", name), "%s", received_text(&got));
        receive(&got, server, 0, 512, 0);
        say(text("%s.receive.0", name), "%s", received_text(&got));
        receive(&got, server, 2000, 512, 0);
        say(text("%s.receive.rest", name), "%s %s", received_text(&got), control_text(&got));
        send_to(client, NULL, "one", 3, NULL), send_to(client, NULL, "two", 3, NULL);
        port_settle();
        say(text("%s.receive.joined", name), "%s", receive_text(server));
        struct address to = address(own[v6], STREAM_PORT),
                       other = address(own[v6], STREAM_PORT + 1);
        say(text("%s.send.to.peer", name), "%s", result(send_to(client, &to, "x", 1, NULL)));
        say(text("%s.send.to.other", name), "%s", result(send_to(client, &other, "x", 1, NULL)));
        struct control c = {.used = 0};
        control_int(&c, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, 32);
        say(text("%s.send.control", name), "%s", result(send_to(client, NULL, "x", 1, &c)));
        shut(client), shut(server), shut(listener);
    }
}

/* How it ends. */
static void ending(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *name = kind_name[kinds[v6]];
        int client, server, listener;
        if (!open_pair(v6, &client, &server, &listener))
            continue;
        send_to(client, NULL, "last", 4, NULL);
        long s = port_shutdown(client, 1), again = port_shutdown(client, 1);
        say(text("%s.shutdown", name), "%s again %s", result(s), result(again));
        say(text("%s.shutdown.send", name), "%s", result(send_to(client, NULL, "x", 1, NULL)));
        const char *events = all_events(server), *first = receive_text(server);
        const char *second = receive_text(server);
        say(text("%s.peer.reads", name), "%s then %s then %s", first, second, receive_text(server));
        say(text("%s.peer.events", name), "%s then %s", events, all_events(server));
        say(text("%s.peer.sends", name), "%s", result(send_to(server, NULL, "back", 4, NULL)));
        say(text("%s.half.closed.reads", name), "%s", receive_text(client));
        shut(server);
        events = all_events(client);
        say(text("%s.peer.closed", name), "events %s reads %s", events, receive_text(client));
        shut(client), shut(listener);
        if (!open_pair(v6, &client, &server, &listener))
            continue;
        send_to(server, NULL, "unread", 6, NULL);
        port_settle();
        shut(client); /* with data unread: a reset */
        port_settle();
        events = all_events(server);
        s = send_to(server, NULL, "x", 1, NULL), first = receive_text(server);
        say(text("%s.reset", name), "events %s send %s receive %s then send %s", events, result(s),
            first, result(send_to(server, NULL, "x", 1, NULL)));
        shut(server), shut(listener);
        if (!open_pair(v6, &client, &server, &listener))
            continue;
        shut(listener);
        s = send_to(client, NULL, "x", 1, NULL);
        say(text("%s.listener.closed", name), "%s %s", result(s), receive_text(server));
        shut(client), shut(server);
    }
}

/* A full send buffer; IPv4 connections on a dual-stack listener. */
static void full(void)
{
    static uint8_t block[65536];
    int client, server, listener;
    if (open_pair(0, &client, &server, &listener)) {
        long r = 0, total = 0;
        for (int i = 0; i < 4000 && r >= 0; i++)
            if ((r = send_to(client, NULL, block, sizeof block, NULL)) > 0)
                total += r;
        say("tcp4.full", "%s after some %s events %s", result(r), total > 0 ? "yes" : "no",
            all_events(client));
        for (int i = 0; i < 4000; i++) {
            receive(&got, server, sizeof got.data, 0, 0);
            if (got.result <= 0)
                break;
            total -= got.result;
        }
        say("tcp4.emptied", "left %ld events %s", total, all_events(client));
        shut(client), shut(server), shut(listener);
    }
    struct address peer;
    listener = open_stream(1), client = open_stream(0);
    if (listener < 0 || client < 0)
        return;
    set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    long only = set_int(listener, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    bind_to(listener, "::", STREAM_PORT), port_listen(listener, 5);
    long r = connect_to(client, "127.0.0.1", STREAM_PORT);
    long fd = accepted(listener, &peer);
    say("dual.accept", "%s connect %s accept %s from %s", result(only), result(r),
        fd < 0 ? result(fd) : "ok", address_text(&peer.as, peer.length));
    if (fd >= 0)
        say("dual.accepted", "%s peer %s hops %s", own_name((int)fd), peer_name((int)fd),
            get_text((int)fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 4));
}

const struct probe stream_probes[] = {
    {"stream.alone", alone},       {"stream.connecting", connecting},
    {"stream.requests", requests}, {"stream.inherited", inherited},
    {"stream.transfer", transfer}, {"stream.ending", ending},
    {"stream.full", full},         {NULL, NULL}};
