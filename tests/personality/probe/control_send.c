// SPDX-License-Identifier: BSD-2-Clause
/* Control messages given to sendmsg, and what the packet on the wire became of them. A value reads:
 * result, the packet, and (where it is asked) the socket's own name afterwards and whether a send
 * without address still works. */
#include "probe.h"

struct target {
    const char *key;
    enum kind kind;
    const char *ip;
};
static const struct target targets[] = {
    {"udp4", UDP4, "192.0.2.9"},          {"udp6", UDP6, "2001:db8::9"},
    {"dual.v4", DUAL, "::ffff:c000:209"}, {"dual.v6", DUAL, "2001:db8::9"},
    {"raw4", RAW4, "192.0.2.9"},          {"raw6", RAW6, "2001:db8::9"},
    {"ping4", PING4, "192.0.2.9"},        {"ping6", PING6, "2001:db8::9"}};

static const uint8_t echo4[12] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'd', 'a', 't', 'a'},
                     echo6[12] = {128, 0, 0, 0, 0x12, 0x34, 0, 1, 'd', 'a', 't', 'a'};

static const void *payload(enum kind kind)
{
    return kind == PING6 ? echo6 : echo4;
}

static void expect(const struct target *t)
{
    wire_protocol = t->kind == RAW4 || t->kind == RAW6 ? 253
                    : t->kind == PING4                 ? IPPROTO_ICMP
                    : t->kind == PING6                 ? IPPROTO_ICMPV6
                                                       : IPPROTO_UDP;
}

static unsigned port_for(const struct target *t)
{
    return t->kind == RAW4 || t->kind == RAW6 || t->kind == PING4 || t->kind == PING6 ? 0
                                                                                      : PEER_PORT;
}

/* A fresh socket sends one message with this control data. */
static void fresh(const struct target *t, const char *key, const struct control *control)
{
    int fd = open_kind(t->kind);
    struct address to = address(t->ip, port_for(t));

    if (fd < 0)
        return;
    expect(t);
    wire_clear();
    long r = send_to(fd, &to, payload(t->kind), sizeof echo4, control);
    say(text("%s.%s", t->key, key), "%s %s", result(r), wire());
    shut(fd);
}

struct row {
    const char *name;
    int level, type;
};
#define I(name)                 \
    {                           \
#name, IPPROTO_IP, name \
    }
#define X(name)                   \
    {                             \
#name, IPPROTO_IPV6, name \
    }
static const struct row rows[] = {I(IP_TOS),
                                  I(IP_TTL),
                                  I(IP_RECVTOS),
                                  I(IP_RECVTTL),
                                  I(IP_DONTFRAG),
                                  I(IP_MULTICAST_TTL),
                                  I(IP_RECVIF),
                                  X(IPV6_TCLASS),
                                  X(IPV6_HOPLIMIT),
                                  X(IPV6_DONTFRAG),
                                  X(IPV6_USE_MIN_MTU),
                                  X(IPV6_UNICAST_HOPS),
                                  X(IPV6_RECVTCLASS),
                                  X(IPV6_PATHMTU),
                                  {"unknown.IP", IPPROTO_IP, 250},
                                  {"unknown.V6", IPPROTO_IPV6, 250},
                                  {"unknown.SOL", SOL_SOCKET, 250},
                                  {"unknown.level99", 99, 1},
                                  {"unknown.UDP", IPPROTO_UDP, 250},
                                  {"UDP_SEGMENT", IPPROTO_UDP, UDP_SEGMENT}};

/* int-like messages: lengths with the first byte 33, then values of an int and of a byte. */
static void ints(void)
{
    static const int lengths[] = {0, 1, 2, 3, 4, 5, 8}, values[] = {-2, -1, 0, 1, 255, 256, 300},
                     bytes[] = {0, 255};
    for (size_t t = 0; t < COUNT(targets); t++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            const struct row *row = &rows[i];
            if (row->type == ABSENT) {
                if (t == 0)
                    say(row->name, "absent");
                continue;
            }
            for (size_t n = 0; n < COUNT(lengths); n++) {
                struct control c = {.used = 0};
                uint8_t value[8] = {33};
                control_add(&c, row->level, row->type, value, (size_t)lengths[n]);
                fresh(&targets[t], text("%s.len.%d", row->name, lengths[n]), &c);
            }
            if (!strncmp(row->name, "unknown", 7))
                continue;
            for (size_t n = 0; n < COUNT(values); n++) {
                struct control c = {.used = 0};
                control_int(&c, row->level, row->type, values[n]);
                fresh(&targets[t], text("%s.int.%d", row->name, values[n]), &c);
            }
            for (size_t n = 0; n < COUNT(bytes); n++) {
                struct control c = {.used = 0};
                uint8_t value = (uint8_t)bytes[n];
                control_add(&c, row->level, row->type, &value, 1);
                fresh(&targets[t], text("%s.byte.%d", row->name, bytes[n]), &c);
            }
        }
}

