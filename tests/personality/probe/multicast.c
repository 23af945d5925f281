// SPDX-License-Identifier: BSD-2-Clause
/* Membership calls: errors of every form and order, limits, reports on the wire, and what multicast
 * options do to packets that are sent. Delivery is in delivery.c. */
#include "groups.h"

static const char *const form_name[] = {"mreq", "group_req", "mreqn"};
static const char *const group_of[2] = {"239.1.2.3", "ff05::123"};
static const char *const other_group[2] = {"239.9.9.9", "ff05::999"};
static const char *const source_a[2] = {"192.0.2.9", "2001:db8::9"}, *const source_b[2] = {
                                                                         "192.0.2.44",
                                                                         "2001:db8::44"};
static const char *const index_name[] = {"0", "lo", "net0", "net1", "9999"};
static unsigned index_of(int i)
{
    return i < 0 ? 0 : i > 2 ? 9999 : port_index((enum port_interface)i);
}
static const enum kind kinds[] = {UDP4, UDP6, DUAL, TCP4, TCP6, RAW4, RAW6, PING4, PING6};

/* Join and leave by every form on every kind of socket and interface; groups that are none. */
static void forms_each(void)
{
    static const char *const groups[2][9] = {
        {"239.1.2.3", "224.0.0.1", "224.0.0.251", "232.1.1.1", "192.0.2.1", "0.0.0.0",
         "255.255.255.255", "240.0.0.1", "127.0.0.1"},
        {"ff05::123", "ff02::123", "ff01::123", "ff00::1", "ff0e::123", "ff35::1", "2001:db8::1",
         "::", "::ffff:ef01:203"}};

    for (size_t k = 0; k < COUNT(kinds); k++)
        for (int v6 = 0; v6 < 2; v6++)
            for (int form = 0; form < 3; form++) {
                if (!has_action(v6, (enum form)form, JOIN)) {
                    if (k == 0)
                        say(text("v%d.%s", v6 ? 6 : 4, form_name[form]), "absent");
                    continue;
                }
                for (size_t g = 0; g < 9; g++)
                    for (int i = -1; i <= 3; i++) {
                        int fd;
                        if ((g > 2 && (i == 0 || i == 2)) || (g && k > 1))
                            continue;
                        if ((fd = open_kind(kinds[k])) < 0)
                            continue;
                        unsigned index = index_of(i);
                        long r = group_call(fd, (enum form)form, JOIN, groups[v6][g], index, NULL);
                        long l = group_call(fd, (enum form)form, LEAVE, groups[v6][g], index, NULL);
                        long again =
                            group_call(fd, (enum form)form, LEAVE, groups[v6][g], index, NULL);
                        say(text("%s.%s.%s.%s", kind_name[kinds[k]], form_name[form], groups[v6][g],
                                 index_name[i + 1]),
                            "join %s leave %s leave %s", result(r), result(l), result(again));
                        shut(fd);
                    }
            }
}

static void form_lengths(void)
{
    static const int sizes[] = {0,  4,  7,  8,  9,   11,  12,  13,  16,
                                19, 20, 21, 32, 131, 132, 135, 136, 137};
    for (size_t n = 0; n < COUNT(sizes); n++) { /* lengths of the structures */
        int fd = open_kind(UDP4), six = open_kind(UDP6);
        uint8_t bytes[300] = {239, 1, 2, 3, 192, 0, 2, 1}, mreq6[300] = {0xff, 5, [15] = 7};
        uint32_t index = port_index(PORT_NET0);
        if (fd < 0 || six < 0)
            return;
        memcpy(mreq6 + 16, &index, 4);
        long r = port_setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, bytes, (socklen_t)sizes[n]);
        say(text("mreq.length.%d", sizes[n]), "%s", result(r));
        r = port_setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, mreq6, (socklen_t)sizes[n]);
        say(text("ipv6_mreq.length.%d", sizes[n]), "%s", result(r));
#ifdef HAVE_GROUP_REQ
        struct group_req request;
        struct address g = address("239.1.2.4", 0);
        memset(bytes, 0, sizeof bytes), memset(&request, 0, sizeof request);
        request.gr_interface = index, memcpy(&request.gr_group, &g.as, g.length),
        memcpy(bytes, &request, sizeof request);
        r = port_setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, bytes, (socklen_t)sizes[n]);
        say(text("group_req.length.%d", sizes[n]), "%s of %zu", result(r), sizeof request);
