// SPDX-License-Identifier: BSD-2-Clause
/* What getifaddrs tells of a link on the BSDs: its entry of AF_LINK has the address and the MTU. */
#include <sys/types.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <string.h>
#include <sys/socket.h>

#include "posix/interface.h"

uint32_t ipsk_interface_mtu(int fd, const struct ifaddrs *link)
{
    (void)fd;
    if (link->ifa_addr == NULL || link->ifa_addr->sa_family != AF_LINK || link->ifa_data == NULL)
        return 0;
    struct if_data data;
    memcpy(&data, link->ifa_data, sizeof data);
    return (uint32_t)data.ifi_mtu;
}

uint32_t ipsk_interface_link(const struct ifaddrs *link)
{
    if (link->ifa_addr == NULL || link->ifa_addr->sa_family != AF_LINK)
        return 0;
    return ((const struct sockaddr_dl *)(const void *)link->ifa_addr)->sdl_index;
}

/* The address follows the name in sdl_data, which may run past the end of the struct
 * (net/if_dl.h, LLADDR): by the lengths, not by the struct's size. */
void ipsk_interface_hardware(const struct ifaddrs *link, struct ipsock_interface *interface)
{
    if (link->ifa_addr == NULL || link->ifa_addr->sa_family != AF_LINK)
        return;
    const struct sockaddr_dl *dl = (const struct sockaddr_dl *)(const void *)link->ifa_addr;
    const size_t at = offsetof(struct sockaddr_dl, sdl_data) + dl->sdl_nlen;
    const uint8_t length = dl->sdl_alen > sizeof interface->hardware
                               ? (uint8_t)sizeof interface->hardware
                               : dl->sdl_alen;
    if (at + length > dl->sdl_len)
        return;
    memcpy(interface->hardware, (const uint8_t *)dl + at, length);
    interface->hardware_length = length;
}
