// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv6: checksums, ICMPv6 filters, who receives what. */
#include "probe.h"

static const uint8_t ten[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* Is the 16-bit sum at the offset right for the packet on the wire? */
static const char *sum_text(int offset)
{
    const uint8_t *b = wire_body();
    if (!wire_size || wire_size < 40)
        return "none";
    size_t size = wire_size - (size_t)(b - wire_packet);
    if (offset < 0 || (size_t)offset + 2 > size)
        return text("body %s", hex(b, size < 16 ? size : 16));
    uint32_t start = (uint32_t)size + wire_packet[6];
    start += (uint16_t)~checksum(wire_packet + 8, 32, 0);
    const char *state = checksum(b, size, start) == 0          ? "right"
                        : !memcmp(b + offset, ten + offset, 2) ? "untouched"
                                                               : "wrong";
    return text("sum %s", state);
}

static void checksum_option(void)
{
    static const int values[] = {-3, -2, -1, 0,  1,  2,   4,     6,    7,
                                 8,  10, 11, 12, 14, 100, 65534, 65536};
    static const int levels[] = {IPPROTO_IPV6, 255};
    if (IPV6_CHECKSUM == ABSENT) {
        say("IPV6_CHECKSUM", "absent");
        return;
    }
    for (int l = 0; l < 2; l++)
        for (int icmp = 0; icmp < 2; icmp++)
            for (size_t n = 0; n < COUNT(values); n++) {
                int fd = open_kind(icmp ? ICMP6 : RAW6);
                if (fd < 0)
                    return;
                uint8_t packet[12];
                memcpy(packet, ten, 12);
                if (icmp)
                    packet[0] = 128;
                wire_protocol = icmp ? IPPROTO_ICMPV6 : 253;
                wire_clear();
                long s = set_int(fd, levels[l], IPV6_CHECKSUM, values[n]);
                const char *g = get_text(fd, levels[l], IPV6_CHECKSUM, 4);
                long r = send_ip(fd, "2001:db8::9", 0, packet, 12);
                const char *found = wire(), *sum = sum_text(icmp ? 2 : values[n]);
                say(text("%slevel%d.%d", icmp ? "icmp6." : "", levels[l], values[n]),
                    "set %s get %s send %s %s %s", result(s), g, result(r), found, sum);
                shut(fd);
            }
    int fd = open_kind(RAW6);
    long a = set_int(fd, IPPROTO_IPV6, IPV6_CHECKSUM, 2),
         b = set_int(fd, IPPROTO_IPV6, IPV6_CHECKSUM, -1);
    say("on.then.off", "%s %s get %s", result(a), result(b),
        get_text(fd, IPPROTO_IPV6, IPV6_CHECKSUM, 4));
    b = set_int(fd, IPPROTO_IPV6, IPV6_CHECKSUM, 5);
    say("on.then.odd", "%s get %s", result(b), get_text(fd, IPPROTO_IPV6, IPV6_CHECKSUM, 4));
    b = set_int(fd, IPPROTO_IPV6, IPV6_CHECKSUM, 4);
    say("on.then.4", "%s get %s", result(b), get_text(fd, IPPROTO_IPV6, IPV6_CHECKSUM, 4));
    static const int sizes[] = {0, 1, 3, 4, 5, 6};
    for (size_t n = 0; n < COUNT(sizes); n++) {
        wire_protocol = 253;
        wire_clear();
        long r = send_ip(fd, "2001:db8::9", 0, ten, (size_t)sizes[n]);
        say(text("offset.4.payload.%d", sizes[n]), "%s %s", result(r), wire());
    }
    shut(fd);
    static const int icmp_sizes[] = {0, 1, 3, 4, 7, 8};
    for (size_t n = 0; n < COUNT(icmp_sizes); n++) {
        uint8_t packet[8] = {128, 0, 0x11, 0x22, 1, 2, 3, 4};
        fd = open_kind(ICMP6);
        wire_protocol = IPPROTO_ICMPV6;
        wire_clear();
        long r = send_ip(fd, "2001:db8::9", 0, packet, (size_t)icmp_sizes[n]);
        say(text("icmp6.payload.%d", icmp_sizes[n]), "%s %s", result(r), wire());
        shut(fd);
    }
}

/* Verified on receive? */
static void checksum_received(void)
{
    static const int offsets[] = {-1, 2, 0, 100};
    for (size_t n = 0; n < COUNT(offsets); n++)
        for (int right = 0; right < 2; right++) {
            int fd = open_kind(RAW6);
            uint8_t packet[12], from[16], to[16];
            if (fd < 0)
                return;
            if (offsets[n] >= 0)
                set_int(fd, IPPROTO_IPV6, IPV6_CHECKSUM, offsets[n]);
            memcpy(packet, ten, 12);
            parse_ip("2001:db8::9", from), parse_ip("2001:db8::1", to);
            int at = offsets[n] < 0 || offsets[n] > 10 ? 2 : offsets[n];
            packet[at] = packet[at + 1] = 0;
            uint32_t start = 12 + 253;
            start += (uint16_t)~checksum(from, 16, 0), start += (uint16_t)~checksum(to, 16, 0);
            uint16_t sum = checksum(packet, 12, start);
            packet[at] = (uint8_t)(sum >> 8), packet[at + 1] = (uint8_t)sum;
            if (!right)
                packet[11] ^= 1;
            arrive_ip(PORT_NET0, "2001:db8::9", "2001:db8::1", 253, packet, 12);
            say(text("offset.%d.sum.%s", offsets[n], right ? "right" : "wrong"), "%s",
                receive_text(fd));
            shut(fd);
        }
    int fd = open_kind(ICMP6);
    uint8_t bad[8] = {129, 0, 0x12, 0x34, 0, 0, 0, 0};
    arrive_ip(PORT_NET0, "2001:db8::9", "2001:db8::1", IPPROTO_ICMPV6, bad, 8);
    say("icmp6.sum.wrong", "%s", receive_text(fd));
}

#ifdef HAVE_ICMP6_FILTER
static void filter_lengths(void)
{
    static const int sizes[] = {0, 1, 4, 31, 32, 33, 36, 64};
    static const enum kind kinds[] = {ICMP6, RAW6, UDP6, PING6, ICMP4};
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t n = 0; n < COUNT(sizes); n++) {
            int fd = open_kind(kinds[k]);
            uint8_t bytes[64];
            if (fd < 0)
                continue;
            memset(bytes, 0x5a, sizeof bytes);
            long r = port_setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, bytes, (socklen_t)sizes[n]);
            say(text("%s.set.%d", kind_name[kinds[k]], sizes[n]), "%s get %s", result(r),
                get_text(fd, IPPROTO_ICMPV6, ICMP6_FILTER, 64));
            shut(fd), fd = open_kind(kinds[k]);
            say(text("%s.get.%d", kind_name[kinds[k]], sizes[n]), "%s",
                get_text(fd, IPPROTO_ICMPV6, ICMP6_FILTER, (socklen_t)sizes[n]));
            shut(fd);
        }
}