#endif
        shut(fd), shut(six);
    }
}

static void forms_of_interface(void)
{
    for (int i = 0; i < 3; i++) { /* the interface as 0.x.y.z; the index against the address */
        const char *zero = text("0.0.0.%u", port_index((enum port_interface)i));
        int fd = open_kind(UDP4);
        long r = mreqn_call(fd, IP_ADD_MEMBERSHIP, "239.1.2.3", zero, 0, 8);
        long l = group_call(fd, CLASSIC, LEAVE, "239.1.2.3", index_of(i), NULL);
        say(text("udp4.0.x.y.z.%s", index_name[i + 1]), "join %s leave by address %s", result(r),
            result(l));
        shut(fd), fd = open_kind(UDP4);
        r = mreqn_call(fd, IP_ADD_MEMBERSHIP, "239.1.2.3", "192.0.2.1", (int)index_of(i), 12);
        l = group_call(fd, CLASSIC, LEAVE, "239.1.2.3", port_index(PORT_NET0), NULL);
        say(text("udp4.mreqn.address.net0.index.%s", index_name[i + 1]),
            "join %s leave net0 by address %s", result(r), result(l));
        shut(fd), fd = open_kind(UDP4);
        r = mreqn_call(fd, IP_ADD_MEMBERSHIP, "239.1.2.3", "192.0.2.11", 0, 8);
        l = group_call(fd, CLASSIC, LEAVE, "239.1.2.3", port_index(PORT_NET0), NULL);
        if (!i)
            say("udp4.join.second.leave.first.address", "join %s leave %s", result(r), result(l));
        shut(fd);
    }
}

static void forms(void)
{
    forms_each();
    form_lengths();
    forms_of_interface();
}

/* Mixed forms: joined by one, left by another; the same group on two interfaces; leave without an
 * interface. */
static void mixed(void)
{
    for (int v6 = 0; v6 < 2; v6++)
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) {
                if (!has_action(v6, (enum form)a, JOIN) || !has_action(v6, (enum form)b, JOIN))
                    continue;
                unsigned n0 = port_index(PORT_NET0), n1 = port_index(PORT_NET1);
                const char *g = group_of[v6],
                           *key = text("v%d.%s.%s", v6 ? 6 : 4, form_name[a], form_name[b]);
                char stem[60];
                snprintf(stem, sizeof stem, "%s", key);
                int fd = open_kind(v6 ? UDP6 : UDP4);
                long r = group_call(fd, (enum form)a, JOIN, g, n0, NULL),
                     twice = group_call(fd, (enum form)b, JOIN, g, n0, NULL);
                long second = group_call(fd, (enum form)b, JOIN, g, n1, NULL);
                long none = group_call(fd, (enum form)b, LEAVE, g, 0, NULL);
                long l0 = group_call(fd, (enum form)b, LEAVE, g, n0, NULL),
                     l1 = group_call(fd, (enum form)b, LEAVE, g, n1, NULL);
                say(stem, "join net0 %s again %s net1 %s; leave any %s net0 %s net1 %s", result(r),
                    result(twice), result(second), result(none), result(l0), result(l1));
                shut(fd), fd = open_kind(v6 ? UDP6 : UDP4);
                r = group_call(fd, (enum form)a, JOIN, g, 0, NULL),
                l0 = group_call(fd, (enum form)b, LEAVE, g, n0, NULL);
                say(text("%s.any", stem), "join any %s leave net0 %s", result(r), result(l0));
                shut(fd), fd = open_kind(v6 ? UDP6 : UDP4);
                r = group_call(fd, (enum form)a, JOIN, g, n1, NULL),
                l0 = group_call(fd, (enum form)b, LEAVE, g, n0, NULL);
                l1 = group_call(fd, (enum form)b, LEAVE, other_group[v6], n1, NULL);
                say(text("%s.wrong", stem), "join net1 %s leave net0 %s leave other group %s",
                    result(r), result(l0), result(l1));
                shut(fd);
            }
}

/* Every sequence of three calls of RFC 3678: J join, L leave, a/b join source, x/y leave source
 * a/b, B block a, U unblock a. For pairs also: from which of the sources a, b the group is heard
 * afterwards. */
