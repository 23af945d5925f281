// SPDX-License-Identifier: BSD-2-Clause
/* What Linux tells of a foreign socket: everything (socket(7): SO_DOMAIN, SO_TYPE, SO_PROTOCOL
 * since 2.6.32). */
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/endpoint/backend.h"

static int read_int(ipsock_handle_t handle, int level, int name, int *value,
                    struct ipsock_error *error)
{
    size_t length = sizeof *value;
    *value = 0;
    return ipsk_sys_get(handle, level, name, value, &length, error);
}

static int kind_of(int type, int protocol)
{
    if (type == SOCK_STREAM) /* 262: MPTCP, the same to its user */
        return protocol == IPPROTO_TCP || protocol == 262 ? IPSOCK_TCP : 0;
    if (type == SOCK_RAW)
        return IPSOCK_RAW;
    if (type != SOCK_DGRAM)
        return 0;
    return protocol == IPPROTO_UDP                                  ? IPSOCK_UDP
           : protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6 ? IPSOCK_PING
                                                                    : 0;
}

/* By its name, asked on the socket itself: it takes no descriptor. */
static uint32_t bound_to(ipsock_handle_t handle)
{
    struct ifreq request;
    struct ipsock_error ignored;
    size_t length = sizeof request.ifr_name;
    memset(&request, 0, sizeof request);
    const int code =
        ipsk_sys_get(handle, SOL_SOCKET, SO_BINDTODEVICE, request.ifr_name, &length, &ignored);
    return code == IPSOCK_OK && length != 0 && ioctl((int)handle, SIOCGIFINDEX, &request) == 0
               ? (uint32_t)request.ifr_ifindex
               : 0;
}

int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    int domain, type, protocol;
    int value = 0;
    struct ipsock_error ignored;
    int code = read_int(handle, SOL_SOCKET, SO_DOMAIN, &domain, error);
    if (code == IPSOCK_OK)
        code = read_int(handle, SOL_SOCKET, SO_TYPE, &type, error);
    if (code == IPSOCK_OK)
        code = read_int(handle, SOL_SOCKET, SO_PROTOCOL, &protocol, error);
    if (code < 0)
        return code;
    found->family = domain == AF_INET ? IPSOCK_IPV4 : domain == AF_INET6 ? IPSOCK_IPV6 : 0;
    found->kind = kind_of(type, protocol);
    found->protocol = found->kind == IPSOCK_RAW ? protocol : 0;
    if (found->family == 0 || found->kind == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    read_int(handle, SOL_SOCKET, SO_ACCEPTCONN, &value, &ignored);
    found->listening = value != 0;
    if (found->family == IPSOCK_IPV6 && found->kind != IPSOCK_RAW &&
        read_int(handle, IPPROTO_IPV6, IPV6_V6ONLY, &value, &ignored) == IPSOCK_OK)
        found->dual_stack = value == 0 && found->kind != IPSOCK_PING;
    if (found->family == IPSOCK_IPV4 && found->kind == IPSOCK_RAW &&
        read_int(handle, IPPROTO_IP, IP_HDRINCL, &value, &ignored) == IPSOCK_OK)
        found->header_included = value != 0;
    found->interface_index = bound_to(handle);
    return IPSOCK_OK;
}
