// SPDX-License-Identifier: BSD-2-Clause
/* Message headers for sendmsg and recvmsg, and what to make of them afterwards. */
#ifndef IPSK_POSIX_HEADER_H
#define IPSK_POSIX_HEADER_H

#include <stddef.h>
#include <sys/uio.h>

#include "core/endpoint/zone.h"
#include "shared/message.h"

_Static_assert(sizeof(struct ipsock_buffer) == sizeof(struct iovec), "buffers are iovecs");
_Static_assert(offsetof(struct ipsock_buffer, data) == offsetof(struct iovec, iov_base) &&
                   offsetof(struct ipsock_buffer, length) == offsetof(struct iovec, iov_len),
               "buffers are iovecs");

/* A count or length of struct msghdr: int, unsigned, socklen_t or size_t, as the system likes it.
 */
#define IPSK_ASSIGN(field, value) ((field) = (__typeof__(field))(value))

static inline struct iovec *ipsk_iovec(struct ipsock_buffer *buffers)
{
    return (struct iovec *)(void *)buffers;
}

/* recvmsg's and sendmsg's flags. */
static inline int ipsk_receive_flags(uint32_t flags)
{
    return MSG_DONTWAIT | (flags & IPSOCK_MSG_PEEK ? MSG_PEEK : 0);
}

/* What makes receives on a socket of this kind return the datagram's own length; nothing on
 * streams, whose data it would throw away (tcp(7)). */
static inline int ipsk_full_length(unsigned kind)
{
    return (kind & IPSK_THE_FULL_LENGTH) && (IPSK_THE_FULL_LENGTH_SINCE == 0 ||
                                             IPSK_THE_FULL_LENGTH_SINCE <= (int)ipsk_sys_version())
               ? MSG_TRUNC
               : 0;
}

static inline int ipsk_send_flags(uint32_t flags)
{
    return MSG_DONTWAIT | IPSK_THE_MSG_NOSIGNAL |
           (flags & IPSOCK_MSG_DONTROUTE ? MSG_DONTROUTE : 0);
}

/* Rare: data or control was cut, the data to what fits. Returns how much control is left. */
size_t ipsk_note_cut(struct ipsock_endpoint *s, struct ipsock_message *m, const struct msghdr *h,
                     uint32_t call);

/* Control messages for the fields that go out as such; the others are in force already (emulate.c).
 */
void ipsk_prepare_control(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                          struct msghdr *h, uint8_t *control);

/* The header of a message to receive, with room for its parts. */
void ipsk_prepare_receive(const struct ipsk_receiving *r, struct ipsock_message *m,
                          struct msghdr *h, union ipsk_sockaddr *name, uint8_t *control);

/* The header of a message to send; name and control are room for its parts. */
static inline void ipsk_prepare_send(const struct ipsock_endpoint *s,
                                     const struct ipsock_message *m, struct msghdr *h,
                                     union ipsk_sockaddr *name, uint8_t *control)
{
    memset(h, 0, sizeof *h);
    /* A connected socket that is given its peer again fails on BSD and Darwin. */
    if (m->peer.family != IPSOCK_UNSPEC && !s->peer_in_system) {
        const bool ipv4 = s->family == IPSOCK_IPV4;
        h->msg_name = name;
        h->msg_namelen = ipsk_to_sockaddr(&m->peer, ipv4 ? IPSOCK_IPV4 : IPSOCK_IPV6, name);
        if (!ipv4 && ipsk_may_lack_zone(&m->peer))
            name->v6.sin6_scope_id = ipsk_find_zone(s, m);
    }
    h->msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
    if (m->control != NULL && m->control->valid != 0)
        ipsk_prepare_control(s, m, h, control);
}

/* Control, peer, flags and length of a received message. Control that was not asked for is masked:
 * another field may keep the kernel's option on. */
static inline void ipsk_fill_message(const struct ipsk_receiving *r, struct ipsock_message *m,
                                     const struct msghdr *h, const union ipsk_sockaddr *name,
                                     size_t length)
{
    m->length = length;
    m->full_length = (uint32_t)length;
    ipsk_from_sockaddr(&m->peer, name, h->msg_namelen);
    m->header_length = 0;
    m->flags = 0;
    size_t control = h->msg_controllen;
    if (h->msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        control = ipsk_note_cut(r->s, m, h, r->call);
    ipsk_fill_control(r, m, h->msg_control, control);
}

#endif
