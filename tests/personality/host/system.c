// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces, routes, and the process. */
#include "internal.h"

#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;

void host_lock(void)
{
    pthread_mutex_lock(&state);
}

void host_unlock(void)
{
    pthread_mutex_unlock(&state);
}

const char *host_environment(const char *name)
{
    return getenv(name);
}

bool host_is_privileged(void)
{
    return geteuid() == 0;
}

void host_say(const char *text)
{
    fprintf(stderr, "%s\n", text);
}

static uint32_t mtu_of(const char *name)
{
    struct ifreq request;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memset(&request, 0, sizeof request);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    const bool known = fd >= 0 && ioctl(fd, SIOCGIFMTU, &request) == 0;
    if (fd >= 0)
        close(fd);
    return known ? (uint32_t)request.ifr_mtu : 0;
}

static void fill(struct host_interface *out, const struct ifaddrs *entry)
{
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", entry->ifa_name);
    out->mtu = mtu_of(entry->ifa_name);
    out->up = entry->ifa_flags & IFF_UP;
    out->running = entry->ifa_flags & IFF_RUNNING;
    out->loopback = entry->ifa_flags & IFF_LOOPBACK;
    out->multicast = entry->ifa_flags & IFF_MULTICAST;
    out->broadcast = entry->ifa_flags & IFF_BROADCAST;
    out->point_to_point = entry->ifa_flags & IFF_POINTOPOINT;
    struct sockaddr_ll hardware;
    memcpy(&hardware, entry->ifa_addr, sizeof hardware);
    out->index = (uint32_t)hardware.sll_ifindex;
    out->hardware_length = hardware.sll_halen > 6 ? 6 : hardware.sll_halen;
    memcpy(out->hardware, hardware.sll_addr, out->hardware_length);
    if (out->loopback) /* all zero; the BSDs' have none */
        out->hardware_length = 0;
}

int host_interfaces(struct host_interface *out, int capacity)
{
    struct ifaddrs *list;
    int count = 0;
    if (getifaddrs(&list) < 0)
        return host_failed();
    for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != AF_PACKET)
            continue;
        if (count < capacity)
            fill(&out[count], entry);
        count++;
    }
    freeifaddrs(list);
    return count;
}

/* By the list itself: a name may change meanwhile. */
static uint32_t index_in(const struct ifaddrs *list, const char *name)
{
    for (; list != NULL; list = list->ifa_next) {
        struct sockaddr_ll hardware;
        if (list->ifa_addr == NULL || list->ifa_addr->sa_family != AF_PACKET ||
            strcmp(list->ifa_name, name) != 0)
            continue;
        memcpy(&hardware, list->ifa_addr, sizeof hardware);
        return (uint32_t)hardware.sll_ifindex;
    }
    return if_nametoindex(name); /* a label, as eth0:1 */
}

static uint8_t prefix_of(const struct sockaddr *mask, int family)
{
    union host_sockaddr name;
    uint8_t bits = 0;
    if (mask == NULL)
        return 0;
    memcpy(&name, mask, family == AF_INET ? sizeof name.v4 : sizeof name.v6);
    const uint8_t *bytes =
        family == AF_INET ? (const uint8_t *)&name.v4.sin_addr : name.v6.sin6_addr.s6_addr;
    for (int i = 0; i < (family == AF_INET ? 4 : 16); i++)
        bits = (uint8_t)(bits + __builtin_popcount(bytes[i]));
    return bits;
}

static void read_name(struct host_addr *out, const struct sockaddr *name)
{
    union host_sockaddr copy;
    const size_t length = name->sa_family == AF_INET ? sizeof copy.v4 : sizeof copy.v6;
    memcpy(&copy, name, length);
    host_from(out, &copy, (socklen_t)length);
}

/* Of the prefix: glibc gives the own address where none was set; the BSDs set it by default
 * (in_ifinit). */
static void make_broadcast(struct host_interface_addr *out)
{
    out->broadcast = out->addr;
    for (int bit = out->prefix; bit < 32; bit++)
        out->broadcast.ip[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    if (out->prefix > 30)
        out->broadcast.family = 0;
}

int host_interface_addrs(struct host_interface_addr *out, int capacity)
{
    struct ifaddrs *list;
    int count = 0;
    if (getifaddrs(&list) < 0)
        return host_failed();
    for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        const int family = entry->ifa_addr == NULL ? AF_UNSPEC : entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6)
            continue;
        if (count < capacity) {
            memset(&out[count], 0, sizeof out[count]);
            out[count].index = index_in(list, entry->ifa_name);
            out[count].prefix = prefix_of(entry->ifa_netmask, family);
            read_name(&out[count].addr, entry->ifa_addr);
            if (family == AF_INET && (entry->ifa_flags & IFF_BROADCAST))
                make_broadcast(&out[count]);
        }
        count++;
    }
    freeifaddrs(list);
    return count;
}

bool host_is_local(const struct host_addr *addr, uint32_t *index)
{
    struct host_interface_addr addrs[64];
    const int count = host_interface_addrs(addrs, 64);
    for (int i = 0; i < count && i < 64; i++) {
        if (addrs[i].addr.family != addr->family ||
            memcmp(addrs[i].addr.ip, addr->ip, addr->family == 4 ? 4 : 16) != 0)
            continue;
        if (addr->scope != 0 && addr->scope != addrs[i].index)
            continue;
        *index = addrs[i].index;
        return true;
    }
    return false;
}

/* By the source that the route to it would give. */
uint32_t host_route(const struct host_addr *to)
{
    union host_sockaddr name;
    struct host_addr asked = *to, source;
    uint32_t index = 0;
    const int fd = socket(to->family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    asked.port = 9;
    const socklen_t length = host_to(&asked, &name);
    if (connect(fd, &name.any, length) == 0 && host_name(fd, false, &source) == 0) {
        source.scope = 0;
        host_is_local(&source, &index);
    }
    close(fd);
    return index;
}
