// SPDX-License-Identifier: BSD-2-Clause
/* Who hears a packet to a group, by what the socket and its neighbours have joined; and sockets
 * that share a port. */
#include "groups.h"

static const enum kind kinds[] = {UDP4, UDP6, DUAL, RAW4, RAW6};
static const char *const group_of[2] = {"239.1.2.3", "ff05::123"};
static const char *const other_group[2] = {"239.9.9.9", "ff05::999"};
static const char *const source_a[2] = {"192.0.2.9", "2001:db8::9"}, *const source_b[2] = {
                                                                         "192.0.2.44",
                                                                         "2001:db8::44"};

static int ready(enum kind kind)
{
    int fd = open_kind(kind);
    if (fd < 0)
        return -1;
    if (kind == UDP4 || kind == UDP6 || kind == DUAL)
        bind_to(fd, kind_v6(kind) ? "::" : "0.0.0.0", OWN_PORT);
    return fd;
}

/* "net0:ab net1:-b": from which source by which interface. */
static const char *ears(int fd, enum kind kind, int v6)
{
    const char *out = "";
    for (int i = PORT_NET0; i <= PORT_NET1; i++) {
        int a = hears(fd, kind, (enum port_interface)i, source_a[v6], group_of[v6]);
        int b = hears(fd, kind, (enum port_interface)i, source_b[v6], group_of[v6]);
        out = text("%s%snet%d:%s%s", out, *out ? " " : "", i - PORT_NET0,
                   a ? a > 1 ? "A" : "a" : "-", b ? b > 1 ? "B" : "b" : "-");
    }
    return out;
}

/* Joins and settings of the case before it is listened to; the result of its own call. */
static long arrange(int fd, int other, int v6, size_t c)
{
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    unsigned n0 = port_index(PORT_NET0), n1 = port_index(PORT_NET1);
    const char *g = group_of[v6];
    uint8_t ttl = 3;
    long r = 0;

    if (c == 4 || c == 6 || c == 7 || c == 8 || c == 9 || c == 11 || c == 13)
        group_call(other, CLASSIC, JOIN, g, n0, NULL);
    if (c == 5)
        group_call(other, CLASSIC, JOIN, g, n1, NULL);
    if (c == 14)
        group_call(other, PROTOCOL_INDEPENDENT, JOIN_SOURCE, g, n0, source_a[v6]);
    if (c == 1 || c == 3)
        r = group_call(fd, CLASSIC, JOIN, g, n0, NULL);
    if (c == 2 || c == 3 || c == 6)
        r = group_call(fd, CLASSIC, JOIN, g, n1, NULL);
    if (c == 7)
        r = group_call(fd, CLASSIC, JOIN, other_group[v6], n0, NULL);
    if (c == 8)
        group_call(fd, CLASSIC, JOIN, g, n0, NULL), r = group_call(fd, CLASSIC, LEAVE, g, n0, NULL);
    if (c == 9)
        r = v6 ? set_int(fd, level, IPV6_MULTICAST_HOPS, 3)
               : port_setsockopt(fd, level, IP_MULTICAST_TTL, &ttl, 1);
    if (c == 10 || c == 11)
        r = group_call(fd, PROTOCOL_INDEPENDENT, JOIN_SOURCE, g, n0, source_a[v6]);
    if (c == 12 || c == 13) {
        group_call(fd, CLASSIC, JOIN, g, n0, NULL);
        r = group_call(fd, PROTOCOL_INDEPENDENT, BLOCK, g, n0, source_a[v6]);
    }
    return r;
}

