// SPDX-License-Identifier: BSD-2-Clause
/* One message: sendmsg, sendto, recvmsg and recvfrom. */
#include <errno.h>

#include "core/endpoint/usual.h"
#include "posix/batch.h"
#include "posix/errno.h"

/* recvmsg failed, perhaps because a signal interrupted it. */
IPSK_OUT_OF_LINE static ssize_t receive_again(int fd, struct msghdr *h, int flags)
{
    ssize_t n = -1;
    while (n < 0 && errno == EINTR)
        n = recvmsg(fd, h, flags);
    return n;
}

/* The usual message: the peer is in the header, and the data is what the caller wants. */
static inline int receive_usual(struct ipsock_endpoint *s, unsigned kind, struct ipsock_message *m,
                                uint32_t flags, struct ipsock_error *error)
{
    const int native = ipsk_receive_flags(flags) | ipsk_full_length(kind);
    const struct ipsk_receiving r = ipsk_receiving(s, flags);
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    ipsk_prepare_receive(&r, m, &h, &name, control);
    struct ipsk_lent_room room;
    const bool lacks_room = kind != IPSK_TCP && ipsk_lacks_room(m);
    if (lacks_room)
        ipsk_lend_room(&h, &room);
    ssize_t n = recvmsg((int)s->handle, &h, native);
    if (n < 0) {
        n = receive_again((int)s->handle, &h, native);
        if (n < 0)
            return ipsk_fail_receive(error, "recvmsg");
    }
    ipsk_fill_message(&r, m, &h, &name, (size_t)n);
    if (lacks_room)
        ipsk_take_room_back(s, m, flags);
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE int ipsk_receive_as_is(struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags, struct ipsock_error *error)
{
    return receive_usual(s, ipsk_kind_bit(s->backing), m, flags, error);
}

IPSK_OUT_OF_LINE static int receive_stripped(struct ipsock_endpoint *s, struct ipsock_message *m,
                                             uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_raw_header unwanted;
    return ipsk_sys_recv_ipv4(s, &unwanted, m, flags, error);
}

/* Whether recvfrom can say everything about the next datagram. */
static inline bool is_plain(struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return ipsk_full_length(IPSK_UDP) != 0 &&
           atomic_load_explicit(&s->fields, memory_order_relaxed) == 0 && m->buffer_count == 1;
}

/* A datagram without control data, to one buffer: recvfrom has less to copy and to look at, which
 * is a tenth of such a receive and more. */
static inline ssize_t call_recvfrom(struct ipsock_endpoint *s, struct ipsock_message *m,
                                    uint32_t flags, union ipsk_sockaddr *name, socklen_t *length)
{
    *length = sizeof *name;
    return recvfrom((int)s->handle, m->buffers->data, m->buffers->length,
                    ipsk_receive_flags(flags) | MSG_TRUNC, &name->any, length);
}

static inline int take_plain(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                             const union ipsk_sockaddr *name, socklen_t name_length, size_t length)
{
    const size_t room = m->buffers->length;
    m->length = length < room ? length : room;
    m->full_length = (uint32_t)length;
    ipsk_from_sockaddr(&m->peer, name, name_length);
    m->header_length = 0;
    m->flags = 0;
    if (m->control != NULL)
        m->control->valid = 0;
    if (length > room)
        ipsk_note_truncation(s, m, IPSOCK_MSG_TRUNC, flags);
    return IPSOCK_OK;
}

/* recvfrom failed, perhaps because a signal interrupted it. */
IPSK_OUT_OF_LINE static int receive_plain_again(struct ipsock_endpoint *s, struct ipsock_message *m,
                                                uint32_t flags, struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    socklen_t length;
    ssize_t n = -1;
    while (n < 0 && errno == EINTR)
        n = call_recvfrom(s, m, flags, &name, &length);
    return n < 0 ? ipsk_fail_receive(error, "recvfrom")
                 : take_plain(s, m, flags, &name, length, (size_t)n);
}

IPSK_OUT_OF_LINE static int receive_plain(struct ipsock_endpoint *s, struct ipsock_message *m,
                                          uint32_t flags, struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    socklen_t length;
    const ssize_t n = call_recvfrom(s, m, flags, &name, &length);
    return n < 0 ? receive_plain_again(s, m, flags, error)
                 : take_plain(s, m, flags, &name, length, (size_t)n);
}

int ipsk_sys_recv(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    if (s->kind == IPSOCK_UDP)
        return is_plain(s, m) ? receive_plain(s, m, flags, error)
                              : receive_usual(s, IPSK_UDP, m, flags, error);
    if (s->ip_header && !(flags & IPSK_MSG_WHOLE))
        return receive_stripped(s, m, flags, error);
    return ipsk_receive_whole(s, m, flags, error);
}

/* After a send that failed: again, if a signal interrupted it, or if it failed with old news. */
IPSK_OUT_OF_LINE static int send_again(struct ipsock_endpoint *s, struct ipsock_message *m,
                                       const struct msghdr *h, uint32_t flags,
                                       struct ipsock_error *error)
{
    const bool plain = h->msg_control == NULL && h->msg_iovlen == 1;
    const int native = ipsk_send_flags(flags);
    bool passed_over = false; /* old news */
    ssize_t n = -1;
    while (n < 0 && (errno == EINTR || (!passed_over && ipsk_is_old_news(s)))) {
        passed_over |= errno != EINTR;
        n = plain ? sendto((int)s->handle, h->msg_iov->iov_base, h->msg_iov->iov_len, native,
                           h->msg_name, h->msg_namelen)
                  : sendmsg((int)s->handle, h, native);
    }
    if (n < 0)
        return ipsk_fail_send(s, error, m, plain ? "sendto" : "sendmsg");
    m->length = (size_t)n;
    m->flags = 0;
    return IPSOCK_OK;
}

/* The same of a plain one, whose header has not been written. */
IPSK_OUT_OF_LINE static int send_plain_again(struct ipsock_endpoint *s, struct ipsock_message *m,
                                             uint32_t flags, struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    struct msghdr h;
    ipsk_prepare_send(s, m, ipsk_message_column(s, m), 0, &h, &name, NULL);
    return send_again(s, m, &h, flags, error);
}

/* No control data and one buffer: sendto can say everything about the message, and has less to
 * copy.
 */
IPSK_OUT_OF_LINE static int send_plain(struct ipsock_endpoint *s, struct ipsock_message *m,
                                       uint32_t flags, struct ipsock_error *error)
{
    const bool named = ipsk_names_peer(s, m);
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6; /* or mapped: in one form */
    union ipsk_sockaddr name;
    const socklen_t length = named ? ipsk_name_peer(s, m, column, &name) : 0;
    const ssize_t n = sendto((int)s->handle, m->buffers->data, m->buffers->length,
                             ipsk_send_flags(flags), named ? &name.any : NULL, length);
    if (n < 0)
        return send_plain_again(s, m, flags, error);
    m->length = (size_t)n;
    m->flags = 0;
    return IPSOCK_OK;
}

/* By a header; the column is a constant to the compiler. */
static IPSK_IN_LINE int send_whole(struct ipsock_endpoint *s, struct ipsock_message *m,
                                   uint32_t flags, struct ipsock_error *error, int column,
                                   uint32_t fields)
{
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    ipsk_prepare_send(s, m, column, fields, &h, &name, control);
    const ssize_t n = sendmsg((int)s->handle, &h, ipsk_send_flags(flags));
    if (n < 0)
        return send_again(s, m, &h, flags, error);
    m->length = (size_t)n;
    m->flags = 0;
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE static int send_v4(struct ipsock_endpoint *s, struct ipsock_message *m,
                                    uint32_t flags, struct ipsock_error *error, uint32_t fields)
{
    return send_whole(s, m, flags, error, IPSK_V4, fields);
}

IPSK_OUT_OF_LINE static int send_v6(struct ipsock_endpoint *s, struct ipsock_message *m,
                                    uint32_t flags, struct ipsock_error *error, uint32_t fields)
{
    return send_whole(s, m, flags, error, IPSK_V6, fields);
}

IPSK_OUT_OF_LINE static int send_mapped(struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags, struct ipsock_error *error, uint32_t fields)
{
    return send_whole(s, m, flags, error, IPSK_MAPPED, fields);
}

static inline int send_given(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                             struct ipsock_error *error, int column, uint32_t fields)
{
    if (fields == 0 && m->buffer_count == 1)
        return send_plain(s, m, flags, error);
    return column == IPSK_V4   ? send_v4(s, m, flags, error, fields)
           : column == IPSK_V6 ? send_v6(s, m, flags, error, fields)
                               : send_mapped(s, m, flags, error, fields);
}

int ipsk_sys_send(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    const int column = ipsk_message_column(s, m);
    return send_given(s, m, flags, error, column, ipsk_given_fields(s, m, column));
}

int ipsk_sys_send_usual(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                        struct ipsock_error *error)
{
    const int column = ipsk_usual_column(s, m);
    if (column == IPSK_NO_COLUMN)
        return IPSK_UNUSUAL;
    m->length = 0;
    return send_given(s, m, flags, error, column, m->control == NULL ? 0 : m->control->valid);
}
