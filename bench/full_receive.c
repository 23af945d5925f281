// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

#include "full.h"

/* Whether a control message is long enough for what it says it is. */
static bool holds(const struct cmsghdr *c, size_t size)
{
    return c->cmsg_len >= CMSG_LEN(size);
}

/* The bit of what a control message says; 0 for what is not known, or too short. */
static uint32_t take_ipv4(struct full_message *m, const struct cmsghdr *c)
{
    struct in_pktinfo info;
    switch (c->cmsg_type) {
    case IP_PKTINFO:
        if (!holds(c, sizeof info))
            return 0;
        memcpy(&info, CMSG_DATA(c), sizeof info);
        m->local = (struct full_address){.family = AF_INET};
        memcpy(m->local.ip, &info.ipi_addr, sizeof info.ipi_addr);
        m->interface_index = (uint32_t)info.ipi_ifindex;
        return FULL_DESTINATION;
    case IP_TTL:
        if (!holds(c, sizeof m->hop_limit))
            return 0;
        memcpy(&m->hop_limit, CMSG_DATA(c), sizeof m->hop_limit);
        return FULL_HOP_LIMIT;
    case IP_TOS: /* a byte */
        if (!holds(c, 1))
            return 0;
        m->traffic_class = *CMSG_DATA(c);
        return FULL_TRAFFIC_CLASS;
    default:
        return 0;
    }
}

static uint32_t take_ipv6(struct full_message *m, const struct cmsghdr *c)
{
    struct in6_pktinfo info;
    switch (c->cmsg_type) {
    case IPV6_PKTINFO:
        if (!holds(c, sizeof info))
            return 0;
        memcpy(&info, CMSG_DATA(c), sizeof info);
        m->local.family = AF_INET6;
        m->local.port = 0;
        m->local.scope = full_is_scoped(info.ipi6_addr.s6_addr) ? info.ipi6_ifindex : 0;
        memcpy(m->local.ip, &info.ipi6_addr, sizeof info.ipi6_addr);
        m->interface_index = info.ipi6_ifindex;
        return FULL_DESTINATION;
    case IPV6_HOPLIMIT:
        if (!holds(c, sizeof m->hop_limit))
            return 0;
        memcpy(&m->hop_limit, CMSG_DATA(c), sizeof m->hop_limit);
        return FULL_HOP_LIMIT;
    case IPV6_TCLASS:
        if (!holds(c, sizeof m->traffic_class))
            return 0;
        memcpy(&m->traffic_class, CMSG_DATA(c), sizeof m->traffic_class);
        return FULL_TRAFFIC_CLASS;
    default:
        return 0;
    }
}

/* IPv4 on a dual-stack socket brings messages of both levels. */
static uint32_t take_control(struct full_message *m, struct msghdr *h)
{
    uint32_t found = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == IPPROTO_IP)
            found |= take_ipv4(m, c);
        else if (c->cmsg_level == IPPROTO_IPV6)
            found |= take_ipv6(m, c);
    }
    return found;
}

/* No address from a name that is none. */
static void take_peer(struct full_message *m, const union full_name *name, socklen_t length)
{
    if (length >= sizeof name->v6 && name->any.sa_family == AF_INET6) {
        m->peer.family = AF_INET6;
        m->peer.port = ntohs(name->v6.sin6_port);
        m->peer.scope = name->v6.sin6_scope_id;
        memcpy(m->peer.ip, &name->v6.sin6_addr, sizeof name->v6.sin6_addr);
        return;
    }
    m->peer = (struct full_address){.family = 0};
    if (length >= sizeof name->v4 && name->any.sa_family == AF_INET) {
        m->peer.family = AF_INET;
        m->peer.port = ntohs(name->v4.sin_port);
        memcpy(m->peer.ip, &name->v4.sin_addr, sizeof name->v4.sin_addr);
    }
}

static uint32_t flags_of(const struct msghdr *h)
{
    return (h->msg_flags & MSG_TRUNC ? FULL_TRUNCATED : 0) |
           (h->msg_flags & MSG_CTRUNC ? FULL_CONTROL_TRUNCATED : 0);
}

