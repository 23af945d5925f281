// SPDX-License-Identifier: BSD-2-Clause
/* Messages on their way to the backend. */
#ifndef IPSK_MESSAGE_H
#define IPSK_MESSAGE_H

#include <ipsock/header.h>

#include "core/zone.h"

/* Elements are size bytes apart, which is not sizeof for a program of another version. */
static inline struct ipsock_message *ipsk_message_at(struct ipsock_message *messages, size_t size,
                                                     uint32_t i)
{
    return (struct ipsock_message *)(void *)((char *)messages + size * i);
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

/* What every receive, and every send, must get right before anything else. */
int ipsk_check_receive(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       uint32_t flags, struct ipsock_error *error);
int ipsk_check_send(const struct ipsock_endpoint *s, uint32_t flags, const void *messages,
                    struct ipsock_error *error);

struct ipsk_retry;

/* One try of a message that has been checked, more only where it failed with what belongs to the
 * error stream. */
int ipsk_try_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                  struct ipsock_error *error);

/* One try of a batch. 0 with *done < count: the system's buffers are full, it served a part, or
 * what it failed with belongs to the error stream. */
int ipsk_try_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                  struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                  uint32_t flags, struct ipsk_retry *retry, struct ipsock_error *error);

/* Sends one message that has been checked; waits if it may. */
int ipsk_send_checked(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                      struct ipsock_error *error);

/* After a send that met a limit: was it due to the control data, the limit of that is named. */
void ipsk_name_control(const struct ipsock_endpoint *s, const struct ipsock_message *message,
                       struct ipsock_error *error);

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
