// SPDX-License-Identifier: BSD-2-Clause
/* The BSDs and Darwin: the types of their control messages. No network of one's own is made:
 * tests that need one are skipped. */
#ifdef __APPLE__
#define __APPLE_USE_RFC_3542 1
#endif
#include <sys/types.h>

#include <ipsock/addr.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "system_cmsg.h"

void system_isolate(void)
{
}

/* kern.osreldate; NetBSD and Darwin have none, OpenBSD nothing by name. */
static int release_date(void)
{
#ifdef __OpenBSD__
    return 0;
#else
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname("kern.osreldate", &value, &size, NULL, 0) == 0 ? value : 0;
#endif
}

/* Older OpenBSD has the option in no kernel; NetBSD has none. */
static bool tells_protocol(void)
{
#ifdef SO_PROTOCOL
    int value;
    socklen_t length = sizeof value;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const bool tells = getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &length) == 0;
    close(fd);
    return tells;
#elif defined __NetBSD__
    return true; /* expectations.csv has the row */
#else
    return false;
#endif
}

/* What versions of one system differ in, too: bsd.md 9, MSG_TRUNC as an input flag; 3, IPv6
 * PKTINFO; 4, IPv6 join twice. */
const char *system_lacks(const char *what)
{
    const int date = release_date();
    if (strcmp(what, "membership-query") == 0)
        return "sockets do not tell what they have joined";
    if (strcmp(what, "full-length") == 0 && date < 1400097)
        return "the length of a datagram that was cut is not told";
    if (strcmp(what, "protocol-of-raw") == 0 && !tells_protocol())
        return "the protocol of a raw socket is not told";
    if (strcmp(what, "second-join-code") == 0 && date != 0 && date < 1400000)
        return "a second join of IPv6 is EINVAL, like one of another mode";
    if (strcmp(what, "way-by-interface") == 0 && date >= 1300000)
        return "IPV6_PKTINFO's interface is not the packet's way";
    return NULL;
}

/* There are no ping sockets: ping endpoints are always raw ones. */
bool system_pings_raw(void)
{
    return true;
}

bool system_allow_ping(bool on)
{
    (void)on;
    return false;
}

bool system_answer_probes(void)
{
    return false;
}

bool system_lock_filter(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

bool system_make_interfaces(uint32_t *first, uint32_t *second)
{
    *first = *second = 0;
    return false;
}

/* The limits of memberships are fixed. */
bool system_set_limit(enum system_limit which, int value)
{
    (void)which;
    (void)value;
    return false;
}

bool system_filter_of(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                      struct system_filter *out)
{
    (void)handle;
    (void)index;
    (void)group;
    memset(out, 0, sizeof *out);
    return false;
}

#ifdef MCAST_JOIN_SOURCE_GROUP
static void put_addr(struct sockaddr_storage *to, const struct ipsock_addr *addr)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_len = sizeof v4};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_len = sizeof v6};
    memset(to, 0, sizeof *to);
    memcpy(&v4.sin_addr, addr->ip, 4);
    memcpy(&v6.sin6_addr, addr->ip, 16);
    if (addr->family == IPSOCK_IPV4)
        memcpy(to, &v4, sizeof v4);
    else
        memcpy(to, &v6, sizeof v6);
}

static bool join_source(int fd, uint32_t index, const struct ipsock_addr *group,
                        const struct ipsock_addr *source)
{
    struct group_source_req request;
    memset(&request, 0, sizeof request);
    request.gsr_interface = index;
    put_addr(&request.gsr_group, group);
    put_addr(&request.gsr_source, source);
    return setsockopt(fd, group->family == IPSOCK_IPV4 ? IPPROTO_IP : IPPROTO_IPV6,
                      MCAST_JOIN_SOURCE_GROUP, &request, sizeof request) == 0;
}

#else
static bool join_source(int fd, uint32_t index, const struct ipsock_addr *group,
                        const struct ipsock_addr *source)
{
    (void)fd;
    (void)index;
    (void)group;
    (void)source;
    return false;
}
#endif

#if !defined __NetBSD__ && !defined __APPLE__
static bool join4(int fd, uint32_t index, const struct ipsock_addr *group)
{
    struct ip_mreqn request;
    memset(&request, 0, sizeof request);
    memcpy(&request.imr_multiaddr, group->ip, 4);
    request.imr_ifindex = (int)index;
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
}
#else
/* 0.x.y.z stands for an index: ip(4) of NetBSD; Darwin's ignores that of ip_mreqn (in_mcast.c). */
static bool join4(int fd, uint32_t index, const struct ipsock_addr *group)
{
    struct ip_mreq request;
    memset(&request, 0, sizeof request);
    memcpy(&request.imr_multiaddr, group->ip, 4);
    request.imr_interface.s_addr = htonl(index);
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
}
#endif