static void filter_types(void)
{
    static const struct {
        const char *key;
        int all, type,
            pass; /* all: -1 untouched, 0 block, 1 pass; then one type passed (1) or blocked (0) */
    } rows[] = {{"untouched", -1, -1, 0},
                {"block.all", 0, -1, 0},
                {"pass.all", 1, -1, 0},
                {"block.all.pass.129", 0, 129, 1},
                {"pass.all.block.129", 1, 129, 0},
                {"block.all.pass.1", 0, 1, 1}};
    static const int types[] = {1, 2, 3, 4, 128, 129, 130, 134, 135, 200};
    for (size_t n = 0; n < COUNT(rows); n++) {
        struct icmp6_filter f;
        const char *out = "";
        int fd = open_kind(ICMP6);
        if (fd < 0)
            return;
        memset(&f, 0, sizeof f);
        if (rows[n].all == 0)
            ICMP6_FILTER_SETBLOCKALL(&f);
        if (rows[n].all == 1)
            ICMP6_FILTER_SETPASSALL(&f);
        if (rows[n].type >= 0 && rows[n].pass)
            ICMP6_FILTER_SETPASS(rows[n].type, &f);
        if (rows[n].type >= 0 && !rows[n].pass)
            ICMP6_FILTER_SETBLOCK(rows[n].type, &f);
        long r = 0;
        if (rows[n].all >= 0)
            r = port_setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &f, sizeof f);
        for (size_t t = 0; t < COUNT(types); t++) {
            uint8_t quoted[48] = {0x60, 0, 0, 0, 0, 8, 58, 64};
            uint8_t own[16];
            parse_ip("2001:db8::1", own), memcpy(quoted + 8, own, 16);
            parse_ip("2001:db8:5::77", own), memcpy(quoted + 24, own, 16), quoted[40] = 128;
            arrival.ttl = types[t] >= 134 && types[t] <= 135 ? 255 : 77;
            arrive_icmp(PORT_NET0, "2001:db8::9", "2001:db8::1", types[t], 0,
                        types[t] == 2 ? 1400 : 0, quoted, 48);
            for (int i = 0; i < 4; i++) {
                receive(&got, fd, 2000, 0, 0);
                if (got.result < 0)
                    break;
                if (got.data[0] == 136)
                    continue; /* a neighbour's answer to the host */
                out = text("%s%s%u", out, *out ? " " : "", got.data[0]);
            }
        }
        arrival.ttl = 77;
        say(text("hears.%s", rows[n].key), "%s %s", result(r), *out ? out : "nothing");
        shut(fd);
    }
}