static void matrix(void)
{
    static const char *const cases[] = {"nobody",
                                        "self.net0",
                                        "self.net1",
                                        "self.both",
                                        "other.net0",
                                        "other.net1",
                                        "self.net1.other.net0",
                                        "self.other.group.other.net0",
                                        "self.joined.left.other.net0",
                                        "self.ttl.set.other.net0",
                                        "self.source.a.net0",
                                        "self.source.a.net0.other.net0",
                                        "self.blocks.a.net0",
                                        "self.blocks.a.net0.other.net0",
                                        "other.source.a.net0",
                                        "self.joined.closed.twin"};

    for (size_t k = 0; k < COUNT(kinds); k++)
        for (int v6 = 0; v6 < 2; v6++) {
            enum kind kind = kinds[k];
            if (kind != DUAL && v6 != kind_v6(kind))
                continue;
            int all = v6 ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL,
                level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
            unsigned n0 = port_index(PORT_NET0);
            const char *g = group_of[v6];
            for (int strict = 0; strict < 2; strict++)
                for (size_t c = 0; c < COUNT(cases); c++) {
                    int needs_source = c >= 10 && c <= 14;
                    if (strict && all == ABSENT)
                        break;
                    if (needs_source && !has_action(v6, PROTOCOL_INDEPENDENT, JOIN_SOURCE))
                        continue;
                    int fd = ready(kind), other = open_kind(v6 ? UDP6 : UDP4);
                    if (fd < 0 || other < 0)
                        break;
                    long s = 0;
                    if (strict)
                        s = set_int(fd, level, all, 0);
                    long r = arrange(fd, other, v6, c);
                    if (c == 15)
                        group_call(other, CLASSIC, JOIN, g, n0, NULL), shut(other), other = -1;
                    say(text("%s.v%d%s.%s", kind_name[kind], v6 ? 6 : 4, strict ? ".all0" : "",
                             cases[c]),
                        "%s%s %s", result(r), strict ? text(" all0 %s", result(s)) : "",
                        ears(fd, kind, v6));
                    shut(fd);
                    if (other >= 0)
                        shut(other);
                }
        }
}

/* Groups that every host hears, and broadcast. */
static void everyone(void)
{
    static const char *const to4[] = {"224.0.0.1", "224.0.0.251", "192.0.2.255", "255.255.255.255",
                                      "192.0.2.0"};
    static const char *const to6[] = {"ff02::1", "ff01::1", "ff02::2", "ff05::1"};
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (int v6 = 0; v6 < 2; v6++) {
            if (kinds[k] != DUAL && v6 != kind_v6(kinds[k]))
                continue;
            for (size_t n = 0; n < (v6 ? COUNT(to6) : COUNT(to4)); n++) {
                int fd = ready(kinds[k]);
                if (fd < 0)
                    continue;
                const char *to = v6 ? to6[n] : to4[n];
                int a = hears(fd, kinds[k], PORT_NET0, source_a[v6], to);
                say(text("%s.%s", kind_name[kinds[k]], to), "%s", a ? "heard" : "not");
                shut(fd);
            }
        }
}

/* Bound to the group, to an address, to another group. */
static void bound(void)
{
    static const char *const binds[2][6] = {
        {"239.1.2.3", "192.0.2.1", "192.0.2.11", "198.51.100.1", "239.9.9.9", "192.0.2.255"},
        {"ff05::123", "2001:db8::1", "ll0", "2001:db8:1::1", "ff05::999", "ff02::123"}};
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t n = 0; n < 6; n++) {
            int v6 = kind_v6(kinds[k]), raw = kinds[k] == RAW4 || kinds[k] == RAW6;
            for (int joined = 0; joined < 2; joined++) {
                int fd = open_kind(kinds[k]);
                if (fd < 0)
                    continue;
                long r = bind_to(fd, binds[v6][n], raw ? 0 : OWN_PORT);
                if (r >= 0 && joined)
                    group_call(fd, CLASSIC, JOIN, group_of[v6], port_index(PORT_NET0), NULL);
                if (r < 0 && joined)
                    continue;
                const char *name = own_name(fd);
                int a = 0, b = 0;
                if (r >= 0) {
                    a = hears(fd, kinds[k], PORT_NET0, source_a[v6], group_of[v6]);
                    b = hears(fd, kinds[k], PORT_NET1, source_a[v6], group_of[v6]);
                }
                say(text("%s.%s.%s", kind_name[kinds[k]], binds[v6][n],
                         joined ? "joined" : "not.joined"),
                    "bind %s name %s group net0 %d net1 %d", result(r), name, a, b);
                shut(fd);
            }
        }
    static const char *const zones[] = {"ff02::123", "ff01::123", "ll0", "fe80::99"};
    for (size_t n = 0; n < COUNT(zones); n++)
        for (int i = -1; i <= 2; i++) {
            int fd = open_kind(UDP6);
            struct address a =
                scoped(zones[n], OWN_PORT, i < 0 ? 0 : port_index((enum port_interface)i));
            if (fd < 0)
                continue;
            long r = port_bind(fd, &a.as.sa, a.length);
            say(text("udp6.scope.%s.%d", zones[n], i), "%s name %s", result(r), own_name(fd));
            shut(fd);
        }
}

