// SPDX-License-Identifier: BSD-2-Clause
/* What the conformance tests ask of a system's own control messages and options, with the headers of
 * the system that is modelled. The rest of tests/conformance/system.h is the host's. */
#include "system.h"

#include <sys/types.h>

#include <ipsock/addr.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

size_t system_header(void)
{
    return CMSG_LEN(0);
}

size_t system_space(size_t payload)
{
    return CMSG_SPACE(payload);
}

void system_set_length(void *buffer, size_t length)
{
    struct cmsghdr header;
    memcpy(&header, buffer, sizeof header);
    header.cmsg_len = (socklen_t)length;
    memcpy(buffer, &header, sizeof header);
}

#ifdef IP_RECVTOS
#define RECEIVED_TOS IP_RECVTOS
#else
#define RECEIVED_TOS 0x4322 /* none */
#endif
#ifdef IP_PKTINFO
#define PACKET_INFO IP_PKTINFO
#else
#define PACKET_INFO IP_RECVDSTADDR
#endif

static const struct {
    int level, type;
} messages[SYSTEM_MESSAGES] = {
    [SYSTEM_HOP_LIMIT4] = {IPPROTO_IP, IP_RECVTTL},
    [SYSTEM_TRAFFIC_CLASS4] = {IPPROTO_IP, RECEIVED_TOS},
    [SYSTEM_PACKET_INFO4] = {IPPROTO_IP, PACKET_INFO},
    [SYSTEM_HOP_LIMIT6] = {IPPROTO_IPV6, IPV6_HOPLIMIT},
    [SYSTEM_TRAFFIC_CLASS6] = {IPPROTO_IPV6, IPV6_TCLASS},
    [SYSTEM_PACKET_INFO6] = {IPPROTO_IPV6, IPV6_PKTINFO},
    [SYSTEM_PATH_MTU6] = {IPPROTO_IPV6, IPV6_PATHMTU},
    [SYSTEM_SENT_TRAFFIC_CLASS4] = {IPPROTO_IP, IP_TOS},
    [SYSTEM_STRANGE_LEVEL] = {0x4321, 1},
    [SYSTEM_STRANGE_TYPE] = {IPPROTO_IP, 0x4321},
};

size_t system_put(void *buffer, enum system_message what, const void *payload, size_t length)
{
    struct cmsghdr header;
    memset(&header, 0, sizeof header);
    memset(buffer, 0, CMSG_SPACE(length));
    header.cmsg_len = (socklen_t)CMSG_LEN(length);
    header.cmsg_level = messages[what].level;
    header.cmsg_type = messages[what].type;
    memcpy(buffer, &header, sizeof header);
    if (length != 0)
        memcpy((uint8_t *)buffer + CMSG_LEN(0), payload, length);
    return CMSG_SPACE(length);
}

bool system_next(const void *buffer, size_t length, size_t *offset, enum system_message *what,
                 size_t *payload)
{
    struct cmsghdr header;
    if (*offset > length || length - *offset < sizeof header)
        return false;
    memcpy(&header, (const uint8_t *)buffer + *offset, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > length - *offset)
        return false;
    *payload = header.cmsg_len - CMSG_LEN(0);
    *offset += CMSG_SPACE(*payload);
    for (*what = 0; *what < SYSTEM_MESSAGES; ++*what)
        if (messages[*what].level == header.cmsg_level && messages[*what].type == header.cmsg_type)
            break;
    return true;
}

size_t system_packet_info4(void *payload, const uint8_t ip[4], uint32_t index)
{
    memcpy(payload, ip, 4);
#ifdef IP_PKTINFO
    memcpy((uint8_t *)payload + 4, &index, sizeof index);
    return 8;
#else
    (void)index;
    return 4;
#endif
}

size_t system_packet_info6(void *payload, const uint8_t ip[16], uint32_t index)
{
    struct in6_pktinfo info;
    memset(&info, 0, sizeof info);
    memcpy(&info.ipi6_addr, ip, 16);
    info.ipi6_ifindex = index;
    memcpy(payload, &info, sizeof info);
    return sizeof info;
}