static unsigned index_of(int i)
{
    return i < 0 ? 0 : i > 2 ? 9999 : port_index((enum port_interface)i);
}
static const char *const index_name[] = {"0", "lo", "net0", "net1", "9999"};

/* Source and interface, every combination, on fresh unbound sockets. */
static void source4(void)
{
    static const char *const sources[] = {"0.0.0.0",   "192.0.2.1",   "192.0.2.11", "198.51.100.1",
                                          "127.0.0.1", "203.0.113.9", "239.1.2.3",  "192.0.2.255"};
    static const int names[] = {IP_SENDSRCADDR, IP_RECVDSTADDR};
    static const char *const texts[] = {"IP_SENDSRCADDR", "IP_RECVDSTADDR"};

    for (size_t t = 0; t < COUNT(targets); t++) {
        if (targets[t].kind != DUAL && kind_v6(targets[t].kind))
            continue;
        for (size_t s = 0; s < COUNT(sources); s++) {
            uint8_t bytes[16];
            parse_ip(sources[s], bytes);
            for (int i = -1; IP_PKTINFO != ABSENT && i <= 3; i++) {
                struct control c = {.used = 0};
                control_pktinfo4(&c, sources[s], index_of(i));
                fresh(&targets[t], text("IP_PKTINFO.%s.%s", sources[s], index_name[i + 1]), &c);
            }
            for (size_t n = 0; n < COUNT(names); n++) {
                struct control c = {.used = 0};
                if (names[n] == ABSENT)
                    continue;
                control_add(&c, IPPROTO_IP, names[n], bytes, 4);
                fresh(&targets[t], text("%s.%s", texts[n], sources[s]), &c);
            }
            if (IP_RECVPKTINFO != ABSENT && IP_RECVPKTINFO != IP_PKTINFO) {
                struct control c = {.used = 0};
                uint8_t info[12] = {0};
                memcpy(info + PKTINFO_SOURCE, bytes, 4);
                control_add(&c, IPPROTO_IP, IP_RECVPKTINFO, info, PKTINFO_SIZE);
                fresh(&targets[t], text("IP_RECVPKTINFO.%s", sources[s]), &c);
            }
        }
        static const int lengths[] = {0, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16};
        static const int types[] = {IP_PKTINFO, IP_SENDSRCADDR, 8, 26};
        static const char *const type_names[] = {"IP_PKTINFO", "IP_SENDSRCADDR", "type8", "type26"};
        for (size_t y = 0; y < COUNT(types); y++)
            for (size_t n = 0; n < COUNT(lengths); n++) {
                struct control c = {.used = 0};
                uint8_t info[16] = {0};
                if (types[y] == ABSENT)
                    continue;
                control_add(&c, IPPROTO_IP, types[y], info, (size_t)lengths[n]);
                fresh(&targets[t], text("%s.zeros.len.%d", type_names[y], lengths[n]), &c);
            }
    }
    if (IP_PKTINFO == ABSENT)
        say("IP_PKTINFO", "absent");
    if (IP_SENDSRCADDR == ABSENT)
        say("IP_SENDSRCADDR", "absent");
}

