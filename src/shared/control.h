// SPDX-License-Identifier: BSD-2-Clause
/* Control messages on the data path: the tables expanded to straight code.
 *
 * Kernels send the same messages in the same order for every packet of a socket, so decoding tries
 * the table's rows in order, each against a header that is known whole: length, level and type are
 * compared as constants and nothing is computed. What does not fit (a timestamp, a truncated tail)
 * goes through the general walk for one message, and the run is tried again. bench/shape measured
 * this against a plain walk: about half the instructions. */
#ifndef IPSK_SHARED_CONTROL_H
#define IPSK_SHARED_CONTROL_H

#include "core/endpoint/endpoint.h"
#include "shared/sockaddr.h"

/* Room for every control message that the tables know, on any ABI, and opaque ones. */
#define IPSK_CONTROL_BUFFER 512

static const struct ipsk_cmsg_layout ipsk_the_layout = {
    .header = IPSK_THE_CMSG_HEADER,
    .align = IPSK_THE_CMSG_ALIGN,
    .length_size = IPSK_THE_CMSG_LENGTH_SIZE,
    .level = IPSK_THE_CMSG_LEVEL_OFFSET,
};

/* Level and type lie side by side: one comparison for both. */
static inline uint64_t ipsk_cmsg_key(const uint8_t *p)
{
    uint64_t key;
    memcpy(&key, p + IPSK_THE_CMSG_LEVEL_OFFSET, sizeof key);
    return key;
}

static inline uint64_t ipsk_make_key(int32_t level, int32_t type)
{
    uint8_t bytes[8];
    uint64_t key;
    memcpy(bytes, &level, 4);
    memcpy(bytes + 4, &type, 4);
    memcpy(&key, bytes, sizeof key);
    return key;
}

#define IPSK_SPACE(n)                                                                       \
    (((size_t)(n) + IPSK_THE_CMSG_HEADER + IPSK_THE_CMSG_ALIGN - 1) / IPSK_THE_CMSG_ALIGN * \
     IPSK_THE_CMSG_ALIGN)

static inline bool ipsk_cmsg_is(const uint8_t *p, size_t rest, int32_t level, int32_t type,
                                size_t payload)
{
    return rest >= IPSK_SPACE(payload) &&
           ipsk_cmsg_length(p, IPSK_THE_CMSG_LENGTH_SIZE) == IPSK_THE_CMSG_HEADER + payload &&
           ipsk_cmsg_key(p) == ipsk_make_key(level, type);
}

