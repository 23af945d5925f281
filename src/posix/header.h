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

/* What a receive without room is lent, where it would not tell what has come (fact
 * RECEIVE_NEEDS_ROOM). */
struct ipsk_lent_room {
    struct iovec part;
    uint8_t byte;
};

/* Whether a message has room for nothing, and is to be lent some. */
static inline bool ipsk_lacks_room(const struct ipsock_message *m)
{
    return IPSK_THE_RECEIVE_NEEDS_ROOM && ipsk_buffers_length(m) == 0;
}

/* Aims a header at it. */
void ipsk_lend_room(struct msghdr *h, struct ipsk_lent_room *room);
/* After the receive: a byte in it was none that the caller had room for. */
void ipsk_take_room_back(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t call);

/* Rare: data or control was cut, the data to what fits. Returns how much control is left. */
size_t ipsk_note_cut(struct ipsock_endpoint *s, struct ipsock_message *m, const struct msghdr *h,
                     uint32_t call);

/* The header of a message to receive, with room for its parts. Member by member: padding and
 * msg_flags, which is a result, need no clearing. */
static inline void ipsk_prepare_receive(struct ipsock_message *m, struct msghdr *h,
                                        union ipsk_sockaddr *name, void *control, size_t length)
{
    h->msg_name = name;
    h->msg_namelen = sizeof *name;
    h->msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
    h->msg_control = control;
    IPSK_ASSIGN(h->msg_controllen, length);
}

/* Whether the system is told whom a message goes to. A connected socket that is given its peer
 * again fails on BSD and Darwin. */
static inline bool ipsk_names_peer(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return m->peer.family != IPSOCK_UNSPEC && !s->peer_in_system;
}

/* Writes the name of a message's peer. Returns its length. */
static inline socklen_t ipsk_name_peer(const struct ipsock_endpoint *s,
                                       const struct ipsock_message *m, int column,
                                       union ipsk_sockaddr *name)
{
    if (column == IPSK_V4)
        return ipsk_to_sockaddr(&m->peer, IPSOCK_IPV4, name);
    const socklen_t length = ipsk_to_sockaddr(&m->peer, IPSOCK_IPV6, name);
    if (column == IPSK_V6 && ipsk_may_lack_zone(&m->peer))
        name->v6.sin6_scope_id = ipsk_find_zone(s, m);
    return length;
}

/* The same over the name of an earlier message of that column. */
static inline void ipsk_rename_peer(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                                    int column, union ipsk_sockaddr *name)
{
    ipsk_sockaddr_values(&m->peer, column == IPSK_V4 ? IPSOCK_IPV4 : IPSOCK_IPV6, name);
    if (column == IPSK_V6 && ipsk_may_lack_zone(&m->peer))
        name->v6.sin6_scope_id = ipsk_find_zone(s, m);
}

/* Where messages without buffers are refused: one without bytes. */
static inline void ipsk_aim_at_nothing(struct msghdr *h)
{
    static const struct iovec nothing = {NULL, 0};
    if (!IPSK_THE_NO_BUFFERS_REFUSED || h->msg_iovlen != 0)
        return;
    h->msg_iov = (struct iovec *)(uintptr_t)&nothing;
    IPSK_ASSIGN(h->msg_iovlen, 1);
}

/* The header of a message to send without its control data; name is room for the peer's. */
static inline void ipsk_prepare_header(const struct ipsock_endpoint *s,
                                       const struct ipsock_message *m, int column, struct msghdr *h,
                                       union ipsk_sockaddr *name)
{
    if (ipsk_names_peer(s, m)) {
        h->msg_name = name;
        h->msg_namelen = ipsk_name_peer(s, m, column, name);
    } else {
        h->msg_name = NULL;
        h->msg_namelen = 0;
    }
    h->msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
    ipsk_aim_at_nothing(h);
    h->msg_flags = 0;
}

/* The header of a message to send whose control fields are given; name and control are room for its
 * parts. */
static inline void ipsk_prepare_send(const struct ipsock_endpoint *s,
                                     const struct ipsock_message *m, int column, uint32_t fields,
                                     struct msghdr *h, union ipsk_sockaddr *name, uint8_t *control)
{
    ipsk_prepare_header(s, m, column, h, name);
    if (fields == 0 || (fields & IPSOCK_CONTROL_OPAQUE)) {
        const struct ipsk_given given = ipsk_give_message(m->control, column, fields, control);
        h->msg_control = given.bytes;
        IPSK_ASSIGN(h->msg_controllen, given.length);
    } else {
        h->msg_control = control;
        IPSK_ASSIGN(h->msg_controllen, ipsk_give_rows(m->control, column, fields, control));
    }
}

static inline bool ipsk_is_cut(const struct msghdr *h)
{
    return (h->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
}

/* Peer, flags and length of a received message, as if nothing was cut. */
static IPSK_IN_LINE void ipsk_fill_whole(const struct ipsock_endpoint *s, struct ipsock_message *m,
                                         const struct msghdr *h, const union ipsk_sockaddr *name,
                                         size_t length)
{
    m->length = length;
    m->full_length = (uint32_t)length;
    ipsk_from_sockaddr(&m->peer, name, h->msg_namelen);
    /* a dual-stack socket of an IPv4 address: FreeBSD names its peers in IPv4 (udp_append) */
    if (IPSK_THE_MAPPED_TELLS_NOTHING && s->dual_stack && m->peer.family == IPSOCK_IPV4)
        m->peer = ipsock_addr_map(&m->peer);
    m->header_length = 0;
    m->flags = 0;
}

/* The same whatever was cut. Returns how much control data there is. */
static inline size_t ipsk_fill_data(struct ipsock_endpoint *s, struct ipsock_message *m,
                                    const struct msghdr *h, const union ipsk_sockaddr *name,
                                    size_t length, uint32_t call)
{
    ipsk_fill_whole(s, m, h, name, length);
    return ipsk_is_cut(h) ? ipsk_note_cut(s, m, h, call) : (size_t)h->msg_controllen;
}

/* All of it. Control that was not asked for is masked: another field may keep the kernel's option
 * on. */
static inline void ipsk_fill_message(const struct ipsk_receiving *r, struct ipsock_message *m,
                                     const struct msghdr *h, const union ipsk_sockaddr *name,
                                     size_t length)
{
    const size_t control = ipsk_fill_data(r->s, m, h, name, length, r->call);
    ipsk_fill_control(r, m, h->msg_control, control);
}

#endif
