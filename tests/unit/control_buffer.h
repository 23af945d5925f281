// SPDX-License-Identifier: BSD-2-Clause
/* Control buffers built by hand in any system's layout, numbers in this host's byte order. */
#ifndef IPSOCK_UNIT_CONTROL_BUFFER_H
#define IPSOCK_UNIT_CONTROL_BUFFER_H

#include "core/table/control_codec.h"
#include "unit.h"

struct control_buffer {
    struct ipsk_cmsg_layout layout;
    size_t length;
    uint8_t bytes[1024];
};

static inline struct control_buffer control_buffer_of(const struct ipsk_system *system)
{
    struct control_buffer b;
    memset(&b, 0, sizeof b);
    b.layout = ipsk_layout(system);
    return b;
}

/* A number below most; the same numbers in every run. */
static inline size_t control_random(uint64_t *seed, size_t most)
{
    return (size_t)(unit_random(seed) % most);
}

/* The length field of the message at an offset. */
static inline void control_buffer_lie(struct control_buffer *b, size_t at, uint64_t length)
{
    const uint32_t narrow = (uint32_t)length;
    if (b->layout.length_size == 4)
        memcpy(b->bytes + at, &narrow, 4);
    else
        memcpy(b->bytes + at, &length, 8);
}

/* Appends one message; returns its offset. */
static inline size_t control_buffer_add(struct control_buffer *b, int32_t level, int32_t type,
                                        const void *payload, size_t n)
{
    const size_t at = b->length;
    const size_t whole = b->layout.header + n;
    uint8_t *p = b->bytes + at;
    assert_true(at + whole + 8 <= sizeof b->bytes);
    control_buffer_lie(b, at, whole);
    memcpy(p + b->layout.level, &level, 4);
    memcpy(p + b->layout.level + 4, &type, 4);
    if (n != 0)
        memcpy(p + b->layout.header, payload, n);
    b->length += (whole + b->layout.align - 1) / b->layout.align * b->layout.align;
    return at;
}

static inline size_t control_buffer_add_int(struct control_buffer *b, int32_t level, int32_t type,
                                            int32_t value)
{
    return control_buffer_add(b, level, type, &value, sizeof value);
}

/* Decodes a copy of exactly the bytes that there are. Old contents must not shine through. */
static inline int control_buffer_decode(const struct ipsk_system *system,
                                        const struct control_buffer *b, struct ipsock_control *c)
{
    uint8_t *exact = unit_exact(b->bytes, b->length);
    memset(c, 0xa5, sizeof *c);
    const int code = ipsk_decode(system, exact, b->length, IPSK_ANY_COLUMN, c);
    free(exact);
    return code;
}

static inline void control_expect(const char *what, const struct ipsk_system *system,
                                  const struct control_buffer *b, uint32_t valid,
                                  struct ipsock_control *c)
{
    unit_int(what, control_buffer_decode(system, b, c), IPSOCK_OK);
    unit_int(what, c->valid, valid);
}

static inline void control_expect_ip(const char *what, const struct ipsock_addr *got,
                                     const char *want)
{
    char text[IPSOCK_ADDR_TEXT];
    unit_int(what, ipsock_addr_format(got, text, sizeof text), IPSOCK_OK);
    unit_string(what, text, want);
}

/* A row's usual message with a value that every field takes. */
static inline void control_sample(const struct ipsk_received_row *row, uint8_t payload[64])
{
    static const uint8_t ip6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    const uint32_t index = 3, mtu = 1400;
    const uint16_t narrow = 3;
    const int32_t number = 41;
    memset(payload, 0, 64);
    switch (row->field) {
    case IPSK_FIELD_PKTINFO4:
    case IPSK_FIELD_PKTINFO4_SPEC:
        memcpy(payload + row->a, "\xc0\x00\x02\x01", 4);
        memcpy(payload + row->b, &index, 4);
        break;
    case IPSK_FIELD_PKTINFO6:
        memcpy(payload + row->a, ip6, 16);
        memcpy(payload + row->b, &index, 4);
        break;
    case IPSK_FIELD_DESTINATION4:
        memcpy(payload + row->a, "\xc0\x00\x02\x01", 4);
        break;
    case IPSK_FIELD_LINK:
        memcpy(payload + row->a, &narrow, 2);
        break;
    case IPSK_FIELD_INDEX:
        memcpy(payload + row->a, &index, 4);
        break;
    case IPSK_FIELD_PATH_MTU:
        memcpy(payload + row->a, ip6, 16);
        memcpy(payload + row->a + 16, &index, 4);
        memcpy(payload + row->b, &mtu, 4);
        break;
    default:
        if (row->usual == 1)
            payload[0] = (uint8_t)number;
        else
            memcpy(payload, &number, 4);
    }
}

/* What that message sets. */
static inline uint32_t control_sample_bits(const struct ipsk_received_row *row)
{
    static const uint32_t bits[IPSK_FIELD_COUNT] = {
        [IPSK_FIELD_HOP_LIMIT] = IPSOCK_CONTROL_HOP_LIMIT,
        [IPSK_FIELD_TRAFFIC_CLASS] = IPSOCK_CONTROL_TRAFFIC_CLASS,
        [IPSK_FIELD_PKTINFO4] = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE,
        [IPSK_FIELD_PKTINFO4_SPEC] = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE,
        [IPSK_FIELD_PKTINFO6] = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE,
        [IPSK_FIELD_DESTINATION4] = IPSOCK_CONTROL_DESTINATION,
        [IPSK_FIELD_LINK] = IPSOCK_CONTROL_INTERFACE,
        [IPSK_FIELD_INDEX] = IPSOCK_CONTROL_INTERFACE,
        [IPSK_FIELD_PATH_MTU] =
            IPSOCK_CONTROL_PATH_MTU | IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE,
        [IPSK_FIELD_SEGMENT_SIZE] = IPSOCK_CONTROL_SEGMENT_SIZE,
    };
    return bits[row->field];
}

static inline bool control_is_number(const struct ipsk_received_row *row)
{
    return row->field == IPSK_FIELD_HOP_LIMIT || row->field == IPSK_FIELD_TRAFFIC_CLASS ||
           row->field == IPSK_FIELD_SEGMENT_SIZE;
}

#endif
