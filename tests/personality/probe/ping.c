// SPDX-License-Identifier: BSD-2-Clause
/* SOCK_DGRAM sockets of IPPROTO_ICMP and IPPROTO_ICMPV6, where there are any. A system without them
 * prints one line. */
#include "probe.h"

static const char *const peer[2] = {"192.0.2.9", "2001:db8::9"}, *const own[2] = {"192.0.2.1",
                                                                                  "2001:db8::1"};
static const char *const any[2] = {"0.0.0.0", "::"};
static const int request[2] = {8, 128}, reply[2] = {0, 129};
static const enum kind kinds[2] = {PING4, PING6};

static int ready(int v6)
{
    int fd = open_kind(kinds[v6]);
    wire_protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    wire_clear();
    return fd;
}

/* Type, code and identifier of the message on the wire; is its checksum right? */
static const char *sent_text(int v6)
{
    const char *found = wire();
    if (!wire_size)
        return found;
    const uint8_t *b = wire_body();
    size_t size = wire_size - (size_t)(b - wire_packet);
    uint32_t start = 0;
    if (v6)
        start = (uint32_t)size + 58, start += (uint16_t)~checksum(wire_packet + 8, 32, 0);
    unsigned id = size >= 8 ? (unsigned)b[4] << 8 | b[5] : 0;
    return text("%s type %u code %u id %s sum %s", found, b[0], b[1],
                id == 0x1234   ? "1234"
                : id == 0x5678 ? "5678"
                : id == 0      ? "0"
                               : "*",
                checksum(b, size, start) ? "wrong" : "right");
}

static const char *heard_text(int fd, int v6)
{
    const char *said = receive_text(fd);
    while (v6 && got.result > 0 && got.data[0] == 136)
        said = receive_text(fd); /* a neighbour's answer to the host */
    if (got.result < 8)
        return said;
    size_t at = !v6 && got.data[0] == 0x45 ? 20 : 0;
    unsigned id = (unsigned)got.data[at + 4] << 8 | got.data[at + 5];
    uint16_t native;
    memcpy(&native, got.data + 2, 2);
    const char *header = at ? text(" with header ip_len host %u network %u", native,
                                   (unsigned)got.data[2] << 8 | got.data[3])
                            : "";
    return text("%s type %u id %s%s", said, got.data[at],
                id == 0x1234   ? "1234"
                : id == 0x5678 ? "5678"
                               : "*",
                header);
}

static void existence(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        long fd =
            open_socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
        say(kind_name[kinds[v6]], "%s", fd < 0 ? result(fd) : "exists");
    }
}

static uint8_t big[66000];

static void sending_types(int v6)
{
    static const int types4[] = {0, 3, 8, 9, 10, 13, 15, 17, 42},
                     types6[] = {1, 128, 129, 130, 133, 135, 139, 160};
    for (size_t n = 0; n < (v6 ? COUNT(types6) : COUNT(types4)); n++)
        for (int code = 0; code < 2; code++) {
            uint8_t p[20] = {
                (uint8_t)(v6 ? types6[n] : types4[n]), (uint8_t)code, 0xab, 0xcd, 0x12, 0x34, 0, 1};
            int fd = ready(v6);
            long r = send_ip(fd, peer[v6], 0, p, sizeof p);
            const char *found = sent_text(v6);
            say(text("%s.type.%u.code.%d", kind_name[kinds[v6]], p[0], code), "%s %s name %s",
                result(r), found, own_name(fd));
            shut(fd);
        }
}

