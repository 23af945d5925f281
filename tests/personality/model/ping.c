// SPDX-License-Identifier: BSD-2-Clause
/* Sockets for pings (Darwin: bsd/netinet/ip_icmp.c, icmp_dgram_ctloutput and icmp_dgram_send;
 * bsd/netinet6/icmp6.c, icmp6_dgram_ctloutput): raw ones with fewer options. */
#include "model.h"

enum { ECHO = 8, TIMESTAMP = 13, MASK = 17, HEADER = 8 };

int model_ping_send(const struct sock *s, const struct msghdr *h)
{
    uint8_t head[HEADER];
    size_t length = 0;
    if (s->kind != KIND_P4 || s->values[OPTION_HDRINCL])
        return 0;
    for (int i = 0; i < (int)h->msg_iovlen; i++)
        for (size_t k = 0; k < h->msg_iov[i].iov_len; k++, length++)
            if (length < HEADER)
                head[length] = ((const uint8_t *)h->msg_iov[i].iov_base)[k];
    if (length < HEADER || head[1] != 0)
        return -EINVAL;
    const bool fits = head[0] == ECHO || (head[0] == TIMESTAMP && length == 20) ||
                      (head[0] == MASK && length == 12);
    return fits ? 0 : -EINVAL;
}

int model_ping_option(const struct sock *s, int level, int name)
{
    static const int four[] = {
        IP_OPTIONS,        IP_HDRINCL,           IP_TOS,           IP_TTL,
        IP_RECVOPTS,       IP_RECVRETOPTS,       IP_RECVDSTADDR,   IP_RETOPTS,
        IP_MULTICAST_IF,   IP_MULTICAST_IFINDEX, IP_MULTICAST_TTL, IP_MULTICAST_LOOP,
        IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP,   IP_BOUND_IF,      IP_PORTRANGE,
        IP_RECVIF,         IP_STRIPHDR,          IP_RECVTTL,       IP_DONTFRAG};
    if (s->kind == KIND_P6 && level == IPPROTO_IPV6)
        return model_fact(FACT_PING6_ROOT_DEAF) && host_is_privileged() ? -EINVAL : 0;
    if (s->kind != KIND_P4 || level != IPPROTO_IP)
        return 0;
    for (size_t i = 0; i < sizeof four / sizeof four[0]; i++)
        if (four[i] == name)
            return 0;
    return -EINVAL;
}