static const char letters[] = "JLabxyBU";

static long letter_call(int fd, int v6, enum form form, char letter)
{
    static const enum action actions[] = {JOIN,         LEAVE,        JOIN_SOURCE, JOIN_SOURCE,
                                          LEAVE_SOURCE, LEAVE_SOURCE, BLOCK,       UNBLOCK};
    int at = 0;
    while (letters[at] != letter)
        at++;
    const char *source = letter == 'b' || letter == 'y' ? source_b[v6] : source_a[v6];
    return group_call(fd, form, actions[at], group_of[v6], port_index(PORT_NET0), source);
}

static void sequences(void)
{
    for (int v6 = 0; v6 < 2; v6++)
        for (int form = CLASSIC; form <= PROTOCOL_INDEPENDENT; form++) {
            if (!has_action(v6, (enum form)form, JOIN_SOURCE)) {
                say(text("v%d.%s", v6 ? 6 : 4, form_name[form]), "absent");
                continue;
            }
            for (int n = 0; n < 8 * 8 * 9; n++) {
                char order[4] = {letters[n / 72], letters[n / 9 % 8],
                                 n % 9 ? letters[n % 9 - 1] : 0, 0};
                const char *out = "";
                if (form == CLASSIC && order[2])
                    continue;
                int fd = open_kind(v6 ? UDP6 : UDP4);
                if (fd < 0)
                    return;
                bind_to(fd, v6 ? "::" : "0.0.0.0", OWN_PORT);
                for (int i = 0; order[i]; i++) {
                    long r = letter_call(fd, v6, (enum form)form, order[i]);
                    out = text("%s%s%s", out, i ? " " : "", result(r));
                }
                if (form == PROTOCOL_INDEPENDENT && !order[2]) {
                    int a = hears(fd, v6 ? UDP6 : UDP4, PORT_NET0, source_a[v6], group_of[v6]);
                    int b = hears(fd, v6 ? UDP6 : UDP4, PORT_NET0, source_b[v6], group_of[v6]);
                    out = text("%s hears %s%s", out, a ? "a" : "-", b ? "b" : "-");
                }
                say(text("v%d.%s.%s", v6 ? 6 : 4, form_name[form], order), "%s", out);
                shut(fd);
            }
        }
}

/* Source calls with something wrong in them. */
static void wrong(void)
{
    static const enum action actions[] = {JOIN_SOURCE, LEAVE_SOURCE, BLOCK, UNBLOCK};
    static const char *const names[] = {"join.source", "leave.source", "block", "unblock"};
    for (int v6 = 0; v6 < 2; v6++) {
        if (!has_action(v6, PROTOCOL_INDEPENDENT, JOIN_SOURCE))
            continue;
        for (int a = 0; a < 4; a++) {
            const struct {
                const char *key, *group, *source;
                int i;
            } rows[] = {{"index.0", group_of[v6], source_a[v6], -1},
                        {"index.9999", group_of[v6], source_a[v6], 3},
                        {"lo", group_of[v6], source_a[v6], 0},
                        {"no.group", v6 ? "2001:db8::7" : "192.0.2.7", source_a[v6], 1},
                        {"source.group", group_of[v6], other_group[v6], 1},
                        {"source.any", group_of[v6], v6 ? "::" : "0.0.0.0", 1},
                        {"source.family", group_of[v6], v6 ? "192.0.2.9" : "2001:db8::9", 1},
                        {"source.own", group_of[v6], v6 ? "2001:db8::1" : "192.0.2.1", 1}};
            for (size_t n = 0; n < COUNT(rows); n++) {
                int fd = open_kind(v6 ? UDP6 : UDP4);
                if (a >= 2)
                    group_call(fd, PROTOCOL_INDEPENDENT, JOIN, group_of[v6], port_index(PORT_NET0),
                               NULL);
                long r = group_call(fd, PROTOCOL_INDEPENDENT, actions[a], rows[n].group,
                                    index_of(rows[n].i), rows[n].source);
                say(text("v%d.%s.%s", v6 ? 6 : 4, names[a], rows[n].key), "%s", result(r));
                shut(fd);
            }
        }
    }
    for (int level6 = 0; level6 < 2;
         level6++) { /* families crossed: level against group and socket */
#ifdef HAVE_GROUP_REQ
        static const enum kind some[] = {UDP4, UDP6, DUAL};
        static const char *const groups[] = {"239.1.2.3", "ff05::123", "::ffff:ef01:203"};
        for (size_t k = 0; k < 3; k++)
            for (size_t g = 0; g < 3; g++) {
                struct group_req request;
                struct address group = address(groups[g], 0);
                int fd = open_kind(some[k]);
                if (fd < 0)
                    continue;
                memset(&request, 0, sizeof request);
                request.gr_interface = port_index(PORT_NET0);
                memcpy(&request.gr_group, &group.as, group.length);
                long r = port_setsockopt(fd, level6 ? IPPROTO_IPV6 : IPPROTO_IP, MCAST_JOIN_GROUP,
                                         &request, sizeof request);
                say(text("%s.level%s.%s", kind_name[some[k]], level6 ? "6" : "4", groups[g]), "%s",
                    result(r));
                shut(fd);
            }
#endif
    }
}

