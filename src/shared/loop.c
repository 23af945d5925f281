// SPDX-License-Identifier: BSD-2-Clause
/* Batches by single calls. */
#include "core/order.h"
#include "shared/batch.h"

static void straighten(struct ipsock_message *m, const struct ipsk_header_order *order)
{
    uint8_t bytes[IPSK_ORDERED_BYTES];
    struct ipsk_place from = {m->buffers, 0};
    struct ipsk_place to = from;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = *ipsk_next_byte(&from);
    ipsk_ipv4_to_wire(bytes, order);
    for (size_t i = 0; i < sizeof bytes; i++)
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
    ipsk_sys_header_order(&orders);
    if (m->length >= IPSK_ORDERED_BYTES && !ipsk_is_wire(&orders.receive))
        straighten(m, &orders.receive);
}

int ipsk_receive_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                      uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    for (*done = 0; *done < count; ++*done) {
        code = ipsk_receive_whole(s, ipsk_message_at(messages, size, *done), flags, error);
        if (code < 0)
            break;
    }
    if (*done == 0)
        return code;
    /* As recvmmsg does: what arrived is delivered now, the failure with the next call. */
    if (code < 0 && code != IPSOCK_EAGAIN)
        ipsk_keep_pending(s, error);
    return IPSOCK_OK;
}

int ipsk_send_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                   uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    for (*done = 0; *done < count; ++*done) {
        const int code = ipsk_sys_send(s, ipsk_message_at(messages, size, *done), flags, error);
        if (code < 0)
            return code;
    }
    return IPSOCK_OK;
}
