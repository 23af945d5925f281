// SPDX-License-Identifier: BSD-2-Clause
#include <netinet/udp.h>
#include <string.h>

#include "lean.h"

/* CMSG_NXTHDR wants the whole buffer cleared first; stepping over what was written does not. */
static struct cmsghdr *put(struct cmsghdr *c, int level, int type, const void *data, size_t n)
{
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(n);
    memcpy(CMSG_DATA(c), data, n);
    return (struct cmsghdr *)(void *)((unsigned char *)c + CMSG_SPACE(n));
}

static size_t put_ipv4(unsigned char *control, const struct lean_outgoing *out, const void *source)
{
    struct in_pktinfo info = {0};
    memcpy(&info.ipi_spec_dst, source, 4);
    struct cmsghdr *c = (struct cmsghdr *)(void *)control;
    c = put(c, IPPROTO_IP, IP_TOS, &out->traffic_class, sizeof(int));
    c = put(c, IPPROTO_IP, IP_TTL, &out->hop_limit, sizeof(int));
    c = put(c, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    return (size_t)((unsigned char *)c - control);
}

static size_t put_ipv6(unsigned char *control, const struct lean_outgoing *out)
{
    const struct in6_pktinfo info = {out->source, 0};
    struct cmsghdr *c = (struct cmsghdr *)(void *)control;
    c = put(c, IPPROTO_IPV6, IPV6_TCLASS, &out->traffic_class, sizeof(int));
    c = put(c, IPPROTO_IPV6, IPV6_HOPLIMIT, &out->hop_limit, sizeof(int));
    c = put(c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    return (size_t)((unsigned char *)c - control);
}

/* Linux ignores the IPv6 messages towards a v4-mapped destination. */
static size_t put_control(unsigned char *control, const struct lean_outgoing *out)
{
    if (out->to.sin6_family == AF_INET)
        return put_ipv4(control, out, &out->source);
    const struct sockaddr_in6 *v6 = (const void *)&out->to;
    return IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) ? put_ipv4(control, out, &out->source.s6_addr[12])
                                                : put_ipv6(control, out);
}

ssize_t lean_send(int fd, const struct lean_outgoing *out)
{
    _Alignas(struct cmsghdr) unsigned char control[LEAN_CONTROL];
    struct sockaddr_in6 *to = (struct sockaddr_in6 *)(uintptr_t)&out->to;
    struct msghdr h = {.msg_name = to,
                       .msg_namelen = out->to_length,
                       .msg_iov = (struct iovec *)(uintptr_t)&out->data,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = put_control(control, out)};
    return sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t lean_send_plain(int fd, const struct lean_outgoing *out)
{
    return sendto(fd, out->data.iov_base, out->data.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&out->to, out->to_length);
}

ssize_t lean_send_connected(int fd, const struct lean_outgoing *out)
{
    return send(fd, out->data.iov_base, out->data.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* One message that the kernel cuts into datagrams of segment_size bytes. */
ssize_t lean_send_segments(int fd, const struct lean_outgoing *out)
{
    _Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(uint16_t))];
    struct sockaddr_in6 *to = (struct sockaddr_in6 *)(uintptr_t)&out->to;
    struct msghdr h = {.msg_name = to,
                       .msg_namelen = out->to_length,
                       .msg_iov = (struct iovec *)(uintptr_t)&out->data,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    put((struct cmsghdr *)(void *)control, SOL_UDP, UDP_SEGMENT, &out->segment_size,
        sizeof out->segment_size);
    return sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int send_batch(int fd, struct lean_batch *batch, struct lean_outgoing *out, unsigned count,
                      bool control)
{
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        h->msg_name = &out[i].to;
        h->msg_namelen = out[i].to_length;
        h->msg_iov = &out[i].data;
        h->msg_iovlen = 1;
        h->msg_control = control ? batch->controls[i] : NULL;
        h->msg_controllen = control ? put_control(batch->controls[i], &out[i]) : 0;
        h->msg_flags = 0;
    }
    return sendmmsg(fd, batch->headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int lean_send_batch(int fd, struct lean_batch *batch, struct lean_outgoing *out, unsigned count)
{
    return send_batch(fd, batch, out, count, true);
}

int lean_send_batch_plain(int fd, struct lean_batch *batch, struct lean_outgoing *out,
                          unsigned count)
{
    return send_batch(fd, batch, out, count, false);
}
