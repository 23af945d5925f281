// SPDX-License-Identifier: BSD-2-Clause
/* What the BSDs tell of a foreign socket: its type; its family by its name, which it has before it
 * is bound, too; the protocol of a raw one on FreeBSD alone, and there only of protocols that have
 * an entry of their own in inetsw (0 else). */
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <netinet/icmp6.h> /* wants in6_addr */

#include "core/endpoint/backend.h"
#include "posix/errno.h"

static int read_int(ipsock_handle_t handle, int level, int name, int *value,
                    struct ipsock_error *error)
{
    size_t length = sizeof *value;
    *value = 0;
    return ipsk_sys_get(handle, level, name, value, &length, error);
}

/* Other kinds of IP (SCTP) are none of this library's. */
static int kind_of(int type)
{
    return type == SOCK_STREAM  ? IPSOCK_TCP
           : type == SOCK_DGRAM ? IPSOCK_UDP
           : type == SOCK_RAW   ? IPSOCK_RAW
                                : 0;
}

/* NetBSD has no SO_PROTOCOL; that a socket is one of ICMPv6 its filter tells (netinet6/icmp6.c,
 * icmp6_ctloutput; others have none). */
static void find_protocol(ipsock_handle_t handle, struct ipsk_inspection *found)
{
    struct ipsock_error ignored;
#ifdef SO_PROTOCOL
    read_int(handle, SOL_SOCKET, SO_PROTOCOL, &found->protocol, &ignored);
#else
    struct icmp6_filter filter;
    size_t length = sizeof filter;
    found->protocol_unknown = found->family == IPSOCK_IPV4;
    if (found->family == IPSOCK_IPV6 &&
        ipsk_sys_get(handle, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, &length, &ignored) == IPSOCK_OK)
        found->protocol = IPPROTO_ICMPV6;
#endif
}

/* One that is no socket of IP is no socket for us. */
static int family_of(ipsock_handle_t handle, int *family, struct ipsock_error *error)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    name.ss_family = AF_UNSPEC;
    if (getsockname((int)handle, (struct sockaddr *)&name, &length) < 0)
        return ipsk_fail_errno(error, "getsockname");
    *family = name.ss_family == AF_INET    ? IPSOCK_IPV4
              : name.ss_family == AF_INET6 ? IPSOCK_IPV6
                                           : 0;
    return IPSOCK_OK;
}

static void inspect_options(ipsock_handle_t handle, struct ipsk_inspection *found)
{
    struct ipsock_error ignored;
    int value;
    found->listening = found->kind == IPSOCK_TCP &&
                       read_int(handle, SOL_SOCKET, SO_ACCEPTCONN, &value, &ignored) == IPSOCK_OK &&
                       value != 0;
    if (found->family == IPSOCK_IPV6 && found->kind != IPSOCK_RAW &&
        read_int(handle, IPPROTO_IPV6, IPV6_V6ONLY, &value, &ignored) == IPSOCK_OK)
        found->dual_stack = value == 0;
    if (found->family == IPSOCK_IPV4 && found->kind == IPSOCK_RAW &&
        read_int(handle, IPPROTO_IP, IP_HDRINCL, &value, &ignored) == IPSOCK_OK)
        found->header_included = value != 0;
}

int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    int type;
    int code = family_of(handle, &found->family, error);
    if (code == IPSOCK_OK)
        code = read_int(handle, SOL_SOCKET, SO_TYPE, &type, error);
    if (code < 0)
        return code;
    found->kind = kind_of(type);
    if (found->family == 0 || found->kind == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    found->protocol = 0;
    if (found->kind == IPSOCK_RAW)
        find_protocol(handle, found);
    inspect_options(handle, found);
    return IPSOCK_OK;
}