/* Any one message, by level, then type. Returns its fields. */
static inline uint32_t ipsk_take_any(struct ipsock_control *c, int32_t level, int32_t type,
                                     const uint8_t *p, size_t n)
{
#define IPSK_TAKE_ROW(row_level, row_type, minimum, usual, field, a, b) \
    if (level == (row_level) && type == (row_type))                     \
        return n < (size_t)(minimum) ? 0 : ipsk_take(c, IPSK_FIELD_##field, (a), (b), p, n);
    IPSK_RECEIVED(IPSK_TAKE_ROW)
#undef IPSK_TAKE_ROW
    return 0;
}

/* What the usual run has left: the general way for one message, the run again, and so on. Out of
 * line, so that the usual case saves no registers for it. Returns the fields. */
uint32_t ipsk_take_rest(struct ipsock_control *c, const uint8_t *p, size_t rest, bool ipv6);

struct ipsk_cursor {
    const uint8_t *p;
    size_t rest;
};

/* The usual run of one family's messages; level is a constant, so that the other family's rows
 * vanish. */
static IPSK_IN_LINE struct ipsk_cursor
ipsk_take_run(struct ipsock_control *c, struct ipsk_cursor at, uint32_t *valid, int32_t level)
{
#define IPSK_RUN_ROW(row_level, row_type, minimum, usual, field, a, b)                        \
    if (level == (row_level) && IPSK_FIELD_##field != IPSK_FIELD_PATH_MTU &&                  \
        ipsk_cmsg_is(at.p, at.rest, (row_level), (row_type), (usual))) {                      \
        *valid |=                                                                             \
            ipsk_take(c, IPSK_FIELD_##field, (a), (b), at.p + IPSK_THE_CMSG_HEADER, (usual)); \
        at.p += IPSK_SPACE(usual);                                                            \
        at.rest -= IPSK_SPACE(usual);                                                         \
    }
    IPSK_RECEIVED(IPSK_RUN_ROW)
#undef IPSK_RUN_ROW
    return at;
}

/* The usual run of a packet. IPv4 packets come to a dual-stack socket with messages of both levels.
 */
static IPSK_IN_LINE struct ipsk_cursor
ipsk_take_runs(struct ipsock_control *c, struct ipsk_cursor at, uint32_t *valid, bool ipv6)
{
    if (ipv6) {
        at = ipsk_take_run(c, at, valid, IPPROTO_IPV6);
        if (at.rest == 0)
            return at;
    }
    return ipsk_take_run(c, at, valid, IPPROTO_IP);
}

/* What is usual of a received buffer, and what it leaves; asked: the fields that are wanted, and
 * maybe more. Messages of UDP stand first, before those of IP (udp_recvmsg in net/ipv4/udp.c). */
static IPSK_IN_LINE struct ipsk_cursor ipsk_take_usual(struct ipsock_control *c,
                                                       struct ipsk_cursor at, uint32_t *valid,
                                                       bool ipv6, uint32_t asked)
{
    if (asked & IPSOCK_CONTROL_SEGMENT_SIZE) {
        at = ipsk_take_run(c, at, valid, IPPROTO_UDP);
        if (at.rest == 0)
            return at;
    }
    return ipsk_take_runs(c, at, valid, ipv6);
}

/* The valid fields of a received buffer. */
static IPSK_IN_LINE uint32_t ipsk_take_control(struct ipsock_control *c, const uint8_t *p,
                                               size_t length, bool ipv6, uint32_t asked)
{
    uint32_t valid = 0;
    const struct ipsk_cursor at =
        ipsk_take_usual(c, (struct ipsk_cursor){p, length}, &valid, ipv6, asked);
    return at.rest == 0 ? valid : valid | ipsk_take_rest(c, at.p, at.rest, ipv6);
}

/* The next hop's payload, which nobody but a router sends with each packet. */
void ipsk_put_next_hop(const struct ipsock_control *c, uint8_t *p, size_t length);

/* One column's messages of a packet to send: all of each, or values alone, where the messages of an
 * earlier packet with the same fields are there. column and whole are constants, so that the other
 * columns' rows, and the headers of messages that are there, vanish. A row is found by its fields:
 * what an endpoint may send has one in its kind (send_control.c), and no field has two in a column
 * (control.c). */
static IPSK_IN_LINE size_t ipsk_give_column(const struct ipsock_control *c, int column,
                                            uint32_t fields, bool whole, uint8_t *buffer)
{
    uint8_t *p = buffer;
#define IPSK_GIVE_ROW(row_fields, kinds, row_column, level, type, length, encoding, a, b, since) \
    if (column == (row_column) && (fields & (row_fields))) {                                     \
        if (whole) {                                                                             \
            memset(p, 0, IPSK_SPACE(length));                                                    \
            ipsk_cmsg_header(p, &ipsk_the_layout, (level), (type), (length));                    \
        }                                                                                        \
        ipsk_give(c, fields, column, (row_fields), IPSK_SENT_##encoding, (a), (b),               \
                  p + IPSK_THE_CMSG_HEADER);                                                     \
        if (IPSK_SENT_##encoding == IPSK_SENT_SOCKADDR)                                          \
            ipsk_put_next_hop(c, p + IPSK_THE_CMSG_HEADER, (length));                            \
        p += IPSK_SPACE(length);                                                                 \
    }
    IPSK_SENT(IPSK_GIVE_ROW)
#undef IPSK_GIVE_ROW
    return (size_t)(p - buffer);
}

/* What has rows of the control messages of a packet to send; there is room. Returns the bytes used.
 */
static inline size_t ipsk_give_rows(const struct ipsock_control *c, int column, uint32_t fields,
                                    uint8_t *buffer)
{
    if (column == IPSK_V4)
        return ipsk_give_column(c, IPSK_V4, fields, true, buffer);
    if (column == IPSK_V6)
        return ipsk_give_column(c, IPSK_V6, fields, true, buffer);
    return ipsk_give_column(c, IPSK_MAPPED, fields, true, buffer);
}

/* What opaque control takes with the padding that the system wants at its end (fact CONTROL_UNIT).
 */
size_t ipsk_opaque_space(size_t length);

/* All of it, opaque control last. */
size_t ipsk_give_control(const struct ipsock_control *c, int column, uint32_t fields,
                         uint8_t *buffer);

#endif
