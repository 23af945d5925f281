// SPDX-License-Identifier: BSD-2-Clause
/* Socket addresses. Their types come with the system header. */
#ifndef IPSK_SOCKADDR_H
#define IPSK_SOCKADDR_H

#include "core/table/control_codec.h"
#include "shared/system.h"

/* Room for either family; the length tells which one came. */
union ipsk_sockaddr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Systems whose sockaddr starts with its length say so in the tables; elsewhere the member does not
 * exist. */
static inline void ipsk_sockaddr_head(union ipsk_sockaddr *sa, int family, size_t length)
{
    /* the type of the member has another name on Windows */
    if (family == AF_INET)
        sa->any.sa_family = AF_INET;
    else
        sa->any.sa_family = AF_INET6;
    /* byte 0; the family is then byte 1, of one byte, and not touched */
    if (IPSK_THE_SOCKADDR_HAS_LENGTH)
        *(uint8_t *)sa = (uint8_t)length;
}

/* Writes an address for a socket of a family; an IPv4 one goes to an IPv6 socket in its mapped
 * form. */
static inline socklen_t ipsk_to_sockaddr(const struct ipsock_addr *addr, int family,
                                         union ipsk_sockaddr *sa)
{
    if (family == IPSOCK_IPV4) {
        ipsk_sockaddr_head(sa, AF_INET, sizeof sa->v4);
        sa->v4.sin_port = htons(addr->port);
        memcpy(&sa->v4.sin_addr, addr->ip, 4);
        memset(sa->v4.sin_zero, 0, sizeof sa->v4.sin_zero);
        return sizeof sa->v4;
    }
    ipsk_sockaddr_head(sa, AF_INET6, sizeof sa->v6);
    sa->v6.sin6_port = htons(addr->port);
    sa->v6.sin6_flowinfo = 0;
    sa->v6.sin6_scope_id = addr->scope;
    if (addr->family == IPSOCK_IPV6) {
        memcpy(&sa->v6.sin6_addr, addr->ip, 16);
    } else {
        memset(&sa->v6.sin6_addr, 0, 10);
        sa->v6.sin6_addr.s6_addr[10] = 0xff;
        sa->v6.sin6_addr.s6_addr[11] = 0xff;
        memcpy(&sa->v6.sin6_addr.s6_addr[12], addr->ip, 4);
    }
    return sizeof sa->v6;
}

/* The exact length names the family: kernels return no other for these. */
static inline void ipsk_from_sockaddr(struct ipsock_addr *addr, const void *name, socklen_t length)
{
    if (length == sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *v6 = name;
        ipsk_set_ipv6(addr, &v6->sin6_addr, ntohs(v6->sin6_port), v6->sin6_scope_id);
    } else if (length == sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *v4 = name;
        ipsk_set_ipv4(addr, &v4->sin_addr, ntohs(v4->sin_port));
    } else {
        memset(addr, 0, sizeof *addr);
    }
}

/* Some BSD interfaces leave the scope in bytes 2 and 3 of link-local addresses (KAME); it is moved
 * to where it belongs. */
void ipsk_unembed_scope(struct ipsock_addr *addr);

#endif
