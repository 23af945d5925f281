// SPDX-License-Identifier: BSD-2-Clause
/* Datagrams and addresses: empty ones, odd vectors and names, limits, broadcast, v4-mapped
 * addresses. */
#include "probe.h"

static uint8_t data[200000];

static struct msghdr message_for(struct address *to, struct iovec *vector, int count)
{
    struct msghdr m;
    memset(&m, 0, sizeof m);
    m.msg_name = to ? &to->as : NULL;
    m.msg_namelen = to ? to->length : 0;
    m.msg_iov = vector;
    m.msg_iovlen = (uint16_t)count; /* int or size_t */
    return m;
}

/* msghdr oddities on send and receive. */
static void messages_sent(int v6, const char *v, const char *peer)
{
    static struct iovec many[1100];
    struct iovec one = {data, 5};
    struct iovec two[3] = {{data, 2}, {data, 0}, {data, 3}};
    int fd = open_kind(v6 ? UDP6 : UDP4);
    struct address to = address(peer, PEER_PORT);
    wire_clear();
    long r = send_to(fd, &to, data, 0, NULL);
    say(text("%s.zero.length", v), "%s %s", result(r), wire());
    struct msghdr m = message_for(&to, NULL, 0);
    r = port_sendmsg(fd, &m, 0);
    say(text("%s.iovlen.0", v), "%s %s", result(r), wire());
    m = message_for(&to, &one, 0), r = port_sendmsg(fd, &m, 0);
    say(text("%s.iovlen.0.with.iov", v), "%s %s", result(r), wire());
    m = message_for(&to, two, 3), r = port_sendmsg(fd, &m, 0);
    say(text("%s.iovlen.3.one.empty", v), "%s %s", result(r), wire());
    for (int i = 0; i < 1100; i++)
        many[i].iov_base = data, many[i].iov_len = 1;
    static const int counts[] = {16, 1023, 1024, 1025, 1100};
    for (size_t n = 0; n < COUNT(counts); n++) {
        m = message_for(&to, many, counts[n]), r = port_sendmsg(fd, &m, 0);
        say(text("%s.iovlen.%d", v, counts[n]), "%s %s", result(r), wire());
    }
    m = message_for(NULL, &one, 1), m.msg_namelen = 16, r = port_sendmsg(fd, &m, 0);
    say(text("%s.name.null.length.16", v), "%s %s", result(r), wire());
    m = message_for(&to, &one, 1), m.msg_namelen = 0, r = port_sendmsg(fd, &m, 0);
    say(text("%s.name.length.0", v), "%s %s", result(r), wire());
    r = send_to(fd, NULL, data, 5, NULL);
    say(text("%s.no.name", v), "%s %s", result(r), wire());
    shut(fd);
}

static void messages_lengths(int v6, const char *v, const char *peer)
{
    struct iovec one = {data, 5};
    struct msghdr m;
    long r;
    static const int lengths[] = {1, 2, 8, 15, 16, 17, 24, 27, 28, 29, 128};
    for (int use = 0; use < 3; use++)
        for (size_t n = 0; n < COUNT(lengths); n++) {
            int s = open_kind(v6 ? UDP6 : UDP4);
            struct address a = address(use == 1 ? v6 ? "2001:db8::1" : "192.0.2.1" : peer,
                                       use == 1 ? OWN_PORT : PEER_PORT);
            static const char *const uses[] = {"send", "bind", "connect"};
            m = message_for(&a, &one, 1), m.msg_namelen = (socklen_t)lengths[n];
            r = use == 0   ? port_sendmsg(s, &m, 0)
                : use == 1 ? port_bind(s, &a.as.sa, (socklen_t)lengths[n])
                           : port_connect(s, &a.as.sa, (socklen_t)lengths[n]);
            const char *found = use == 0 ? wire() : own_name(s);
            say(text("%s.%s.name.length.%d", v, uses[use], lengths[n]), "%s %s", result(r), found);
            shut(s);
        }
}

