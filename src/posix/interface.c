// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces, from getifaddrs: several entries an interface, one for each address and one for the
 * link. */
#include "posix/interface.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "posix/create.h"
#include "posix/errno.h"
#include "shared/sockaddr.h"

/* They ask by a socket of their own; glibc 2.36 says ENOENT when it gets none. */
static int fail_lookup(struct ipsock_error *error, const char *operation)
{
    const int native = errno;
    if (native != ENODEV && native != ENXIO) {
        const int code = ipsk_lack(error, operation);
        if (code < 0)
            return code;
    }
    errno = native;
    return ipsk_fail_errno(error, operation);
}

int ipsk_sys_interface_index(const char *name, uint32_t *index, struct ipsock_error *error)
{
    *index = 0;
    if (*name == '\0' ||
        strlen(name) >= IF_NAMESIZE) /* musl's if_nametoindex cuts, finds another */
        return ipsk_fail(error, IPSOCK_ENODEV, 0, "if_nametoindex", NULL);
    *index = if_nametoindex(name);
    return *index != 0 ? IPSOCK_OK : fail_lookup(error, "if_nametoindex");
}

int ipsk_sys_interface_name(uint32_t index, char *name, size_t size, struct ipsock_error *error)
{
    char buffer[IF_NAMESIZE];
    if (if_indextoname(index, buffer) == NULL)
        return fail_lookup(error, "if_indextoname");
    if (strlen(buffer) >= size)
        return ipsk_fail(error, IPSOCK_ENOSPC, 0, "if_indextoname", NULL);
    memcpy(name, buffer, strlen(buffer) + 1);
    return IPSOCK_OK;
}

/* Linux joins on any interface; loopback has not the flag there, but groups
 * (net/ipv4/igmp.c, net/ipv6/mcast.c). */
int ipsk_sys_interface_groups(ipsock_handle_t handle, uint32_t index, struct ipsock_error *error)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    const int code =
        ipsk_sys_interface_name(index, request.ifr_name, sizeof request.ifr_name, error);
    if (code == IPSOCK_ENODEV)
        return IPSOCK_OK; /* the system will say so */
    if (code < 0 || ioctl((int)handle, SIOCGIFFLAGS, &request) < 0 ||
        (request.ifr_flags & (IFF_MULTICAST | IFF_LOOPBACK)) != 0)
        return code;
    return ipsk_fail(error, IPSOCK_ENODEV, 0, "ioctl", NULL);
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

/* The BSDs leave a netmask's zeros away at its end, and what follows is not its own: its first byte
 * tells its length (net/radix.c; getifaddrs copies that many). */
static uint8_t prefix_length(const struct sockaddr *mask, size_t offset, size_t bytes)
{
    union ipsk_sockaddr whole;
    uint8_t bits = 0;
    if (mask == NULL)
        return 0;
    const size_t length = IPSK_THE_SOCKADDR_HAS_LENGTH && *(const uint8_t *)mask < offset + bytes
                              ? *(const uint8_t *)mask
                              : offset + bytes;
    memset(&whole, 0, sizeof whole);
    memcpy(&whole, mask, length);
    const uint8_t *p = (const uint8_t *)&whole + offset;
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
    ipsk_unembed_scope(&made->addr);
    while (*end != NULL)
        end = &(*end)->next;
    *end = made;
    return true;
}

/* By the entries themselves as far as they tell: asked for by its name, an interface that is
 * renamed meanwhile would be missing. */
static int index_of(const struct ifaddrs *entries, const struct ifaddrs *entry, uint32_t *index,
                    struct ipsock_error *error)
{
    for (const struct ifaddrs *link = entries; link != NULL; link = link->ifa_next) {
        *index = strcmp(link->ifa_name, entry->ifa_name) == 0 ? ipsk_interface_link(link) : 0;
        if (*index != 0)
            return IPSOCK_OK;
    }
    return ipsk_sys_interface_index(entry->ifa_name, index, error);
}

static int add_entry(struct ipsock_interface **list, const struct ifaddrs *entries,
                     const struct ifaddrs *entry, int fd, struct ipsock_error *error)
{
    uint32_t index;
    const int code = index_of(entries, entry, &index, error);
    if (code < 0)
        return code == IPSOCK_ENODEV ? IPSOCK_OK : code; /* gone since getifaddrs */
    struct ipsock_interface *interface = place(list, entry, index, fd);
    if (interface == NULL)
        return ipsk_fail(error, IPSOCK_ENOMEM, 0, "interfaces", NULL);
    ipsk_interface_hardware(entry, interface);
    const bool addressed = entry->ifa_addr != NULL && (entry->ifa_addr->sa_family == AF_INET ||
                                                       entry->ifa_addr->sa_family == AF_INET6);
    return !addressed || add_addr(interface, entry)
               ? IPSOCK_OK
               : ipsk_fail(error, IPSOCK_ENOMEM, 0, "interfaces", NULL);
}

int ipsk_sys_interfaces(struct ipsock_interface **list, struct ipsock_error *error)
{
    struct ifaddrs *entries;
    ipsock_handle_t probe = IPSOCK_INVALID_HANDLE;
    if (getifaddrs(&entries) < 0)
        return ipsk_fail_errno(error, "getifaddrs");
    int code = ipsk_sys_socket(IPSOCK_IPV4, IPSOCK_UDP, 0, &probe, error);
    if (code == IPSOCK_ENOTSUP)
        code = ipsk_sys_socket(IPSOCK_IPV6, IPSOCK_UDP, 0, &probe, error);
    if (code == IPSOCK_ENOTSUP) /* a host without IP has interfaces all the same */
        code = IPSOCK_OK;
    for (const struct ifaddrs *entry = entries; entry != NULL && code == IPSOCK_OK;
         entry = entry->ifa_next)
        code = add_entry(list, entries, entry, (int)probe, error);
    if (probe != IPSOCK_INVALID_HANDLE)
        ipsk_sys_close(probe);
    freeifaddrs(entries);
    if (code == IPSOCK_OK)
        return IPSOCK_OK;
    ipsock_interfaces_free(*list);
    *list = NULL;
    return code;
}

void ipsk_sys_news_close(struct ipsk_news *news)
{
    if (news->open)
        close((int)news->handle);
    news->open = false;
}
