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

void ipsk_put_next_hop(const struct ipsock_control *c, uint8_t *p, size_t length)
{
    union ipsk_sockaddr sa;
    ipsk_to_sockaddr(&c->next_hop, IPSOCK_IPV6, &sa);
    memcpy(p, &sa.v6, length < sizeof sa.v6 ? length : sizeof sa.v6);
}

/* No field has two rows in a column: then the sum of their bits is their union. */
#define ROW_SUM(row_fields, kinds, row_column, level, type, length, encoding, a, b, since) \
    +((row_column) == COLUMN ? (row_fields) : 0)
#define ROW_UNION(row_fields, kinds, row_column, level, type, length, encoding, a, b, since) \
    | ((row_column) == COLUMN ? (row_fields) : 0)
#define COLUMN IPSK_V4
_Static_assert((0 IPSK_SENT(ROW_SUM)) == (0 IPSK_SENT(ROW_UNION)), "IPv4: one row for each field");
#undef COLUMN
#define COLUMN IPSK_V6
_Static_assert((0 IPSK_SENT(ROW_SUM)) == (0 IPSK_SENT(ROW_UNION)), "IPv6: one row for each field");
#undef COLUMN
#define COLUMN IPSK_MAPPED
_Static_assert((0 IPSK_SENT(ROW_SUM)) == (0 IPSK_SENT(ROW_UNION)),
               "mapped: one row for each field");
#undef COLUMN

size_t ipsk_opaque_space(size_t length)
{
    const size_t unit = (size_t)ipsk_native.facts[IPSK_FACT_CONTROL_UNIT];
    return (length + unit - 1) / unit * unit;
}

/* Behind what has rows. */
IPSK_OUT_OF_LINE static size_t give_opaque(const struct ipsock_control *c, uint8_t *buffer,
                                           size_t length)
{
    const size_t space = ipsk_opaque_space(c->opaque_length);
    if (c->opaque_length != 0)
        memcpy(buffer + length, c->opaque, c->opaque_length);
    memset(buffer + length + c->opaque_length, 0, space - c->opaque_length);
    return length + space;
}

size_t ipsk_give_control(const struct ipsock_control *c, int column, uint32_t fields,
                         uint8_t *buffer)
{
    const size_t length = ipsk_give_rows(c, column, fields, buffer);
    return fields & IPSOCK_CONTROL_OPAQUE ? give_opaque(c, buffer, length) : length;
}