static void messages_families(int v6, const char *v, const char *peer)
{
    long r;
    for (int use = 0; use < 3; use++) { /* sa_len wrong, family wrong or unspecified, port 0 */
        static const char *const uses[] = {"send", "bind", "connect"};
        static const int families[] = {0, 1, 77, AF_INET, AF_INET6};
        for (size_t n = 0; n < COUNT(families); n++) {
            int s = open_kind(v6 ? UDP6 : UDP4);
            struct address a =
                address(use == 1 ? v6 ? "::" : "0.0.0.0" : peer, use == 1 ? OWN_PORT : PEER_PORT);
            a.as.sa.sa_family = (uint8_t)families[n];
            r = use == 0   ? send_to(s, &a, data, 5, NULL)
                : use == 1 ? port_bind(s, &a.as.sa, a.length)
                           : port_connect(s, &a.as.sa, a.length);
            const char *found = use == 0 ? wire() : own_name(s);
            const char *name = families[n] == AF_INET    ? "inet"
                               : families[n] == AF_INET6 ? "inet6"
                                                         : text("%d", families[n]);
            say(text("%s.%s.family.%s", v, uses[use], name), "%s %s", result(r), found);
            shut(s);
        }
        int s = open_kind(v6 ? UDP6 : UDP4);
        struct address a = address(use == 1 ? v6 ? "2001:db8::1" : "192.0.2.1" : peer, 0);
        r = use == 0   ? send_to(s, &a, data, 5, NULL)
            : use == 1 ? port_bind(s, &a.as.sa, a.length)
                       : port_connect(s, &a.as.sa, a.length);
        const char *found = use == 0 ? wire() : own_name(s);
        say(text("%s.%s.port.0", v, uses[use]), "%s %s", result(r), found);
        shut(s);
#ifdef HAVE_SA_LEN
        s = open_kind(v6 ? UDP6 : UDP4),
        a = address(use == 1 ? v6 ? "2001:db8::1" : "192.0.2.1" : peer,
                    use == 1 ? OWN_PORT : PEER_PORT);
        a.as.sa.sa_len = 3;
        r = use == 0   ? send_to(s, &a, data, 5, NULL)
            : use == 1 ? port_bind(s, &a.as.sa, a.length)
                       : port_connect(s, &a.as.sa, a.length);
        found = use == 0 ? wire() : own_name(s);
        say(text("%s.%s.sa_len.3", v, uses[use]), "%s %s", result(r), found);
        shut(s);
#endif
    }
}

static void messages_connected(int v6, const char *v, const char *peer)
{
    int fd = open_kind(v6 ? UDP6 : UDP4);
    struct address to = address(peer, PEER_PORT);
    long r;
    r = connect_to(fd, peer, PEER_PORT);
    say(text("%s.connected", v), "%s name %s", result(r), own_name(fd));
    r = send_to(fd, NULL, data, 5, NULL);
    say(text("%s.connected.send", v), "%s %s", result(r), wire());
    r = send_to(fd, &to, data, 5, NULL);
    say(text("%s.connected.send.to.peer", v), "%s %s", result(r), wire());
    r = send_ip(fd, v6 ? "2001:db8::fe" : "192.0.2.254", PEER_PORT, data, 5);
    say(text("%s.connected.send.to.other", v), "%s %s", result(r), wire());
    r = connect_to(fd, v6 ? "2001:db8:1::9" : "198.51.100.9", PEER_PORT);
    const char *name = own_name(fd);
    long s = send_to(fd, NULL, data, 5, NULL);
    say(text("%s.connected.again", v), "%s name %s send %s %s", result(r), name, result(s), wire());
    struct address none = address(peer, PEER_PORT);
    none.as.sa.sa_family = AF_UNSPEC;
    r = port_connect(fd, &none.as.sa, none.length), name = own_name(fd),
    s = send_to(fd, NULL, data, 5, NULL);
    say(text("%s.disconnected.unspec", v), "%s name %s send %s", result(r), name, result(s));
    r = connect_to(fd, v6 ? "::" : "0.0.0.0", 0), name = own_name(fd),
    s = send_to(fd, NULL, data, 5, NULL);
    say(text("%s.connected.any.port.0", v), "%s name %s send %s", result(r), name, result(s));
    shut(fd);
}