static void source6(void)
{
    static const char *const sources[] = {"::",  "2001:db8::1",   "2001:db8:1::1",
                                          "::1", "2001:db8:5::9", "ff02::123",
                                          "ll0", "ll1",           "::ffff:c000:20b"};

    if (IPV6_PKTINFO == ABSENT) {
        say("IPV6_PKTINFO", "absent");
        return;
    }
    for (size_t t = 0; t < COUNT(targets); t++) {
        if (!kind_v6(targets[t].kind))
            continue;
        for (size_t s = 0; s < COUNT(sources); s++)
            for (int i = -1; i <= 3; i++) {
                struct control c = {.used = 0};
                control_pktinfo6(&c, sources[s], index_of(i));
                fresh(&targets[t], text("IPV6_PKTINFO.%s.%s", sources[s], index_name[i + 1]), &c);
            }
        static const int lengths[] = {0, 4, 16, 19, 20, 21, 24};
        for (size_t n = 0; n < COUNT(lengths); n++) {
            struct control c = {.used = 0};
            uint8_t info[24] = {0};
            control_add(&c, IPPROTO_IPV6, IPV6_PKTINFO, info, (size_t)lengths[n]);
            fresh(&targets[t], text("IPV6_PKTINFO.zeros.len.%d", lengths[n]), &c);
        }
        if (IPV6_NEXTHOP == ABSENT)
            continue;
        static const char *const hops[] = {"2001:db8::fe", "2001:db8::9", "2001:db8:5::1",
                                           "192.0.2.254"};
        for (size_t h = 0; h < COUNT(hops); h++) {
            struct control c = {.used = 0};
            struct address hop = address(hops[h], 0);
            control_add(&c, IPPROTO_IPV6, IPV6_NEXTHOP, &hop.as, hop.length);
            fresh(&targets[t], text("IPV6_NEXTHOP.%s", hops[h]), &c);
        }
    }
}

/* The same source messages on sockets in each state, and the socket afterwards. */
static const char *const state_name[] = {"unbound", "wild",      "bound",
                                         "second",  "connected", "bound.connected"};
static const char *const state_sources[2][4] = {
    {"192.0.2.1", "192.0.2.11", "198.51.100.1", "0.0.0.0"},
    {"2001:db8::1", "2001:db8:1::1", "ll0", "::"}};
static const int source_tries[][2] = {
    {IP_PKTINFO, 0}, {IP_PKTINFO, 1}, {IP_SENDSRCADDR, 0}, {IPV6_PKTINFO, 0}, {IPV6_PKTINFO, 1}};
static const char *const source_try_name[] = {"IP_PKTINFO", "IP_PKTINFO.net0", "IP_SENDSRCADDR",
                                              "IPV6_PKTINFO", "IPV6_PKTINFO.net0"};

static void source_in_state(enum kind kind, size_t y, int state, int s)
{
    int v6 = kind_v6(kind);
    const struct target t = {"", kind, v6 ? "2001:db8::9" : "192.0.2.9"};
    struct address to = address(t.ip, port_for(&t));
    unsigned own = port_for(&t) ? OWN_PORT : 0;
    struct control c = {.used = 0};
    const char *bound = v6 ? "2001:db8::1" : "192.0.2.1";
    int fd = open_kind(kind), connected = state >= 4;
    long r = 0;
    if (fd < 0)
        return;
    if (state == 1)
        r = bind_to(fd, v6 ? "::" : "0.0.0.0", own);
    if (state == 2 || state == 5)
        r = bind_to(fd, bound, own);
    if (state == 3)
        r = bind_to(fd, v6 ? "2001:db8:1::1" : "192.0.2.11", own);
    if (connected && r >= 0)
        r = port_connect(fd, &to.as.sa, to.length);
    if (r < 0) {
        say(text("%s.%s.%s.%s", kind_name[kind], state_name[state], source_try_name[y],
                 state_sources[v6][s]),
            "setup %s", result(r));
        return;
    }
    unsigned index = source_tries[y][1] ? port_index(PORT_NET0) : 0;
    uint8_t bytes[16];
    parse_ip(state_sources[v6][s], bytes);
    if (v6)
        control_pktinfo6(&c, state_sources[1][s], index);
    else if (y < 2)
        control_pktinfo4(&c, state_sources[0][s], index);
    else
        control_add(&c, IPPROTO_IP, IP_SENDSRCADDR, bytes, 4);
    expect(&t);
    wire_clear();
    r = send_to(fd, connected ? NULL : &to, payload(kind), 12, &c);
    const char *packet = wire(), *name = own_name(fd);
    long plain = send_to(fd, NULL, payload(kind), 12, NULL);
    const char *second = wire();
    long addressed = send_to(fd, &to, payload(kind), 12, NULL);
    say(text("%s.%s.%s.%s", kind_name[kind], state_name[state], source_try_name[y],
             state_sources[v6][s]),
        "%s %s | name %s | without address %s %s | with address %s %s", result(r), packet, name,
        result(plain), second, result(addressed), wire());
    shut(fd);
}

