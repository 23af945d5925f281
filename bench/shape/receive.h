// SPDX-License-Identifier: BSD-2-Clause
// recvmmsg into each shape.
#ifndef SHAPE_RECEIVE_H
#define SHAPE_RECEIVE_H

#include "decode.h"

INLINE void arm(struct mmsghdr *h, size_t control_space)
{
    h->msg_hdr.msg_namelen = sizeof(struct sockaddr_in6);
    h->msg_hdr.msg_controllen = control_space;
}

INLINE void arm_all(const struct batch *b, char *m, size_t size, unsigned count, unsigned how)
{
    struct mmsghdr *h = b->headers;
    const size_t space = b->control_space;
    for (const struct mmsghdr *end = h + count; h != end; h++, m += size) {
        const struct ipsock_message *msg = (const void *)m;
        h->msg_hdr.msg_iov = (void *)msg->buffers;
        h->msg_hdr.msg_iovlen = msg->buffer_count;
        if (how & ARM_BEFORE) {
            arm(h, space);
            h->msg_hdr.msg_flags = 0;
        }
    }
}

INLINE void peer_by_family(struct ipsock_addr *a, const struct msghdr *h, unsigned how)
{
    const struct sockaddr_in6 *n6 = h->msg_name;
    const struct sockaddr_in *n4 = h->msg_name;
    if (how & CLEAR_PEER)
        memset(a, 0, sizeof *a);
    if (h->msg_namelen >= sizeof *n6 && n6->sin6_family == AF_INET6)
        set_ipv6(a, ntohs(n6->sin6_port), n6->sin6_scope_id, n6->sin6_addr.s6_addr);
    else if (h->msg_namelen >= sizeof *n4 && n4->sin_family == AF_INET)
        set_ipv4(a, ntohs(n4->sin_port), (const unsigned char *)&n4->sin_addr);
    else
        memset(a, 0, sizeof *a);
}

INLINE uint32_t translate_flags(int native)
{
    return (native & MSG_TRUNC ? (uint32_t)FLAG_TRUNCATED : 0) |
           (native & MSG_CTRUNC ? (uint32_t)FLAG_CONTROL_TRUNCATED : 0);
}

INLINE uint32_t flags_of(int native, unsigned how)
{
    if (!(how & BRANCH_FLAGS))
        return translate_flags(native);
    return __builtin_expect((native & (MSG_TRUNC | MSG_CTRUNC)) == 0, 1) ? 0
                                                                         : translate_flags(native);
}

INLINE struct ipsock_control *control_of(struct ipsock_message *m, unsigned how)
{
    return how & INLINE_CONTROL ? &((struct inline_message *)(void *)m)->control : m->control;
}

INLINE uint32_t read_control(struct ipsock_control *c, const struct msghdr *h, bool ipv6,
                             unsigned how)
{
    const unsigned char *p = h->msg_control;
    const size_t n = h->msg_controllen;
    if (how & WHOLE)
        return ipv6 ? whole6(c, p, n) : whole4(c, p, n);
    if (how & RESUME)
        return ipv6 ? resume(c, p, n, true) : resume(c, p, n, false);
    if (how & CASCADE)
        return ipv6 ? cascade(c, p, n, true) : cascade(c, p, n, false);
    if (how & CLEAR_CONTROL)
        memset(c, 0, sizeof *c);
    return how & UNUSUAL ? walk_rest(c, p, n) : walk(c, p, n, how);
}

INLINE void finish_control(struct ipsock_message *m, const struct mmsghdr *h, bool ipv6,
                           unsigned how)
{
    struct ipsock_control *c = control_of(m, how);
    if (!(how & INLINE_CONTROL) && c == NULL)
        return;
    uint32_t valid = read_control(c, &h->msg_hdr, ipv6, how);
    c->valid = valid;
    if (__builtin_expect(valid & VALID_PATH_MTU, 0))
        m->flags |= FLAG_NOTICE;
}

// An IP socket's name is 16 or 28 bytes; the length, which has to be looked at anyway, tells the
// family.
INLINE void finish_by_length(struct ipsock_message *m, const struct mmsghdr *h, unsigned how)
{
    const struct sockaddr_in6 *n6 = h->msg_hdr.msg_name;
    const struct sockaddr_in *n4 = h->msg_hdr.msg_name;
    if (h->msg_hdr.msg_namelen == sizeof *n6) {
        set_ipv6(&m->peer, ntohs(n6->sin6_port), n6->sin6_scope_id, n6->sin6_addr.s6_addr);
        finish_control(m, h, true, how);
    } else if (h->msg_hdr.msg_namelen == sizeof *n4) {
        set_ipv4(&m->peer, ntohs(n4->sin_port), (const unsigned char *)&n4->sin_addr);
        finish_control(m, h, false, how);
    } else {
        memset(&m->peer, 0, sizeof m->peer);
        finish_control(m, h, false, (how & INLINE_CONTROL) | UNUSUAL);
    }
}