static void messages_received(int v6, const char *v, const char *peer)
{
    struct iovec one = {data, 5};
    struct iovec two[3] = {{data, 2}, {data, 0}, {data, 3}};
    int fd = open_kind(v6 ? UDP6 : UDP4);
    struct msghdr m;
    long r;
    receive(&got, fd, 10, 0, 0);
    say(text("%s.receive.unbound", v), "%s name %s", received_text(&got), own_name(fd));
    bind_to(fd, v6 ? "::" : "0.0.0.0", OWN_PORT);
    r = bind_to(fd, v6 ? "::" : "0.0.0.0", OWN_PORT + 1);
    say(text("%s.bind.twice", v), "%s", result(r));
    static const int name_sizes[] = {0, 2, 8, 16, 28};
    for (size_t n = 0; n < COUNT(name_sizes); n++) { /* a short room for the address */
        arrive_udp(PORT_NET0, peer, v6 ? "2001:db8::1" : "192.0.2.1", OWN_PORT, "hello", 5);
        memset(&m, 0, sizeof m), memset(&got.from, 0, sizeof got.from);
        m.msg_name = &got.from, m.msg_namelen = (socklen_t)name_sizes[n], m.msg_iov = &one,
        m.msg_iovlen = 1;
        r = port_recvmsg(fd, &m, MSG_DONTWAIT);
        say(text("%s.receive.name.room.%d", v, name_sizes[n]), "%s namelen %u flags %s", result(r),
            (unsigned)m.msg_namelen, flags_text(m.msg_flags));
    }
    arrive_udp(PORT_NET0, peer, v6 ? "2001:db8::1" : "192.0.2.1", OWN_PORT, "hello", 5);
    m = message_for(NULL, NULL, 0), r = port_recvmsg(fd, &m, MSG_DONTWAIT);
    say(text("%s.receive.iovlen.0", v), "%s flags %s then %s", result(r), flags_text(m.msg_flags),
        receive_text(fd));
    arrive_udp(PORT_NET0, peer, v6 ? "2001:db8::1" : "192.0.2.1", OWN_PORT, "hello", 5);
    m = message_for(NULL, two, 3), r = port_recvmsg(fd, &m, MSG_DONTWAIT);
    say(text("%s.receive.iovlen.3", v), "%s", result(r));
    arrival.sport = 0;
    arrive_udp(PORT_NET0, peer, v6 ? "2001:db8::1" : "192.0.2.1", OWN_PORT, "hello", 5);
    say(text("%s.receive.from.port.0", v), "%s", receive_text(fd));
    arrival.sport = PEER_PORT;
    shut(fd);
}

static void messages(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        const char *peer = v6 ? "2001:db8::9" : "192.0.2.9", *v = v6 ? "v6" : "v4";
        int fd = open_kind(v6 ? UDP6 : UDP4);
        if (fd < 0)
            return;
        shut(fd);
        messages_sent(v6, v, peer);
        messages_lengths(v6, v, peer);
        messages_families(v6, v, peer);
        messages_connected(v6, v, peer);
        messages_received(v6, v, peer);
    }
}

/* Buffer sizes as read back, and the largest datagram. */
static const enum kind buffer_kinds[] = {UDP4, UDP6, RAW4, RAW6, PING4, PING6, TCP4};

static void buffer_values(void)
{
    static const int values[] = {-1,   0,     1,      100,    2048,    4096,
                                 9216, 65536, 100000, 262144, 1000000, 100000000};
    for (size_t k = 0; k < COUNT(buffer_kinds); k++) {
        int fd = open_kind(buffer_kinds[k]);
        if (fd < 0)
            continue;
        say(text("%s.default", kind_name[buffer_kinds[k]]), "send %s receive %s",
            get_text(fd, SOL_SOCKET, SO_SNDBUF, 4), get_text(fd, SOL_SOCKET, SO_RCVBUF, 4));
        shut(fd);
        for (size_t n = 0; n < COUNT(values); n++) {
            if ((fd = open_kind(buffer_kinds[k])) < 0)
                continue;
            long s = set_int(fd, SOL_SOCKET, SO_SNDBUF, values[n]),
                 r = set_int(fd, SOL_SOCKET, SO_RCVBUF, values[n]);
            say(text("%s.%d", kind_name[buffer_kinds[k]], values[n]), "send %s %s receive %s %s",
                result(s), get_text(fd, SOL_SOCKET, SO_SNDBUF, 4), result(r),
                get_text(fd, SOL_SOCKET, SO_RCVBUF, 4));
            shut(fd);
        }
    }
}