/* How many memberships and sources one socket may have. */
static void limits(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        int fd = open_kind(v6 ? UDP6 : UDP4), count = 0;
        long r = 0;
        if (fd < 0)
            continue;
        for (; count < 5000 && r >= 0; count++) {
            const char *g = v6 ? text("ff05::1:%x", count + 1)
                               : text("239.7.%d.%d", count / 250, count % 250 + 1);
            r = group_call(fd, CLASSIC, JOIN, g, port_index(PORT_NET1), NULL);
            if (count % 64 == 63)
                wire_clear();
        }
        say(text("v%d.memberships", v6 ? 6 : 4), "%d then %s", r < 0 ? count - 1 : count,
            r < 0 ? result(r) : "no end");
        shut(fd);
        wire_clear();
        for (int block = 0; block < 2; block++) {
            if (!has_action(v6, PROTOCOL_INDEPENDENT, JOIN_SOURCE))
                continue;
            fd = open_kind(v6 ? UDP6 : UDP4);
            if (block)
                group_call(fd, PROTOCOL_INDEPENDENT, JOIN, group_of[v6], port_index(PORT_NET1),
                           NULL);
            for (count = 0, r = 0; count < 1000 && r >= 0; count++) {
                const char *s = v6 ? text("2001:db8:5::%x", count + 1)
                                   : text("203.0.%d.%d", count / 250, count % 250 + 1);
                r = group_call(fd, PROTOCOL_INDEPENDENT, block ? BLOCK : JOIN_SOURCE, group_of[v6],
                               port_index(PORT_NET1), s);
            }
            say(text("v%d.sources.%s", v6 ? 6 : 4, block ? "blocked" : "joined"), "%d then %s",
                r < 0 ? count - 1 : count, r < 0 ? result(r) : "no end");
            shut(fd);
            wire_clear();
        }
    }
}

/* The reports about a group that go out: type; record type, group and number of sources for the
 * newer versions. */
static const char *report(int v6, const char *group, int patience)
{
    const char *out = "";
    int idle = open_kind(UDP4);
    uint8_t wanted[16];
    size_t n_ip = (size_t)parse_ip(group, wanted);

    wire_protocol = v6 ? IPPROTO_ICMPV6 : 2;
    for (int n = 0, seen = 0; n < patience && seen < 2; n++) {
        port_readable(idle);
        while (wire(), wire_size) {
            const uint8_t *b = wire_body();
            unsigned ttl = v6 ? wire_packet[7] : wire_packet[8];
            const uint8_t *to = v6 ? wire_packet + 24 : wire_packet + 16;
            if (seen || (v6 && b[0] != 131 && b[0] != 132 && b[0] != 143))
                continue; /* the first; repeats go */
            const char *head =
                text("%s%s%s ttl %u type %u", out, *out ? " + " : "", ip_text(to, n_ip), ttl, b[0]);
            if ((v6 && b[0] != 143) || (!v6 && b[0] != 0x22)) {
                if (memcmp(v6 ? b + 8 : b + 4, wanted, n_ip) != 0)
                    continue;
                out = text("%s %s", head, ip_text(v6 ? b + 8 : b + 4, n_ip));
                seen = 1;
                continue;
            }
            unsigned records = (unsigned)b[6] << 8 | b[7];
            const uint8_t *at = b + 8, *end = wire_packet + wire_size;
            for (unsigned i = 0; i < records && at + 8 <= end; i++) {
                unsigned sources = (unsigned)at[2] << 8 | at[3];
                if (!memcmp(at + 4, wanted, n_ip)) {
                    out = text("%s [%u %s %u]", head, at[0], ip_text(at + 4, n_ip), sources);
                    head = out, seen = 1;
                }
                at += (v6 ? 20 : 8) + (size_t)sources * (v6 ? 16 : 4);
            }
        }
        if (seen)
            break;
    }
    shut(idle);
    return *out ? out : "none";
}

