// SPDX-License-Identifier: BSD-2-Clause
/* The public conversions. */
#include <ipsock/native.h>

#include "shared/sockaddr.h"

int ipsock_addr_to_sockaddr(const struct ipsock_addr *addr, struct sockaddr *sockaddr, size_t size,
                            socklen_t *length)
{
    union ipsk_sockaddr name;
    if (addr == NULL || sockaddr == NULL || length == NULL)
        return IPSOCK_EINVAL;
    if (addr->family != IPSOCK_IPV4 && addr->family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    const socklen_t used = ipsk_to_sockaddr(addr, addr->family, &name);
    const size_t bytes = (size_t)used; /* Windows counts in int */
    if (size < bytes)
        return IPSOCK_ENOSPC;
    memcpy(sockaddr, &name, bytes);
    *length = used;
    return IPSOCK_OK;
}

void ipsk_unembed_scope(struct ipsock_addr *addr)
{
    const uint32_t embedded = (uint32_t)addr->ip[2] << 8 | addr->ip[3];
    if (addr->family != IPSOCK_IPV6 || embedded == 0 || addr->scope != 0 ||
        !ipsk_needs_scope(addr->ip) || ipsock_addr_is_multicast(addr))
        return;
    addr->scope = embedded;
    addr->ip[2] = 0;
    addr->ip[3] = 0;
}

int ipsock_addr_from_sockaddr(struct ipsock_addr *addr, const struct sockaddr *sockaddr,
                              socklen_t length)
{
    union ipsk_sockaddr name;
    if (addr == NULL || sockaddr == NULL ||
        length < (socklen_t)(offsetof(struct sockaddr, sa_family) + sizeof sockaddr->sa_family))
        return IPSOCK_EINVAL;
    memset(&name, 0, sizeof name);
    memcpy(&name, sockaddr, (size_t)length < sizeof name ? (size_t)length : sizeof name);
    const int family = name.any.sa_family;
    if (family != AF_INET && family != AF_INET6)
        return IPSOCK_EFAMILY;
    const socklen_t exact =
        family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (length < exact)
        return IPSOCK_EINVAL;
    ipsk_from_sockaddr(addr, &name, exact);
    ipsk_unembed_scope(addr);
    return IPSOCK_OK;
}
