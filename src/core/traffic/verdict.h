// SPDX-License-Identifier: BSD-2-Clause
/* Which received packets nobody wants: multicast that the endpoint has not joined, ICMP types and
 * what a program refuses where the kernel's filter does not say so, what is no reply to a ping. */
#ifndef IPSK_VERDICT_H
#define IPSK_VERDICT_H

#include "core/endpoint/message.h"

/* Packets that are judged together. Under the endpoint's take. */
struct ipsk_verdicts {
    struct ipsock_endpoint *s;
    uint32_t drops; /* IPSK_SLOW_… */
    bool looks;     /* at control data, which the messages have */
    bool locked;    /* setup, from the first packet on that is about memberships */
};
/* Asked once, for it may become strict at any time. control: the messages will have what
 * is looked at. */
struct ipsk_verdicts ipsk_begin_verdicts(struct ipsock_endpoint *s, bool control);
void ipsk_end_verdicts(struct ipsk_verdicts *v);

/* Whether memberships alone are looked at, which are at hand. */
static inline bool ipsk_looks_at_memberships(const struct ipsk_verdicts *v)
{
    return v->locked && (v->drops & IPSK_SLOW_DROPS) == IPSK_SLOW_STRICT;
}

/* Whether one takes a packet's group from any source. */
static inline bool ipsk_is_member(const struct ipsk_memberships *all,
                                  const struct ipsock_message *m)
{
    const uint32_t fields = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    const struct ipsock_control *c = m->control;
    return (c->valid & fields) == fields &&
           ipsk_membership_takes_any(all, c->destination.ip, c->interface_index);
}

/* Whether a packet is to be delivered beyond doubt, found in few steps. */
static inline bool ipsk_passes(const struct ipsk_verdicts *v, const struct ipsock_message *m)
{
    return ipsk_looks_at_memberships(v) && ipsk_is_member(&v->s->memberships, m);
}

/* The counter of what drops the packet; NULL for one to be delivered. A notice for the endpoint
 * itself is no packet. With a program the message lies in its room, or its buffers hold all that it
 * can reach; it is cut to what the program keeps. */
_Atomic uint64_t *ipsk_dropped_by(struct ipsk_verdicts *v, struct ipsock_message *m);

/* Counts a dropped packet. That it was cut, if it was, is of no interest: the counters tell of what
 * was delivered. */
void ipsk_count_dropped(struct ipsock_endpoint *s, const struct ipsock_message *m,
                        _Atomic uint64_t *counter);

#endif
