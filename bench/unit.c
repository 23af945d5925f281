// SPDX-License-Identifier: BSD-2-Clause
/* What is no traffic: reading texts of IPv6 addresses beside inet_pton, writing ICMP echo requests
 * beside the few lines that everybody has for it (lean_echo.c). */
#include <arpa/inet.h>
#include <string.h>

#include "bench.h"

static const char *const texts[] = {
    "::1",
    "2001:db8::1",
    "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    "fe80::1ff:fe23:4567:890a",
    "ff02::1:ff00:42",
    "2001:db8:0:1::53",
    "::ffff:192.0.2.1",
    "2001:db8:1:2:3:4:5:6",
};

enum { TEXTS = sizeof texts / sizeof texts[0], HEADER = 8 /* of an echo request */ };

MEASURED int measured_lean_parse(struct side *s, unsigned i)
{
    return inet_pton(AF_INET6, texts[i % TEXTS], &s->packets_out[i].source);
}

MEASURED int measured_parse(struct side *s, unsigned i)
{
    return ipsock_addr_parse(texts[i % TEXTS], &s->messages[i].peer);
}

MEASURED size_t measured_lean_marshal(struct side *s, unsigned i)
{
    return lean_echo(s->payload + i * ROOM, ROOM, 0x1234, (uint16_t)i, s->full_messages[i].data,
                     PAYLOAD);
}

MEASURED int measured_marshal(struct side *s, unsigned i)
{
    const struct ipsock_icmp_message m = {.family = IPSOCK_IPV4,
                                          .type = IPSOCK_ICMPV4_ECHO,
                                          .body = IPSOCK_ICMP_BODY_ECHO,
                                          .id = 0x1234,
                                          .sequence = (uint16_t)i,
                                          .data = s->full_messages[i].data,
                                          .data_length = s->full_messages[i].size};
    return ipsock_icmp_marshal(&m, NULL, NULL, s->payload + i * ROOM, ROOM,
                               &s->full_messages[i].length);
}

void before_unit(struct side *s, const struct round *round)
{
    static unsigned char data[PAYLOAD];
    memset(data, round->number, sizeof data);
    memset(s->payload, 0, sizeof s->payload);
    for (unsigned i = 0; i < s->packets; i++) {
        s->full_messages[i].data = data;
        s->full_messages[i].size = sizeof data;
        s->packets_out[i].source = in6addr_any;
        s->messages[i].peer = (struct ipsock_addr){0};
    }
}

void play_unit(struct side *s)
{
    const bool parses = s->scenario->what == PARSE;
    for (unsigned i = 0; i < s->packets; i++) {
        if (s->player == OURS)
            require((parses ? measured_parse(s, i) : measured_marshal(s, i)) == IPSOCK_OK, "ours");
        else if (parses)
            require(measured_lean_parse(s, i) == 1, "inet_pton");
        else
            require(measured_lean_marshal(s, i) == HEADER + PAYLOAD, "an echo request");
    }
}

static void check_parsed(const struct side *s, unsigned i)
{
    struct in6_addr ip;
    const void *got = s->player == OURS ? (const void *)s->messages[i].peer.ip
                                        : (const void *)&s->packets_out[i].source;
    require(inet_pton(AF_INET6, texts[i % TEXTS], &ip) == 1, "inet_pton");
    require(memcmp(got, &ip, sizeof ip) == 0, "the address");
}

static void check_written(const struct side *s, unsigned i)
{
    const unsigned char *bytes = s->payload + i * ROOM;
    struct ipsock_icmp_message m;
    require(ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, bytes, HEADER + PAYLOAD) == 0, "checksum");
    require(ipsock_icmp_parse(&m, NULL, 0, IPSOCK_IPV4, bytes, HEADER + PAYLOAD) == 0 &&
                m.type == IPSOCK_ICMPV4_ECHO && m.id == 0x1234 && m.sequence == i &&
                memcmp(m.data, s->full_messages[i].data, PAYLOAD) == 0,
            "an echo request");
}

void after_unit(struct side *s)
{
    for (unsigned i = 0; i < s->packets; i++) {
        if (s->scenario->what == PARSE)
            check_parsed(s, i);
        else
            check_written(s, i);
    }
}
