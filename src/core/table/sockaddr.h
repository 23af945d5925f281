// SPDX-License-Identifier: BSD-2-Clause
/* Socket addresses inside option and control payloads, written by the facts of a system's tables.
 */
#ifndef IPSK_CORE_SOCKADDR_H
#define IPSK_CORE_SOCKADDR_H

#include <string.h>

#include "core/table/table.h"

#include <ipsock/addr.h>

/* Bytes of a sockaddr_in or sockaddr_in6; the same on every system. */
static inline size_t ipsk_sockaddr_length(int family)
{
    return family == IPSOCK_IPV4 ? 16 : 28;
}

/* Writes it to p, port 0. The layouts differ only in the first two bytes. */
static inline void ipsk_put_sockaddr(const struct ipsk_system *system,
                                     const struct ipsock_addr *addr, uint8_t *p)
{
    const bool ipv4 = addr->family == IPSOCK_IPV4;
    const uint16_t family =
        (uint16_t)system->facts[ipv4 ? IPSK_FACT_FAMILY_IPV4 : IPSK_FACT_FAMILY_IPV6];
    memset(p, 0, ipsk_sockaddr_length(addr->family));
    if (system->facts[IPSK_FACT_SOCKADDR_HAS_LENGTH]) {
        p[0] = (uint8_t)ipsk_sockaddr_length(addr->family);
        p[1] = (uint8_t)family;
    } else {
        memcpy(p, &family, sizeof family);
    }
    memcpy(p + (ipv4 ? 4 : 8), addr->ip, ipv4 ? 4 : 16);
    if (!ipv4)
        memcpy(p + 24, &addr->scope, sizeof addr->scope);
}

#endif
