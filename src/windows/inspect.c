// SPDX-License-Identifier: BSD-2-Clause
/* What Windows tells of a foreign socket: the entry of its provider, and single options. */
#include "windows/winsock.h"

#define FIND(level, name, otherwise, value, error) \
    ipsk_sys_find_number(handle, level, name, #name, otherwise, value, error)

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
    int value = 0;
    int code = ipsk_need_winsock(error);
    if (code == IPSOCK_OK)
        code = ipsk_sys_get(handle, SOL_SOCKET, SO_PROTOCOL_INFOW, &info, &length, error);
    if (code < 0) {
        error->option = "SO_PROTOCOL_INFOW";
        return code;
    }
    found->family = info.iAddressFamily == AF_INET    ? IPSOCK_IPV4
                    : info.iAddressFamily == AF_INET6 ? IPSOCK_IPV6
                                                      : 0;
    found->kind = kind_of(&info);
    found->protocol = found->kind == IPSOCK_RAW ? info.iProtocol : 0;
    if (found->family == 0 || found->kind == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    code = FIND(SOL_SOCKET, SO_ACCEPTCONN, 0, &value, error);
    found->listening = value != 0;
    return code;
}
