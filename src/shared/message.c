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

/* Whether a message is known, and as long as the system sends it. */
static bool is_complete(const uint8_t *p, size_t payload)
{
    const int32_t level = ipsk_load32(p + IPSK_THE_CMSG_LEVEL_OFFSET);
    const int32_t type = ipsk_load32(p + IPSK_THE_CMSG_LEVEL_OFFSET + 4);
#define IPSK_COMPLETE_ROW(row_level, row_type, minimum, usual, field, a, b) \
    if (level == (row_level) && type == (row_type))                         \
        return payload >= (size_t)(usual);
    IPSK_RECEIVED(IPSK_COMPLETE_ROW)
#undef IPSK_COMPLETE_ROW
    return false;
}

/* The bytes of the first messages that are whole and end within room, the next one's place at most.
 * cut: what ends where all ends may have been shortened. */
static size_t whole_messages(const uint8_t *p, size_t length, size_t room, bool cut)
{
    size_t at = 0;
    while (length - at >= IPSK_THE_CMSG_HEADER) {
        const size_t n = ipsk_cmsg_payload(p + at, length - at, &ipsk_the_layout);
        const size_t end = at + IPSK_THE_CMSG_HEADER + n;
        if (n == SIZE_MAX || end > room || (cut && end == length && !is_complete(p + at, n)))
            break;
        at += ipsk_cmsg_step(n, length - at, &ipsk_the_layout);
    }
    return at;
}

size_t ipsk_whole_control(const void *control, size_t length)
{
    return whole_messages(control, length, length, true);
}

/* What fits is copied to the caller's buffer, unless the system has put it there. */
static void hand_over_opaque(const struct ipsk_receiving *r, struct ipsock_message *m,
                             const void *control, size_t length)
{
    struct ipsock_control *c = m->control;
    const size_t room = c->opaque == NULL ? 0 : c->opaque_capacity;
    const size_t whole = whole_messages(control, length, room, false);
    c->opaque_length = whole < room ? whole : room; /* without the last one's padding */
    if (control != c->opaque && c->opaque_length != 0)
        memcpy(c->opaque, control, c->opaque_length);
    if (whole < length && !(m->flags & IPSOCK_MSG_CTRUNC))
        ipsk_note_truncation(r->s, m, IPSOCK_MSG_CTRUNC, r->call);
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

void ipsk_fill_slow_path(const struct ipsk_receiving *r, struct ipsock_message *m,
                         const void *control, size_t length)
{
    const struct ipsock_endpoint *s = r->s;
    struct ipsock_control *c = m->control;
    uint32_t asked = r->asked;
    uint32_t valid = ipsk_take_control(c, control, length, s->family == IPSOCK_IPV6, asked);
    if ((asked & (uint32_t)IPSK_THE_RAW_HEADER_FIELDS) && s->ip_header)
        valid |= take_from_header(c, m);
    if ((asked & IPSOCK_CONTROL_SOURCE) && m->peer.family != IPSOCK_UNSPEC) {
        c->source = m->peer;
        c->source.port = 0;
        valid |= IPSOCK_CONTROL_SOURCE;
    }
    if (asked & IPSOCK_CONTROL_OPAQUE) {
        hand_over_opaque(r, m, control, length);
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

void ipsk_note_notice(const struct ipsk_receiving *r, struct ipsock_message *m, const void *control,
                      size_t length)
{
    struct ipsock_control c;
    m->control = &c;
    ipsk_fill_slow_path(r, m, control, length);
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

struct ipsk_given ipsk_give_message(const struct ipsock_control *c, int column, uint32_t fields,
                                    uint8_t *buffer)
{
    struct ipsk_given given = {NULL, 0};
    const bool alone = fields == IPSOCK_CONTROL_OPAQUE;
    const bool padded = alone && c->opaque_length <= IPSOCK_OPAQUE_MAX &&
                        ipsk_opaque_space(c->opaque_length) != c->opaque_length;
    if (alone && !padded && c->opaque_length != 0) {
        given.bytes = c->opaque; /* it goes out as it is, of any size */
        given.length = c->opaque_length;
    } else if (padded || (fields != 0 && !alone)) {
        given.bytes = buffer;
        given.length = ipsk_give_control(c, column, fields, buffer);
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
