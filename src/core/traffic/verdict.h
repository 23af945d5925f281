// SPDX-License-Identifier: BSD-2-Clause
/* Which received packets nobody wants: multicast that the endpoint has not joined, ICMP types and
 * what a program refuses where the kernel's filter does not say so, what is no reply to a ping. */
#ifndef IPSK_VERDICT_H
#define IPSK_VERDICT_H

#include "core/codec/bytes.h"
#include "core/endpoint/message.h"

/* Packets that are judged together. Under the endpoint's take. */
struct ipsk_verdicts {
    struct ipsock_endpoint *s;
    uint32_t drops; /* IPSK_UNUSUAL_… */
    bool strict;    /* the messages' control has what strict delivery looks at */
    bool locked;    /* setup, from the first packet on that is about memberships */
    /* Of the last one that is joined: the next ones are alike, mostly, and locked nothing changes.
     */
    uint8_t group[16], source[16];
    uint32_t index; /* with a group; 0 without */
};
struct ipsk_verdicts ipsk_begin_verdicts(struct ipsock_endpoint *s, bool strict);
void ipsk_end_verdicts(struct ipsk_verdicts *v);

/* Whether memberships alone are looked at, and the packet is as the last one that is joined. */
static inline bool ipsk_is_as_before(const struct ipsk_verdicts *v, const struct ipsock_message *m)
{
    const uint32_t fields = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    const struct ipsock_control *c = m->control;
    if (v->index == 0 || (v->drops & IPSK_UNUSUAL_DROPS) != IPSK_UNUSUAL_STRICT ||
        (c->valid & fields) != fields || c->interface_index != v->index)
        return false;
    const uint64_t group = (ipsk_load64(v->group) ^ ipsk_load64(c->destination.ip)) |
                           (ipsk_load64(v->group + 8) ^ ipsk_load64(c->destination.ip + 8));
    const uint64_t source = (ipsk_load64(v->source) ^ ipsk_load64(m->peer.ip)) |
                            (ipsk_load64(v->source + 8) ^ ipsk_load64(m->peer.ip + 8));
    return (group | source) == 0;
}

/* The counter of what drops the packet; NULL for a wanted one. A notice for the endpoint itself is
 * no packet. With a program the message lies in its room, and is cut to what it keeps. */
_Atomic uint64_t *ipsk_dropped_by(struct ipsk_verdicts *v, struct ipsock_message *m);

/* Counts a dropped packet. That it was cut, if it was, is no news: the counters tell of what was
 * delivered. */
void ipsk_count_dropped(struct ipsock_endpoint *s, const struct ipsock_message *m,
                        _Atomic uint64_t *counter);

#endif