static void filter(void)
{
    filter_lengths();
    filter_types();
}
#else
static void filter(void)
{
    say("ICMP6_FILTER", "absent");
}
#endif

/* Linux's filter for ICMP. */
static void filter4(void)
{
    if (ICMP_FILTER == ABSENT) {
        say("ICMP_FILTER", "absent");
        return;
    }
    for (int n = 0; n < 2; n++) {
        int fd = open_kind(ICMP4);
        uint32_t mask = n ? 1u << 0 : ~0u;
        if (fd < 0)
            return;
        long r = port_setsockopt(fd, 255, ICMP_FILTER, &mask, sizeof mask);
        arrive_icmp(PORT_NET0, "192.0.2.9", "192.0.2.1", 0, 0, 1, "data", 4);
        const char *reply = receive_text(fd);
        arrive_icmp(PORT_NET0, "192.0.2.9", "192.0.2.1", 40, 0, 1, "data", 4);
        const char *forty = receive_text(fd);
        arrive_icmp(PORT_NET0, "192.0.2.9", "192.0.2.1", 14, 0, 1, "data", 4);
        say(n ? "reply.set" : "all.set", "%s type 0 %s type 40 %s type 14 %s", result(r), reply,
            forty, receive_text(fd));
        shut(fd);
    }
}

static const unsigned bound_ports[] = {0, 253, 77};

static void receivers_by_protocol(void)
{
    static const int protocols[] = {0, 6, 17, 58, 59, 253, 255},
                     arriving[] = {17, 58, 59, 253, 254};
    for (size_t k = 0; k < COUNT(protocols); k++) {
        long fd = open_socket(AF_INET6, SOCK_RAW, protocols[k]);
        const char *out = "";
        if (fd < 0) {
            say(text("socket.%d", protocols[k]), "%s", result(fd));
            continue;
        }
        for (size_t n = 0; n < COUNT(arriving); n++) {
            if (arriving[n] == 58)
                arrive_icmp(PORT_NET0, "2001:db8::9", "2001:db8::1", 129, 0, 1, "data", 4);
            else if (arriving[n] == 17)
                arrive_udp(PORT_NET0, "2001:db8::9", "2001:db8::1", 4321, "data", 4);
            else
                arrive_ip(PORT_NET0, "2001:db8::9", "2001:db8::1", arriving[n], ten, 12);
            receive(&got, (int)fd, 2000, 0, 0);
            out = text("%s %d:%s", out, arriving[n],
                       got.result >= 0 ? text("%ld", got.result) : result(got.result));
        }
        say(text("socket.%d", protocols[k]), "hears%s", out);
        shut((int)fd);
    }
}

static void receivers_bound(void)
{
    static const char *const places[] = {
        "2001:db8::1", "2001:db8:1::1",  "::1", "::", "2001:db8:5::1",
        "ff05::123",   "::ffff:c000:201"};
    for (size_t n = 0; n < COUNT(places); n++)
        for (size_t p = 0; p < COUNT(bound_ports); p++) {
            int fd = open_kind(RAW6);
            if (fd < 0)
                return;
            long r = bind_to(fd, places[n], bound_ports[p]);
            arrive_ip(PORT_NET0, "2001:db8::9", "2001:db8::1", 253, ten, 12);
            say(text("bound.%s.port.%u", places[n], bound_ports[p]), "%s name %s %s", result(r),
                own_name(fd), receive_text(fd));
            shut(fd);
        }
}