static void sending_sizes(int v6)
{
    static const int sizes[] = {0, 1, 4, 7, 8, 9, 1472, 1473, 8192, 8193, 65507, 65508};
    for (size_t n = 0; n < COUNT(sizes); n++) {
        int fd = ready(v6);
        long r = send_ip(fd, peer[v6], 0, big, (size_t)sizes[n]);
        say(text("%s.size.%d", kind_name[kinds[v6]], sizes[n]), "%s %s", result(r), wire());
        shut(fd);
    }
    static const unsigned ports[] = {0, 0x1234, 0x5678};
    for (size_t b = 0; b < 3; b++)
        for (size_t t = 0; t < 2; t++) { /* bound to an id; sent with a port */
            int fd = ready(v6);
            long r = b ? bind_to(fd, any[v6], ports[b]) : 0,
                 s = send_ip(fd, peer[v6], t ? 77 : 0, big, 12);
            const char *found = sent_text(v6);
            say(text("%s.bound.%x.port.%d", kind_name[kinds[v6]], ports[b], t ? 77 : 0), "%s %s %s",
                result(r), result(s), found);
            shut(fd);
        }
}

static void sending_states(int v6)
{
    int fd = ready(v6);
    long r = bind_to(fd, any[v6], 0x1234);
    int other = open_kind(kinds[v6]);
    long s = bind_to(other, any[v6], 0x1234);
    say(text("%s.bound.twice", kind_name[kinds[v6]]), "%s %s", result(r), result(s));
    shut(other), shut(fd), fd = ready(v6);
    r = bind_to(fd, v6 ? "2001:db8:1::1" : "192.0.2.11", 0x1234),
    s = send_ip(fd, peer[v6], 0, big, 12);
    const char *found = sent_text(v6);
    say(text("%s.bound.address", kind_name[kinds[v6]]), "%s %s %s name %s", result(r), result(s),
        found, own_name(fd));
    shut(fd), fd = ready(v6);
    r = connect_to(fd, peer[v6], 0), s = send_to(fd, NULL, big, 12, NULL);
    found = sent_text(v6);
    long with = send_ip(fd, peer[v6], 0, big, 12);
    say(text("%s.connected", kind_name[kinds[v6]]), "%s %s %s name %s with address %s", result(r),
        result(s), found, own_name(fd), result(with));
    shut(fd), fd = ready(v6);
    if (v6)
        set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 32), set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
    else
        set_int(fd, IPPROTO_IP, IP_TOS, 32), set_int(fd, IPPROTO_IP, IP_TTL, 9);
    s = send_ip(fd, peer[v6], 0, big, 12);
    say(text("%s.options", kind_name[kinds[v6]]), "%s %s", result(s), sent_text(v6));
    shut(fd);
}

static void sending(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        int fd = ready(v6);
        if (fd < 0)
            continue;
        shut(fd);
        sending_types(v6);
        memset(big, 0, sizeof big), big[0] = (uint8_t)request[v6], big[4] = 0x12, big[5] = 0x34;
        sending_sizes(v6);
        sending_states(v6);
    }
}

/* What is delivered: replies with the own and with a foreign id, from others, other types. */
/* An error about the request that was sent last. */
static void receiving_errors(int fd, int v6, const char *key, const struct address *to,
                             const uint8_t echo[12])
{
    static uint8_t quoted[100];
    size_t size = wire_size < 100 ? wire_size : 100;
    memcpy(quoted, wire_packet, size);
    arrive_icmp(PORT_NET0, v6 ? "2001:db8::fe" : "192.0.2.254", own[v6], v6 ? 1 : 3, v6 ? 4 : 3, 0,
                quoted, size);
    const char *error = heard_text(fd, v6);
    long again = send_to(fd, to, echo, 12, NULL);
    say(text("%s.unreachable", key), "%s then send %s", error, result(again));
    receive_text(fd);
    wire();
    arrive_icmp(PORT_NET0, v6 ? "2001:db8::fe" : "192.0.2.254", own[v6], v6 ? 3 : 11, 0, 0, quoted,
                size);
    say(text("%s.exceeded", key), "%s", heard_text(fd, v6));
}

