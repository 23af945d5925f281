// SPDX-License-Identifier: BSD-2-Clause
/* The header goes to a buffer of its own before the caller's buffers, so that the payload lands
 * where it belongs without a copy. Header options, which are rare, land in front of the payload
 * instead; a spare buffer behind the caller's takes what they push out, and the payload is moved
 * forward. */
#include "core/codec/bytes.h"
#include "core/codec/order.h"
#include "shared/batch.h"

#define HEADER   IPSOCK_IPV4_HEADER_MIN
#define SPARE    IPSOCK_IPV4_OPTIONS_MAX
#define CHECKSUM 10

static void move_forward(const struct ipsock_buffer *buffers, size_t by, size_t length)
{
    struct ipsk_place from = {buffers, 0};
    struct ipsk_place to = {buffers, 0};
    while (by-- > 0)
        ipsk_next_byte(&from);
    while (length-- > 0)
        *ipsk_next_byte(&to) = *ipsk_next_byte(&from);
}

static void copy_out(const struct ipsock_buffer *buffers, uint8_t *to, size_t length)
{
    struct ipsk_place from = {buffers, 0};
    while (length-- > 0)
        *to++ = *ipsk_next_byte(&from);
}

/* From the whole packet to its header and the caller's message. */
static int divide(struct ipsock_endpoint *s, const struct ipsock_message *whole,
                  struct ipsk_raw_header *header, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    const int code = ipsk_ipv4_check(header->bytes, whole->length);
    if (code < 0) {
        ipsk_count_lie(s, flags);
        return ipsk_fail(error, code, 0, "receive", "header");
    }
    const size_t length = (size_t)(header->bytes[0] & 0xf) * 4;
    const size_t capacity = ipsk_buffers_length(m);
    const size_t rest = whole->length - length;
    header->length = length;
    header->received = whole->length;
    header->wire = false;
    m->length = rest < capacity ? rest : capacity;
    m->full_length = whole->full_length == 0 ? 0 : whole->full_length - (uint32_t)length;
    m->peer = whole->peer;
    m->flags = whole->flags;
    m->header_length = 0;
    if (length > HEADER) {
        copy_out(whole->buffers + 1, header->bytes + HEADER, length - HEADER);
        move_forward(whole->buffers + 1, length - HEADER, m->length);
    }
    if (rest > capacity && !(m->flags & IPSOCK_MSG_TRUNC)) {
        m->flags |= IPSOCK_MSG_TRUNC; /* the spare buffer took what the caller's could not */
        if (!(flags & IPSOCK_MSG_PEEK))
            atomic_fetch_add_explicit(&s->truncated, 1, memory_order_relaxed);
    }
    return IPSOCK_OK;
}

int ipsk_sys_recv_ipv4(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                       struct ipsock_message *m, uint32_t flags, struct ipsock_error *error)
{
    struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
    struct ipsock_message whole = *m;
    uint8_t spare[SPARE];
    if (m->buffer_count > IPSOCK_BUFFERS_MAX - 2)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive", "buffer_count");
    buffers[0].data = header->bytes;
    buffers[0].length = HEADER;
    if (m->buffer_count != 0)
        memcpy(buffers + 1, m->buffers, m->buffer_count * sizeof buffers[0]);
    buffers[1 + m->buffer_count].data = spare;
    buffers[1 + m->buffer_count].length = sizeof spare;
    whole.buffers = buffers;
    whole.buffer_count = m->buffer_count + 2;
    const int code = ipsk_receive_as_is(s, &whole, flags, error);
    return code < 0 ? code : divide(s, &whole, header, m, flags, error);
}

/* As on the wire, with a checksum of its own where the system leaves another's, having found it
 * right. */
static void straighten(struct ipsock_message *m, const struct ipsk_header_order *order, bool sums)
{
    uint8_t bytes[IPSOCK_IPV4_HEADER_MAX];
    const size_t length =
        m->header_length < IPSK_ORDERED_BYTES ? IPSK_ORDERED_BYTES : m->header_length;
    struct ipsk_place to = {m->buffers, 0};
    copy_out(m->buffers, bytes, length);
    ipsk_ipv4_to_wire(bytes, order);
    if (sums) {
        ipsk_store_be16(bytes + CHECKSUM, 0);
        ipsk_store_be16(bytes + CHECKSUM, ipsock_checksum(bytes, length));
    }
    for (size_t i = 0; i < length; i++)
        *ipsk_next_byte(&to) = bytes[i];
}

void ipsk_measure_header(struct ipsock_message *m)
{
    struct ipsk_header_orders orders;
    struct ipsk_place first = {m->buffers, 0};
    if (m->length == 0)
        return;
    const uint32_t length = (*ipsk_next_byte(&first) & 0xfu) * 4;
    m->header_length = length < m->length ? length : (uint32_t)m->length;
    const bool sums =
        ipsk_native.facts[IPSK_FACT_RAW_SUM_OF_ANOTHER] && length >= HEADER && length <= m->length;
    ipsk_sys_header_order(&orders);
    if (m->length >= IPSK_ORDERED_BYTES && (sums || !ipsk_is_wire(&orders.receive)))
        straighten(m, &orders.receive, sums);
}
