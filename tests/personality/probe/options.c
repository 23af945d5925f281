// SPDX-License-Identifier: BSD-2-Clause
/* Set and get of every option in the library's tables, on every kind of socket. Keys:
 * KIND.OPTION.ASPECT, with default  what get returns on a fresh socket; refused: get and every set
 * fail (get's answer / set's answer) len.N    set with N bytes, the first byte 1, the others 0;
 * then what get returns int.V    set with an int V; then what get returns get.N    get with a
 * buffer of N bytes (16-byte buffers are the rule) */
#include "probe.h"

struct option {
    const char *name;
    int level, option;
};

static void one(enum kind kind, const struct option *o)
{
    static const int lengths[] = {0, 1, 2, 3, 4, 8, 12, 20, 32},
                     values[] = {-2, -1, 0, 1, 2, 254, 255, 256, 300};
    static const int get_lengths[] = {0, 1, 2, 3, 4, 8};
    const char *stem = text("%s.%s", kind_name[kind], o->name);
    uint8_t value[32] = {1};
    long set_result = 0;
    int accepted = 0;

    if (o->option == ABSENT) {
        if (kind == (o->level == IPPROTO_IPV6 ? UDP6 : UDP4))
            say(o->name, "absent");
        return;
    }
    int fd = open_kind(kind);
    if (fd < 0)
        return;
    const char *initial = get_text(fd, o->level, o->option, 16);
    int readable = initial[0] >= '0' && initial[0] <= '9';
    for (size_t i = 0; i < COUNT(lengths) && !accepted; i++) {
        set_result = port_setsockopt(fd, o->level, o->option, value, (socklen_t)lengths[i]);
        accepted = set_result >= 0;
    }
    shut(fd);
    char key[100];
    snprintf(key, sizeof key, "%s", stem);
    if (!accepted && !readable) {
        fd = open_kind(kind);
        const char *r = result(set_int(fd, o->level, o->option, 1));
        say(text("%s.refused", key), "get %s set %s", initial, r);
        shut(fd);
        return;
    }
    say(text("%s.default", key), "%s", initial);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        if ((fd = open_kind(kind)) < 0)
            continue;
        long r = port_setsockopt(fd, o->level, o->option, value, (socklen_t)lengths[i]);
        say(text("%s.len.%d", key, lengths[i]), "%s get %s", result(r),
            get_text(fd, o->level, o->option, 16));
        shut(fd);
    }
    for (size_t i = 0; i < COUNT(values) && accepted; i++) {
        if ((fd = open_kind(kind)) < 0)
            continue;
        long r = set_int(fd, o->level, o->option, values[i]);
        say(text("%s.int.%d", key, values[i]), "%s get %s", result(r),
            get_text(fd, o->level, o->option, 16));
        shut(fd);
    }
    if (!readable || (fd = open_kind(kind)) < 0)
        return;
    set_int(fd, o->level, o->option, 1);
    for (size_t i = 0; i < COUNT(get_lengths); i++)
        say(text("%s.get.%d", key, get_lengths[i]), "%s",
            get_text(fd, o->level, o->option, (socklen_t)get_lengths[i]));
    shut(fd);
}

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

static const struct option socket_options[] = {
    S(SO_REUSEADDR), S(SO_REUSEPORT),    S(SO_BROADCAST), S(SO_DONTROUTE), S(SO_TIMESTAMP),
    S(SO_RCVBUF),    S(SO_SNDBUF),       S(SO_RXQ_OVFL),  S(SO_RERROR),    S(SO_NOHEADER),
    S(SO_BINDANY),   S(SO_BINDTODEVICE), S(SO_TYPE),      S(SO_ERROR)};