/* Waits for what is repeated. */
static void quiet(int v6, const char *group)
{
    for (int i = 0; i < 3; i++)
        report(v6, group, 4);
}

static void reports(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *g = text("%s", group_of[v6]);
        char group[40];
        snprintf(group, sizeof group, "%s", g);
        unsigned n0 = port_index(PORT_NET0);
        int fd = open_kind(v6 ? UDP6 : UDP4), other = open_kind(v6 ? UDP6 : UDP4);
        long r = group_call(fd, CLASSIC, JOIN, group, n0, NULL);
        say(text("v%d.join", v6 ? 6 : 4), "%s %s", result(r), report(v6, group, 20));
        quiet(v6, group);
        r = group_call(fd, CLASSIC, LEAVE, group, n0, NULL);
        say(text("v%d.leave", v6 ? 6 : 4), "%s %s", result(r), report(v6, group, 20));
        r = group_call(fd, CLASSIC, JOIN, v6 ? "ff02::1" : "224.0.0.1", n0, NULL);
        say(text("v%d.join.all", v6 ? 6 : 4), "%s %s", result(r),
            report(v6, v6 ? "ff02::1" : "224.0.0.1", 10));
        if (has_action(v6, PROTOCOL_INDEPENDENT, JOIN_SOURCE)) {
            static const struct {
                const char *key;
                enum action action;
            } steps[] = {{"join.source", JOIN_SOURCE},
                         {"leave.source", LEAVE_SOURCE},
                         {"join", JOIN},
                         {"block", BLOCK},
                         {"unblock", UNBLOCK},
                         {"leave", LEAVE}};
            for (size_t n = 0; n < COUNT(steps); n++) {
                r = group_call(other, PROTOCOL_INDEPENDENT, steps[n].action, other_group[v6], n0,
                               source_a[v6]);
                say(text("v%d.step%zu.%s", v6 ? 6 : 4, n, steps[n].key), "%s %s", result(r),
                    report(v6, other_group[v6], 20));
                quiet(v6, other_group[v6]);
            }
        }
        shut(fd), shut(other);
    }
}

/* TTL, interface and loop of packets that are sent. */
static void sending_options(void)
{
    static const enum kind some[] = {UDP4, UDP6, DUAL, RAW4, RAW6};
    for (size_t k = 0; k < COUNT(some); k++) {
        int v6 = kind_v6(some[k]) && some[k] != DUAL, raw = some[k] == RAW4 || some[k] == RAW6;
        int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP,
            ttl = v6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL;
        int loop = v6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP;
        const char *group = some[k] == DUAL ? "::ffff:ef01:203" : group_of[v6],
                   *plain = group_of[v6];
        unsigned port = raw ? 0 : OWN_PORT;
        for (int i = -1; i <= 2; i++)
            for (int t = -1; t <= 2; t++)
                for (int l = 0; l < 2; l++) {
                    int fd = open_kind(some[k]), listener = open_kind(some[k]);
                    if (fd < 0 || listener < 0)
                        continue;
                    wire_protocol = raw ? 253 : IPPROTO_UDP;
                    if (!raw)
                        bind_to(listener, kind_v6(some[k]) ? "::" : "0.0.0.0", OWN_PORT);
                    unsigned index = index_of(i);
                    group_call(listener, CLASSIC, JOIN, plain,
                               i < 0 ? port_index(PORT_NET0) : index, NULL);
                    long a = 0, b = 0, c = 0;
                    uint8_t byte = (uint8_t)t, off = (uint8_t)l;
                    if (i >= 0 && v6)
                        a = set_int(fd, level, IPV6_MULTICAST_IF, (int)index);
                    if (i >= 0 && !v6) {
                        static const char *const own[] = {"127.0.0.1", "192.0.2.1", "198.51.100.1"};
                        uint8_t bytes[16];
                        parse_ip(own[i], bytes),
                            a = port_setsockopt(fd, level, IP_MULTICAST_IF, bytes, 4);
                    }
                    if (t >= 0)
                        b = v6 ? set_int(fd, level, ttl, t)
                               : port_setsockopt(fd, level, ttl, &byte, 1);
                    if (l == 0)
                        c = v6 ? set_int(fd, level, loop, 0)
                               : port_setsockopt(fd, level, loop, &off, 1);
                    wire_clear();
                    long r = send_ip(fd, group, port, "hello", 5);
                    const char *packet = wire();
                    say(text("%s.if.%s.ttl.%s.loop.%d", kind_name[some[k]],
                             i < 0 ? "default" : index_name[i + 1],
                             t < 0 ? "default" : text("%d", t), l),
                        "set %s %s %s send %s wire %s looped %s", result(a), result(b), result(c),
                        result(r), packet, receive_text(listener));
                    shut(fd), shut(listener);
                }
    }
}

