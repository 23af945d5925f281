// SPDX-License-Identifier: BSD-2-Clause
// The hand-written loop that everything is compared with.
#ifndef SHAPE_HAND_H
#define SHAPE_HAND_H

#include "types.h"

struct hand_result {
    unsigned char destination[16];
    unsigned char source[16];
    unsigned interface_index;
    int hop_limit;
    int traffic_class;
    unsigned length;
    uint16_t port;
    bool truncated;
    struct timespec time;
};

static struct mmsghdr hand_headers[BATCH];
static struct iovec hand_vectors[BATCH];
static struct sockaddr_storage hand_names[BATCH];
static _Alignas(16) unsigned char hand_controls[BATCH][CONTROL_BYTES];
static struct hand_result hand_results[BATCH];

static void hand_cmsg(struct hand_result *r, struct cmsghdr *c)
{
    if (c->cmsg_level == IPPROTO_IP) {
        switch (c->cmsg_type) {
        case IP_PKTINFO: {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(r->destination, &info.ipi_addr, 4);
            r->interface_index = (unsigned)info.ipi_ifindex;
            break;
        }
        case IP_TTL:
            memcpy(&r->hop_limit, CMSG_DATA(c), sizeof r->hop_limit);
            break;
        case IP_TOS:
            r->traffic_class = *CMSG_DATA(c);
            break;
        default:
            break;
        }
    } else if (c->cmsg_level == IPPROTO_IPV6) {
        switch (c->cmsg_type) {
        case IPV6_PKTINFO: {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(r->destination, &info.ipi6_addr, 16);
            r->interface_index = info.ipi6_ifindex;
            break;
        }
        case IPV6_HOPLIMIT:
            memcpy(&r->hop_limit, CMSG_DATA(c), sizeof r->hop_limit);
            break;
        case IPV6_TCLASS:
            memcpy(&r->traffic_class, CMSG_DATA(c), sizeof r->traffic_class);
            break;
        default:
            break;
        }
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
        memcpy(&r->time, CMSG_DATA(c), sizeof r->time);
    }
}

static void hand_source(struct hand_result *r, const struct sockaddr_storage *name)
{
    if (name->ss_family == AF_INET) {
        const struct sockaddr_in *n4 = (const void *)name;
        memcpy(r->source, &n4->sin_addr, 4);
        r->port = ntohs(n4->sin_port);
    } else {
        const struct sockaddr_in6 *n6 = (const void *)name;
        memcpy(r->source, &n6->sin6_addr, 16);
        r->port = ntohs(n6->sin6_port);
    }
}

static BOUNDARY int receive_hand(struct endpoint *e)
{
    for (int i = 0; i < BATCH; i++) {
        hand_headers[i].msg_hdr.msg_namelen = sizeof hand_names[i];
        hand_headers[i].msg_hdr.msg_controllen = sizeof hand_controls[i];
        hand_headers[i].msg_hdr.msg_flags = 0;
    }
    int got = recvmmsg(e->fd, hand_headers, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) {
        struct msghdr *h = &hand_headers[i].msg_hdr;
        struct hand_result *r = &hand_results[i];
        r->length = hand_headers[i].msg_len;
        r->truncated = (h->msg_flags & MSG_TRUNC) != 0;
        hand_source(r, &hand_names[i]);
        for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
            hand_cmsg(r, c);
    }
    return got;
}

#endif
