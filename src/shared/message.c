// SPDX-License-Identifier: BSD-2-Clause
/* What is rare about messages, on every system. */
#include "shared/message.h"

#include "shared/batch.h"

IPSK_OUT_OF_LINE void ipsk_note_truncation(struct ipsock_endpoint *s, struct ipsock_message *m,
                                           uint32_t cut, uint32_t call)
{
    m->flags |= cut;
    if (call & IPSOCK_MSG_PEEK)
        return; /* counted when it is taken */
    if (cut & IPSOCK_MSG_TRUNC)
        atomic_fetch_add_explicit(&s->truncated, 1, memory_order_relaxed);
    if (cut & IPSOCK_MSG_CTRUNC)
        atomic_fetch_add_explicit(&s->control_truncated, 1, memory_order_relaxed);
}

/* A lent buffer that was too small for everything has not been used for receiving: what fits is
 * copied to it. */
static void hand_over_opaque(struct ipsock_endpoint *s, struct ipsock_message *m,
                             const void *control, size_t length)
{
    struct ipsock_control *c = m->control;
    c->opaque_length = length;
    if (control == c->opaque)
        return;
    const size_t room = c->opaque == NULL ? 0 : c->opaque_capacity;
    c->opaque_length = length < room ? length : room;
    if (c->opaque_length != 0)
        memcpy(c->opaque, control, c->opaque_length);
    if (length > room && !(m->flags & IPSOCK_MSG_CTRUNC)) {
        m->flags |= IPSOCK_MSG_CTRUNC;
        atomic_fetch_add_explicit(&s->control_truncated, 1, memory_order_relaxed);
    }
}

/* From the IPv4 header that the data begins with, what raw sockets of this system do not tell
 * otherwise. Returns its fields. */
static uint32_t take_from_header(struct ipsock_control *c, const struct ipsock_message *m)
{
    struct ipsk_place from = {m->buffers, 0};
    if (m->length < 2)
        return 0;
    ipsk_next_byte(&from);
    c->traffic_class = *ipsk_next_byte(&from);
    return IPSOCK_CONTROL_TRAFFIC_CLASS;
}

void ipsk_fill_unusual(struct ipsock_endpoint *s, uint32_t asked, struct ipsock_message *m,
                       const void *control, size_t length)
{
    struct ipsock_control *c = m->control;
    uint32_t valid = ipsk_take_control(c, control, length, s->family == IPSOCK_IPV6);
    if ((asked & (uint32_t)IPSK_THE_RAW_HEADER_FIELDS) && s->ip_header)
        valid |= take_from_header(c, m);
    if ((asked & IPSOCK_CONTROL_SOURCE) && m->peer.family != IPSOCK_UNSPEC) {
        c->source = m->peer;
        c->source.port = 0;
        valid |= IPSOCK_CONTROL_SOURCE;
    }
    if (asked & IPSOCK_CONTROL_OPAQUE) {
        hand_over_opaque(s, m, control, length);
        valid |= IPSOCK_CONTROL_OPAQUE;
    }
    /* A notice names a peer and has no data (RFC 3542, 11.3); a datagram of length 0 has no path
     * MTU. */
    if ((valid & asked & IPSOCK_CONTROL_PATH_MTU) && m->length == 0) {
        m->flags |= IPSOCK_MSG_NOTICE;
        m->peer = c->destination;
        asked |= IPSOCK_CONTROL_DESTINATION; /* of the MTU; the field is there from the beginning */
    }
    c->valid = valid & asked;
}

void ipsk_note_notice(struct ipsock_endpoint *s, uint32_t asked, struct ipsock_message *m,
                      const void *control, size_t length)
{
    struct ipsock_control c;
    m->control = &c;
    ipsk_fill_unusual(s, asked, m, control, length);
    m->control = NULL;
}

/* Streams name no peer; raw IPv4 keeps the IP header. */
IPSK_OUT_OF_LINE int ipsk_receive_whole(struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags, struct ipsock_error *error)
{
    const int code = ipsk_receive_as_is(s, m, flags, error);
    if (code < 0)
        return code;
    if (s->kind == IPSOCK_TCP) {
        m->peer = s->peer;
        m->full_length = 0; /* it has no datagrams */
    } else if (s->ip_header) {
        ipsk_measure_header(m);
    }
    return IPSOCK_OK;
}

struct ipsk_given ipsk_give_message(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                                    uint8_t *buffer)
{
    struct ipsk_given given = {NULL, 0};
    const int column = ipsk_message_column(s, m);
    const uint32_t fields = m->control->valid & ~s->emulated[column];
    if (fields == IPSOCK_CONTROL_OPAQUE && m->control->opaque_length != 0) {
        given.bytes = m->control->opaque; /* alone it goes out as it is, of any size */
        given.length = m->control->opaque_length;
    } else if (fields != 0 && fields != IPSOCK_CONTROL_OPAQUE) {
        given.bytes = buffer;
        given.length =
            ipsk_give_control(m->control, column, ipsk_kind_bit(s->backing), fields, buffer);
    }
    return given;
}

bool ipsk_is_foreign(const struct ipsock_addr *source)
{
    struct ipsock_addr addr = ipsock_addr_unmap(source);
    struct ipsock_error error;
    ipsock_handle_t probe;
    addr.port = 0;
    if (ipsk_sys_socket(addr.family, IPSOCK_UDP, 0, &probe, &error) < 0)
        return false;
    const bool foreign = ipsk_sys_bind(probe, &addr, &error) == IPSOCK_EADDRNOTAVAIL;
    ipsk_sys_close(probe);
    return foreign;
}
