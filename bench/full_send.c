// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

#include "full.h"

#define SEND_FLAGS (MSG_DONTWAIT | MSG_NOSIGNAL)

static bool is_mapped(const struct full_address *a)
{
    static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(a->ip, prefix, sizeof prefix) == 0;
}

/* The family of packets to an address, which is that of the control messages that they take,
 * whatever the socket is; else what is wrong with it. */
static int check_peer(const struct full_socket *s, const struct full_address *to)
{
    if (to->port == 0)
        return -EINVAL;
    if (to->family != s->family)
        return -EAFNOSUPPORT;
    if (to->family == AF_INET)
        return AF_INET;
    if (is_mapped(to))
        return s->dual_stack ? AF_INET : -EAFNOSUPPORT;
    return full_is_scoped(to->ip) && to->scope == 0 ? -EINVAL : AF_INET6;
}

/* The kernel takes 256 for 0, and -1 for "the default". */
static int check_values(const struct full_message *m, int family)
{
    const struct full_address *from = &m->local;
    if (m->traffic_class < 0 || m->traffic_class > 255 || m->hop_limit < 1 || m->hop_limit > 255)
        return -EINVAL;
    if (from->family != m->peer.family ||
        (from->family == AF_INET6 && is_mapped(from) != (family == AF_INET)))
        return -EAFNOSUPPORT;
    return family;
}

static socklen_t make_name(union full_name *name, const struct full_address *a)
{
    if (a->family == AF_INET) {
        name->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(a->port)};
        memcpy(&name->v4.sin_addr, a->ip, sizeof name->v4.sin_addr);
        return sizeof name->v4;
    }
    name->v6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(a->port), .sin6_scope_id = a->scope};
    memcpy(&name->v6.sin6_addr, a->ip, sizeof name->v6.sin6_addr);
    return sizeof name->v6;
}

static struct cmsghdr *put(struct msghdr *h, struct cmsghdr *c, int level, int type,
                           const void *data, size_t size)
{
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), data, size);
    return CMSG_NXTHDR(h, c);
}

