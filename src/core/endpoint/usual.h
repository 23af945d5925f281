// SPDX-License-Identifier: BSD-2-Clause
/* What is right beyond doubt about a message to be sent, found in few steps. Inline and in this
 * room, because a backend looks at a message while it writes it down (ipsk_sys_send_usual,
 * ipsk_sys_fill_many). */
#ifndef IPSK_USUAL_H
#define IPSK_USUAL_H

#include "core/endpoint/message.h"
#include "core/endpoint/zone.h"

#define IPSK_NO_COLUMN (-1)

/* Whether a message to a connected endpoint's peer leaves it unsaid, or says it in full. */
static inline bool ipsk_is_to_own_peer(const struct ipsock_endpoint *s,
                                       const struct ipsock_addr *to)
{
    return to->family == IPSOCK_UNSPEC || memcmp(to, &s->peer, sizeof *to) == 0;
}

/* Whether buffers and peer are right beyond doubt: a peer of the endpoint's own family. family and
 * sends are the endpoint's, and constants to the compiler. Tells the column that the message goes
 * out in. */
static IPSK_IN_LINE bool ipsk_is_usual_peer(const struct ipsock_endpoint *s,
                                            const struct ipsock_message *m, int family, int sends,
                                            int *column)
{
    const struct ipsock_addr *to = sends == IPSK_SENDS_ANYWHERE ? &m->peer : &s->peer;
    if (m->buffer_count > IPSOCK_BUFFERS_MAX || m->buffers == NULL || to->family != family ||
        (sends == IPSK_SENDS_TO_PEER && !ipsk_is_to_own_peer(s, &m->peer)))
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
static IPSK_IN_LINE bool ipsk_is_usual_source(const struct ipsock_addr *source, int column)
{
    if (column == IPSK_V4)
        return source->family == IPSOCK_IPV4;
    if (column == IPSK_MAPPED)
        return ipsk_is_mapped(source);
    return source->family == IPSOCK_IPV6 && !ipsk_is_mapped(source) &&
           !ipsk_may_be_link_local(source);
}

/* Whether the control fields are right beyond doubt, if there are any; the column is a constant to
 * the compiler. */
static IPSK_IN_LINE bool ipsk_is_usual_control(const struct ipsock_endpoint *s,
                                               const struct ipsock_message *m, int column)
{
    const struct ipsock_control *c = m->control;
    if (c == NULL)
        return true;
    if ((c->valid & s->unusual_control[column]) ||
        ((c->valid & IPSOCK_CONTROL_HOP_LIMIT) && c->hop_limit == 0) ||
        ((c->valid & IPSOCK_CONTROL_INTERFACE) && (c->interface_index == 0 || m->peer.scope != 0)))
        return false;
    return !(c->valid & IPSOCK_CONTROL_SOURCE) || ipsk_is_usual_source(&c->source, column);
}

static IPSK_IN_LINE int ipsk_usual_column_of(const struct ipsock_endpoint *s,
                                             const struct ipsock_message *m, int family, int sends)
{
    int column;
    if (!ipsk_is_usual_peer(s, m, family, sends, &column))
        return IPSK_NO_COLUMN;
    if (column == IPSK_V4)
        return ipsk_is_usual_control(s, m, IPSK_V4) ? IPSK_V4 : IPSK_NO_COLUMN;
    if (column == IPSK_V6)
        return ipsk_is_usual_control(s, m, IPSK_V6) ? IPSK_V6 : IPSK_NO_COLUMN;
    return ipsk_is_usual_control(s, m, IPSK_MAPPED) ? IPSK_MAPPED : IPSK_NO_COLUMN;
}

/* What goes to 255.255.255.255 is doubtful. */
static inline int ipsk_usual_column_but_all(const struct ipsock_endpoint *s,
                                            const struct ipsock_message *m)
{
    const bool ipv4 = s->family == IPSOCK_IPV4;
    const uint8_t *ip = ipv4 ? m->peer.ip : m->peer.ip + 12;
    uint32_t word;
    memcpy(&word, ip, sizeof word);
    if (word == UINT32_MAX && (ipv4 || ipsk_is_mapped(&m->peer)))
        return IPSK_NO_COLUMN;
    return ipv4 ? ipsk_usual_column_of(s, m, IPSOCK_IPV4, IPSK_SENDS_ANYWHERE)
                : ipsk_usual_column_of(s, m, IPSOCK_IPV6, IPSK_SENDS_ANYWHERE);
}

/* The column of a message that is right beyond doubt, and goes out in one call of the system; else
 * IPSK_NO_COLUMN: ipsk_check_message finds out. */
static inline int ipsk_usual_column(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const bool ipv4 = s->family == IPSOCK_IPV4;
    if (s->sends == IPSK_SENDS_ANYWHERE)
        return ipv4 ? ipsk_usual_column_of(s, m, IPSOCK_IPV4, IPSK_SENDS_ANYWHERE)
                    : ipsk_usual_column_of(s, m, IPSOCK_IPV6, IPSK_SENDS_ANYWHERE);
    if (s->sends == IPSK_SENDS_TO_PEER)
        return ipv4 ? ipsk_usual_column_of(s, m, IPSOCK_IPV4, IPSK_SENDS_TO_PEER)
                    : ipsk_usual_column_of(s, m, IPSOCK_IPV6, IPSK_SENDS_TO_PEER);
    if (s->sends == IPSK_SENDS_NOT_TO_ALL)
        return ipsk_usual_column_but_all(s, m);
    return IPSK_NO_COLUMN;
}

#endif
