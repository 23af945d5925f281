// SPDX-License-Identifier: BSD-2-Clause
/* What is right beyond doubt about a message to be sent, found in few steps. Inline and in this
 * room, because a backend looks at a message while it writes it down (ipsk_sys_send_fast,
 * ipsk_sys_fill_many). */
#ifndef IPSK_FAST_PATH_H
#define IPSK_FAST_PATH_H

#include "core/endpoint/flow.h"
#include "core/endpoint/message.h"
#include "core/endpoint/zone.h"

#define IPSK_NO_COLUMN (-1)

/* Whether a message to a connected endpoint's peer leaves it unsaid, or says it in full. */
static inline bool ipsk_is_to_own_peer(const struct ipsock_endpoint *s,
                                       const struct ipsock_addr *to)
{
    return to->family == IPSOCK_UNSPEC || memcmp(to, &s->peer, sizeof *to) == 0;
}

static inline bool ipsk_is_fast_data(const struct ipsock_message *m)
{
    return m->buffer_count <= IPSOCK_BUFFERS_MAX && m->buffers != NULL;
}

/* Whether the peer is right beyond doubt: one of the endpoint's own family, or none but the
 * connected one. family and sends are the endpoint's, and constants to the compiler. Tells the
 * column that the message goes out in. */
static IPSK_IN_LINE bool ipsk_is_fast_peer(const struct ipsock_endpoint *s,
                                           const struct ipsock_message *m, int family, int sends,
                                           int *column)
{
    const struct ipsock_addr *to = &m->peer;
    *column = s->peer_column;
    if (sends == IPSK_SENDS_TO_PEER)
        return ipsk_is_to_own_peer(s, to);
    if (to->family != family)
        return false;
    *column = IPSK_V4;
    if (family == IPSOCK_IPV4)
        return true;
    *column = IPSK_MAPPED;
    if (ipsk_is_mapped(to))
        return s->dual_stack;
    *column = IPSK_V6;
    return !ipsk_is_doubtful_zone(s, to);
}

/* Whether a source is of the form of a column, which is a constant to the compiler. */
static IPSK_IN_LINE bool ipsk_is_fast_source(const struct ipsock_addr *source, int column)
{
    if (column == IPSK_V4)
        return source->family == IPSOCK_IPV4;
    if (column == IPSK_MAPPED)
        return ipsk_is_mapped(source);
    return source->family == IPSOCK_IPV6 && !ipsk_is_mapped(source) &&
           !ipsk_may_be_link_local(source);
}

static IPSK_IN_LINE bool ipsk_are_fast_values(const struct ipsock_message *m, int column)
{
    const struct ipsock_control *c = m->control;
    if (((c->valid & IPSOCK_CONTROL_HOP_LIMIT) && c->hop_limit == 0) ||
        ((c->valid & IPSOCK_CONTROL_INTERFACE) && (c->interface_index == 0 || m->peer.scope != 0)))
        return false;
    return !(c->valid & IPSOCK_CONTROL_SOURCE) || ipsk_is_fast_source(&c->source, column);
}

/* Whether the control fields are right beyond doubt, if there are any; the column is a constant to
 * the compiler. */
static IPSK_IN_LINE bool ipsk_is_fast_control(const struct ipsock_endpoint *s,
                                              const struct ipsock_message *m, int column)
{
    const struct ipsock_control *c = m->control;
    return c == NULL || (!(c->valid & s->slow_control[column]) && ipsk_are_fast_values(m, column));
}

/* Whether a segment size is all the control data. */
static inline bool ipsk_is_segments(const struct ipsock_message *m)
{
    return m->control != NULL && m->control->valid == IPSOCK_CONTROL_SEGMENT_SIZE;
}

/* Whether a message with a segment size is more than one datagram, and no more than the system
 * segments in one call. */
