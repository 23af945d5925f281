// SPDX-License-Identifier: BSD-2-Clause
/* Messages on their way to the backend. */
#ifndef IPSK_MESSAGE_H
#define IPSK_MESSAGE_H

#include <ipsock/header.h>

#include "core/endpoint/endpoint.h"

/* Elements are size bytes apart, which is not sizeof for a program of another version. */
static inline struct ipsock_message *ipsk_message_at(struct ipsock_message *messages, size_t size,
                                                     uint32_t i)
{
    return (struct ipsock_message *)(void *)((char *)messages + size * i);
}

/* A call of one message, in memory: what is wanted after the system's call costs a store and a load
 * there, where a register that outlives that costs three instructions. */
struct ipsk_single {
    struct ipsock_endpoint *s;
    struct ipsock_message *message;
    uint32_t flags;
};

static IPSK_IN_LINE void ipsk_begin(volatile struct ipsk_single *call, struct ipsock_endpoint *s,
                                    struct ipsock_message *message, uint32_t flags)
{
    call->s = s;
    call->message = message;
    call->flags = flags;
}

/* Bytes of a message's buffers; SIZE_MAX if their lengths say more than that. */
static inline size_t ipsk_buffers_length(const struct ipsock_message *m)
{
    size_t length = 0;
    for (uint32_t i = 0; i < m->buffer_count; i++) {
        const size_t more = m->buffers[i].length;
        length = more > SIZE_MAX - length ? SIZE_MAX : length + more;
    }
    return length;
}

/* Payload of the longest UDP datagram of a column, and so of what the system segments in one call
 * (RFC 768, 791, 8200). */
static inline uint32_t ipsk_longest_datagram(int column)
{
    return column == IPSK_V6 ? 65527 : 65507;
}

/* The header of a raw IPv4 packet, in the order of the system's raw sockets, whose payload is in a
 * message. */
struct ipsk_raw_header {
    uint8_t bytes[IPSOCK_IPV4_HEADER_MAX];
    size_t length;   /* of the header */
    size_t received; /* bytes of the packet that arrived here, more than fit the buffers maybe */
    bool wire;       /* in network order after all */
};

/* Counts a packet that is refused because its header lies; when it is taken, not when it is looked
 * at. */
static inline void ipsk_count_lie(struct ipsock_endpoint *s, uint32_t flags)
{
    if (!(flags & IPSOCK_MSG_PEEK))
        atomic_fetch_add_explicit(&s->header_discards, 1, memory_order_relaxed);
}

/* The column that a message goes out in. */
static inline int ipsk_message_column(const struct ipsock_endpoint *s,
                                      const struct ipsock_message *m)
{
    if (s->family == IPSOCK_IPV4)
        return IPSK_V4;
    return ipsk_column(s, m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer);
}

#endif