static void buffer_sizes(void)
{
    static const int sizes[] = {8192,  8193,  9216,  9217,  9193,  16384, 32767, 65487, 65488,
                                65507, 65508, 65515, 65516, 65527, 65528, 65535, 65536};
    static const int bigger[] = {0, 65536, 200000};
    for (size_t k = 0; k < 4; k++)
        for (size_t b = 0; b < COUNT(bigger); b++)
            for (size_t n = 0; n < COUNT(sizes); n++) {
                int fd = open_kind(buffer_kinds[k]);
                if (fd < 0)
                    continue;
                if (bigger[b])
                    set_int(fd, SOL_SOCKET, SO_SNDBUF, bigger[b]);
                long r = send_ip(fd, kind_v6(buffer_kinds[k]) ? "2001:db8::9" : "192.0.2.9",
                                 buffer_kinds[k] == UDP4 || buffer_kinds[k] == UDP6 ? PEER_PORT : 0,
                                 data, (size_t)sizes[n]);
                say(text("%s.sndbuf.%d.size.%d", kind_name[buffer_kinds[k]], bigger[b], sizes[n]),
                    "%s", result(r));
                shut(fd);
                wire_clear();
            }
}

static void buffers_kept(void)
{
    for (int v6 = 0; v6 < 2; v6++) { /* how much of 300 datagrams of 1000 bytes is kept by default
                                        and with a small buffer */
        for (int small = 0; small < 2; small++) {
            int fd = open_kind(v6 ? UDP6 : UDP4), count = 0;
            if (fd < 0)
                continue;
            if (small)
                set_int(fd, SOL_SOCKET, SO_RCVBUF, 8192);
            bind_to(fd, v6 ? "::" : "0.0.0.0", OWN_PORT);
            for (int i = 0; i < 300; i++)
                arrive_udp(PORT_NET0, v6 ? "2001:db8::9" : "192.0.2.9",
                           v6 ? "2001:db8::1" : "192.0.2.1", OWN_PORT, data, 1000);
            for (;;) {
                receive(&got, fd, 2000, 0, 0);
                if (got.result < 0)
                    break;
                count++;
            }
            say(text("v%d.kept.%s", v6 ? 6 : 4, small ? "rcvbuf.8192" : "default"), "%d of 300",
                count);
            shut(fd);
        }
    }
}

static void buffers(void)
{
    buffer_values();
    buffer_sizes();
    buffers_kept();
}

static void broadcast(void)
{
    static const enum kind kinds[] = {UDP4, DUAL, RAW4, PING4};
    static const char *const to[] = {"192.0.2.255", "255.255.255.255", "192.0.2.0",
                                     "198.51.100.255", "127.255.255.255"};
    static const uint8_t echo[8] = {8};
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t n = 0; n < COUNT(to); n++)
            for (int allowed = 0; allowed < 2; allowed++) {
                int fd = open_kind(kinds[k]);
                uint8_t b[16];
                if (fd < 0)
                    continue;
                parse_ip(to[n], b);
                const char *ip = kinds[k] == DUAL
                                     ? text("::ffff:%x:%x", b[0] << 8 | b[1], b[2] << 8 | b[3])
                                     : to[n];
                unsigned port = kinds[k] == UDP4 || kinds[k] == DUAL ? PEER_PORT : 0;
                wire_protocol = kinds[k] == RAW4    ? 253
                                : kinds[k] == PING4 ? IPPROTO_ICMP
                                                    : IPPROTO_UDP;
                wire_clear();
                long o = allowed ? set_int(fd, SOL_SOCKET, SO_BROADCAST, 1) : 0,
                     r = send_ip(fd, ip, port, echo, 8);
                const char *packet = wire();
                long c = connect_to(fd, ip, port);
                say(text("%s.%s.%s", kind_name[kinds[k]], to[n], allowed ? "allowed" : "not"),
                    "%s send %s %s connect %s name %s", result(o), result(r), packet, result(c),
                    own_name(fd));
                shut(fd);
            }
}

