// SPDX-License-Identifier: BSD-2-Clause
/* What is wrong with a message, before the kernel sees it; what is right beyond doubt is found in
 * few steps. */
#ifndef IPSK_CHECK_H
#define IPSK_CHECK_H

#include "core/endpoint/message.h"
#include "core/endpoint/zone.h"

#define IPSK_RECEIVE_FLAGS (IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT)
#define IPSK_SEND_FLAGS    (IPSOCK_MSG_DONTWAIT | IPSOCK_MSG_DONTROUTE)

/* What every receive, and every send, must get right before anything else. */
int ipsk_check_receive(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       uint32_t flags, struct ipsock_error *error);
int ipsk_check_send(const struct ipsock_endpoint *s, uint32_t flags, const void *messages,
                    struct ipsock_error *error);

/* Whether there is beyond doubt nothing that ipsk_check_receive would find, nor anything kept from
 * an earlier batch; found in few steps. */
static inline bool ipsk_is_usual_receive(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m, uint32_t flags)
{
    return m != NULL && !(flags & ~IPSK_RECEIVE_FLAGS) && m->buffer_count <= IPSOCK_BUFFERS_MAX &&
           m->buffers != NULL && atomic_load_explicit(&s->unusual, memory_order_relaxed) == 0;
}

/* The parts of ipsk_is_usual: a source that is set and of the right form, the usual fields. */
static inline bool ipsk_is_usual_source(const struct ipsock_endpoint *s,
                                        const struct ipsock_addr *source, int column)
{
    uint64_t halves[2];
    memcpy(halves, source->ip, sizeof halves);
    return source->family == s->family && (halves[0] | halves[1]) != 0 &&
           ipsk_is_mapped(source) == (column == IPSK_MAPPED) && !ipsk_may_be_link_local(source);
}

static inline bool ipsk_is_usual_control(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m, int column)
{
    const struct ipsock_control *c = m->control;
    const uint32_t usual = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT |
                           IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE;
    if ((c->valid & ~(s->sendable[column] & usual)) ||
        ((c->valid & IPSOCK_CONTROL_HOP_LIMIT) && c->hop_limit == 0) ||
        ((c->valid & IPSOCK_CONTROL_INTERFACE) && (c->interface_index == 0 || m->peer.scope != 0)))
        return false;
    return !(c->valid & IPSOCK_CONTROL_SOURCE) || ipsk_is_usual_source(s, &c->source, column);
}

/* Whether a message to be sent is right beyond doubt, found in few steps: the usual fields, and a
 * peer of the endpoint's own family. Of all others ipsk_check_message finds out. */
static inline bool ipsk_is_usual(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (m->buffer_count > IPSOCK_BUFFERS_MAX || m->buffers == NULL || m->peer.family != s->family ||
        s->unusual_sends)
        return false;
    const int column = ipsk_column(s, &m->peer);
    if (column == IPSK_V6 && (ipsk_is_mapped(&m->peer) || ipsk_is_doubtful_zone(s, &m->peer)))
        return false;
    return m->control == NULL || ipsk_is_usual_control(s, m, column);
}

/* Everything about a message to be sent that can be found wrong without a system call. */
int ipsk_check_message(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       struct ipsock_error *error);

#endif
