// SPDX-License-Identifier: BSD-2-Clause
/* Which control messages arrive when which option is on, in what order, and what is left of them in
 * short buffers. */
#include "probe.h"

struct enable {
    const char *name;
    int level, option;
};
#define S(name)                 \
    {                           \
#name, SOL_SOCKET, name \
    }
#define I(name)                 \
    {                           \
#name, IPPROTO_IP, name \
    }
#define X(name)                   \
    {                             \
#name, IPPROTO_IPV6, name \
    }
static const struct enable enables[] = {S(SO_TIMESTAMP),
                                        I(IP_PKTINFO),
                                        I(IP_RECVPKTINFO),
                                        I(IP_RECVDSTADDR),
                                        I(IP_RECVIF),
                                        I(IP_RECVTTL),
                                        I(IP_RECVTOS),
                                        I(IP_RECVORIGDSTADDR),
                                        I(IP_RECVDSTPORT),
                                        I(IP_RECVFRAGSIZE),
                                        I(IP_RECVOPTS),
                                        I(IP_RECVRETOPTS),
                                        X(IPV6_RECVPKTINFO),
                                        X(IPV6_RECVHOPLIMIT),
                                        X(IPV6_RECVTCLASS),
                                        X(IPV6_RECVPATHMTU),
                                        X(IPV6_RECVRTHDR),
                                        X(IPV6_RECVHOPOPTS),
                                        X(IPV6_RECVDSTOPTS),
                                        X(IPV6_FLOWINFO),
                                        X(IPV6_RECVORIGDSTADDR),
                                        X(IPV6_RECVDSTPORT),
                                        X(IPV6_RECVFRAGSIZE),
                                        X(IPV6_2292PKTINFO),
                                        X(IPV6_2292HOPLIMIT),
                                        {"UDP_GRO", IPPROTO_UDP, UDP_GRO}};

static const enum kind kinds[] = {UDP4, UDP6, DUAL, RAW4, RAW6, ICMP4, ICMP6, PING4, PING6};

static void arrive_payload(enum kind kind, int v4, const void *data, size_t size)
{
    static const uint8_t echo[8] = {'q', 'u', 'o', 't', 'e', 'd', '!', '!'};
    const char *from = v4 ? "192.0.2.9" : "2001:db8::9", *to = v4 ? "192.0.2.1" : "2001:db8::1";

    if (kind == RAW4 || kind == RAW6)
        arrive_ip(PORT_NET0, from, to, 253, data, size);
    else if (kind == ICMP4 || kind == PING4)
        arrive_icmp(PORT_NET0, from, to, 0, 0, 0x12340001, echo, 8);
    else if (kind == ICMP6 || kind == PING6)
        arrive_icmp(PORT_NET0, from, to, 129, 0, 0x12340001, echo, 8);
    else
        arrive_udp(PORT_NET0, from, to, OWN_PORT, data, size);
}

static int ready(enum kind kind)
{
    int fd = open_kind(kind);
    if (fd < 0)
        return fd;
    if (kind == PING4 || kind == PING6)
        bind_to(fd, kind == PING4 ? "0.0.0.0" : "::", 0x1234);
    else if (kind == UDP4 || kind == UDP6 || kind == DUAL)
        bind_to(fd, kind == UDP4 ? "0.0.0.0" : "::", OWN_PORT);
    return fd;
}

static void each(void)
{
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t i = 0; i < COUNT(enables); i++) {
            const struct enable *e = &enables[i];
            if (e->option == ABSENT) {
                if (k == 0)
                    say(e->name, "absent");
                continue;
            }
            int families = kinds[k] == DUAL ? 2 : 1;
            for (int family = 0; family < families; family++) {
                int fd = ready(kinds[k]), v4 = families == 2 ? family == 0 : !kind_v6(kinds[k]);
                if (fd < 0)
                    continue;
                char key[80];
                snprintf(key, sizeof key, "%s%s.%s", kind_name[kinds[k]],
                         families == 2 ? v4 ? ".v4" : ".v6" : "", e->name);
                long r = set_int(fd, e->level, e->option, 1);
                if (r < 0) {
                    if (family == 0)
                        say(key, "refused %s", result(r));
                    shut(fd);
                    continue;
                }
                arrive_payload(kinds[k], v4, "hello", 5);
                receive(&got, fd, 2000, 512, 0);
                const char *on = control_text(&got), *data = received_text(&got);
                r = set_int(fd, e->level, e->option, 0);
                arrive_payload(kinds[k], v4, "hello", 5);
                receive(&got, fd, 2000, 512, 0);
                say(key, "%s (%s) cleared %s %s", on, data, result(r), control_text(&got));
                shut(fd);
            }
        }
}

static void enable_all(int fd)
{
    static const int ip[] = {IP_PKTINFO, IP_RECVPKTINFO, IP_RECVDSTADDR,
                             IP_RECVIF,  IP_RECVTTL,     IP_RECVTOS},
                     ip6[] = {IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS};
    set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 1);
    for (size_t i = 0; i < COUNT(ip); i++)
        if (ip[i] != ABSENT)
            set_int(fd, IPPROTO_IP, ip[i], 1);
    for (size_t i = 0; i < COUNT(ip6); i++)
        if (ip6[i] != ABSENT)
            set_int(fd, IPPROTO_IPV6, ip6[i], 1);
}