/* IPV6_V6ONLY and v4-mapped addresses. */
static void v6only(void)
{
    static const enum kind kinds[] = {UDP6, TCP6, RAW6};
    for (size_t k = 0; k < COUNT(kinds); k++) {
        long fd = open_socket(AF_INET6,
                              kinds[k] == UDP6   ? SOCK_DGRAM
                              : kinds[k] == TCP6 ? SOCK_STREAM
                                                 : SOCK_RAW,
                              kinds[k] == RAW6 ? 253 : 0);
        if (fd < 0)
            continue;
        int s = (int)fd;
        const char *initial = get_text(s, IPPROTO_IPV6, IPV6_V6ONLY, 4);
        long off = set_int(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        const char *after_off = get_text(s, IPPROTO_IPV6, IPV6_V6ONLY, 4);
        long on = set_int(s, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        const char *after_on = get_text(s, IPPROTO_IPV6, IPV6_V6ONLY, 4);
        long bound = bind_to(s, "::", kinds[k] == RAW6 ? 0 : OWN_PORT),
             late_off = set_int(s, IPPROTO_IPV6, IPV6_V6ONLY, 0),
             late_on = set_int(s, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        say(text("%s.v6only", kind_name[kinds[k]]),
            "default %s off %s %s on %s %s; bound %s off %s on %s get %s", initial, result(off),
            after_off, result(on), after_on, result(bound), result(late_off), result(late_on),
            get_text(s, IPPROTO_IPV6, IPV6_V6ONLY, 4));
        shut(s);
    }
}

static void mapped_peers(void)
{
    static const char *const peers[] = {"::ffff:c000:209", "2001:db8::9",     "192.0.2.9",
                                        "::ffff:ef01:203", "::ffff:c000:2ff", "::c000:209"};
    for (int only = 0; only < 2; only++)
        for (size_t p = 0; p < COUNT(peers); p++) {
            int fd = open_kind(only ? UDP6 : DUAL);
            if (fd < 0)
                continue;
            wire_clear();
            long r = send_ip(fd, peers[p], PEER_PORT, "hello", 5);
            const char *packet = wire(), *name = own_name(fd);
            shut(fd), fd = open_kind(only ? UDP6 : DUAL);
            long c = connect_to(fd, peers[p], PEER_PORT);
            const char *connected = own_name(fd);
            long s = send_to(fd, NULL, "hello", 5, NULL);
            say(text("%s.%s", only ? "v6only" : "dual", peers[p]),
                "send %s %s name %s connect %s name %s send %s %s", result(r), packet, name,
                result(c), connected, result(s), wire());
            shut(fd);
        }
}

static void mapped_places(void)
{
    static const char *const places[] = {"::ffff:c000:201", "::ffff:0:0", "2001:db8::1",     "::",
                                         "192.0.2.1",       "0.0.0.0",    "::ffff:ef01:203", "::1"};
    for (int only = 0; only < 2; only++)
        for (size_t p = 0; p < COUNT(places); p++) {
            int fd = open_kind(only ? UDP6 : DUAL);
            if (fd < 0)
                continue;
            long r = bind_to(fd, places[p], OWN_PORT);
            arrive_udp(PORT_NET0, "192.0.2.9", "192.0.2.1", OWN_PORT, "four", 4);
            const char *four = receive_text(fd);
            arrive_udp(PORT_NET0, "2001:db8::9", "2001:db8::1", OWN_PORT, "six", 3);
            const char *six = receive_text(fd);
            long s = send_ip(fd, "2001:db8::9", PEER_PORT, "x", 1),
                 m = send_ip(fd, "::ffff:c000:209", PEER_PORT, "x", 1);
            say(text("%s.bound.%s", only ? "v6only" : "dual", places[p]),
                "%s name %s hears v4 %s v6 %s sends v6 %s mapped %s", result(r), own_name(fd), four,
                six, result(s), result(m));
            shut(fd);
        }
}

static void mapped_options(void)
{
    int fd = open_kind(DUAL);
    if (fd < 0)
        return;
    set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9), set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 32);
    if (IPV6_DONTFRAG != ABSENT)
        set_int(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1);
    wire_clear();
    long r = send_ip(fd, "::ffff:c000:209", PEER_PORT, "hello", 5);
    say("dual.v6.options.on.v4", "%s %s", result(r), wire());
    r = send_ip(fd, "::ffff:c000:209", PEER_PORT, data, 2000);
    say("dual.v6.options.on.v4.big", "%s %s", result(r), wire_all());
    shut(fd), fd = open_kind(DUAL);
    long a = set_int(fd, IPPROTO_IP, IP_TTL, 9), b = set_int(fd, IPPROTO_IP, IP_TOS, 32);
    r = send_ip(fd, "::ffff:c000:209", PEER_PORT, "hello", 5);
    const char *four = wire();
    long s = send_ip(fd, "2001:db8::9", PEER_PORT, "hello", 5);
    say("dual.v4.options", "%s %s send %s %s send %s %s", result(a), result(b), result(r), four,
        result(s), wire());
}

static void mapped(void)
{
    v6only();
    mapped_peers();
    mapped_places();
    mapped_options();
}

/* A link-local destination by scope id, by option, by nothing. */
static void link_local(void)
{
    for (int i = -1; i <= 3; i++) {
        unsigned index = i < 0 ? 0 : i > 2 ? 9999 : port_index((enum port_interface)i);
        struct address to = scoped("fe80::9", PEER_PORT, index);
        int fd = open_kind(UDP6);
        if (fd < 0)
            return;
        wire_clear();
        long r = send_to(fd, &to, "x", 1, NULL);
        const char *packet = wire();
        shut(fd), fd = open_kind(UDP6);
        long c = port_connect(fd, &to.as.sa, to.length);
        say(text("scope.%s", i < 0   ? "0"
                             : i > 2 ? "9999"
                                     : name_interface(index)),
            "send %s %s connect %s name %s", result(r), packet, result(c), own_name(fd));
        shut(fd);
    }
    int fd = open_kind(UDP6);
    struct address own = scoped("ll1", OWN_PORT, port_index(PORT_NET1)),
                   to = address("fe80::9", PEER_PORT),
                   global = scoped("2001:db8::9", PEER_PORT, port_index(PORT_NET1));
    long b = port_bind(fd, &own.as.sa, own.length), r = send_to(fd, &to, "x", 1, NULL);
    say("bound.ll1.scope.0", "bind %s send %s %s", result(b), result(r), wire());
    shut(fd), fd = open_kind(UDP6);
    r = send_to(fd, &global, "x", 1, NULL);
    say("global.with.scope.net1", "send %s %s", result(r), wire());
    b = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)port_index(PORT_NET1));
    r = send_to(fd, &to, "x", 1, NULL);
    say("multicast_if.net1.scope.0", "%s send %s %s", result(b), result(r), wire());
    if (IPV6_PKTINFO != ABSENT) {
        uint8_t info[20] = {0};
        uint32_t index = port_index(PORT_NET1);
        memcpy(info + 16, &index, 4);
        b = port_setsockopt(fd, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof info);
        r = send_to(fd, &to, "x", 1, NULL);
        say("sticky.pktinfo.net1.scope.0", "%s send %s %s", result(b), result(r), wire());
        parse_ip("2001:db8:1::1", info);
        memset(info + 16, 0, 4);
        b = port_setsockopt(fd, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof info);
        r = send_ip(fd, "2001:db8::9", PEER_PORT, "x", 1);
        const char *packet = wire();
        say("sticky.pktinfo.source", "%s send %s %s get %s", result(b), result(r), packet,
            get_text(fd, IPPROTO_IPV6, IPV6_PKTINFO, 20));
    }
    shut(fd);
}

const struct probe datagram_probes[] = {
    {"datagram.messages", messages},     {"datagram.buffers", buffers},
    {"datagram.broadcast", broadcast},   {"datagram.mapped", mapped},
    {"datagram.link_local", link_local}, {0, 0}};