static const struct option ip_options[] = {I(IP_TOS),
                                           I(IP_TTL),
                                           I(IP_MULTICAST_TTL),
                                           I(IP_MULTICAST_LOOP),
                                           I(IP_MULTICAST_IF),
                                           I(IP_MULTICAST_IFINDEX),
                                           I(IP_MULTICAST_ALL),
                                           I(IP_UNICAST_IF),
                                           I(IP_BOUND_IF),
                                           I(IP_HDRINCL),
                                           I(IP_STRIPHDR),
                                           I(IP_MTU_DISCOVER),
                                           I(IP_MTU),
                                           I(IP_ERRORMTU),
                                           I(IP_DONTFRAG),
                                           I(IP_MINTTL),
                                           I(IP_RECVERR),
                                           I(IP_RECVERR_RFC4884),
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
                                           I(IP_RETOPTS),
                                           I(IP_OPTIONS),
                                           I(IP_BINDANY),
                                           I(IP_FREEBIND),
                                           I(IP_PORTRANGE)};

static const struct option ip6_options[] = {
    X(IPV6_UNICAST_HOPS),   X(IPV6_MULTICAST_HOPS),  X(IPV6_MULTICAST_LOOP),
    X(IPV6_MULTICAST_IF),   X(IPV6_MULTICAST_ALL),   X(IPV6_UNICAST_IF),
    X(IPV6_BOUND_IF),       X(IPV6_TCLASS),          X(IPV6_DONTFRAG),
    X(IPV6_USE_MIN_MTU),    X(IPV6_V6ONLY),          X(IPV6_CHECKSUM),
    X(IPV6_HDRINCL),        X(IPV6_PATHMTU),         X(IPV6_RECVPATHMTU),
    X(IPV6_RECVPKTINFO),    X(IPV6_PKTINFO),         X(IPV6_RECVHOPLIMIT),
    X(IPV6_HOPLIMIT),       X(IPV6_RECVTCLASS),      X(IPV6_NEXTHOP),
    X(IPV6_RECVERR),        X(IPV6_RECVERR_RFC4884), X(IPV6_MTU),
    X(IPV6_MTU_DISCOVER),   X(IPV6_RECVORIGDSTADDR), X(IPV6_RECVDSTPORT),
    X(IPV6_RECVFRAGSIZE),   X(IPV6_MINHOPCOUNT),     X(IPV6_RECVRTHDR),
    X(IPV6_RECVHOPOPTS),    X(IPV6_RECVDSTOPTS),     X(IPV6_FLOWINFO),
    X(IPV6_AUTOFLOWLABEL),  X(IPV6_2292PKTINFO),     X(IPV6_2292HOPLIMIT),
    X(IPV6_BINDANY),        X(IPV6_FREEBIND),        X(IPV6_PORTRANGE),
    X(IPV6_PREFER_TEMPADDR)};

static const struct option other_options[] = {{"UDP_SEGMENT", IPPROTO_UDP, UDP_SEGMENT},
                                              {"UDP_GRO", IPPROTO_UDP, UDP_GRO},
                                              {"ICMP6_FILTER", IPPROTO_ICMPV6, ICMP6_FILTER},
                                              {"ICMP_FILTER", 255, ICMP_FILTER},
                                              {"IPV6_CHECKSUM.level255", 255, IPV6_CHECKSUM},
                                              {"unknown.IP", IPPROTO_IP, 250},
                                              {"unknown.V6", IPPROTO_IPV6, 250},
                                              {"unknown.SOL", SOL_SOCKET, 0x7770},
                                              {"unknown.level99", 99, 1},
                                              {"unknown.levelTCP", IPPROTO_TCP, 250},
                                              {"unknown.levelUDP", IPPROTO_UDP, 250},
                                              {"unknown.levelICMP6", IPPROTO_ICMPV6, 250},
                                              {"unknown.level255", 255, 250}};

