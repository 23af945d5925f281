// SPDX-License-Identifier: BSD-2-Clause
/* What Windows tells of a foreign socket: the entry of its provider, and single options. */
#include "windows/winsock.h"

static bool read_number(ipsock_handle_t handle, int level, int name, DWORD *value)
{
    struct ipsock_error ignored;
    size_t length = sizeof *value;
    return ipsk_sys_get(handle, level, name, value, &length, &ignored) == IPSOCK_OK;
}

static int kind_of(const WSAPROTOCOL_INFOW *info)
{
    switch (info->iSocketType) {
    case SOCK_STREAM:
        return info->iProtocol == IPPROTO_TCP ? IPSOCK_TCP : 0;
    case SOCK_DGRAM:
        return info->iProtocol == IPPROTO_UDP ? IPSOCK_UDP : 0;
    case SOCK_RAW:
        return IPSOCK_RAW;
    default:
        return 0;
    }
}

int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    WSAPROTOCOL_INFOW info;
    size_t length = sizeof info;
    DWORD value = 0;
    int code = ipsk_need_winsock(error);
    if (code == IPSOCK_OK)
        code = ipsk_sys_get(handle, SOL_SOCKET, SO_PROTOCOL_INFOW, &info, &length, error);
    if (code < 0)
        return code;
    found->family = info.iAddressFamily == AF_INET    ? IPSOCK_IPV4
                    : info.iAddressFamily == AF_INET6 ? IPSOCK_IPV6
                                                      : 0;
    found->kind = kind_of(&info);
    found->protocol = found->kind == IPSOCK_RAW ? info.iProtocol : 0;
    if (found->family == 0 || found->kind == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    found->listening = read_number(handle, SOL_SOCKET, SO_ACCEPTCONN, &value) && value != 0;
    if (found->family == IPSOCK_IPV6 && found->kind != IPSOCK_RAW)
        found->dual_stack = read_number(handle, IPPROTO_IPV6, IPV6_V6ONLY, &value) && value == 0;
    if (found->family == IPSOCK_IPV4 && found->kind == IPSOCK_RAW)
        found->header_included = read_number(handle, IPPROTO_IP, IP_HDRINCL, &value) && value != 0;
    return IPSOCK_OK;
}
