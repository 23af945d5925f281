// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv4: the header as the socket gives and takes it. */
#include "probe.h"

static void put16(uint8_t *at, unsigned value, int host)
{
    uint16_t native = (uint16_t)value;
    if (host)
        memcpy(at, &native, 2);
    else
        at[0] = (uint8_t)(value >> 8), at[1] = (uint8_t)value;
}

/* A header for 192.0.2.1 > 192.0.2.9 of protocol 253, all fields as a sane sender would fill them.
 */
static size_t header(uint8_t *p, size_t payload, int host_length, int host_offset, unsigned length,
                     unsigned offset)
{
    uint8_t bytes[16];
    memset(p, 0, 20 + payload);
    p[0] = 0x45, p[1] = 0x10, p[8] = 33, p[9] = 253;
    put16(p + 2, length, host_length), put16(p + 4, 0x1111, 0), put16(p + 6, offset, host_offset);
    parse_ip("192.0.2.1", bytes), memcpy(p + 12, bytes, 4);
    parse_ip("192.0.2.9", bytes), memcpy(p + 16, bytes, 4);
    memset(p + 20, 'd', payload);
    return 20 + payload;
}

static const char *wire_header(void)
{
    const uint8_t *p = wire_packet;
    const char *found = wire();
    if (!wire_size)
        return found;
    if (!strncmp(found + 5, "odd", 3))
        return found;
    unsigned id = (unsigned)p[4] << 8 | p[5];
    const char *sum = checksum(p, (size_t)(p[0] & 15) * 4, 0) ? "bad" : "ok";
    found = text("%s hl=%u id=%s sum=%s proto=%u", found, p[0] & 15,
                 id == 0        ? "0"
                 : id == 0x1111 ? "kept"
                                : "*",
                 sum, p[9]);
    const char *rest = wire_all();
    return strcmp(rest, "none") ? text("%s + %s", found, rest) : found;
}

static int with_header(void)
{
    int fd = open_kind(RAW4);
    if (fd >= 0)
        set_int(fd, IPPROTO_IP, IP_HDRINCL, 1);
    wire_protocol = 253;
    wire_clear();
    return fd;
}

static void give(const char *key, uint8_t *packet, size_t size)
{
    int fd = with_header();
    if (fd < 0)
        return;
    if (size >= 20)
        wire_protocol = packet[9];
    long r = send_ip(fd, "192.0.2.9", 0, packet, size);
    say(key, "%s %s", result(r), wire_header());
    shut(fd);
}

/* IP_HDRINCL: byte order, lengths, and every field. */
static uint8_t made[70000]; /* the packet, header first */
static const char *const order[] = {"network", "host"};

static void header_orders(void)
{
    for (int hl = 0; hl < 2; hl++)
        for (int ho = 0; ho < 2; ho++) {
            char key[60];
            snprintf(key, sizeof key, "length.%s.offset.%s", order[hl], order[ho]);
            give(text("%s.plain", key), made, header(made, 12, hl, ho, 32, 0));
            give(text("%s.df", key), made, header(made, 12, hl, ho, 32, 0x4000));
            give(text("%s.mf", key), made, header(made, 16, hl, ho, 36, 0x2000));
            give(text("%s.fragment.8", key), made, header(made, 16, hl, ho, 36, 1));
            give(text("%s.big", key), made, header(made, 2000, hl, ho, 2020, 0));
            give(text("%s.big.df", key), made, header(made, 2000, hl, ho, 2020, 0x4000));
        }
    for (int hl = 0; hl < 2; hl++) {
        static const int lengths[] = {0, 19, 20, 31, 33, 100, 65535};
        for (size_t n = 0; n < COUNT(lengths); n++)
            give(text("ip_len.%d.of.32.%s", lengths[n], order[hl]), made,
                 header(made, 12, hl, hl, (unsigned)lengths[n], 0));
    }
}

