// SPDX-License-Identifier: BSD-2-Clause
#include "posix/header.h"

/* A length that is none of what fits is the datagram's own; else the system did not tell. Whether
 * anything was cut: where the length was asked for, the BSDs give the flag back as they were given
 * it, whatever the length (kern/uipc_socket.c, soreceive). */
static bool cut_length(const struct ipsock_endpoint *s, struct ipsock_message *m)
{
    const size_t room = ipsk_buffers_length(m);
    if (m->length <= room && ipsk_full_length(ipsk_kind_bit(s->backing)) != 0)
        return false;
    m->full_length = m->length > room ? m->full_length : 0;
    m->length = m->length > room ? room : m->length;
    return true;
}

/* What the system says it wrote of control data, within what there was room for: NetBSD rounds the
 * length of a message that it cut up (kern/uipc_syscalls.c, copyout_msg_control). */
static size_t control_length(const struct ipsock_message *m, const struct msghdr *h)
{
    const bool lent = m->control != NULL && h->msg_control == m->control->opaque;
    const size_t room = lent ? m->control->opaque_capacity : IPSK_CONTROL_BUFFER;
    const size_t length = (size_t)h->msg_controllen;
    return length < room ? length : room;
}

IPSK_OUT_OF_LINE size_t ipsk_note_cut(struct ipsock_endpoint *s, struct ipsock_message *m,
                                      const struct msghdr *h, uint32_t call)
{
    const bool shorter = (h->msg_flags & MSG_TRUNC) && cut_length(s, m);
    const uint32_t cut =
        (shorter ? IPSOCK_MSG_TRUNC : 0) | (h->msg_flags & MSG_CTRUNC ? IPSOCK_MSG_CTRUNC : 0);
    const size_t control = control_length(m, h);
    ipsk_note_truncation(s, m, cut, call);
    return cut & IPSOCK_MSG_CTRUNC ? ipsk_whole_control(h->msg_control, control) : control;
}

void ipsk_lend_room(struct msghdr *h, struct ipsk_lent_room *room)
{
    room->part.iov_base = &room->byte;
    room->part.iov_len = sizeof room->byte;
    h->msg_iov = &room->part;
    h->msg_iovlen = 1;
}

/* A longer one is marked already, and how long it was is known only if that was asked for. */
void ipsk_take_room_back(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t call)
{
    const bool marked = (m->flags & IPSOCK_MSG_TRUNC) != 0;
    if (marked && ipsk_full_length(ipsk_kind_bit(s->backing)) == 0)
        m->full_length = 0;
    if (!marked && m->length != 0)
        ipsk_note_truncation(s, m, IPSOCK_MSG_TRUNC, call);
    m->length = 0;
}

void ipsk_prepare_receive(const struct ipsk_receiving *r, struct ipsock_message *m,
                          struct msghdr *h, union ipsk_sockaddr *name, uint8_t *control)
{
    /* member by member: padding and msg_flags, which is a result, need no clearing */
    h->msg_name = name;
    h->msg_namelen = sizeof *name;
    h->msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
    h->msg_control = control;
    h->msg_controllen = IPSK_CONTROL_BUFFER;
    if (ipsk_lends_control(r, m)) {
        h->msg_control = m->control->opaque;
        IPSK_ASSIGN(h->msg_controllen, m->control->opaque_capacity);
    }
}
