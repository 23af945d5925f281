// SPDX-License-Identifier: BSD-2-Clause
/* What Linux tells of a foreign socket: everything (socket(7): SO_DOMAIN, SO_TYPE, SO_PROTOCOL
 * since 2.6.32). */
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "posix/inspect.h"

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
static int find_device(ipsock_handle_t handle, uint32_t *index, struct ipsock_error *error)
{
    struct ifreq request;
    size_t length = sizeof request.ifr_name;
    memset(&request, 0, sizeof request);
    const int code =
        ipsk_sys_get(handle, SOL_SOCKET, SO_BINDTODEVICE, request.ifr_name, &length, error);
    if (code < 0)
        error->option = "SO_BINDTODEVICE";
    else if (length != 0 && ioctl((int)handle, SIOCGIFINDEX, &request) == 0)
        *index = (uint32_t)request.ifr_ifindex;
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    int domain, type, protocol;
    int value = 0;
    int code = READ(SOL_SOCKET, SO_DOMAIN, &domain, error);
    if (code == IPSOCK_OK)
        code = READ(SOL_SOCKET, SO_TYPE, &type, error);
    if (code == IPSOCK_OK)
        code = READ(SOL_SOCKET, SO_PROTOCOL, &protocol, error);
    if (code < 0)
        return code;
    found->family = domain == AF_INET ? IPSOCK_IPV4 : domain == AF_INET6 ? IPSOCK_IPV6 : 0;
    found->kind = kind_of(type, protocol);
    found->protocol = found->kind == IPSOCK_RAW ? protocol : 0;
    if (found->family == 0 || found->kind == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    code = FIND(SOL_SOCKET, SO_ACCEPTCONN, 0, &value, error);
    found->listening = value != 0;
    return code == IPSOCK_OK ? find_device(handle, &found->interface_index, error) : code;
}
