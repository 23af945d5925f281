// SPDX-License-Identifier: BSD-2-Clause
/* Messages with their control data. */
#include "internal.h"

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/uio.h>

union control {
    struct cmsghdr align;
    uint8_t bytes[1024];
};

static int flags_of(int flags)
{
    return (flags & HOST_PEEK ? MSG_PEEK : 0) | (flags & HOST_DONTWAIT ? MSG_DONTWAIT : 0) |
           (flags & HOST_DONTROUTE ? MSG_DONTROUTE : 0) | (flags & HOST_WAITALL ? MSG_WAITALL : 0) |
           (flags & HOST_OOB ? MSG_OOB : 0);
}

/* An int, or the one byte that some messages have. */
static int number(const struct cmsghdr *c)
{
    int value = 0;
    const size_t length = c->cmsg_len - CMSG_LEN(0);
    if (length == 1)
        return *CMSG_DATA(c);
    memcpy(&value, CMSG_DATA(c), length < sizeof value ? length : sizeof value);
    return value;
}

static void take_v4(struct host_message *m, const struct cmsghdr *c)
{
    struct in_pktinfo info;
    switch (c->cmsg_type) {
    case IP_PKTINFO:
        memcpy(&info, CMSG_DATA(c), sizeof info);
        m->has |= HOST_HAS_DESTINATION | HOST_HAS_INTERFACE;
        m->local.family = 4;
        memcpy(m->local.ip, &info.ipi_addr, 4);
        m->interface = (uint32_t)info.ipi_ifindex;
        break;
    case IP_TTL:
        m->has |= HOST_HAS_HOPS;
        m->hops = number(c);
        break;
    case IP_TOS:
        m->has |= HOST_HAS_CLASS;
        m->traffic_class = number(c);
        break;
    case IP_RECVFRAGSIZE:
        m->fragment = number(c);
        break;
    default:
        break;
    }
}

static void take_v6(struct host_message *m, const struct cmsghdr *c)
{
    struct in6_pktinfo info;
    struct ip6_mtuinfo mtu;
    union host_sockaddr name;
    switch (c->cmsg_type) {
    case IPV6_PKTINFO:
        memcpy(&info, CMSG_DATA(c), sizeof info);
        m->has |= HOST_HAS_DESTINATION | HOST_HAS_INTERFACE;
        m->local.family = 6;
        memcpy(m->local.ip, &info.ipi6_addr, 16);
        m->interface = info.ipi6_ifindex;
        break;
    case IPV6_HOPLIMIT:
        m->has |= HOST_HAS_HOPS;
        m->hops = number(c);
        break;
    case IPV6_TCLASS:
        m->has |= HOST_HAS_CLASS;
        m->traffic_class = number(c);
        break;
    case IPV6_PATHMTU:
        memcpy(&mtu, CMSG_DATA(c), sizeof mtu);
        name.v6 = mtu.ip6m_addr;
        host_from(&m->mtu_of, &name, sizeof name.v6);
        m->mtu = mtu.ip6m_mtu;
        m->has |= HOST_HAS_MTU;
        break;
    default:
        break;
    }
}

static void take_control(struct host_message *m, struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == IPPROTO_IP) {
            take_v4(m, c);
        } else if (c->cmsg_level == IPPROTO_IPV6) {
            take_v6(m, c);
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMP) {
            struct timeval time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            m->has |= HOST_HAS_TIME;
            m->seconds = time.tv_sec;
            m->microseconds = time.tv_usec;
        }
    }
}

int64_t host_receive(int fd, struct host_message *m)
{
    union control control;
    union host_sockaddr name;
    struct msghdr h = {.msg_name = &name,
                       .msg_namelen = sizeof name,
                       .msg_iov = (struct iovec *)(uintptr_t)m->buffers,
                       .msg_iovlen = m->buffer_count,
                       .msg_control = &control,
                       .msg_controllen = sizeof control};
    int type = 0;
    socklen_t length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
        return host_failed();
    if (type == SOCK_DGRAM && host_wild_family(fd) != 0)
        return host_receive_wild(fd, m);
    /* of a stream MSG_TRUNC throws the bytes away */
    const int full = type == SOCK_STREAM ? 0 : MSG_TRUNC;
    const ssize_t n = recvmsg(fd, &h, flags_of(m->flags) | full);
    if (n < 0)
        return host_failed();
    m->has = 0;
    m->fragment = 0;
    memset(&m->local, 0, sizeof m->local);
    m->flags = h.msg_flags & MSG_TRUNC ? HOST_TRUNCATED : 0;
    host_from(&m->peer, &name, h.msg_namelen);
    take_control(m, &h);
    return n;
}

