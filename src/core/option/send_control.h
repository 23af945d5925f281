// SPDX-License-Identifier: BSD-2-Clause
/* What sends may carry with each packet: in control messages, where the system has them, or by
 * setting an option around the call (emulate.c). */
#ifndef IPSK_SEND_CONTROL_H
#define IPSK_SEND_CONTROL_H

#include <ipsock/control.h>

#include "core/endpoint/endpoint.h"

/* Fields that an option can stand in for. */
enum { IPSK_EMULATED_CLASS, IPSK_EMULATED_HOPS, IPSK_EMULATED_FRAGMENT, IPSK_EMULATED_MAX };
struct ipsk_emulation {
    uint32_t field;
    int option;
};
extern const struct ipsk_emulation ipsk_emulations[IPSK_EMULATED_MAX];

/* Fields that the running system can send in control messages. */
uint32_t ipsk_sent_here(unsigned kind, int column);
/* Fields that no packet carries: where a traffic class marks nothing, its control message may be
 * refused, and the packet with it (msquic sends none there). */
uint32_t ipsk_unsendable(void);

/* Fields that can be emulated in a column of this endpoint. */
uint32_t ipsk_emulatable(const struct ipsock_endpoint *s, int column);

/* Whether the interface that a packet names is lent to an option, in a column of a kind. */
bool ipsk_lends_interface(unsigned kind, int column);

/* The option that stands in for a field, or -1. */
int ipsk_emulated_option(uint32_t field);

/* Whether the header's hop limit gives way to the option's on this endpoint, so that multicast
 * packets with a header of their own are sent with the option set to it; nothing else is emulated
 * there. */
static inline bool ipsk_borrows_hops(const struct ipsock_endpoint *s)
{
    return (s->flags & IPSOCK_OPEN_HEADER_INCLUDED) &&
           ipsk_native.facts[IPSK_FACT_RAW_MULTICAST_HOPS];
}

/* Whether the library segments by itself on every endpoint of a kind. */
static inline uint32_t ipsk_segmentable(unsigned kind)
{
    return kind == IPSK_UDP ? IPSOCK_CONTROL_SEGMENT_SIZE : 0;
}

/* Declares what sends may carry. */
int ipsk_declare_send_control(struct ipsock_endpoint *s, uint32_t bits, const char *operation,
                              struct ipsock_error *error);
/* Of this, what every destination can take. */
uint32_t ipsk_send_control_everywhere(const struct ipsock_endpoint *s);
/* The refusal of fields of which some were not declared, or cannot be. */
static inline int ipsk_undeclared(const struct ipsock_endpoint *s, uint32_t fields)
{
    const uint32_t open = fields & ~s->send_control;
    const bool asked =
        (s->send_control & IPSOCK_CONTROL_POSSIBLE) ||
        (open == IPSOCK_CONTROL_INTERFACE && (s->send_control & IPSOCK_CONTROL_POSSIBLE_INTERFACE));
    return asked ? IPSOCK_ENOTSUP : IPSOCK_EUNDECLARED;
}

#endif