static IPSK_IN_LINE bool ipsk_is_offload(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m, int column)
{
    const size_t segment = m->control->segment_size;
    if (m->buffer_count != 1 || m->buffers == NULL)
        return false;
    const size_t length = m->buffers->length;
    return length > segment &&
           length <= atomic_load_explicit(&s->offload[column], memory_order_relaxed) &&
           length <= segment * s->offload_count;
}

/* The control of a single message, of segments maybe. */
static IPSK_IN_LINE bool ipsk_is_fast_single(const struct ipsock_endpoint *s,
                                             const struct ipsock_message *m, int column)
{
    const struct ipsock_control *c = m->control;
    if (c == NULL)
        return true;
    const uint32_t slow = c->valid & s->slow_control[column];
    return (slow == 0 || (slow == IPSOCK_CONTROL_SEGMENT_SIZE && ipsk_is_offload(s, m, column))) &&
           ipsk_are_fast_values(m, column);
}

/* The column of a message by its peer, if that is right beyond doubt. */
static IPSK_IN_LINE int ipsk_fast_peer(const struct ipsock_endpoint *s,
                                       const struct ipsock_message *m, int family, int sends)
{
    int column;
    return ipsk_is_fast_peer(s, m, family, sends, &column) ? column : IPSK_NO_COLUMN;
}

/* Whether a message goes to 255.255.255.255, which is doubtful. */
static inline bool ipsk_is_to_all(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const bool ipv4 = s->family == IPSOCK_IPV4;
    uint32_t word;
    memcpy(&word, ipv4 ? m->peer.ip : m->peer.ip + 12, sizeof word);
    return word == UINT32_MAX && (ipv4 || ipsk_is_mapped(&m->peer));
}

/* The same whatever the endpoint is. */
static inline int ipsk_fast_column(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (s->sends == IPSK_SENDS_TO_PEER)
        return ipsk_fast_peer(s, m, IPSOCK_UNSPEC, IPSK_SENDS_TO_PEER);
    if (s->sends == IPSK_SENDS_CHECKED ||
        (s->sends == IPSK_SENDS_NOT_TO_ALL && ipsk_is_to_all(s, m)))
        return IPSK_NO_COLUMN;
    return s->family == IPSOCK_IPV4 ? ipsk_fast_peer(s, m, IPSOCK_IPV4, IPSK_SENDS_V4)
                                    : ipsk_fast_peer(s, m, IPSOCK_IPV6, IPSK_SENDS_V6);
}

/* Whether the rest is right beyond doubt, and goes out in one call of the system. */
static IPSK_IN_LINE bool ipsk_is_fast_rest(const struct ipsock_endpoint *s,
                                           const struct ipsock_message *m, int column)
{
    return ipsk_is_fast_data(m) && ipsk_is_fast_single(s, m, column);
}

/* Whether a message is one buffer of data and no control. */
static inline bool ipsk_is_plain(const struct ipsock_message *m)
{
    return m->control == NULL && m->buffer_count == 1 && m->buffers != NULL;
}

/* Whether a message is data alone: it has no flow, no control, and as peer the connected one.
 * Looked at together: a peer of family 0 has no port and no scope either. */
static inline bool ipsk_is_bare(const struct ipsock_message *m)
{
    uint64_t peer; /* family, port and scope */
    memcpy(&peer, &m->peer, sizeof peer);
    return ((uintptr_t)m->flow | (uintptr_t)m->control | peer) == 0;
}

/* Whether a message is right beyond doubt, and goes out in one call of the system, with a flow or
 * without; else ipsk_check_message finds out. */
static inline bool ipsk_is_fast(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (m->flow != NULL)
        return ipsk_has_fast_flow(s, m);
    const int column = ipsk_fast_column(s, m);
    if (column == IPSK_V4)
        return ipsk_is_fast_rest(s, m, IPSK_V4);
    if (column == IPSK_V6)
        return ipsk_is_fast_rest(s, m, IPSK_V6);
    return column == IPSK_MAPPED && ipsk_is_fast_rest(s, m, IPSK_MAPPED);
}

#endif