/* False: what the host itself said. */
static bool take_error(struct msghdr *h, struct host_icmp *error)
{
    struct sock_extended_err told;
    memset(&told, 0, sizeof told);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
        if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
            (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
            memcpy(&told, CMSG_DATA(c), sizeof told);
    error->v6 = told.ee_origin == SO_EE_ORIGIN_ICMP6;
    error->type = told.ee_type;
    error->code = told.ee_code;
    error->mtu = told.ee_info;
    return error->v6 || told.ee_origin == SO_EE_ORIGIN_ICMP;
}

int host_icmp_error(int fd, struct host_icmp *error)
{
    for (;;) {
        union control control;
        union host_sockaddr name;
        uint8_t byte;
        struct iovec buffer = {&byte, sizeof byte};
        struct msghdr h = {.msg_name = &name,
                           .msg_namelen = sizeof name,
                           .msg_iov = &buffer,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control};
        if (recvmsg(fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            return 0;
        if (take_error(&h, error)) {
            host_from(&error->to, &name, h.msg_namelen);
            return 1;
        }
    }
}

static void *add(struct msghdr *h, int level, int type, const void *data, size_t size)
{
    struct cmsghdr *c = (struct cmsghdr *)(void *)((uint8_t *)h->msg_control + h->msg_controllen);
    memset(c, 0, CMSG_SPACE(size));
    c->cmsg_len = CMSG_LEN(size);
    c->cmsg_level = level;
    c->cmsg_type = type;
    memcpy(CMSG_DATA(c), data, size);
    h->msg_controllen += CMSG_SPACE(size);
    return c;
}

static void put_v4(const struct host_message *m, struct msghdr *h)
{
    if (m->has & (HOST_HAS_SOURCE | HOST_HAS_INTERFACE)) {
        struct in_pktinfo info = {.ipi_ifindex = (int)m->interface};
        memcpy(&info.ipi_spec_dst, m->local.ip, 4);
        add(h, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    if (m->has & HOST_HAS_HOPS)
        add(h, IPPROTO_IP, IP_TTL, &m->hops, sizeof m->hops);
    if (m->has & HOST_HAS_CLASS)
        add(h, IPPROTO_IP, IP_TOS, &m->traffic_class, sizeof m->traffic_class);
}

static void put_v6(const struct host_message *m, struct msghdr *h)
{
    if (m->has & (HOST_HAS_SOURCE | HOST_HAS_INTERFACE)) {
        struct in6_pktinfo info = {.ipi6_ifindex = m->interface};
        memcpy(&info.ipi6_addr, m->local.ip, 16);
        add(h, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    if (m->has & HOST_HAS_HOPS)
        add(h, IPPROTO_IPV6, IPV6_HOPLIMIT, &m->hops, sizeof m->hops);
    if (m->has & HOST_HAS_CLASS)
        add(h, IPPROTO_IPV6, IPV6_TCLASS, &m->traffic_class, sizeof m->traffic_class);
    if (m->has & HOST_HAS_DONT_FRAGMENT)
        add(h, IPPROTO_IPV6, IPV6_DONTFRAG, &m->dont_fragment, sizeof m->dont_fragment);
}

int64_t host_send(int fd, struct host_message *m)
{
    union control control;
    union host_sockaddr name;
    struct msghdr h = {.msg_iov = (struct iovec *)(uintptr_t)m->buffers,
                       .msg_iovlen = m->buffer_count,
                       .msg_control = &control};
    if (m->peer.family != 0) {
        h.msg_namelen = host_to(&m->peer, &name);
        h.msg_name = &name;
    }
    if (m->v4)
        put_v4(m, &h);
    else
        put_v6(m, &h);
    if (h.msg_controllen == 0)
        h.msg_control = NULL;
    const ssize_t n = sendmsg(fd, &h, flags_of(m->flags) | MSG_NOSIGNAL);
    return n < 0 ? host_failed() : n;
}