/* Two sockets on one port: which options let the second bind, and who gets what. */
static void sharing_twice(void)
{
    static const char *const options[] = {"none", "addr", "port", "both"};
    static const char *const places[2][3] = {{"0.0.0.0", "192.0.2.1", "239.1.2.3"},
                                             {"::", "2001:db8::1", "ff05::123"}};
    static const char *const place_name[] = {"any", "own", "group"};
    for (int v6 = 0; v6 < 2; v6++)
        for (int first = 0; first < 4; first++)
            for (int second = 0; second < 4; second++)
                for (int p = 0; p < 3; p++)
                    for (int q = 0; q < 3; q++) {
                        int fd[2], mode[2] = {first, second}, place[2] = {p, q};
                        long r[2];
                        if (SO_REUSEPORT == ABSENT && ((first | second) & 2))
                            continue;
                        for (int i = 0; i < 2; i++) {
                            if ((fd[i] = open_kind(v6 ? UDP6 : UDP4)) < 0)
                                return;
                            if (mode[i] & 1)
                                set_int(fd[i], SOL_SOCKET, SO_REUSEADDR, 1);
                            if (mode[i] & 2)
                                set_int(fd[i], SOL_SOCKET, SO_REUSEPORT, 1);
                            r[i] = bind_to(fd[i], places[v6][place[i]], OWN_PORT);
                            if (r[i] >= 0)
                                group_call(fd[i], CLASSIC, JOIN, group_of[v6],
                                           port_index(PORT_NET0), NULL);
                        }
                        const char *who = "";
                        if (r[0] >= 0 && r[1] >= 0) {
                            for (int what = 0; what < 2; what++) {
                                int heard[2];
                                arrive_udp(PORT_NET0, source_a[v6],
                                           what ? places[v6][1] : group_of[v6], OWN_PORT, "x", 1);
                                for (int i = 0; i < 2;
                                     i++) { /* no waiting for the one that is not served */
                                    receive(&got, fd[i], 100, 0, 0);
                                    heard[i] = got.result == 1;
                                }
                                int hashed = what && (first & 2) && (second & 2) && p == q &&
                                             heard[0] + heard[1] == 1;
                                who = text("%s %s %s", who, what ? "unicast" : "group",
                                           hashed ? "one"
                                                  : text("%s%s", heard[0] ? "1" : "-",
                                                         heard[1] ? "2" : "-"));
                            }
                        }
                        say(text("v%d.%s.%s.then.%s.%s", v6 ? 6 : 4, options[first], place_name[p],
                                 options[second], place_name[q]),
                            "%s %s%s", result(r[0]), result(r[1]), who);
                        shut(fd[0]), shut(fd[1]);
                    }
}

static void sharing_families(void)
{
    static const char *const four[] = {"0.0.0.0", "192.0.2.1"};
    for (int first = 0; first < 2; first++) /* IPv4 and IPv6 sockets on one port */
        for (int n = 0; n < 2; n++)
            for (int dual = 0; dual < 2; dual++) {
                int a = open_kind(UDP4), b = open_kind(dual ? DUAL : UDP6);
                if (a < 0 || b < 0)
                    continue;
                long ra = 0, rb;
                if (first)
                    ra = bind_to(a, four[n], OWN_PORT);
                rb = bind_to(b, "::", OWN_PORT);
                if (!first)
                    ra = bind_to(a, four[n], OWN_PORT);
                say(text("%s.and.%s.%s", dual ? "dual" : "v6only", four[n],
                         first ? "v4.first" : "v6.first"),
                    "v4 %s v6 %s", result(ra), result(rb));
                shut(a), shut(b);
            }
}

static void sharing(void)
{
    sharing_twice();
    sharing_families();
}

const struct probe delivery_probes[] = {{"delivery.matrix", matrix},
                                        {"delivery.everyone", everyone},
                                        {"delivery.bound", bound},
                                        {"delivery.sharing", sharing},
                                        {0, 0}};