static void sending_mapped(void)
{
    static const char *const names[] = {"IPV6_MULTICAST_LOOP.0", "IPV6_MULTICAST_HOPS.9",
                                        "IPV6_MULTICAST_IF.net1"};
    const int options[] = {IPV6_MULTICAST_LOOP, IPV6_MULTICAST_HOPS, IPV6_MULTICAST_IF};
    const int option_values[] = {0, 9, (int)port_index(PORT_NET1)};
    for (int n = 0; n < 3; n++) { /* a dual-stack socket's IPv6 options and an IPv4 group */
        int fd = open_kind(DUAL), listener = open_kind(UDP4);
        if (fd < 0 || listener < 0)
            break;
        bind_to(listener, "0.0.0.0", OWN_PORT);
        group_call(listener, CLASSIC, JOIN, group_of[0], port_index(PORT_NET0), NULL);
        wire_protocol = IPPROTO_UDP;
        wire_clear();
        long a = set_int(fd, IPPROTO_IPV6, options[n], option_values[n]),
             r = send_ip(fd, "::ffff:ef01:203", OWN_PORT, "hello", 5);
        const char *packet = wire();
        say(text("dual.v4.%s", names[n]), "set %s send %s wire %s looped %s", result(a), result(r),
            packet, receive_text(listener));
        shut(fd), shut(listener);
    }
}

static void sending_scopes(void)
{
    static const char *const groups[] = {"224.0.0.251", "239.1.2.3", "ff02::123", "ff05::123",
                                         "ff01::123"};
    for (size_t g = 0; g < COUNT(groups); g++) /* without IF: bound to an address, by scope */
        for (int i = -1; i <= 2; i++) {
            int v6 = groups[g][0] == 'f', fd = open_kind(v6 ? UDP6 : UDP4);
            static const char *const own[2][4] = {
                {"0.0.0.0", "127.0.0.1", "192.0.2.11", "198.51.100.1"},
                {"::", "::1", "2001:db8::1", "2001:db8:1::1"}};
            if (fd < 0)
                continue;
            struct address to = scoped(groups[g], PEER_PORT, v6 ? index_of(i) : 0);
            wire_protocol = IPPROTO_UDP;
            wire_clear();
            long r = send_to(fd, &to, "x", 1, NULL);
            if (v6)
                say(text("%s.scope.%s", groups[g], index_name[i + 1]), "%s %s", result(r), wire());
            shut(fd), fd = open_kind(v6 ? UDP6 : UDP4);
            bind_to(fd, own[v6][i + 1], OWN_PORT);
            wire_clear();
            r = send_ip(fd, groups[g], PEER_PORT, "x", 1);
            say(text("%s.bound.%s", groups[g], own[v6][i + 1]), "%s %s", result(r), wire());
            shut(fd);
        }
}

static void sending(void)
{
    sending_options();
    sending_mapped();
    sending_scopes();
}

const struct probe multicast_probes[] = {
    {"multicast.forms", forms},         {"multicast.mixed", mixed},
    {"multicast.sequences", sequences}, {"multicast.wrong", wrong},
    {"multicast.limits", limits},       {"multicast.reports", reports},
    {"multicast.sending", sending},     {0, 0}};