size_t system_path_mtu6(void *payload, const uint8_t ip[16], uint32_t scope, uint32_t mtu)
{
    struct ip6_mtuinfo info;
    memset(&info, 0, sizeof info);
    info.ip6m_addr.sin6_len = sizeof info.ip6m_addr;
    info.ip6m_addr.sin6_family = AF_INET6;
    memcpy(&info.ip6m_addr.sin6_addr, ip, 16);
    info.ip6m_addr.sin6_scope_id = scope;
    info.ip6m_mtu = mtu;
    memcpy(payload, &info, sizeof info);
    return sizeof info;
}

size_t system_traffic_class4(void *payload, int value)
{
    const uint8_t byte = (uint8_t)value;
    memcpy(payload, &byte, 1);
    return 1;
}

bool system_enable_timestamps(ipsock_handle_t handle)
{
    const int on = 1;
    return setsockopt((int)handle, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on) == 0;
}

bool system_has_timestamp(const void *buffer, size_t length)
{
    const uint8_t *p = buffer;
    struct cmsghdr header;
    for (size_t at = 0; length - at >= CMSG_LEN(0) && at < length;) {
        memcpy(&header, p + at, sizeof header);
        if (header.cmsg_len < CMSG_LEN(0))
            return false;
        if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_TIMESTAMP)
            return true;
        at += CMSG_SPACE(header.cmsg_len - CMSG_LEN(0));
    }
    return false;
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

bool system_tells_extensions(void)
{
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
    (void)handle, (void)family, (void)value;
    return false;
}

bool system_discovery_forbids(int family, int value)
{
    (void)family, (void)value;
    return false;
}

bool system_lock_filter(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

/* Not told: what a socket joined is the model's own affair. */
bool system_filter_of(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                      struct system_filter *out)
{
    (void)handle, (void)index, (void)group;
    memset(out, 0, sizeof *out);
    return false;
}

bool system_set_limit(enum system_limit which, int value)
{
    (void)which, (void)value;
    return false;
}

static bool join6(int fd, uint32_t index, const struct ipsock_addr *group)
{
    struct ipv6_mreq request;
    memset(&request, 0, sizeof request);
    memcpy(&request.ipv6mr_multiaddr, group->ip, 16);
    request.ipv6mr_interface = index;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0;
}

#ifdef MCAST_JOIN_GROUP
static void put_addr(struct sockaddr_storage *to, const struct ipsock_addr *addr)
{
    struct sockaddr_in v4 = {.sin_len = sizeof v4, .sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_len = sizeof v6, .sin6_family = AF_INET6};
    memcpy(&v4.sin_addr, addr->ip, 4);
    memcpy(&v6.sin6_addr, addr->ip, 16);
    memset(to, 0, sizeof *to);
    if (addr->family == IPSOCK_IPV4)
        memcpy(to, &v4, sizeof v4);
    else
        memcpy(to, &v6, sizeof v6);
}

bool system_join(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                 const struct ipsock_addr *source)
{
    const int level = group->family == IPSOCK_IPV4 ? IPPROTO_IP : IPPROTO_IPV6;
    struct group_req any;
    struct group_source_req one;
    if (source == NULL && group->family == IPSOCK_IPV6)
        return join6((int)handle, index, group);
    memset(&any, 0, sizeof any);
    memset(&one, 0, sizeof one);
    any.gr_interface = one.gsr_interface = index;
    put_addr(&any.gr_group, group);
    put_addr(&one.gsr_group, group);
    if (source == NULL)
        return setsockopt((int)handle, level, MCAST_JOIN_GROUP, &any, sizeof any) == 0;
    put_addr(&one.gsr_source, source);
    return setsockopt((int)handle, level, MCAST_JOIN_SOURCE_GROUP, &one, sizeof one) == 0;
}
#else
bool system_join(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                 const struct ipsock_addr *source)
{
    struct ip_mreq request;
    if (source != NULL)
        return false;
    if (group->family == IPSOCK_IPV6)
        return join6((int)handle, index, group);
    const uint8_t number[4] = {0, (uint8_t)(index >> 16), (uint8_t)(index >> 8), (uint8_t)index};
    memcpy(&request.imr_multiaddr, group->ip, 4);
    memcpy(&request.imr_interface, number, 4);
    return setsockopt((int)handle, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
}
#endif
