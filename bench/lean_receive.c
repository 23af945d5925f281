// SPDX-License-Identifier: BSD-2-Clause
#include <netinet/udp.h>
#include <string.h>

#include "lean.h"

static void take_ipv4(struct lean_packet *p, struct cmsghdr *c)
{
    struct in_pktinfo info;
    switch (c->cmsg_type) {
    case IP_PKTINFO:
        memcpy(&info, CMSG_DATA(c), sizeof info);
        memcpy(p->destination, &info.ipi_addr, 4);
        p->interface_index = (unsigned)info.ipi_ifindex;
        break;
    case IP_TTL:
        memcpy(&p->hop_limit, CMSG_DATA(c), sizeof p->hop_limit);
        break;
    case IP_TOS:
        p->traffic_class = *CMSG_DATA(c);
        break;
    default:
        break;
    }
}

static void take_ipv6(struct lean_packet *p, struct cmsghdr *c)
{
    struct in6_pktinfo info;
    switch (c->cmsg_type) {
    case IPV6_PKTINFO:
        memcpy(&info, CMSG_DATA(c), sizeof info);
        memcpy(p->destination, &info.ipi6_addr, 16);
        p->interface_index = info.ipi6_ifindex;
        break;
    case IPV6_HOPLIMIT:
        memcpy(&p->hop_limit, CMSG_DATA(c), sizeof p->hop_limit);
        break;
    case IPV6_TCLASS:
        memcpy(&p->traffic_class, CMSG_DATA(c), sizeof p->traffic_class);
        break;
    default:
        break;
    }
}

static void take_control(struct lean_packet *p, struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == IPPROTO_IP)
            take_ipv4(p, c);
        else if (c->cmsg_level == IPPROTO_IPV6)
            take_ipv6(p, c);
    }
}

static void take_source(struct lean_packet *p, const struct sockaddr_in6 *name)
{
    if (name->sin6_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)name;
        memcpy(p->source, &v4->sin_addr, 4);
        p->port = ntohs(v4->sin_port);
    } else {
        const struct sockaddr_in6 *v6 = (const void *)name;
        memcpy(p->source, &v6->sin6_addr, 16);
        p->port = ntohs(v6->sin6_port);
    }
}

ssize_t lean_receive(int fd, void *data, size_t size, struct lean_packet *packet)
{
    _Alignas(struct cmsghdr) unsigned char control[LEAN_CONTROL];
    struct sockaddr_in6 name;
    struct iovec vector = {data, size};
    struct msghdr h = {.msg_name = &name,
                       .msg_namelen = sizeof name,
                       .msg_iov = &vector,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    const ssize_t n = recvmsg(fd, &h, MSG_DONTWAIT);
    if (n < 0)
        return n;
    packet->length = (unsigned)n;
    packet->truncated = (h.msg_flags & MSG_TRUNC) != 0;
    take_source(packet, &name);
    take_control(packet, &h);
    return n;
}

ssize_t lean_receive_plain(int fd, void *data, size_t size, struct lean_packet *packet)
{
    struct sockaddr_in6 name;
    socklen_t length = sizeof name;
    /* with MSG_TRUNC the result is the datagram's own length */
    const ssize_t n =
        recvfrom(fd, data, size, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&name, &length);
    if (n < 0)
        return n;
    packet->truncated = (size_t)n > size;
    packet->length = packet->truncated ? (unsigned)size : (unsigned)n;
    take_source(packet, &name);
    return n;
}

/* Several datagrams of one sender in one buffer, each of segment_size bytes. */
ssize_t lean_receive_coalesced(int fd, void *data, size_t size, struct lean_packet *packet)
{
    _Alignas(struct cmsghdr) unsigned char control[LEAN_CONTROL];
    struct sockaddr_in6 name;
    struct iovec vector = {data, size};
    struct msghdr h = {.msg_name = &name,
                       .msg_namelen = sizeof name,
                       .msg_iov = &vector,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    const ssize_t n = recvmsg(fd, &h, MSG_DONTWAIT);
    if (n < 0)
        return n;
    packet->length = (unsigned)n;
    packet->segment_size = (int)n;
    packet->truncated = (h.msg_flags & MSG_TRUNC) != 0;
    take_source(packet, &name);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c != NULL; c = CMSG_NXTHDR(&h, c))
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
            memcpy(&packet->segment_size, CMSG_DATA(c), sizeof packet->segment_size);
    return n;
}

static int receive_batch(int fd, struct lean_batch *batch, struct lean_packet *packets,
                         unsigned count, bool control)
{
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        h->msg_namelen = sizeof batch->names[i];
        h->msg_controllen = control ? sizeof batch->controls[i] : 0;
        h->msg_flags = 0;
    }
    const int got = recvmmsg(fd, batch->headers, count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        packets[i].length = batch->headers[i].msg_len;
        packets[i].truncated = (h->msg_flags & MSG_TRUNC) != 0;
        take_source(&packets[i], &batch->names[i]);
        if (control)
            take_control(&packets[i], h);
    }
    return got;
}

int lean_receive_batch(int fd, struct lean_batch *batch, struct lean_packet *packets,
                       unsigned count)
{
    return receive_batch(fd, batch, packets, count, true);
}

int lean_receive_batch_plain(int fd, struct lean_batch *batch, struct lean_packet *packets,
                             unsigned count)
{
    return receive_batch(fd, batch, packets, count, false);
}

void lean_batch_init(struct lean_batch *batch, unsigned count, void *buffers, size_t size)
{
    memset(batch, 0, sizeof *batch);
    for (unsigned i = 0; i < count; i++) {
        batch->vectors[i] = (struct iovec){(char *)buffers + i * size, size};
        batch->headers[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->headers[i].msg_hdr.msg_iovlen = 1;
        batch->headers[i].msg_hdr.msg_name = &batch->names[i];
        batch->headers[i].msg_hdr.msg_control = batch->controls[i];
    }
}