INLINE void finish(struct ipsock_message *m, const struct mmsghdr *h, unsigned how)
{
    m->length = h->msg_len;
    m->header_length = 0;
    m->flags = flags_of(h->msg_hdr.msg_flags, how);
    if (how & NAME_BY_LENGTH) {
        finish_by_length(m, h, how);
    } else {
        peer_by_family(&m->peer, &h->msg_hdr, how);
        finish_control(m, h, m->peer.family == FAMILY_IPV6, how);
    }
}

INLINE void finish_all(const struct batch *b, char *m, size_t size, unsigned count, unsigned how)
{
    struct mmsghdr *h = b->headers;
    const size_t space = b->control_space;
    for (const struct mmsghdr *end = h + count; h != end; h++, m += size) {
        finish((void *)m, h, how);
        // The kernel dirties only the entries it filled, so arming those again here is enough.
        if (!(how & ARM_BEFORE))
            arm(h, space);
    }
}

INLINE int receive(int fd, const struct batch *b, char *m, size_t size, unsigned count,
                   unsigned how)
{
    if (!(how & KEEP_BUFFERS))
        arm_all(b, m, size, count, how);
    int got = recvmmsg(fd, b->headers, count, MSG_DONTWAIT, NULL);
    if (got < 0)
        return -errno;
    finish_all(b, m, size, (unsigned)got, how);
    return got;
}

static bool enter(struct endpoint *e)
{
    return !(atomic_fetch_add(&e->in_progress, 1) & (unsigned)CLOSING);
}

static void leave(struct endpoint *e)
{
    if (atomic_fetch_sub(&e->in_progress, 1) == ((unsigned)CLOSING | 1))
        abort();
}

INLINE int receive_public(struct endpoint *e, const struct batch *b, void *m, size_t size,
                          unsigned count, unsigned how)
{
    if (size < sizeof(struct ipsock_message) || count > b->capacity)
        return -EINVAL;
    int got = enter(e) ? receive(e->fd, b, m, size, count, how) : -EBADF;
    leave(e);
    return got;
}

INLINE void native_copy_in(const struct batch *b, char *m, size_t size, unsigned count)
{
    for (unsigned i = 0; i < count; i++, m += size) {
        struct native_message *msg = (void *)m;
        struct msghdr *h = (void *)msg->native;
        h->msg_iov = (void *)msg->buffers;
        h->msg_iovlen = msg->buffer_count;
        memcpy(&b->headers[i].msg_hdr, h, sizeof *h);
    }
}

INLINE void native_arm(const struct batch *b, char *m, size_t size, unsigned count)
{
    for (unsigned i = 0; i < count; i++, m += size) {
        struct native_message *msg = (void *)m;
        b->headers[i].msg_hdr.msg_iov = (void *)msg->buffers;
        b->headers[i].msg_hdr.msg_iovlen = msg->buffer_count;
    }
}

INLINE void native_finish(struct native_message *m, struct mmsghdr *h, size_t space, unsigned how)
{
    m->length = h->msg_len;
    m->header_length = 0;
    m->flags = flags_of(h->msg_hdr.msg_flags, how);
    m->name_length = h->msg_hdr.msg_namelen;
    if (m->control != NULL) {
        bool ipv6 = m->name_length == sizeof(struct sockaddr_in6);
        m->control->valid = read_control(m->control, &h->msg_hdr, ipv6, how);
        if (__builtin_expect(m->control->valid & VALID_PATH_MTU, 0))
            m->flags |= FLAG_NOTICE;
    }
    if (!(how & ARM_BEFORE))
        arm(h, space);
}

INLINE int native_receive(struct endpoint *e, const struct batch *b, void *messages, size_t size,
                          unsigned count, unsigned how)
{
    if (size < sizeof(struct native_message) || count > b->capacity)
        return -EINVAL;
    int got = -EBADF;
    if (enter(e)) {
        if (how & ARM_BEFORE)
            native_copy_in(b, messages, size, count);
        else
            native_arm(b, messages, size, count);
        got = recvmmsg(e->fd, b->headers, count, MSG_DONTWAIT, NULL);
        char *m = messages;
        for (int i = 0; i < got; i++, m += size)
            native_finish((void *)m, &b->headers[i], b->control_space, how);
    }
    leave(e);
    return got;
}

static BOUNDARY void native_peer(const struct native_message *m, struct ipsock_addr *out)
{
    struct msghdr h = {.msg_name = (void *)(uintptr_t)m->name, .msg_namelen = m->name_length};
    peer_by_family(out, &h, 0);
}

#endif
