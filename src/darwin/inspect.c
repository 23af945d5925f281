// SPDX-License-Identifier: BSD-2-Clause
/* What Darwin tells of a foreign socket: its type; its family by its name, which it has before it
 * is bound, too. No option tells the protocol: that a datagram socket is one for pings, its own
 * options do (bsd/netinet/ip_icmp.c, icmp_dgram_ctloutput; bsd/netinet6/icmp6.c, icmp6_ctloutput),
 * which UDP refuses; and of a raw one of IPv6 a checksum that is nowhere that it is not of ICMPv6
 * (bsd/netinet6/ip6_output.c, ip6_raw_ctloutput). */
#include "posix/inspect.h"

#include IPSK_SYSTEM_HEADER

static int find_datagram_kind(ipsock_handle_t handle, struct ipsk_inspection *found,
                              struct ipsock_error *error)
{
    uint32_t filter[8];
    size_t length = sizeof filter;
    int value, code;
    if (found->family == IPSOCK_IPV4) {
        code = READ(IPPROTO_IP, IP_STRIPHDR, &value, error);
    } else {
        code = ipsk_sys_get(handle, IPPROTO_ICMPV6, ICMP6_FILTER, filter, &length, error);
        if (code < 0)
            error->option = "ICMP6_FILTER";
    }
    if (ipsk_is_no_answer(code))
        return code;
    found->kind = code == IPSOCK_OK ? IPSOCK_PING : IPSOCK_UDP;
    found->protocol = 0;
    return IPSOCK_OK;
}

static int find_raw(ipsock_handle_t handle, struct ipsk_inspection *found,
                    struct ipsock_error *error)
{
    int value = 0, code = IPSOCK_OK;
    found->protocol = 0;
    found->protocol_unknown = true;
    if (found->family == IPSOCK_IPV6) {
        code = FIND(IPPROTO_IPV6, IPV6_CHECKSUM, 2, &value, error);
        found->protocol_unknown = value == 2;
    }
    return code;
}

static int find_kind(ipsock_handle_t handle, int type, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    int value = 0, code;
    switch (type) {
    case SOCK_STREAM:
        found->kind = IPSOCK_TCP;
        found->protocol = 0;
        code = FIND(SOL_SOCKET, SO_ACCEPTCONN, 0, &value, error);
        found->listening = value != 0;
        return code;
    case SOCK_DGRAM:
        return find_datagram_kind(handle, found, error);
    case SOCK_RAW:
        found->kind = IPSOCK_RAW;
        return find_raw(handle, found, error);
    default:
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    }
}

static int find_interface(ipsock_handle_t handle, struct ipsk_inspection *found,
                          struct ipsock_error *error)
{
    int value = 0, code;
    if (found->family == IPSOCK_IPV4)
        code = FIND(IPPROTO_IP, IP_BOUND_IF, 0, &value, error);
    else
        code = FIND(IPPROTO_IPV6, IPV6_BOUND_IF, 0, &value, error);
    found->interface_index = (uint32_t)value;
    return code;
}

int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    int type;
    int code = ipsk_find_family(handle, &found->family, error);
    if (code == IPSOCK_OK)
        code = READ(SOL_SOCKET, SO_TYPE, &type, error);
    if (code < 0)
        return code;
    if (found->family == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    code = find_kind(handle, type, found, error);
    return code == IPSOCK_OK ? find_interface(handle, found, error) : code;
}
