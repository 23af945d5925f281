// SPDX-License-Identifier: BSD-2-Clause
/* Messages on their way to the backend. */
#ifndef IPSK_MESSAGE_H
#define IPSK_MESSAGE_H

#include "core/endpoint.h"

/* Elements are size bytes apart, which is not sizeof for a program of another version. */
static inline struct ipsock_message *ipsk_message_at(struct ipsock_message *messages, size_t size,
                                                     uint32_t i)
{
    return (struct ipsock_message *)(void *)((char *)messages + size * i);
}

/* The column that a message goes out in. */
static inline int ipsk_message_column(const struct ipsock_endpoint *s,
                                      const struct ipsock_message *m)
{
    if (s->family == IPSOCK_IPV4)
        return IPSK_V4;
    return ipsk_column(s, m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer);
}

/* The parts of ipsk_is_usual: a source that is set and of the right form, the usual fields. */
static inline bool ipsk_is_usual_source(const struct ipsock_endpoint *s,
                                        const struct ipsock_addr *source, int column)
{
    uint64_t halves[2];
    memcpy(halves, source->ip, sizeof halves);
    return source->family == s->family && (halves[0] | halves[1]) != 0 &&
           ipsk_is_mapped(source) == (column == IPSK_MAPPED);
}

static inline bool ipsk_is_usual_control(const struct ipsock_endpoint *s,
                                         const struct ipsock_control *c, int column)
{
    const uint32_t usual = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT |
                           IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE;
    if ((c->valid & ~(s->sendable[column] & usual)) ||
        ((c->valid & IPSOCK_CONTROL_HOP_LIMIT) && c->hop_limit == 0) ||
        ((c->valid & IPSOCK_CONTROL_INTERFACE) && c->interface_index == 0))
        return false;
    return !(c->valid & IPSOCK_CONTROL_SOURCE) || ipsk_is_usual_source(s, &c->source, column);
}

/* Whether a message to be sent is right beyond doubt, found in few steps: the usual fields, and a
 * peer of the endpoint's own family. Of all others ipsk_check_message finds out. */
static inline bool ipsk_is_usual(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (m->buffer_count > IPSOCK_BUFFERS_MAX || m->buffers == NULL || m->reserved != 0 ||
        m->peer.family != s->family || s->connected || s->kind == IPSOCK_TCP)
        return false;
    const int column = ipsk_column(s, &m->peer);
    if (column == IPSK_V6 && ipsk_is_mapped(&m->peer))
        return false;
    return m->control == NULL || ipsk_is_usual_control(s, m->control, column);
}

/* Everything about a message to be sent that can be found wrong without a system call. */
int ipsk_check_message(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       struct ipsock_error *error);

#endif