static void states(void)
{
    static const enum kind some[] = {UDP4, UDP6, RAW4, RAW6};

    for (size_t k = 0; k < COUNT(some); k++)
        for (size_t y = 0; y < COUNT(source_tries); y++) {
            if (source_tries[y][0] == ABSENT || (y >= 3) != kind_v6(some[k]))
                continue;
            for (int state = 0; state < 6; state++)
                for (int s = 0; s < 4; s++)
                    source_in_state(some[k], y, state, s);
        }
}

/* Several messages, malformed headers, msg_control and msg_controllen at odds. */
static void shapes_of_two(const struct target *t, int v4, int level, int tos, int ttl)
{
    struct control c = {.used = 0};
    uint8_t byte = 44;
    control_int(&c, level, tos, 32), control_int(&c, level, ttl, 9);
    fresh(t, "tos.ttl", &c);
    c.used = 0, control_int(&c, level, ttl, 9), control_int(&c, level, ttl, 11);
    fresh(t, "ttl.twice", &c);
    c.used = 0, control_int(&c, level, tos, 32), control_int(&c, level, tos, 64);
    fresh(t, "tos.twice", &c);
    c.used = 0, control_add(&c, level, tos, &byte, 1), control_add(&c, level, tos, &byte, 1);
    fresh(t, "tos.byte.twice", &c);
    c.used = 0, control_int(&c, level, tos, 32), control_int(&c, level, 250, 1);
    fresh(t, "tos.unknown", &c);
    c.used = 0, control_int(&c, level, 250, 1), control_int(&c, level, tos, 32);
    fresh(t, "unknown.tos", &c);
    c.used = 0, control_int(&c, 99, 250, 1), control_int(&c, level, tos, 32);
    fresh(t, "foreign.tos", &c);
    c.used = 0, control_int(&c, v4 ? IPPROTO_IPV6 : IPPROTO_IP, v4 ? IPV6_TCLASS : IP_TOS, 64),
    control_int(&c, level, tos, 32);
    fresh(t, "other.family.tos", &c);
}

static void shapes_malformed(const struct target *t, int level, int tos)
{
    struct control c = {.used = 0};
    for (int cut = 1; cut <= 24;
         cut++) { /* the length of the control data: less and less of one message */
        c.used = 0, control_int(&c, level, tos, 32);
        if (c.used <= (size_t)cut)
            continue;
        c.used -= (size_t)cut;
        fresh(t, text("tos.cut.%d", cut), &c);
    }
    static const int lies[] = {0, 1, 11, 12, 15, 16, 17, 24, 25, 200};
    for (size_t n = 0; n < COUNT(lies); n++) {
        struct cmsghdr h;
        c.used = 0, control_int(&c, level, tos, 32);
        memcpy(&h, c.as.bytes, sizeof h), h.cmsg_len = (socklen_t)lies[n],
                                          memcpy(c.as.bytes, &h, sizeof h);
        fresh(t, text("tos.cmsg_len.%d", lies[n]), &c);
    }
    static const int spans[] = {128, 256, 512, 1000};
    for (size_t n = 0; n < COUNT(spans); n++) {
        c.used = 0;
        while (c.used < (size_t)spans[n] - 32)
            control_int(&c, level, tos, 32);
        fresh(t, text("tos.many.%d", spans[n]), &c);
    }
}

/* A pointer without a length, a length without a pointer. */
static void shapes_of_nothing(const struct target *t)
{
    static long long pointer[128];
    int fd = open_kind(t->kind);
    if (fd < 0)
        return;
    struct address to = address(t->ip, port_for(t));
    struct iovec vector = {(void *)(uintptr_t)payload(t->kind), sizeof echo4};
    struct msghdr m;
    memset(&m, 0, sizeof m);
    m.msg_name = &to.as, m.msg_namelen = to.length, m.msg_iov = &vector, m.msg_iovlen = 1;
    m.msg_control = pointer, m.msg_controllen = 0;
    wire_clear();
    long r = port_sendmsg(fd, &m, 0);
    say(text("%s.pointer.length0", t->key), "%s %s", result(r), wire());
    m.msg_control = NULL, m.msg_controllen = 24;
    r = port_sendmsg(fd, &m, 0);
    say(text("%s.null.length24", t->key), "%s %s", result(r), wire());
    shut(fd);
}

