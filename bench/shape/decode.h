// SPDX-License-Identifier: BSD-2-Clause
// Decoders of control data, from the plain walk to the one that was chosen.
#ifndef SHAPE_DECODE_H
#define SHAPE_DECODE_H

#include "types.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define KEY(level, type) ((uint64_t)(uint32_t)(level) | (uint64_t)(uint32_t)(type) << 32)
#else
#define KEY(level, type) ((uint64_t)(uint32_t)(level) << 32 | (uint64_t)(uint32_t)(type))
#endif

enum { LEVEL_UDP = 17, TYPE_UDP_GRO = 104, TYPE_FRAGSIZE4 = 25, TYPE_FRAGSIZE6 = 77 };
enum { TYPE_PATHMTU = 61, TYPE_FLOWINFO = 11, HEADER = sizeof(struct cmsghdr) };

INLINE uint64_t load64(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE uint32_t load32(const unsigned char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE size_t load_length(const unsigned char *p)
{
    size_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE uint64_t load_key(const unsigned char *p)
{
    return load64(p + offsetof(struct cmsghdr, cmsg_level));
}

INLINE void set_ipv4(struct ipsock_addr *a, uint16_t port, const unsigned char *ip)
{
    a->family = FAMILY_IPV4;
    a->reserved = 0;
    a->port = port;
    a->scope = 0;
    memcpy(a->ip, ip, 4);
    memset(a->ip + 4, 0, 12);
}

INLINE void set_ipv6(struct ipsock_addr *a, uint16_t port, uint32_t scope, const unsigned char *ip)
{
    a->family = FAMILY_IPV6;
    a->reserved = 0;
    a->port = port;
    a->scope = scope;
    memcpy(a->ip, ip, 16);
}

INLINE uint32_t take_pktinfo4(struct ipsock_control *c, const unsigned char *p)
{
    c->interface_index = load32(p);
    set_ipv4(&c->destination, 0, p + offsetof(struct in_pktinfo, ipi_addr));
    return VALID_DESTINATION | VALID_INTERFACE;
}

INLINE uint32_t take_pktinfo6(struct ipsock_control *c, const unsigned char *p)
{
    set_ipv6(&c->destination, 0, 0, p);
    c->interface_index = load32(p + offsetof(struct in6_pktinfo, ipi6_ifindex));
    return VALID_DESTINATION | VALID_INTERFACE;
}

INLINE uint32_t take_octet(uint8_t *out, const unsigned char *p, size_t n, uint32_t bit)
{
    if (n >= sizeof(uint32_t))
        *out = (uint8_t)load32(p);
    else if (n > 0)
        *out = p[0];
    else
        return 0;
    return bit;
}

INLINE uint32_t take_word(uint32_t *out, const unsigned char *p, size_t n, size_t at, uint32_t bit)
{
    if (n < at + sizeof *out)
        return 0;
    *out = load32(p + at);
    return bit;
}

INLINE uint32_t take_time(struct ipsock_control *c, const unsigned char *p, size_t n, int64_t scale)
{
    if (n < 16)
        return 0;
    c->seconds = (int64_t)load64(p);
    c->nanoseconds = (int64_t)load64(p + 8) * scale;
    return VALID_TIMESTAMP;
}

// As many rows as the real table has: a switch of six would flatter the walker.
INLINE uint32_t decode(struct ipsock_control *c, uint64_t key, const unsigned char *p, size_t n)
{
    switch (key) {
    case KEY(IPPROTO_IP, IP_PKTINFO):
        return n < sizeof(struct in_pktinfo) ? 0 : take_pktinfo4(c, p);
    case KEY(IPPROTO_IP, IP_TTL):
    case KEY(IPPROTO_IPV6, IPV6_HOPLIMIT):
        return take_octet(&c->hop_limit, p, n, VALID_HOP_LIMIT);
    case KEY(IPPROTO_IP, IP_TOS):
    case KEY(IPPROTO_IPV6, IPV6_TCLASS):
        return take_octet(&c->traffic_class, p, n, VALID_TRAFFIC_CLASS);
    case KEY(IPPROTO_IPV6, IPV6_PKTINFO):
        return n < sizeof(struct in6_pktinfo) ? 0 : take_pktinfo6(c, p);
    case KEY(IPPROTO_IPV6, TYPE_FLOWINFO):
        return take_word(&c->flow_label, p, n, 0, VALID_FLOW_LABEL);
    case KEY(IPPROTO_IPV6, TYPE_PATHMTU):
        return take_word(&c->path_mtu, p, n, sizeof(struct sockaddr_in6), VALID_PATH_MTU);
    case KEY(LEVEL_UDP, TYPE_UDP_GRO):
        return take_word(&c->segment_size, p, n, 0, VALID_SEGMENT_SIZE);
    case KEY(IPPROTO_IP, TYPE_FRAGSIZE4):
    case KEY(IPPROTO_IPV6, TYPE_FRAGSIZE6):
        return take_word(&c->fragment_size, p, n, 0, VALID_FRAGMENT_SIZE);
    case KEY(SOL_SOCKET, SO_RXQ_OVFL):
        return take_word(&c->drop_count, p, n, 0, VALID_DROP_COUNT);
    case KEY(SOL_SOCKET, SO_TIMESTAMP):
        return take_time(c, p, n, 1000);
    case KEY(SOL_SOCKET, SO_TIMESTAMPNS):
        return take_time(c, p, n, 1);
    default:
        return 0;
    }
}

INLINE uint32_t decode_ipv4(struct ipsock_control *c, int type, const unsigned char *p, size_t n)
{
    switch (type) {
    case IP_PKTINFO:
        return n < sizeof(struct in_pktinfo) ? 0 : take_pktinfo4(c, p);
    case IP_TTL:
        return take_octet(&c->hop_limit, p, n, VALID_HOP_LIMIT);
    case IP_TOS:
        return take_octet(&c->traffic_class, p, n, VALID_TRAFFIC_CLASS);
    case TYPE_FRAGSIZE4:
        return take_word(&c->fragment_size, p, n, 0, VALID_FRAGMENT_SIZE);
    default:
        return 0;
    }
}

INLINE uint32_t decode_ipv6(struct ipsock_control *c, int type, const unsigned char *p, size_t n)
{
    switch (type) {
    case IPV6_PKTINFO:
        return n < sizeof(struct in6_pktinfo) ? 0 : take_pktinfo6(c, p);
    case IPV6_HOPLIMIT:
        return take_octet(&c->hop_limit, p, n, VALID_HOP_LIMIT);
    case IPV6_TCLASS:
        return take_octet(&c->traffic_class, p, n, VALID_TRAFFIC_CLASS);
    case TYPE_FLOWINFO:
        return take_word(&c->flow_label, p, n, 0, VALID_FLOW_LABEL);
    case TYPE_PATHMTU:
        return take_word(&c->path_mtu, p, n, sizeof(struct sockaddr_in6), VALID_PATH_MTU);
    case TYPE_FRAGSIZE6:
        return take_word(&c->fragment_size, p, n, 0, VALID_FRAGMENT_SIZE);
    default:
        return 0;
    }
}

INLINE uint32_t decode_other(struct ipsock_control *c, uint64_t key, const unsigned char *p,
                             size_t n)
{
    switch (key) {
    case KEY(LEVEL_UDP, TYPE_UDP_GRO):
        return take_word(&c->segment_size, p, n, 0, VALID_SEGMENT_SIZE);
    case KEY(SOL_SOCKET, SO_RXQ_OVFL):
        return take_word(&c->drop_count, p, n, 0, VALID_DROP_COUNT);
    case KEY(SOL_SOCKET, SO_TIMESTAMP):
        return take_time(c, p, n, 1000);
    case KEY(SOL_SOCKET, SO_TIMESTAMPNS):
        return take_time(c, p, n, 1);
    default:
        return 0;
    }
}

INLINE uint32_t decode_by_level(struct ipsock_control *c, const unsigned char *h, size_t n)
{
    struct cmsghdr header;
    memcpy(&header, h, sizeof header);
    if (header.cmsg_level == IPPROTO_IP)
        return decode_ipv4(c, header.cmsg_type, h + HEADER, n);
    if (header.cmsg_level == IPPROTO_IPV6)
        return decode_ipv6(c, header.cmsg_type, h + HEADER, n);
    return decode_other(c, load_key(h), h + HEADER, n);
}

INLINE size_t step_over(struct ipsock_control *c, uint32_t *valid, const unsigned char *p,
                        size_t rest, unsigned how)
{
    // Unsigned wrap makes one comparison refuse both a length below the header and one past the
    // end.
    size_t n = load_length(p) - HEADER;
    if (n > rest - HEADER)
        return rest;
    *valid |= how & BY_LEVEL ? decode_by_level(c, p, n) : decode(c, load_key(p), p + HEADER, n);
    size_t step = CMSG_SPACE(n);
    return step < rest ? step : rest;
}

INLINE uint32_t walk(struct ipsock_control *c, const unsigned char *p, size_t rest, unsigned how)
{
    uint32_t valid = 0;
    while (rest >= HEADER) {
        size_t step = step_over(c, &valid, p, rest, how);
        p += step;
        rest -= step;
    }
    return valid;
}

static BOUNDARY uint32_t walk_rest(struct ipsock_control *c, const unsigned char *p, size_t rest)
{
    return walk(c, p, rest, 0);
}

static BOUNDARY size_t walk_one(struct ipsock_control *c, uint32_t *valid, const unsigned char *p,
                                size_t rest)
{
    return rest < HEADER ? rest : step_over(c, valid, p, rest, BY_LEVEL);
}

INLINE bool header_is(const unsigned char *p, size_t payload, uint64_t key)
{
    return load_length(p) == CMSG_LEN(payload) && load_key(p) == key;
}

INLINE bool next_is(const unsigned char *p, size_t rest, size_t payload, uint64_t key)
{
    return rest >= CMSG_SPACE(payload) && header_is(p, payload, key);
}

// Each header is compared whole with the one that the kernel writes next, in its order, so that a
// match needs no length arithmetic and a mismatch costs nothing but the general walk from there.
struct cursor {
    const unsigned char *p;
    size_t rest;
};

INLINE struct cursor past(struct cursor at, size_t n)
{
    return (struct cursor){at.p + n, at.rest - n};
}

INLINE struct cursor run4(struct ipsock_control *c, struct cursor at, uint32_t *valid)
{
    if (next_is(at.p, at.rest, sizeof(struct in_pktinfo), KEY(IPPROTO_IP, IP_PKTINFO))) {
        *valid |= take_pktinfo4(c, at.p + HEADER);
        at = past(at, CMSG_SPACE(sizeof(struct in_pktinfo)));
    }
    if (next_is(at.p, at.rest, 4, KEY(IPPROTO_IP, IP_TTL))) {
        *valid |= take_octet(&c->hop_limit, at.p + HEADER, 4, VALID_HOP_LIMIT);
        at = past(at, CMSG_SPACE(4));
    }
    if (next_is(at.p, at.rest, 1, KEY(IPPROTO_IP, IP_TOS))) {
        *valid |= take_octet(&c->traffic_class, at.p + HEADER, 1, VALID_TRAFFIC_CLASS);
        at = past(at, CMSG_SPACE(1));
    }
    return at;
}

INLINE struct cursor run6(struct ipsock_control *c, struct cursor at, uint32_t *valid)
{
    if (next_is(at.p, at.rest, sizeof(struct in6_pktinfo), KEY(IPPROTO_IPV6, IPV6_PKTINFO))) {
        *valid |= take_pktinfo6(c, at.p + HEADER);
        at = past(at, CMSG_SPACE(sizeof(struct in6_pktinfo)));
    }
    if (next_is(at.p, at.rest, 4, KEY(IPPROTO_IPV6, IPV6_HOPLIMIT))) {
        *valid |= take_octet(&c->hop_limit, at.p + HEADER, 4, VALID_HOP_LIMIT);
        at = past(at, CMSG_SPACE(4));
    }
    if (next_is(at.p, at.rest, 4, KEY(IPPROTO_IPV6, IPV6_TCLASS))) {
        *valid |= take_octet(&c->traffic_class, at.p + HEADER, 4, VALID_TRAFFIC_CLASS);
        at = past(at, CMSG_SPACE(4));
    }
    return at;
}

INLINE uint32_t cascade(struct ipsock_control *c, const unsigned char *p, size_t rest, bool ipv6)
{
    uint32_t valid = 0;
    struct cursor at = {p, rest};
    at = ipv6 ? run6(c, at, &valid) : run4(c, at, &valid);
    return at.rest == 0 ? valid : valid | walk_rest(c, at.p, at.rest);
}

// A timestamp comes before the rest; taking one entry the general way and then looking for the
// usual run again keeps it from sending every other entry there too.
INLINE uint32_t resume(struct ipsock_control *c, const unsigned char *p, size_t rest, bool ipv6)
{
    uint32_t valid = 0;
    struct cursor at = {p, rest};
    for (;;) {
        at = ipv6 ? run6(c, at, &valid) : run4(c, at, &valid);
        if (at.rest == 0)
            return valid;
        uint32_t more = 0;
        at = past(at, walk_one(c, &more, at.p, at.rest));
        valid |= more;
    }
}

static BOUNDARY uint32_t resume_rest(struct ipsock_control *c, const unsigned char *p, size_t rest,
                                     bool ipv6)
{
    return ipv6 ? resume(c, p, rest, true) : resume(c, p, rest, false);
}

enum {
    TTL_AT4 = CMSG_SPACE(sizeof(struct in_pktinfo)),
    TOS_AT4 = TTL_AT4 + CMSG_SPACE(4),
    WHOLE4 = TOS_AT4 + CMSG_SPACE(1),
    HOP_AT6 = CMSG_SPACE(sizeof(struct in6_pktinfo)),
    CLASS_AT6 = HOP_AT6 + CMSG_SPACE(4),
    WHOLE6 = CLASS_AT6 + CMSG_SPACE(4)
};

enum { VALID_WHOLE = VALID_DESTINATION | VALID_INTERFACE | VALID_HOP_LIMIT | VALID_TRAFFIC_CLASS };

INLINE uint32_t whole4(struct ipsock_control *c, const unsigned char *p, size_t rest)
{
    if (rest != WHOLE4 || !header_is(p, sizeof(struct in_pktinfo), KEY(IPPROTO_IP, IP_PKTINFO)) ||
        !header_is(p + TTL_AT4, 4, KEY(IPPROTO_IP, IP_TTL)) ||
        !header_is(p + TOS_AT4, 1, KEY(IPPROTO_IP, IP_TOS)))
        return resume_rest(c, p, rest, false);
    (void)take_pktinfo4(c, p + HEADER);
    c->hop_limit = (uint8_t)load32(p + TTL_AT4 + HEADER);
    c->traffic_class = p[TOS_AT4 + HEADER];
    return VALID_WHOLE;
}

INLINE uint32_t whole6(struct ipsock_control *c, const unsigned char *p, size_t rest)
{
    if (rest != WHOLE6 ||
        !header_is(p, sizeof(struct in6_pktinfo), KEY(IPPROTO_IPV6, IPV6_PKTINFO)) ||
        !header_is(p + HOP_AT6, 4, KEY(IPPROTO_IPV6, IPV6_HOPLIMIT)) ||
        !header_is(p + CLASS_AT6, 4, KEY(IPPROTO_IPV6, IPV6_TCLASS)))
        return resume_rest(c, p, rest, true);
    (void)take_pktinfo6(c, p + HEADER);
    c->hop_limit = (uint8_t)load32(p + HOP_AT6 + HEADER);
    c->traffic_class = (uint8_t)load32(p + CLASS_AT6 + HEADER);
    return VALID_WHOLE;
}

#endif