static void kinds(void)
{
    static const struct {
        const char *name;
        int family, type, protocol;
    } rows[] = {{"raw4.0", AF_INET, SOCK_RAW, 0},
                {"raw4.1", AF_INET, SOCK_RAW, 1},
                {"raw4.2", AF_INET, SOCK_RAW, 2},
                {"raw4.6", AF_INET, SOCK_RAW, 6},
                {"raw4.17", AF_INET, SOCK_RAW, 17},
                {"raw4.255", AF_INET, SOCK_RAW, 255},
                {"raw4.256", AF_INET, SOCK_RAW, 256},
                {"raw4.262", AF_INET, SOCK_RAW, 262},
                {"raw4.-1", AF_INET, SOCK_RAW, -1},
                {"raw6.0", AF_INET6, SOCK_RAW, 0},
                {"raw6.17", AF_INET6, SOCK_RAW, 17},
                {"raw6.58", AF_INET6, SOCK_RAW, 58},
                {"raw6.255", AF_INET6, SOCK_RAW, 255},
                {"raw6.256", AF_INET6, SOCK_RAW, 256},
                {"dgram4.17", AF_INET, SOCK_DGRAM, 17},
                {"dgram4.6", AF_INET, SOCK_DGRAM, 6},
                {"dgram4.253", AF_INET, SOCK_DGRAM, 253},
                {"dgram4.icmp6", AF_INET, SOCK_DGRAM, 58},
                {"dgram6.icmp4", AF_INET6, SOCK_DGRAM, 1},
                {"stream4.17", AF_INET, SOCK_STREAM, 17},
                {"family.77", 77, 2, 0}};

    for (int k = 0; k < KINDS; k++) {
        int fd = open_kind((enum kind)k);
        if (fd >= 0) {
            say(kind_name[k], "ok name %s", own_name(fd));
        } else {
            static const int type[KINDS] = {2, 2, 2, 1, 1, 3, 3, 3, 3, 2, 2};
            int p = k == PING4 ? 1 : k == PING6 ? 58 : k == RAW4 || k == RAW6 ? 253 : 0;
            long r = open_socket(kind_v6((enum kind)k) ? AF_INET6 : AF_INET, type[k], p);
            say(kind_name[k], "refused %s", r < 0 ? result(r) : "V6ONLY off");
        }
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        long r = open_socket(rows[i].family, rows[i].type, rows[i].protocol);
        say(rows[i].name, "%s", r < 0 ? result(r) : "ok");
    }
}

static void all(const struct option *table, size_t count)
{
    for (int k = 0; k < KINDS; k++)
        for (size_t i = 0; i < count; i++)
            one((enum kind)k, &table[i]);
}
static void socket_level(void)
{
    static const enum kind some[] = {UDP4, UDP6, TCP4, RAW4, PING4};
    for (size_t k = 0; k < COUNT(some); k++)
        for (size_t i = 0; i < COUNT(socket_options); i++)
            one(some[k], &socket_options[i]);
}
static void ip_level(void)
{
    all(ip_options, COUNT(ip_options));
}
static void ip6_level(void)
{
    all(ip6_options, COUNT(ip6_options));
}
static void other_level(void)
{
    all(other_options, COUNT(other_options));
}

