// SPDX-License-Identifier: BSD-2-Clause
/* What tests/conformance/system.c knows of a system's own control messages, with the headers of the
 * system that is modelled. */
#include "system.h"

#include <sys/types.h>

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