static void header_fields(const char *o, int host)
{
    size_t n;
    for (int size = 0; size <= 20; size += size < 16 ? 4 : 1) {
        header(made, 12, host, host, (unsigned)size, 0);
        give(text("%s.bytes.%d", o, size), made, (size_t)size);
    }
    n = header(made, 12, host, host, 32, 0), made[4] = made[5] = 0,
    give(text("%s.id.0", o), made, n);
    n = header(made, 12, host, host, 32, 0x4000), made[4] = made[5] = 0,
    give(text("%s.id.0.df", o), made, n);
    n = header(made, 60, host, host, 80, 0), made[4] = made[5] = 0,
    give(text("%s.id.0.long", o), made, n);
    n = header(made, 12, host, host, 32, 0), memset(made + 12, 0, 4),
    give(text("%s.source.0", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[12] = 203, made[13] = 0, made[14] = 113,
    give(text("%s.source.foreign", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[12] = 239,
    give(text("%s.source.group", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[12] = 127, made[13] = made[14] = 0,
    give(text("%s.source.loopback", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[8] = 0, give(text("%s.ttl.0", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[10] = 0x12, made[11] = 0x34,
    give(text("%s.checksum.wrong", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[9] = 17,
    give(text("%s.protocol.udp", o), made, n);
}

static void header_shapes(const char *o, int host)
{
    size_t n;
    n = header(made, 12, host, host, 32, 0), made[0] = 0x65, give(text("%s.version.6", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x05, give(text("%s.version.0", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x44, give(text("%s.hl.4", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x40, give(text("%s.hl.0", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x4f,
    give(text("%s.hl.15.short", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x46, memset(made + 20, 1, 4),
    give(text("%s.options.nop", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x46, memset(made + 20, 0, 4),
    give(text("%s.options.end", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x46, made[20] = 148, made[21] = 4,
    made[22] = made[23] = 0;
    give(text("%s.options.router.alert", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x46, made[20] = 7, made[21] = 0,
    give(text("%s.options.bad.length", o), made, n);
    n = header(made, 12, host, host, 32, 0), made[0] = 0x46, made[20] = 7, made[21] = 99,
    give(text("%s.options.too.long", o), made, n);
    n = header(made, 1480, host, host, 1500, 0), give(text("%s.mtu", o), made, n);
    n = header(made, 1481, host, host, 1501, 0), give(text("%s.mtu.1", o), made, n);
    n = header(made, 9000, host, host, 9020, 0), give(text("%s.9020", o), made, n);
    n = header(made, 65515, host, host, 65535, 0), give(text("%s.65535", o), made, n);
    give(text("%s.65536", o), made, 65536);
}

/* A group: whose TTL goes out? */
static void header_groups(const char *o, int host)
{
    size_t n;
    for (int t = 0; t <= 9; t += 3) {
        static const char *const groups[] = {"239.1.2.3", "255.255.255.255", "192.0.2.255"};
        for (size_t g = 0; g < COUNT(groups); g++) {
            uint8_t byte = (uint8_t)t, bytes[16];
            int fd = with_header();
            if (fd < 0)
                continue;
            if (t)
                port_setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &byte, 1);
            set_int(fd, SOL_SOCKET, SO_BROADCAST, t == 3);
            n = header(made, 12, host, host, 32, 0), parse_ip(groups[g], bytes),
            memcpy(made + 16, bytes, 4);
            long r = send_ip(fd, groups[g], 0, made, n);
            say(text("%s.%s.multicast_ttl.%d", o, groups[g], t), "%s %s", result(r), wire_header());
            shut(fd);
        }
    }
}

/* The address given against the header's destination. */
static void header_addressed(const char *o, int host)
{
    int fd = with_header();
    if (fd < 0)
        return;
    size_t n = header(made, 12, host, host, 32, 0);
    long r = send_ip(fd, "198.51.100.9", 0, made, n);
    say(text("%s.sent.to.another", o), "%s %s", result(r), wire_header());
    r = send_to(fd, NULL, made, n, NULL);
    say(text("%s.no.address", o), "%s %s", result(r), wire_header());
    r = connect_to(fd, "192.0.2.9", 0);
    const char *connected = result(r);
    r = send_to(fd, NULL, made, n, NULL);
    say(text("%s.connected", o), "%s %s %s", connected, result(r), wire_header());
    r = send_ip(fd, "192.0.2.9", 0, made, n);
    say(text("%s.connected.with.address", o), "%s %s", result(r), wire_header());
    shut(fd);
}

static void header_bound(const char *o, int host)
{
    int fd = with_header();
    if (fd < 0)
        return;
    size_t n = header(made, 12, host, host, 32, 0);
    long r = bind_to(fd, "192.0.2.11", 0);
    memset(made + 12, 0, 4);
    long s = send_ip(fd, "192.0.2.9", 0, made, n);
    say(text("%s.bound.second.source.0", o), "%s %s %s", result(r), result(s), wire_header());
    header(made, 12, host, host, 32, 0), s = send_ip(fd, "192.0.2.9", 0, made, n);
    say(text("%s.bound.second", o), "%s %s", result(s), wire_header());
    set_int(fd, IPPROTO_IP, IP_TOS, 0x20), set_int(fd, IPPROTO_IP, IP_TTL, 99);
    s = send_ip(fd, "192.0.2.9", 0, made, n);
    say(text("%s.options.set", o), "%s %s", result(s), wire_header());
    if (IP_DONTFRAG != ABSENT)
        set_int(fd, IPPROTO_IP, IP_DONTFRAG, 1), s = send_ip(fd, "192.0.2.9", 0, made, n);
    if (IP_DONTFRAG != ABSENT)
        say(text("%s.dontfrag.set", o), "%s %s", result(s), wire_header());
    shut(fd);
}

static void header_sent(void)
{
    header_orders();
    for (int host = 0; host < 2; host++) { /* in both orders: one of them is this system's */
        header_fields(order[host], host);
        header_shapes(order[host], host);
        header_groups(order[host], host);
        header_addressed(order[host], host);
        header_bound(order[host], host);
    }
}

/* Without IP_HDRINCL: what the kernel writes. */
static void header_written(void)
{
    static uint8_t p[70000];
    static const int protocols[] = {0, 2, 253, 255};
    for (size_t k = 0; k < COUNT(protocols); k++) {
        long fd = open_socket(AF_INET, SOCK_RAW, protocols[k]);
        if (fd < 0) {
            say(text("protocol.%d", protocols[k]), "socket %s", result(fd));
            continue;
        }
        wire_protocol = protocols[k];
        wire_clear();
        long r = send_ip((int)fd, "192.0.2.9", 0, "hello", 5);
        say(text("protocol.%d", protocols[k]), "%s %s hdrincl %s", result(r), wire_header(),
            get_text((int)fd, IPPROTO_IP, IP_HDRINCL, 4));
        shut((int)fd);
    }
    wire_protocol = 253;
    int fd = open_kind(RAW4);
    if (fd < 0)
        return;
    wire_clear();
    long a = set_int(fd, IPPROTO_IP, IP_TOS, 0x20), b = set_int(fd, IPPROTO_IP, IP_TTL, 99),
         r = send_ip(fd, "192.0.2.9", 0, "hello", 5);
    say("tos.32.ttl.99", "%s %s %s %s", result(a), result(b), result(r), wire_header());
    r = send_ip(fd, "192.0.2.9", 7, "hello", 5);
    say("port.7", "%s %s", result(r), wire_header());
    static const int sizes[] = {0, 1, 8172, 8192, 8193, 9216, 65515, 65516, 65535};
    for (size_t n = 0; n < COUNT(sizes); n++) {
        r = send_ip(fd, "192.0.2.9", 0, p, (size_t)sizes[n]);
        const char *first = wire();
        say(text("size.%d", sizes[n]), "%s %s", result(r), first);
        wire_clear();
    }
    r = send_ip(fd, "192.0.2.255", 0, "hello", 5);
    say("broadcast", "%s %s", result(r), wire_header());
    r = send_ip(fd, "255.255.255.255", 0, "hello", 5);
    say("all.ones", "%s %s", result(r), wire_header());
    set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
    r = send_ip(fd, "192.0.2.255", 0, "hello", 5);
    say("broadcast.allowed", "%s %s", result(r), wire_header());
    shut(fd);
    static const uint8_t nops[8] = {1, 1, 1, 1, 148, 4, 0, 0};
    static const int lengths[] = {0, 1, 4, 8};
    for (size_t n = 0; n < COUNT(lengths); n++) { /* IP_OPTIONS, and with IP_HDRINCL */
        fd = open_kind(RAW4);
        a = port_setsockopt(fd, IPPROTO_IP, IP_OPTIONS, nops, (socklen_t)lengths[n]);
        r = send_ip(fd, "192.0.2.9", 0, "hello", 5);
        say(text("ip_options.%d", lengths[n]), "%s get %s send %s %s", result(a),
            get_text(fd, IPPROTO_IP, IP_OPTIONS, 40), result(r), wire_header());
        set_int(fd, IPPROTO_IP, IP_HDRINCL, 1);
        for (int host = 0; host < 2; host++) {
            size_t size = header(p, 12, host, host, 32, 0);
            r = send_ip(fd, "192.0.2.9", 0, p, size);
            say(text("ip_options.%d.hdrincl.%s", lengths[n], host ? "host" : "network"), "%s %s",
                result(r), wire_header());
        }
        shut(fd);
    }
}

static const char *seen_header(int fd)
{
    const char *said = receive_text(fd);
    uint16_t native;
    if (got.result < 20)
        return said;
    const uint8_t *p = got.data;
    memcpy(&native, p + 2, 2);
    unsigned network = (unsigned)p[2] << 8 | p[3], host_off,
             network_off = (unsigned)p[6] << 8 | p[7];
    unsigned host = native;
    memcpy(&native, p + 6, 2), host_off = native;
    size_t hl = (size_t)(p[0] & 15) * 4;
    return text("%s first %02x ip_len network %u host %u ip_off network 0x%x host 0x%x id %02x%02x "
                "ttl %u tos %u sum %s",
                said, p[0], network, host, network_off, host_off, p[4], p[5], p[8], p[1],
                hl <= (size_t)got.result && !checksum(p, hl, 0) ? "ok"
                : p[10] || p[11]                                ? "other"
                                                                : "0");
}

/* What is received: the header's order, fragments, options, who gets it. */
static void header_received(void)
{
    static uint8_t data[3000];
    memset(data, 'r', sizeof data);
    int fd = open_kind(RAW4);
    if (fd < 0)
        return;
    for (int hdrincl = 0; hdrincl < 2; hdrincl++) {
        set_int(fd, IPPROTO_IP, IP_HDRINCL, hdrincl);
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 16);
        say(text("hdrincl.%d.plain", hdrincl), "%s", seen_header(fd));
        arrival.off = 0x4000;
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 16);
        say(text("hdrincl.%d.df", hdrincl), "%s", seen_header(fd));
        arrival.off = 0x2000;
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 64);
        say(text("hdrincl.%d.first.fragment", hdrincl), "%s", seen_header(fd));
        arrival.off = 8;
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 36);
        say(text("hdrincl.%d.reassembled.100", hdrincl), "%s", seen_header(fd));
        arrival.off = 0, arrival.id++;
    }
    arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 0);
    say("no.payload", "%s", seen_header(fd));
    arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 1480);
    say("mtu", "%s", seen_header(fd));
    if (IP_STRIPHDR != ABSENT) {
        long r = set_int(fd, IPPROTO_IP, IP_STRIPHDR, 1);
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 16);
        say("striphdr", "%s %s", result(r), receive_text(fd));
    }
    shut(fd);
    if (SO_NOHEADER != ABSENT) {
        fd = open_kind(RAW4);
        long r = set_int(fd, SOL_SOCKET, SO_NOHEADER, 1);
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, data, 16);
        say("noheader", "%s %s", result(r), receive_text(fd));
        shut(fd);
    }
    static const uint8_t optioned[] = {0x46, 0, 0, 40, 0x22, 0x22, 0, 0, 64, 253, 0, 0,
                                       192,  0, 2, 9,  192,  0,    2, 1, 1,  1,   1, 0};
    uint8_t packet[40] = {0};
    memcpy(packet, optioned, sizeof optioned);
    uint16_t sum = checksum(packet, 24, 0);
    packet[10] = (uint8_t)(sum >> 8), packet[11] = (uint8_t)sum;
    fd = open_kind(RAW4);
    port_arrive(PORT_NET0, packet, 40);
    say("with.options", "%s", seen_header(fd));
    shut(fd);
}

/* Who receives what: protocol, bound, connected, protocols of the kernel's own. */
static void receivers_by_protocol(void)
{
    static const int protocols[] = {0, 1, 2, 6, 17, 253, 254, 255},
                     arriving[] = {1, 2, 6, 17, 253, 254, 255};
    for (size_t k = 0; k < COUNT(protocols); k++) {
        long fd = open_socket(AF_INET, SOCK_RAW, protocols[k]);
        const char *out = "";
        if (fd < 0)
            continue;
        for (size_t n = 0; n < COUNT(arriving); n++) {
            static uint8_t data[32];
            memset(data, 0, sizeof data);
            if (arriving[n] == 1) {
                arrive_icmp(PORT_NET0, "192.0.2.9", "192.0.2.1", 0, 0, 0x01020304, "data", 4);
            } else if (arriving[n] == 17) {
                arrive_udp(PORT_NET0, "192.0.2.9", "192.0.2.1", 4321, "data", 4);
            } else {
                if (arriving[n] == 2)
                    data[0] = 0x99, data[1] = 0, data[2] = 0x66, data[3] = 0xff;
                arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", arriving[n], data, 20);
            }
            receive(&got, (int)fd, 2000, 0, 0);
            out = text("%s %d:%s", out, arriving[n], got.result > 0 ? "yes" : result(got.result));
        }
        say(text("socket.%d", protocols[k]), "hears%s", out);
        shut((int)fd);
    }
}

static void receivers_of_icmp(void)
{
    static const struct {
        const char *key;
        int type, code;
    } icmps[] = {{"echo.reply", 0, 0},    {"unreachable.port", 3, 3}, {"quench", 4, 0},
                 {"redirect", 5, 1},      {"echo.request", 8, 0},     {"advertisement", 9, 0},
                 {"solicitation", 10, 0}, {"exceeded", 11, 0},        {"parameter", 12, 0},
                 {"timestamp", 13, 0},    {"timestamp.reply", 14, 0}, {"mask.request", 17, 0},
                 {"mask.reply", 18, 0},   {"extended.echo", 42, 0},   {"unknown", 99, 0}};
    for (size_t n = 0; n < COUNT(icmps); n++) {
        int fd = open_kind(ICMP4);
        static uint8_t quoted[40];
        if (fd < 0)
            break;
        header(quoted, 12, 0, 0, 32, 0);
        arrive_icmp(PORT_NET0, "192.0.2.9", "192.0.2.1", icmps[n].type, icmps[n].code, 0x01020000,
                    quoted, 32);
        const char *said = receive_text(fd);
        if (got.result >= 28 + 20 && (icmps[n].type == 3 || icmps[n].type == 11 ||
                                      icmps[n].type == 12 || icmps[n].type == 4))
            said = text("%s quoted ip_len %s", said, hex(got.data + 30, 2));
        say(text("icmp.%s", icmps[n].key), "%s", said);
        shut(fd);
    }
}

static void receivers_bound(void)
{
    static const char *const places[] = {"192.0.2.1", "192.0.2.11", "198.51.100.1",
                                         "127.0.0.1", "0.0.0.0",    "203.0.113.1"};
    for (size_t n = 0; n < COUNT(places); n++) {
        int fd = open_kind(RAW4);
        if (fd < 0)
            break;
        long r = bind_to(fd, places[n], 77);
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, "hello", 5);
        say(text("bound.%s", places[n]), "%s name %s %s", result(r), own_name(fd),
            receive_text(fd));
        shut(fd);
    }
}

static void receivers_connected(void)
{
    static const char *const peers[] = {"192.0.2.9", "192.0.2.44", "0.0.0.0", "239.1.2.3",
                                        "255.255.255.255"};
    for (size_t n = 0; n < COUNT(peers); n++) {
        int fd = open_kind(RAW4);
        if (fd < 0)
            break;
        wire_protocol = 253;
        long r = connect_to(fd, peers[n], 77);
        const char *name = own_name(fd);
        arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, "hello", 5);
        const char *heard = receive_text(fd);
        wire_clear();
        long s = send_to(fd, NULL, "x", 1, NULL);
        const char *packet = wire();
        long addressed = send_ip(fd, "192.0.2.44", 0, "x", 1),
             again = connect_to(fd, "198.51.100.9", 0);
        say(text("connected.%s", peers[n]),
            "%s name %s hears %s sends %s %s with address %s again %s name %s", result(r), name,
            heard, result(s), packet, result(addressed), result(again), own_name(fd));
        shut(fd);
    }
}

static void receivers_two(void)
{
    int a = open_kind(RAW4), b = open_kind(RAW4);
    arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 253, "hello", 5);
    const char *first = receive_text(a);
    say("two.sockets", "%s and %s", first, receive_text(b));
    wire_protocol = IPPROTO_ICMP;
    shut(a), shut(b);
    wire_clear();
    arrive_ip(PORT_NET0, "192.0.2.9", "192.0.2.1", 254, "hello there", 11);
    const char *answer = wire();
    say("nobody.answer", "%s type %u code %u", answer, wire_size ? wire_body()[0] : 0,
        wire_size ? wire_body()[1] : 0);
}

static void receivers(void)
{
    receivers_by_protocol();
    receivers_of_icmp();
    receivers_bound();
    receivers_connected();
    receivers_two();
}

const struct probe raw_probes[] = {{"raw.header_sent", header_sent},
                                   {"raw.header_written", header_written},
                                   {"raw.header_received", header_received},
                                   {"raw.receivers", receivers},
                                   {0, 0}};
