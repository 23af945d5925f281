// SPDX-License-Identifier: BSD-2-Clause
/* getifaddrs: a link entry of each interface, then its addresses (docs/platform/bsd.md, 10). */
#include "calls.h"

enum { INTERFACES = 128, ADDRESSES = 256, ROOM = 64 };

/* One allocation an entry. */
struct entry {
    struct ifaddrs list;
    char name[IFNAMSIZ];
    union {
        uint8_t bytes[ROOM];
        struct sockaddr any;
        struct sockaddr_dl link;
    } addr, mask, broadcast;
    struct if_data data;
};

static unsigned flags_of(const struct host_interface *i)
{
    return (i->up ? IFF_UP : 0U) | (i->loopback ? IFF_LOOPBACK : 0U) |
           (i->broadcast ? IFF_BROADCAST : 0U) | (i->running ? IFF_RUNNING : 0U) |
           (i->point_to_point ? IFF_POINTOPOINT : 0U) |
           (i->multicast || i->loopback ? (unsigned)IFF_MULTICAST : 0U);
}

int model_interface_flags(struct ifreq *request)
{
    struct host_interface list[INTERFACES];
    const int count = host_interfaces(list, INTERFACES);
    for (int i = 0; i < count && i < INTERFACES; i++)
        if (strncmp(list[i].name, request->ifr_name, sizeof request->ifr_name) == 0) {
            request->ifr_flags = (short)flags_of(&list[i]);
            return 0;
        }
    return count < 0 ? model_errno(count) : -ENXIO;
}

static struct entry *new_entry(struct ifaddrs ***end, const struct host_interface *i)
{
    struct entry *const e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    memcpy(e->name, i->name, sizeof e->name);
    e->list.ifa_name = e->name;
    e->list.ifa_flags = flags_of(i);
    e->list.ifa_addr = &e->addr.any;
    **end = &e->list;
    *end = &e->list.ifa_next;
    return e;
}

static bool add_link(struct ifaddrs ***end, const struct host_interface *i)
{
    struct entry *const e = new_entry(end, i);
    if (e == NULL)
        return false;
    struct sockaddr_dl *const link = &e->addr.link;
    link->sdl_len = sizeof *link;
    link->sdl_family = AF_LINK;
    link->sdl_index = (uint16_t)i->index;
    link->sdl_type = i->loopback ? 24 : 6; /* IFT_LOOP, IFT_ETHER (net/if_types.h) */
    link->sdl_nlen = (uint8_t)strlen(i->name);
    link->sdl_alen = i->hardware_length;
    memcpy(link->sdl_data, i->name, link->sdl_nlen);
    memcpy(link->sdl_data + link->sdl_nlen, i->hardware, i->hardware_length);
    e->data.ifi_mtu = i->mtu;
    e->list.ifa_data = &e->data;
    return true;
}

static void put_mask(void *to, const struct host_interface_addr *a)
{
    struct host_addr mask = {.family = a->addr.family};
    for (int bit = 0; bit < a->prefix; bit++)
        mask.ip[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    model_to(&mask, to);
}

/* NetBSD keeps the scope of link-local addresses inside them. */
static void embed(struct host_addr *addr)
{
    const bool link = addr->family == 6 && addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
    if (!link || model_fact(FACT_SCOPE_CLEAN))
        return;
    addr->ip[2] = (uint8_t)(addr->scope >> 8);
    addr->ip[3] = (uint8_t)addr->scope;
    addr->scope = 0;
}

static bool add_addr(struct ifaddrs ***end, const struct host_interface *i,
                     const struct host_interface_addr *a)
{
    struct entry *const e = new_entry(end, i);
    struct host_addr addr = a->addr;
    if (e == NULL)
        return false;
    embed(&addr);
    model_to(&addr, &e->addr);
    put_mask(&e->mask, a);
    e->list.ifa_netmask = &e->mask.any;
    if (a->broadcast.family != 0) {
        model_to(&a->broadcast, &e->broadcast);
        e->list.ifa_broadaddr = &e->broadcast.any;
    }
    return true;
}

static bool collect(struct ifaddrs ***end, const struct host_interface *interfaces, int count,
                    const struct host_interface_addr *addrs, int addr_count)
{
    for (int i = 0; i < count; i++) {
        if (!add_link(end, &interfaces[i]))
            return false;
        for (int a = 0; a < addr_count; a++)
            if (addrs[a].index == interfaces[i].index && !add_addr(end, &interfaces[i], &addrs[a]))
                return false;
    }
    return true;
}

int kernel_getifaddrs(struct ifaddrs **list)
{
    struct ifaddrs **end = list;
    const int fault = model_fault("getifaddrs");
    struct host_interface *const interfaces = calloc(INTERFACES, sizeof *interfaces);
    struct host_interface_addr *const addrs = calloc(ADDRESSES, sizeof *addrs);
    int result = fault;
    *list = NULL;
    if (fault == 0 && (interfaces == NULL || addrs == NULL))
        result = -ENOMEM;
    const int count = result < 0 ? 0 : host_interfaces(interfaces, INTERFACES);
    const int addr_count = result < 0 ? 0 : host_interface_addrs(addrs, ADDRESSES);
    if (count < 0 || addr_count < 0)
        result = model_errno(count < 0 ? count : addr_count);
    else if (result == 0 && !collect(&end, interfaces, count < INTERFACES ? count : INTERFACES,
                                     addrs, addr_count < ADDRESSES ? addr_count : ADDRESSES))
        result = -ENOMEM;
    free(interfaces);
    free(addrs);
    if (result < 0 && *list != NULL) {
        kernel_freeifaddrs(*list);
        *list = NULL;
    }
    return model_return(result);
}

void kernel_freeifaddrs(struct ifaddrs *list)
{
    while (list != NULL) {
        struct ifaddrs *const next = list->ifa_next;
        free(list); /* the first member of its entry */
        list = next;
    }
}

/* ENXIO, where Linux says ENODEV (if_nametoindex(3) of both). */
unsigned kernel_if_nametoindex(const char *name)
{
    struct host_interface list[INTERFACES];
    const int fault = model_fault("if_nametoindex");
    const int count = fault < 0 ? 0 : host_interfaces(list, INTERFACES);
    if (fault < 0 || count < 0) {
        errno = fault < 0 ? -fault : -model_errno(count);
        return 0;
    }
    for (int i = 0; i < count && i < INTERFACES; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].index;
    errno = ENXIO;
    return 0;
}

char *kernel_if_indextoname(unsigned index, char *name)
{
    struct host_interface list[INTERFACES];
    const int fault = model_fault("if_indextoname");
    const int count = fault < 0 ? 0 : host_interfaces(list, INTERFACES);
    for (int i = 0; i < count && i < INTERFACES; i++)
        if (list[i].index == index)
            return memcpy(name, list[i].name, IFNAMSIZ);
    errno = fault < 0 ? -fault : count < 0 ? -model_errno(count) : ENXIO;
    return NULL;
}
