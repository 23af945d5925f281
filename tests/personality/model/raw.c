// SPDX-License-Identifier: BSD-2-Clause
/* The IPv4 header of raw sockets (docs/platform/bsd.md, 5). The host's is in network order, with
 * the whole length. */
#include "model.h"

enum { LENGTH = 2, ID = 4, OFFSET = 6, HOPS = 8, CHECKSUM = 10, SOURCE = 12, DESTINATION = 16 };

static unsigned get(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static void put_host_order(uint8_t *p, unsigned value)
{
    const uint16_t number = (uint16_t)value;
    memcpy(p, &number, sizeof number);
}

static unsigned get_host_order(const uint8_t *p)
{
    uint16_t number;
    memcpy(&number, p, sizeof number);
    return number;
}

/* Of what an ICMP error quotes the length is in host order, whole (Darwin: icmp_input). */
static void turn_quote(uint8_t *p, size_t length, size_t header)
{
    const bool error = length >= header + 36 && (p[header + 8] & 15) >= 5 &&
                       (p[header] == 3 || p[header] == 4 || p[header] == 11 || p[header] == 12);
    if (error && model_fact(FACT_QUOTED_HOST_LENGTH))
        put_host_order(p + header + 8 + LENGTH, get(p + header + 8 + LENGTH));
}

void model_header_in(void *packet, size_t length, bool icmp)
{
    uint8_t *const p = packet;
    if (length < 20 || model_fact(FACT_RAW_NETWORK_ORDER))
        return;
    const unsigned header = (p[0] & 15U) * 4;
    const unsigned total = get(p + LENGTH);
    put_host_order(p + LENGTH, model_fact(FACT_RAW_LENGTH_WITH_HEADER) ? total : total - header);
    put_host_order(p + OFFSET, get(p + OFFSET));
    if (icmp)
        turn_quote(p, length, header);
}

/* rip_output of FreeBSD walks the options. */
static bool has_bad_options(const uint8_t *p, size_t header)
{
    for (size_t at = 20; at < header && p[at] != 0; at += p[at] == 1 ? 1U : p[at + 1])
        if (p[at] != 1 && (at + 1 >= header || p[at + 1] < 2 || at + p[at + 1] > header))
            return true;
    return false;
}

/* The source: none is the route's, not the bound one; some never leave (ip_output). */
static int put_source(const struct sock *s, uint8_t *p)
{
    struct host_addr to = {.family = 4};
    uint32_t index;
    const bool own = get(p + SOURCE) == 0 && get(p + SOURCE + 2) == 0;
    memcpy(to.ip, p + DESTINATION, 4);
    if (own)
        model_first_address(host_route(&to), p + SOURCE);
    if (model_fact(FACT_RAW_SOURCE_BOUND) && own && !model_is_any(&s->bound))
        memcpy(p + SOURCE, s->bound.ip, 4);
    const bool stays =
        model_is_group(&to) ? model_is_loopback(s->interface4) : host_is_local(&to, &index);
    if (p[SOURCE] == 127 && model_fact(FACT_LOOPBACK_NET_STAYS) && !stays)
        return -EADDRNOTAVAIL;
    return (p[SOURCE] & 0xf0) == 0xe0 ? -model_fact(FACT_RAW_SOURCE_GROUP) : 0;
}

static uint16_t header_sum(const uint8_t *p, size_t header)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < header; i += 2)
        sum += get(p + i);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* After reassembly the first fragment's checksum stays (ip_reass). */
void model_fragment_sum(void *packet, size_t length, int fragment)
{
    uint8_t first[60], *const p = packet;
    const size_t header = length < 20 ? 0 : (p[0] & 15U) * 4;
    if (header < 20 || header > length || !model_fact(FACT_RAW_FRAGMENT_SUM))
        return;
    memcpy(first, p, header);
    first[LENGTH] = (uint8_t)(fragment >> 8);
    first[LENGTH + 1] = (uint8_t)fragment;
    first[OFFSET] |= 0x20;
    first[CHECKSUM] = first[CHECKSUM + 1] = 0;
    const uint16_t sum = header_sum(first, header);
    p[CHECKSUM] = (uint8_t)(sum >> 8);
    p[CHECKSUM + 1] = (uint8_t)sum;
}

/* Nobody looks at the header (rip_output of NetBSD): 1, it goes as it is. */
static int put_odd(uint8_t *p, size_t length)
{
    if (length >= 20) {
        const size_t header = (p[0] & 15U) * 4 < length ? (p[0] & 15U) * 4 : length;
        p[CHECKSUM] = p[CHECKSUM + 1] = 0;
        const uint16_t sum = header_sum(p, header);
        p[CHECKSUM] = (uint8_t)(sum >> 8);
        p[CHECKSUM + 1] = (uint8_t)sum;
    }
    return 1;
}

/* Of a packet with its own header, before the host gets it. 1: as a frame. */
int model_header_out(struct sock *s, void *packet, size_t length)
{
    uint8_t *const p = packet;
    const bool network = model_fact(FACT_RAW_NETWORK_ORDER);
    const bool unseen = model_fact(FACT_RAW_HEADER_UNSEEN);
    if (length < 20 && model_fact(FACT_RAW_LENGTH_SHORT))
        return length == 0 ? -EHOSTUNREACH : -EINVAL; /* M raw.header_sent */
    if (length < 20)
        return unseen && length >= 4 && get_host_order(p + LENGTH) <= length ? put_odd(p, length)
                                                                             : -EINVAL;
    unsigned total = network ? get(p + LENGTH) : get_host_order(p + LENGTH);
    if (model_fact(FACT_RAW_LENGTH_SHORT) && (p[0] & 15U) * 4 > length)
        return -EINVAL;
    if (model_fact(FACT_RAW_LENGTH_SHORT) && total < length && total >= (p[0] & 15U) * 4)
        total = (unsigned)length;
    const bool odd = (p[0] & 15U) * 4 > length || (p[0] & 15U) < 5;
    if (p[0] >> 4 != 4 && model_fact(FACT_RAW_VERSION_CHECKED))
        return -EINVAL;
    if (total != length || (odd && !unseen))
        return -model_fact(FACT_RAW_LENGTH_WRONG);
    if (!network) {
        const unsigned offset = get_host_order(p + OFFSET);
        p[LENGTH] = (uint8_t)(total >> 8);
        p[LENGTH + 1] = (uint8_t)total;
        p[OFFSET] = (uint8_t)(offset >> 8);
        p[OFFSET + 1] = (uint8_t)offset;
    }
    static const uint8_t ones[4] = {255, 255, 255, 255};
    const bool all = (model_fact(FACT_BROADCAST_ALL_ONES) || model_fact(FACT_ALL_ONES_HOPS)) &&
                     memcmp(p + DESTINATION, ones, sizeof ones) == 0;
    if (model_fact(FACT_RAW_MULTICAST_HOPS) && ((p[DESTINATION] & 0xf0) == 0xe0 || all))
        p[HOPS] = (uint8_t)s->values[OPTION_MULTICAST_TTL];
    if (model_fact(FACT_RAW_OPTIONS_CHECKED) && has_bad_options(p, (p[0] & 15U) * 4))
        return -EINVAL;
    static uint16_t identification;
    if (model_fact(FACT_RAW_ID_FILLED) && get(p + ID) == 0)
        put_host_order(p + ID, ++identification);
    const int result = put_source(s, p);
    if (result == 0 && (odd || (model_fact(FACT_RAW_ID_ZERO) && get(p + ID) == 0 && length < 69)))
        return put_odd(p, length);
    return result;
}