bool system_join(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                 const struct ipsock_addr *source)
{
    struct ipv6_mreq request;
    if (source != NULL)
        return join_source((int)handle, index, group, source);
    if (group->family == IPSOCK_IPV4)
        return join4((int)handle, index, group);
    memset(&request, 0, sizeof request);
    memcpy(&request.ipv6mr_multiaddr, group->ip, 16);
    request.ipv6mr_interface = index;
    return setsockopt((int)handle, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0;
}

/* What a system has no message for is a stranger. */
#ifdef IP_RECVTOS
#define TRAFFIC_CLASS4 IP_RECVTOS
#else
#define TRAFFIC_CLASS4 0x4322
#endif
#ifdef IP_PKTINFO
#define PACKET_INFO4 IP_PKTINFO
#else
#define PACKET_INFO4 IP_RECVDSTADDR
#endif

static const struct system_type messages[SYSTEM_MESSAGES] = {
    [SYSTEM_HOP_LIMIT4] = {IPPROTO_IP, IP_RECVTTL},
    [SYSTEM_TRAFFIC_CLASS4] = {IPPROTO_IP, TRAFFIC_CLASS4},
    [SYSTEM_PACKET_INFO4] = {IPPROTO_IP, PACKET_INFO4},
    [SYSTEM_HOP_LIMIT6] = {IPPROTO_IPV6, IPV6_HOPLIMIT},
    [SYSTEM_TRAFFIC_CLASS6] = {IPPROTO_IPV6, IPV6_TCLASS},
    [SYSTEM_PACKET_INFO6] = {IPPROTO_IPV6, IPV6_PKTINFO},
    [SYSTEM_PATH_MTU6] = {IPPROTO_IPV6, IPV6_PATHMTU},
    [SYSTEM_DESTINATION4] = {IPPROTO_IP, IP_RECVDSTADDR},
    [SYSTEM_INTERFACE4] = {IPPROTO_IP, IP_RECVIF},
    [SYSTEM_SENT_TRAFFIC_CLASS4] = {IPPROTO_IP, IP_TOS},
    [SYSTEM_STRANGE_LEVEL] = {0x4321, 1},
    [SYSTEM_STRANGE_TYPE] = {IPPROTO_IP, 0x4321},
};

/* FreeBSD has no struct in_pktinfo, and a message of the address alone. */
#ifdef IP_PKTINFO
size_t system_packet_info4(void *payload, const uint8_t ip[4], uint32_t index)
{
    struct in_pktinfo info;
    memset(&info, 0, sizeof info);
    memcpy(&info.ipi_addr, ip, 4);
    info.ipi_ifindex = index;
    memcpy(payload, &info, sizeof info);
    return sizeof info;
}
#else
size_t system_packet_info4(void *payload, const uint8_t ip[4], uint32_t index)
{
    (void)index;
    memcpy(payload, ip, 4);
    return 4;
}
#endif

/* A sockaddr_dl that has no more than the index (netinet/ip_input.c, ip_savecontrol). */
size_t system_alone4(void *buffer, const uint8_t ip[4], uint32_t index)
{
    struct sockaddr_dl link;
    memset(&link, 0, sizeof link);
    link.sdl_len = (uint8_t)offsetof(struct sockaddr_dl, sdl_data);
    link.sdl_family = AF_LINK;
    link.sdl_index = (uint16_t)index;
    const size_t first = system_put(buffer, SYSTEM_DESTINATION4, ip, 4);
    return first + system_put((uint8_t *)buffer + first, SYSTEM_INTERFACE4, &link, link.sdl_len);
}

/* The BSDs want a byte, Darwin an int (bsd/netinet/in_tclass.c). */
size_t system_traffic_class4(void *payload, int value)
{
#ifdef __APPLE__
    memcpy(payload, &value, sizeof value);
    return sizeof value;
#else
    *(uint8_t *)payload = (uint8_t)value;
    return 1;
#endif
}

bool system_enable_error_queue(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

bool system_has_error_queue(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

int system_flag(ipsock_handle_t handle, enum system_flag which)
{
    int value = 0;
    socklen_t length = sizeof value;
    const int level = which == SYSTEM_BROADCAST ? SOL_SOCKET : IPPROTO_IP;
    const int name = which == SYSTEM_BROADCAST ? SO_BROADCAST : IP_HDRINCL;
    return getsockopt((int)handle, level, name, &value, &length) == 0 ? value != 0 : -1;
}

bool system_set_discovery(ipsock_handle_t handle, int family, int value)
{
    (void)handle;
    (void)family;
    (void)value;
    return false;
}

bool system_discovery_forbids(int family, int value)
{
    (void)family;
    (void)value;
    return false;
}

bool system_tells_extensions(void)
{
    return false;
}
