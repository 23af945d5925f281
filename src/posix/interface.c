// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces, from getifaddrs: several entries an interface, one for each address and one for the
 * link. */
#include "posix/interface.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "posix/errno.h"
#include "shared/sockaddr.h"

uint32_t ipsk_sys_interface_index(const char *name)
{
    /* musl's if_nametoindex cuts a longer name and may find another interface */
    return strlen(name) < IF_NAMESIZE ? if_nametoindex(name) : 0;
}

bool ipsk_sys_interface_name(uint32_t index, char *name, size_t size)
{
    char buffer[IF_NAMESIZE];
    if (if_indextoname(index, buffer) == NULL || strlen(buffer) >= size)
        return false;
    memcpy(name, buffer, strlen(buffer) + 1);
    return true;
}

bool ipsk_sys_interface_is_gone(uint32_t index)
{
    char buffer[IF_NAMESIZE];
    /* any other number is a failure to find out: no descriptor, no memory */
    return index != 0 && if_indextoname(index, buffer) == NULL && errno == ENXIO;
}

/* Linux joins on any interface; loopback has not the flag there, but groups
 * (net/ipv4/igmp.c, net/ipv6/mcast.c). */
bool ipsk_sys_interface_has_groups(ipsock_handle_t handle, uint32_t index)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    return if_indextoname(index, request.ifr_name) == NULL ||
           ioctl((int)handle, SIOCGIFFLAGS, &request) < 0 ||
           (request.ifr_flags & (IFF_MULTICAST | IFF_LOOPBACK)) != 0;
}

static uint32_t flags_of(unsigned native)
{
    static const struct {
        unsigned native;
        uint32_t flag;
    } flags[] = {
        {IFF_UP, IPSOCK_INTERFACE_UP},
        {IFF_BROADCAST, IPSOCK_INTERFACE_BROADCAST},
        {IFF_LOOPBACK, IPSOCK_INTERFACE_LOOPBACK},
        {IFF_POINTOPOINT, IPSOCK_INTERFACE_POINT_TO_POINT},
        {IFF_MULTICAST, IPSOCK_INTERFACE_MULTICAST},
        {IFF_RUNNING, IPSOCK_INTERFACE_RUNNING},
    };
    uint32_t found = 0;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (native & flags[i].native)
            found |= flags[i].flag;
    return found;
}

/* One piece of memory with the name behind the struct, so that one free takes both. */
static struct ipsock_interface *make(const struct ifaddrs *entry, uint32_t index, int fd)
{
    const size_t length = strlen(entry->ifa_name) + 1;
    struct ipsock_interface *made = calloc(1, sizeof *made + length);
    if (made == NULL)
        return NULL;
    char *name = (char *)(made + 1);
    memcpy(name, entry->ifa_name, length);
    made->name = name;
    made->index = index;
    made->flags = flags_of(entry->ifa_flags);
    made->mtu = ipsk_interface_mtu(fd, entry);
    return made;
}

/* The interface of an entry, found or inserted by rising index. NULL: no memory, or (index 0) gone
 * meanwhile. */
static struct ipsock_interface *place(struct ipsock_interface **list, const struct ifaddrs *entry,
                                      uint32_t index, int fd)
{
    while (*list != NULL && (*list)->index < index)
        list = &(*list)->next;
    if (*list != NULL && (*list)->index == index)
        return *list;
    struct ipsock_interface *made = make(entry, index, fd);
    if (made != NULL) {
        made->next = *list;
        *list = made;
    }
    return made;
}

static uint8_t prefix_length(const struct sockaddr *mask, size_t offset, size_t bytes)
{
    uint8_t bits = 0;
    if (mask == NULL)
        return 0;
    const uint8_t *p = (const uint8_t *)mask + offset;
    for (size_t i = 0; i < bytes; i++)
        for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
            if (!(p[i] & bit))
                return bits;
            bits++;
        }
    return bits;
}

static bool add_addr(struct ipsock_interface *interface, const struct ifaddrs *entry)
{
    const int family = entry->ifa_addr->sa_family;
    struct ipsock_interface_addr **end = &interface->addrs;
    struct ipsock_interface_addr *made = calloc(1, sizeof *made);
    if (made == NULL)
        return false;
    if (family == AF_INET) {
        ipsk_from_sockaddr(&made->addr, entry->ifa_addr, sizeof(struct sockaddr_in));
        made->prefix_length =
            prefix_length(entry->ifa_netmask, offsetof(struct sockaddr_in, sin_addr), 4);
    } else {
        ipsk_from_sockaddr(&made->addr, entry->ifa_addr, sizeof(struct sockaddr_in6));
        made->prefix_length =
            prefix_length(entry->ifa_netmask, offsetof(struct sockaddr_in6, sin6_addr), 16);
    }
    made->addr.port = 0;
    while (*end != NULL)
        end = &(*end)->next;
    *end = made;
    return true;
}

static bool add_entry(struct ipsock_interface **list, const struct ifaddrs *entry, int fd)
{
    const uint32_t index = if_nametoindex(entry->ifa_name);
    if (index == 0)
        return true; /* gone since getifaddrs */
    struct ipsock_interface *interface = place(list, entry, index, fd);
    if (interface == NULL)
        return false;
    ipsk_interface_hardware(entry, interface);
    const bool addressed = entry->ifa_addr != NULL && (entry->ifa_addr->sa_family == AF_INET ||
                                                       entry->ifa_addr->sa_family == AF_INET6);
    return !addressed || add_addr(interface, entry);
}

int ipsk_sys_interfaces(struct ipsock_interface **list, struct ipsock_error *error)
{
    struct ifaddrs *entries;
    struct ipsock_error ignored;
    ipsock_handle_t probe = IPSOCK_INVALID_HANDLE;
    bool complete = true;
    if (getifaddrs(&entries) < 0)
        return ipsk_fail_errno(error, "getifaddrs");
    if (ipsk_sys_socket(IPSOCK_IPV4, IPSOCK_UDP, 0, &probe, &ignored) < 0)
        ipsk_sys_socket(IPSOCK_IPV6, IPSOCK_UDP, 0, &probe, &ignored);
    for (const struct ifaddrs *entry = entries; entry != NULL && complete; entry = entry->ifa_next)
        complete = add_entry(list, entry, (int)probe);
    if (probe != IPSOCK_INVALID_HANDLE)
        ipsk_sys_close(probe);
    freeifaddrs(entries);
    if (complete)
        return IPSOCK_OK;
    ipsock_interfaces_free(*list);
    *list = NULL;
    return ipsk_fail(error, IPSOCK_ENOMEM, 0, "interfaces", NULL);
}