static void receiving_outside(void)
{
    static const uint8_t more[8] = "abcdefg";
    for (int v6 = 0; v6 < 2; v6++)
        for (int connected = 0; connected < 2; connected++) {
            int fd = ready(v6);
            if (fd < 0)
                continue;
            const char *stem = text("%s%s", kind_name[kinds[v6]], connected ? ".connected" : "");
            char key[40];
            snprintf(key, sizeof key, "%s", stem);
            arrive_icmp(PORT_NET0, peer[v6], own[v6], reply[v6], 0, 0x12340001, more, 8);
            say(text("%s.before.bind", key), "%s", heard_text(fd, v6));
            uint8_t echo[12] = {(uint8_t)request[v6], 0, 0, 0, 0x12, 0x34, 0, 1};
            bind_to(fd, any[v6], 0x1234);
            if (connected)
                connect_to(fd, peer[v6], 0);
            struct address to = address(peer[v6], 0);
            send_to(fd, connected ? NULL : &to, echo, 12, NULL);
            const struct {
                const char *name, *from;
                int type, code;
                uint32_t rest;
            } rows[] = {
                {"reply.own.id", peer[v6], reply[v6], 0, 0x12340001},
                {"reply.foreign.id", peer[v6], reply[v6], 0, 0x56780001},
                {"reply.from.other", v6 ? "2001:db8::44" : "192.0.2.44", reply[v6], 0, 0x12340001},
                {"request", peer[v6], request[v6], 0, 0x12340001},
                {"request.foreign.id", peer[v6], request[v6], 0, 0x56780001},
                {"reply.code.1", peer[v6], reply[v6], 1, 0x12340001},
                {"timestamp.reply", peer[v6], v6 ? 140 : 14, 0, 0x12340001},
                {"unknown.type", peer[v6], v6 ? 200 : 99, 0, 0x12340001},
                {"router.advertisement", peer[v6], v6 ? 134 : 9, 0, 0x12340001},
                {"extended.reply", peer[v6], v6 ? 161 : 43, 0, 0x12340001}};
            for (size_t n = 0; n < COUNT(rows); n++) {
                arrive_icmp(PORT_NET0, rows[n].from, own[v6], rows[n].type, rows[n].code,
                            rows[n].rest, more, 8);
                say(text("%s.%s", key, rows[n].name), "%s", heard_text(fd, v6));
                receive_text(fd);
            }
            arrive_icmp(PORT_NET0, peer[v6], v6 ? "ff02::1" : "224.0.0.1", reply[v6], 0, 0x12340001,
                        more, 8);
            say(text("%s.reply.to.group", key), "%s", heard_text(fd, v6));
            int second = open_kind(kinds[v6]);
            arrive_icmp(PORT_NET0, peer[v6], own[v6], reply[v6], 0, 0x12340002, more, 8);
            const char *first = heard_text(fd, v6);
            say(text("%s.second.socket", key), "%s; second %s", first, heard_text(second, v6));
            wire_clear();
            send_to(fd, connected ? NULL : &to, echo, 12, NULL);
            wire();
            if (wire_size)
                receiving_errors(fd, v6, key, connected ? NULL : &to, echo);
            long strip = IP_STRIPHDR != ABSENT && !v6 ? set_int(fd, IPPROTO_IP, IP_STRIPHDR, 1) : 0;
            if (IP_STRIPHDR != ABSENT && !v6) {
                arrive_icmp(PORT_NET0, peer[v6], own[v6], reply[v6], 0, 0x12340003, more, 8);
                say(text("%s.striphdr", key), "%s %s", result(strip), heard_text(fd, v6));
            }
            shut(fd), shut(second);
        }
}

static void receiving_loopback(void)
{
    for (int v6 = 0; v6 < 2; v6++) { /* to this host itself, by loopback */
        int fd = ready(v6);
        uint8_t echo[12] = {(uint8_t)request[v6], 0, 0, 0, 0x12, 0x34, 0, 1};
        if (fd < 0)
            continue;
        long r = send_ip(fd, v6 ? "::1" : "127.0.0.1", 0, echo, 12);
        const char *first = heard_text(fd, v6);
        say(text("%s.loopback", kind_name[kinds[v6]]), "%s %s; then %s", result(r), first,
            heard_text(fd, v6));
    }
}

static void receiving(void)
{
    receiving_outside();
    receiving_loopback();
}

const struct probe ping_probes[] = {{"ping.existence", existence},
                                    {"ping.sending", sending},
                                    {"ping.receiving", receiving},
                                    {0, 0}};
