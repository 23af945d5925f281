// SPDX-License-Identifier: BSD-2-Clause
/* Broadcast addresses by the list of interfaces: unlike Linux, the BSDs and Darwin let a socket
 * connect to one without leave to send to it (in_pcbconnect), so that only the list tells. */
#include <ifaddrs.h>
#include <net/if.h>

#include "core/endpoint/backend.h"
#include "shared/sockaddr.h"

static bool is_of(const struct ifaddrs *entry, const struct ipsock_addr *addr)
{
    struct ipsock_addr broadcast;
    if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != AF_INET ||
        !(entry->ifa_flags & IFF_BROADCAST) || entry->ifa_broadaddr == NULL)
        return false;
    ipsk_from_sockaddr(&broadcast, entry->ifa_broadaddr, sizeof(struct sockaddr_in));
    return ipsock_addr_same_ip(&broadcast, addr);
}

bool ipsk_sys_is_broadcast(const struct ipsock_addr *addr)
{
    struct ifaddrs *entries;
    bool found = false;
    if (getifaddrs(&entries) < 0)
        return true;
    for (const struct ifaddrs *entry = entries; entry != NULL && !found; entry = entry->ifa_next)
        found = is_of(entry, addr);
    freeifaddrs(entries);
    return found;
}