/* Into h, which has name and control; takes what is not control data. */
static ssize_t receive_header(struct full_socket *s, struct full_message *m, struct msghdr *h)
{
    struct iovec vector = {m->data, m->size};
    ssize_t n;
    h->msg_iov = &vector;
    h->msg_iovlen = 1;
    if (!full_enter(s))
        return -EBADF;
    do
        n = recvmsg(s->fd, h, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    full_leave(s);
    if (n < 0)
        return n;
    m->length = (size_t)n;
    m->flags = flags_of(h);
    take_peer(m, h->msg_name, h->msg_namelen);
    return n;
}

ssize_t full_receive(struct full_socket *s, struct full_message *m)
{
    _Alignas(struct cmsghdr) unsigned char control[FULL_CONTROL];
    union full_name name;
    struct msghdr h = {.msg_name = &name,
                       .msg_namelen = sizeof name,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    const ssize_t n = receive_header(s, m, &h);
    if (n >= 0)
        m->flags |= take_control(m, &h);
    return n;
}

ssize_t full_receive_plain(struct full_socket *s, struct full_message *m)
{
    union full_name name;
    socklen_t length = sizeof name;
    ssize_t n;
    if (!full_enter(s))
        return -EBADF;
    do /* with MSG_TRUNC the result is the datagram's own length */
        n = recvfrom(s->fd, m->data, m->size, MSG_DONTWAIT | MSG_TRUNC, &name.any, &length);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    full_leave(s);
    if (n < 0)
        return n;
    const bool cut = (size_t)n > m->size;
    m->length = cut ? m->size : (size_t)n;
    m->flags = cut ? FULL_TRUNCATED : 0;
    take_peer(m, &name, length);
    return (ssize_t)m->length;
}

ssize_t full_receive_coalesced(struct full_socket *s, struct full_message *m)
{
    _Alignas(struct cmsghdr) unsigned char control[FULL_CONTROL];
    union full_name name;
    struct msghdr h = {.msg_name = &name,
                       .msg_namelen = sizeof name,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    const ssize_t n = receive_header(s, m, &h);
    if (n < 0)
        return n;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c != NULL; c = CMSG_NXTHDR(&h, c)) {
        int size;
        if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO || !holds(c, sizeof size))
            continue;
        memcpy(&size, CMSG_DATA(c), sizeof size);
        if (size <= 0) /* who divides by it */
            continue;
        m->segment_size = size;
        m->flags |= FULL_SEGMENT_SIZE;
    }
    return n;
}

static inline int receive_batch(struct full_socket *s, struct full_batch *batch,
                                struct full_message *m, unsigned count, bool control)
{
    if (count == 0 || count > FULL_BATCH)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        batch->vectors[i] = (struct iovec){m[i].data, m[i].size};
        h->msg_namelen = sizeof batch->names[i];
        h->msg_control = control ? batch->controls[i] : NULL;
        h->msg_controllen = control ? sizeof batch->controls[i] : 0;
        h->msg_flags = 0;
    }
    if (!full_enter(s))
        return -EBADF;
    int n;
    do
        n = recvmmsg(s->fd, batch->headers, count, MSG_DONTWAIT, NULL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    full_leave(s);
    for (int i = 0; i < n; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        m[i].length = batch->headers[i].msg_len;
        m[i].flags = flags_of(h);
        take_peer(&m[i], &batch->names[i], h->msg_namelen);
        if (control)
            m[i].flags |= take_control(&m[i], h);
    }
    return n;
}

int full_receive_batch(struct full_socket *s, struct full_batch *batch, struct full_message *m,
                       unsigned count)
{
    return receive_batch(s, batch, m, count, true);
}

int full_receive_batch_plain(struct full_socket *s, struct full_batch *batch,
                             struct full_message *m, unsigned count)
{
    return receive_batch(s, batch, m, count, false);
}