static void receivers_connected(void)
{
    static const char *const peers[] = {
        "2001:db8::9", "2001:db8::44", "::", "ff05::123", "::ffff:c000:209", "fe80::9"};
    for (size_t n = 0; n < COUNT(peers); n++)
        for (size_t p = 0; p < COUNT(bound_ports); p++) {
            int fd = open_kind(RAW6);
            wire_protocol = 253;
            long r = connect_to(fd, peers[n], bound_ports[p]);
            const char *name = own_name(fd);
            arrive_ip(PORT_NET0, "2001:db8::9", "2001:db8::1", 253, ten, 12);
            const char *heard = receive_text(fd);
            wire_clear();
            long s = send_to(fd, NULL, "x", 1, NULL);
            const char *packet = wire();
            long addressed = send_ip(fd, "2001:db8::9", 0, "x", 1);
            say(text("connected.%s.port.%u", peers[n], bound_ports[p]),
                "%s name %s hears %s sends %s %s with address %s", result(r), name, heard,
                result(s), packet, result(addressed));
            shut(fd);
        }
}

static void sends_odd(void)
{
    for (size_t p = 0; p < COUNT(bound_ports); p++) {
        int fd = open_kind(RAW6);
        wire_clear();
        long r = send_ip(fd, "2001:db8::9", bound_ports[p], "x", 1);
        say(text("send.port.%u", bound_ports[p]), "%s %s", result(r), wire());
        shut(fd);
    }
    static uint8_t big[70000];
    static const int sizes[] = {0, 1452, 1453, 8192, 8193, 65487, 65488, 65535, 65536};
    for (size_t n = 0; n < COUNT(sizes); n++) {
        int fd = open_kind(RAW6);
        wire_clear();
        long r = send_ip(fd, "2001:db8::9", 0, big, (size_t)sizes[n]);
        say(text("send.size.%d", sizes[n]), "%s %s", result(r), wire());
        shut(fd);
    }
}

static void receives_odd(void)
{
    wire_protocol = IPPROTO_ICMPV6;
    int fd = open_kind(ICMP6);
    arrive_icmp(PORT_NET0, "2001:db8::9", "2001:db8::1", 128, 0, 0x01020304, "data", 4);
    const char *heard = receive_text(fd);
    say("echo.request", "heard %s answered %s", heard, wire());
    shut(fd);
    /* extension headers before the payload: destination options */
    static const uint8_t extended[] = {253, 0, 1, 4, 0, 0, 0, 0, 'e', 'x', 't'};
    fd = open_kind(RAW6);
    arrive_ip(PORT_NET0, "2001:db8::9", "2001:db8::1", 60, extended, sizeof extended);
    say("after.destination.options", "%s", receive_text(fd));
    shut(fd);
    if (IPV6_HDRINCL != ABSENT) {
        fd = open_kind(RAW6);
        uint8_t packet[44] = {0x60, 0, 0, 0, 0, 4, 253, 33}, bytes[16];
        parse_ip("2001:db8::1", bytes), memcpy(packet + 8, bytes, 16);
        parse_ip("2001:db8::9", bytes), memcpy(packet + 24, bytes, 16);
        wire_protocol = 253;
        long r = set_int(fd, IPPROTO_IPV6, IPV6_HDRINCL, 1),
             s = send_ip(fd, "2001:db8::9", 0, packet, 44);
        say("hdrincl", "%s %s %s", result(r), result(s), wire());
    }
}

static void receivers(void)
{
    receivers_by_protocol();
    receivers_bound();
    receivers_connected();
    sends_odd();
    receives_odd();
}

const struct probe raw6_probes[] = {{"raw6.checksum", checksum_option},
                                    {"raw6.checksum_received", checksum_received},
                                    {"raw6.filter", filter},
                                    {"raw6.filter4", filter4},
                                    {"raw6.receivers", receivers},
                                    {0, 0}};