/* All at once: the order of the messages. */
static void order(void)
{
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (int v4 = 1; v4 >= 0; v4--) {
            if (kinds[k] != DUAL && v4 == kind_v6(kinds[k]))
                continue;
            int fd = ready(kinds[k]);
            if (fd < 0)
                continue;
            enable_all(fd);
            arrive_payload(kinds[k], v4, "hello", 5);
            receive(&got, fd, 2000, 512, 0);
            say(text("%s.v%d", kind_name[kinds[k]], v4 ? 4 : 6), "%s (%s) controllen %zu",
                control_text(&got), received_text(&got), (size_t)got.message.msg_controllen);
            shut(fd);
        }
}

/* Control buffers of every length: with SO_TIMESTAMP off, so that what is left can be read. */
static void truncated(void)
{
    static const enum kind some[] = {UDP4, UDP6, DUAL, RAW4};
    for (size_t k = 0; k < COUNT(some); k++) {
        int fd = ready(some[k]);
        if (fd < 0)
            continue;
        enable_all(fd);
        set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 0);
        arrive_payload(some[k], !kind_v6(some[k]), "hello", 5);
        receive(&got, fd, 2000, 512, 0);
        size_t full = (size_t)got.message.msg_controllen + 4;
        if (got.result < 0 || full > 300)
            full = 40;
        for (size_t n = 0; n <= full; n++) {
            arrive_payload(some[k], !kind_v6(some[k]), "hello", 5);
            receive(&got, fd, 2000, n, 0);
            say(text("%s.%zu", kind_name[some[k]], n), "flags %s controllen %zu %s",
                got.result < 0 ? result(got.result) : flags_text(got.message.msg_flags),
                (size_t)got.message.msg_controllen, control_text(&got));
        }
        shut(fd);
    }
}

/* A control pointer of NULL with a length, and one without any enabled option. */
static void buffers(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        enum kind kind = v6 ? UDP6 : UDP4;
        int fd = ready(kind);
        if (fd < 0)
            continue;
        arrive_payload(kind, !v6, "hello", 5);
        receive(&got, fd, 2000, 512, 0);
        say(text("%s.nothing.enabled", kind_name[kind]), "%s controllen %zu", received_text(&got),
            (size_t)got.message.msg_controllen);
        arrive_payload(kind, !v6, "hello", 5);
        enable_all(fd);
        receive(&got, fd, 2000, 512, 0);
        say(text("%s.enabled.after.arrival", kind_name[kind]), "%s", control_text(&got));
        set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 0);
        arrive_payload(kind, !v6, "hello", 5);
        receive(&got, fd, 2000, 512, MSG_PEEK);
        say(text("%s.peek", kind_name[kind]), "%s %s", received_text(&got), control_text(&got));
        receive(&got, fd, 2000, 512, MSG_PEEK);
        say(text("%s.peek.again", kind_name[kind]), "%s %s", received_text(&got),
            control_text(&got));
        receive(&got, fd, 2000, 512, 0);
        say(text("%s.after.peek", kind_name[kind]), "%s %s", received_text(&got),
            control_text(&got));
        say(text("%s.empty", kind_name[kind]), "%s", receive_text(fd));
        arrive_payload(kind, !v6, "", 0);
        receive(&got, fd, 2000, 512, 0);
        say(text("%s.zero.length", kind_name[kind]), "%s %s", received_text(&got),
            control_text(&got));
        arrive_payload(kind, !v6, "", 0);
        receive(&got, fd, 0, 512, 0);
        say(text("%s.zero.length.zero.buffer", kind_name[kind]), "%s %s", received_text(&got),
            control_text(&got));
        static const int sizes[] = {0, 1, 4, 5, 6};
        for (size_t i = 0; i < COUNT(sizes); i++) {
            arrive_payload(kind, !v6, "hello", 5);
            receive(&got, fd, (size_t)sizes[i], 512, 0);
            say(text("%s.buffer.%d", kind_name[kind], sizes[i]), "%s %s", received_text(&got),
                control_text(&got));
        }
        say(text("%s.rest.lost", kind_name[kind]), "%s", receive_text(fd));
        arrive_payload(kind, !v6, "hello", 5);
        receive(&got, fd, 2, 512, MSG_TRUNC);
        say(text("%s.trunc.flag", kind_name[kind]), "%s", received_text(&got));
        arrive_payload(kind, !v6, "hello", 5);
        receive(&got, fd, 2, 512, MSG_PEEK | MSG_TRUNC);
        say(text("%s.trunc.peek.flag", kind_name[kind]), "%s", received_text(&got));
        receive(&got, fd, 2, 4, 0);
        say(text("%s.both.truncated", kind_name[kind]), "%s controllen %zu", received_text(&got),
            (size_t)got.message.msg_controllen);
        shut(fd);
    }
}