/* h has the buffer, cleared: CMSG_NXTHDR may look at the length of the next message. */
static void put_ipv4(struct msghdr *h, const struct full_message *m)
{
    struct in_pktinfo info = {.ipi_ifindex = 0};
    memcpy(&info.ipi_spec_dst, m->local.ip + (m->local.family == AF_INET ? 0 : 12), 4);
    h->msg_controllen = FULL_CONTROL_IPV4;
    struct cmsghdr *c = CMSG_FIRSTHDR(h);
    c = put(h, c, IPPROTO_IP, IP_TOS, &m->traffic_class, sizeof(int));
    c = put(h, c, IPPROTO_IP, IP_TTL, &m->hop_limit, sizeof(int));
    put(h, c, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
}

static void put_ipv6(struct msghdr *h, const struct full_message *m)
{
    struct in6_pktinfo info = {.ipi6_ifindex = m->local.scope};
    memcpy(&info.ipi6_addr, m->local.ip, sizeof info.ipi6_addr);
    h->msg_controllen = FULL_CONTROL_IPV6;
    struct cmsghdr *c = CMSG_FIRSTHDR(h);
    c = put(h, c, IPPROTO_IPV6, IPV6_TCLASS, &m->traffic_class, sizeof(int));
    c = put(h, c, IPPROTO_IPV6, IPV6_HOPLIMIT, &m->hop_limit, sizeof(int));
    put(h, c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
}

static void put_control(struct msghdr *h, const struct full_message *m, int family)
{
    if (family == AF_INET)
        put_ipv4(h, m);
    else
        put_ipv6(h, m);
}

/* What a call returned, as this program's functions return it; leaves. */
static ssize_t sent(struct full_socket *s, struct full_message *m, ssize_t n)
{
    const ssize_t result = n < 0 ? -errno : n;
    full_leave(s);
    m->length = n < 0 ? 0 : (size_t)n;
    return result;
}

static ssize_t send_header(struct full_socket *s, struct full_message *m, const struct msghdr *h)
{
    ssize_t n;
    if (!full_enter(s))
        return -EBADF;
    do
        n = sendmsg(s->fd, h, SEND_FLAGS);
    while (n < 0 && errno == EINTR);
    return sent(s, m, n);
}

ssize_t full_send(struct full_socket *s, struct full_message *m)
{
    _Alignas(struct cmsghdr) unsigned char control[FULL_CONTROL_IPV6] = {0};
    union full_name name;
    struct iovec vector = {m->data, m->size};
    struct msghdr h = {
        .msg_name = &name, .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control};
    int family = check_peer(s, &m->peer);
    if (family > 0)
        family = check_values(m, family);
    if (family < 0)
        return family;
    h.msg_namelen = make_name(&name, &m->peer);
    put_control(&h, m, family);
    return send_header(s, m, &h);
}

ssize_t full_send_plain(struct full_socket *s, struct full_message *m)
{
    union full_name name;
    ssize_t n;
    const int family = check_peer(s, &m->peer);
    if (family < 0)
        return family;
    const socklen_t length = make_name(&name, &m->peer);
    if (!full_enter(s))
        return -EBADF;
    do
        n = sendto(s->fd, m->data, m->size, SEND_FLAGS, &name.any, length);
    while (n < 0 && errno == EINTR);
    return sent(s, m, n);
}

ssize_t full_send_connected(struct full_socket *s, struct full_message *m)
{
    ssize_t n;
    if (!s->connected)
        return -EDESTADDRREQ;
    if (m->peer.family != 0) /* the kernel would send there */
        return -EISCONN;
    if (!full_enter(s))
        return -EBADF;
    do
        n = send(s->fd, m->data, m->size, SEND_FLAGS);
    while (n < 0 && errno == EINTR);
    return sent(s, m, n);
}

ssize_t full_send_segments(struct full_socket *s, struct full_message *m)
{
    _Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
    union full_name name;
    struct iovec vector = {m->data, m->size};
    struct msghdr h = {.msg_name = &name,
                       .msg_iov = &vector,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    const uint16_t size = (uint16_t)m->segment_size;
    const int family = check_peer(s, &m->peer);
    if (family < 0)
        return family;
    if (m->segment_size < 1 || m->segment_size > UINT16_MAX)
        return -EINVAL;
    if (m->size > (size_t)m->segment_size * FULL_SEGMENTS)
        return -EMSGSIZE;
    h.msg_namelen = make_name(&name, &m->peer);
    put(&h, CMSG_FIRSTHDR(&h), SOL_UDP, UDP_SEGMENT, &size, sizeof size);
    return send_header(s, m, &h);
}

/* The batch's headers of as many messages as nothing is wrong with; if it is the first, its
 * failure. */
static inline int make_ready(const struct full_socket *s, struct full_batch *batch,
                             const struct full_message *m, unsigned count, bool control)
{
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        int family = check_peer(s, &m[i].peer);
        if (family > 0 && control)
            family = check_values(&m[i], family);
        if (family < 0)
            return i > 0 ? (int)i : family;
        h->msg_namelen = make_name(&batch->names[i], &m[i].peer);
        batch->vectors[i] = (struct iovec){m[i].data, m[i].size};
        if (control) {
            h->msg_control = batch->controls[i];
            put_control(h, &m[i], family);
        } else {
            h->msg_control = NULL;
            h->msg_controllen = 0;
        }
    }
    return (int)count;
}

static inline int send_batch(struct full_socket *s, struct full_batch *batch,
                             struct full_message *m, unsigned count, bool control)
{
    if (count == 0 || count > FULL_BATCH)
        return -EINVAL;
    int n = make_ready(s, batch, m, count, control);
    if (n < 0)
        return n;
    const unsigned ready = (unsigned)n;
    if (!full_enter(s))
        return -EBADF;
    do
        n = sendmmsg(s->fd, batch->headers, ready, SEND_FLAGS);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    full_leave(s);
    for (int i = 0; i < n; i++)
        m[i].length = batch->headers[i].msg_len;
    return n;
}

int full_send_batch(struct full_socket *s, struct full_batch *batch, struct full_message *m,
                    unsigned count)
{
    return send_batch(s, batch, m, count, true);
}

int full_send_batch_plain(struct full_socket *s, struct full_batch *batch, struct full_message *m,
                          unsigned count)
{
    return send_batch(s, batch, m, count, false);
}