static void shapes(void)
{
    for (size_t i = 0; i < COUNT(targets); i++) {
        const struct target *t = &targets[i];
        int v4 = !kind_v6(t->kind) || t->ip[2] == 'f';
        int level = v4 ? IPPROTO_IP : IPPROTO_IPV6, tos = v4 ? IP_TOS : IPV6_TCLASS,
            ttl = v4 ? IP_TTL : IPV6_HOPLIMIT;
        if (tos == ABSENT || ttl == ABSENT)
            continue;
        shapes_of_two(t, v4, level, tos, ttl);
        shapes_malformed(t, level, tos);
        shapes_of_nothing(t);
    }
}

/* Control messages against the socket's own options, and towards a group. */
static void against_options(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *ip = v6 ? "2001:db8::9" : "192.0.2.9", *group = v6 ? "ff05::123" : "239.1.2.3";
        int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, tos = v6 ? IPV6_TCLASS : IP_TOS,
            ttl = v6 ? IPV6_HOPLIMIT : IP_TTL;
        struct control c = {.used = 0};
        int fd = open_kind(v6 ? UDP6 : UDP4);
        if (fd < 0)
            continue;
        struct address to = address(ip, PEER_PORT), many = address(group, PEER_PORT);
        set_int(fd, level, tos, 16), set_int(fd, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, 50);
        long r = send_to(fd, &to, "x", 1, NULL);
        say(v6 ? "v6.options" : "v4.options", "%s %s", result(r), wire());
        control_int(&c, level, tos, 32), control_int(&c, level, ttl, 9);
        r = send_to(fd, &to, "x", 1, &c);
        say(v6 ? "v6.both" : "v4.both", "%s %s", result(r), wire());
        r = send_to(fd, &to, "x", 1, NULL);
        say(v6 ? "v6.again" : "v4.again", "%s %s", result(r), wire());
        c.used = 0, control_int(&c, level, ttl, 9);
        set_int(fd, level, v6 ? IPV6_MULTICAST_IF : IP_MULTICAST_IF,
                v6 ? (int)port_index(PORT_NET0) : 0);
        r = send_to(fd, &many, "x", 1, &c);
        say(v6 ? "v6.group.ttl" : "v4.group.ttl", "%s %s", result(r), wire());
        r = send_to(fd, &many, "x", 1, NULL);
        say(v6 ? "v6.group" : "v4.group", "%s %s", result(r), wire());
        for (int i = -1; i <= 2; i++) {
            c.used = 0;
            if (v6)
                control_pktinfo6(&c, "::", index_of(i));
            else
                control_pktinfo4(&c, "0.0.0.0", index_of(i));
            if (IP_PKTINFO == ABSENT && !v6)
                break;
            r = send_to(fd, &many, "x", 1, &c);
            say(text("v%d.group.index.%s", v6 ? 6 : 4, index_name[i + 1]), "%s %s", result(r),
                wire());
        }
        if (v6) { /* a link-local destination: the scope against the message's index */
            for (int scope = -1; scope <= 2; scope++)
                for (int i = -1; i <= 2; i++) {
                    struct address near = scoped("fe80::9", PEER_PORT, index_of(scope));
                    c.used = 0, control_pktinfo6(&c, "::", index_of(i));
                    r = send_to(fd, &near, "x", 1, i < 0 ? NULL : &c);
                    say(text("v6.link.scope.%s.index.%s", index_name[scope + 1], index_name[i + 1]),
                        "%s %s", result(r), wire());
                }
        }
        shut(fd);
    }
}

const struct probe control_send_probes[] = {{"control_send.ints", ints},
                                            {"control_send.source4", source4},
                                            {"control_send.source6", source6},
                                            {"control_send.states", states},
                                            {"control_send.shapes", shapes},
                                            {"control_send.options", against_options},
                                            {0, 0}};