/* What the destination and interface messages say for each sort of destination. */
static void from_outside(void)
{
    static const struct {
        const char *key, *from, *to;
        enum port_interface i;
    } rows[] = {{"own", "192.0.2.9", "192.0.2.1", PORT_NET0},
                {"second", "192.0.2.9", "192.0.2.11", PORT_NET0},
                {"other.interface", "192.0.2.9", "198.51.100.1", PORT_NET0},
                {"broadcast", "192.0.2.9", "192.0.2.255", PORT_NET0},
                {"all.ones", "192.0.2.9", "255.255.255.255", PORT_NET0},
                {"group", "192.0.2.9", "239.1.2.3", PORT_NET0},
                {"all.hosts", "192.0.2.9", "224.0.0.1", PORT_NET0},
                {"net1", "198.51.100.9", "198.51.100.1", PORT_NET1},
                {"own6", "2001:db8::9", "2001:db8::1", PORT_NET0},
                {"link.local", "fe80::9", "ll0", PORT_NET0},
                {"net1.link.local", "fe80::9", "ll1", PORT_NET1},
                {"group6", "2001:db8::9", "ff05::123", PORT_NET0},
                {"group6.link", "fe80::9", "ff02::123", PORT_NET0},
                {"all.nodes", "fe80::9", "ff02::1", PORT_NET0}};

    for (size_t i = 0; i < COUNT(rows); i++)
        for (int dual = 0; dual < 2; dual++) {
            uint8_t bytes[16];
            int v4 = parse_ip(rows[i].to, bytes) == 4;
            if (dual && !v4)
                continue;
            int fd = ready(dual ? DUAL : v4 ? UDP4 : UDP6);
            if (fd < 0)
                continue;
            enable_all(fd);
            set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 0);
            if (v4 && bytes[0] >= 224) {
                uint8_t mreq[8], own[16];
                parse_ip("192.0.2.1", own), memcpy(mreq, bytes, 4), memcpy(mreq + 4, own, 4);
                port_setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, mreq, sizeof mreq);
            }
            if (!v4 && bytes[0] == 0xff) {
                struct ipv6_mreq mreq;
                memcpy(&mreq.ipv6mr_multiaddr, bytes, 16);
                mreq.ipv6mr_interface = port_index(PORT_NET0);
                port_setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &mreq, sizeof mreq);
            }
            arrive_udp(rows[i].i, rows[i].from, rows[i].to, OWN_PORT, "hello", 5);
            receive(&got, fd, 2000, 512, 0);
            say(text("%s%s", dual ? "dual." : "", rows[i].key), "%s %s", received_text(&got),
                control_text(&got));
            shut(fd);
        }
}

static void from_this_host(void)
{
    /* From this host to itself: by lo, and by an own address. */
    static const char *const selves[] = {"127.0.0.1", "192.0.2.1",   "198.51.100.1",
                                         "::1",       "2001:db8::1", "2001:db8:1::1"};
    for (size_t i = 0; i < COUNT(selves); i++) {
        uint8_t bytes[16];
        enum kind kind = parse_ip(selves[i], bytes) == 4 ? UDP4 : UDP6;
        int fd = ready(kind), from = open_kind(kind);
        if (fd < 0 || from < 0)
            continue;
        enable_all(fd);
        set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 0);
        long r = send_ip(from, selves[i], OWN_PORT, "hello", 5);
        receive(&got, fd, 2000, 512, 0);
        say(text("self.%s", selves[i]), "%s %s %s", result(r), received_text(&got),
            control_text(&got));
        shut(fd), shut(from);
    }
}

static void destinations(void)
{
    from_outside();
    from_this_host();
}

/* TTL and TOS values at their ends; a header with options; a reassembled datagram. */
static void values(void)
{
    static const int ends[] = {0, 1, 127, 128, 255};
    for (int v6 = 0; v6 < 2; v6++) {
        enum kind kind = v6 ? UDP6 : UDP4;
        int fd = ready(kind);
        if (fd < 0)
            continue;
        enable_all(fd);
        set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 0);
        for (size_t i = 0; i < COUNT(ends); i++) {
            arrival.ttl = ends[i] ? ends[i] : 1, arrival.tos = ends[i];
            arrive_payload(kind, !v6, "hello", 5);
            receive(&got, fd, 2000, 512, 0);
            say(text("%s.ttl.%d.tos.%d", kind_name[kind], arrival.ttl, arrival.tos), "%s",
                control_text(&got));
        }
        arrival.ttl = 0;
        arrive_payload(kind, !v6, "hello", 5);
        say(text("%s.ttl.0", kind_name[kind]), "%s", receive_text(fd));
        arrival.ttl = 77;
        shut(fd);
    }
}

const struct probe control_receive_probes[] = {{"control_receive.each", each},
                                               {"control_receive.order", order},
                                               {"control_receive.truncated", truncated},
                                               {"control_receive.buffers", buffers},
                                               {"control_receive.destinations", destinations},
                                               {"control_receive.values", values},
                                               {0, 0}};
