// SPDX-License-Identifier: BSD-2-Clause
#include "shared/control.h"

/* The message at p. Returns the bytes to step over, rest to stop. */
static size_t take_one(struct ipsock_control *c, uint32_t *valid, const uint8_t *p, size_t rest)
{
    if (rest < IPSK_THE_CMSG_HEADER)
        return rest;
    const size_t n = ipsk_cmsg_payload(p, rest, &ipsk_the_layout);
    if (n == SIZE_MAX)
        return rest;
    const int32_t level = ipsk_load32(p + IPSK_THE_CMSG_LEVEL_OFFSET);
    const int32_t type = ipsk_load32(p + IPSK_THE_CMSG_LEVEL_OFFSET + 4);
    *valid |= ipsk_take_any(c, level, type, p + IPSK_THE_CMSG_HEADER, n);
    return ipsk_cmsg_step(n, rest, &ipsk_the_layout);
}

uint32_t ipsk_take_rest(struct ipsock_control *c, const uint8_t *p, size_t rest, bool ipv6)
{
    struct ipsk_cursor at = {p, rest};
    uint32_t valid = 0;
    while (at.rest != 0) {
        const size_t step = take_one(c, &valid, at.p, at.rest);
        at.p += step;
        at.rest -= step;
        at = ipsk_take_runs(c, at, &valid, ipv6);
    }
    return valid;
}

static void put_next_hop(const struct ipsock_control *c, uint8_t *p, size_t length)
{
    union ipsk_sockaddr sa;
    ipsk_to_sockaddr(&c->next_hop, IPSOCK_IPV6, &sa);
    memcpy(p, &sa.v6, length < sizeof sa.v6 ? length : sizeof sa.v6);
}

/* The column is a constant, so that the other columns' rows vanish. */
static inline size_t give_column(const struct ipsock_control *c, int column, unsigned kind,
                                 uint32_t fields, uint8_t *buffer)
{
    uint8_t *p = buffer;
#define IPSK_GIVE_ROW(row_fields, kinds, row_column, level, type, length, encoding, a, b, since) \
    if (column == (row_column) && (fields & (row_fields)) && (kind & (kinds))) {                 \
        memset(p, 0, IPSK_THE_CMSG_HEADER);                                                      \
        ipsk_cmsg_header(p, &ipsk_the_layout, (level), (type), (length));                        \
        ipsk_give(c, (row_fields), IPSK_SENT_##encoding, (a), (b), p + IPSK_THE_CMSG_HEADER,     \
                  (length));                                                                     \
        if (IPSK_SENT_##encoding == IPSK_SENT_SOCKADDR)                                          \
            put_next_hop(c, p + IPSK_THE_CMSG_HEADER, (length));                                 \
        memset(p + IPSK_THE_CMSG_HEADER + (length), 0,                                           \
               IPSK_SPACE(length) - IPSK_THE_CMSG_HEADER - (length));                            \
        p += IPSK_SPACE(length);                                                                 \
        fields &= ~(uint32_t)(row_fields);                                                       \
    }
    IPSK_SENT(IPSK_GIVE_ROW)
#undef IPSK_GIVE_ROW
    if (fields & IPSOCK_CONTROL_OPAQUE) {
        if (c->opaque_length != 0)
            memcpy(p, c->opaque, c->opaque_length);
        p += c->opaque_length;
    }
    return (size_t)(p - buffer);
}

size_t ipsk_give_control(const struct ipsock_control *c, int column, unsigned kind, uint32_t fields,
                         uint8_t *buffer)
{
    switch (column) {
    case IPSK_V4:
        return give_column(c, IPSK_V4, kind, fields, buffer);
    case IPSK_V6:
        return give_column(c, IPSK_V6, kind, fields, buffer);
    default:
        return give_column(c, IPSK_MAPPED, kind, fields, buffer);
    }
}