/* IP_MULTICAST_IF by every form; mreqn is built by hand, for NetBSD lacks the struct. */
static void multicast_if4_forms(void)
{
    static const struct {
        const char *key, *group, *own;
        int index; /* -1 lo, -2 net0, -3 net1: by name */
    } rows[] = {{"none", "0.0.0.0", "0.0.0.0", 0},
                {"net0", "0.0.0.0", "192.0.2.1", 0},
                {"second", "0.0.0.0", "192.0.2.11", 0},
                {"net1", "0.0.0.0", "198.51.100.1", 0},
                {"foreign", "0.0.0.0", "203.0.113.1", 0},
                {"loopback", "0.0.0.0", "127.0.0.1", 0},
                {"index.lo", "0.0.0.0", "0.0.0.0", -1},
                {"index.net0", "0.0.0.0", "0.0.0.0", -2},
                {"index.net1", "0.0.0.0", "0.0.0.0", -3},
                {"index.9999", "0.0.0.0", "0.0.0.0", 9999},
                {"index.negative", "0.0.0.0", "0.0.0.0", -9},
                {"index.net1.address.net0", "0.0.0.0", "192.0.2.1", -3},
                {"address.0001", "0.0.0.0", "0.0.0.1", 0}};

    for (int k = UDP4; k <= RAW4; k++) {
        if (k != UDP4 && k != DUAL && k != RAW4)
            continue;
        for (size_t i = 0; i < COUNT(rows); i++) {
            uint8_t mreqn[12], bytes[16];
            int index = rows[i].index;
            if (index >= -3 && index < 0)
                index = (int)port_index((enum port_interface)(-1 - index));
            parse_ip(rows[i].group, bytes), memcpy(mreqn, bytes, 4);
            parse_ip(rows[i].own, bytes), memcpy(mreqn + 4, bytes, 4);
            memcpy(mreqn + 8, &index, 4);
            for (int size = 4; size <= 12; size += 4) {
                if (size != 12 && rows[i].index)
                    continue;
                int fd = open_kind((enum kind)k);
                if (fd < 0)
                    continue;
                long r = port_setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF,
                                         size == 4 ? mreqn + 4 : mreqn, (socklen_t)size);
                union {
                    uint8_t b[16];
                    uint32_t w[4];
                } v = {{0}};
                socklen_t length = 12;
                long g = port_getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, v.b, &length);
                const char *value = g < 0 ? result(g) : ip_text(v.b, 4);
                if (g >= 0 && length == 12)
                    value = text("%s %s %s", value, ip_text(v.b + 4, 4), name_interface(v.w[2]));
                length = 4;
                g = port_getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, v.b, &length);
                say(text("%s.%s.%d", kind_name[k], rows[i].key, size),
                    "%s get12 %s get4 %s length %u", result(r), value,
                    g < 0 ? result(g) : ip_text(v.b, 4), (unsigned)length);
                shut(fd);
            }
        }
    }
}

static void multicast_if4_old(void)
{
    for (int i = PORT_LO; i <= PORT_NET1; i++) { /* the old form 0.x.y.z */
        uint8_t a[4] = {0, 0, 0, (uint8_t)port_index((enum port_interface)i)};
        int fd = open_kind(UDP4);
        if (fd < 0)
            continue;
        long r = port_setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, a, 4);
        long s = send_ip(fd, "239.1.2.3", PEER_PORT, "x", 1);
        say(text("udp4.0.x.y.z.%d", i), "%s send %s %s", result(r), result(s), wire());
    }
}

static void multicast_if4(void)
{
    multicast_if4_forms();
    multicast_if4_old();
}

static void multicast_if6(void)
{
    for (int k = UDP4; k < KINDS; k++) {
        if (!kind_v6((enum kind)k))
            continue;
        for (int i = -2; i <= 3; i++) {
            static const char *const names[] = {"negative", "9999", "lo",
                                                "net0",     "net1", "zero.after.net1"};
            int index = i == -2   ? -2
                        : i == -1 ? 9999
                        : i == 3  ? 0
                                  : (int)port_index((enum port_interface)i);
            int fd = open_kind((enum kind)k);
            if (fd < 0)
                continue;
            if (i == 3)
                set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)port_index(PORT_NET1));
            long r = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
            int v = -77;
            socklen_t length = 4;
            long g = port_getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &v, &length);
            say(text("%s.%s", kind_name[k], names[i + 2]), "%s get %s", result(r),
                g < 0 ? result(g) : name_interface((unsigned)v));
            shut(fd);
        }
    }
}

const struct probe options_probes[] = {{"options.kinds", kinds},
                                       {"options.socket", socket_level},
                                       {"options.ip", ip_level},
                                       {"options.ipv6", ip6_level},
                                       {"options.other", other_level},
                                       {"options.multicast_if4", multicast_if4},
                                       {"options.multicast_if6", multicast_if6},
                                       {0, 0}};
