// SPDX-License-Identifier: BSD-2-Clause
/* Per-packet settings where the system has no control message for them: the option is set, the
 * packet sent without waiting, the option restored, all under the endpoint's send lock, while no
 * other send is in progress. Those that need no such setting are only counted. */
#ifndef IPSK_EMULATE_H
#define IPSK_EMULATE_H

#include "core/endpoint.h"

#define IPSK_EMULATED_MAX 3

/* Fields that the running system can send in control messages. */
uint32_t ipsk_sent_here(unsigned kind, int column);
/* Fields that no packet carries: where a traffic class marks nothing, its control message may be
 * refused, and the packet with it (msquic sends none there). */
uint32_t ipsk_unsendable(void);

/* Fields that can be emulated in a column of this endpoint. */
uint32_t ipsk_emulatable(const struct ipsock_endpoint *s, int column);

/* The option that stands in for a field, or -1. */
int ipsk_emulated_option(uint32_t field);

/* Whether sends on this endpoint go through here. */
static inline bool ipsk_emulates(const struct ipsock_endpoint *s)
{
    return s->emulates;
}

/* Whether the header's hop limit gives way to the option's on this endpoint, so that multicast
 * packets with a header of their own are sent with the option set to it; nothing else is emulated
 * there. */
static inline bool ipsk_borrows_hops(const struct ipsock_endpoint *s)
{
    return (s->flags & IPSOCK_OPEN_HEADER_INCLUDED) &&
           ipsk_native.facts[IPSK_FACT_RAW_MULTICAST_HOPS];
}

/* Sends one message, or a batch, with its emulated fields in force. Never waits. */
int ipsk_send_emulated(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error);
int ipsk_send_many_emulated(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error);

#endif
