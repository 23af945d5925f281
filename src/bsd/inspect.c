// SPDX-License-Identifier: BSD-2-Clause
/* What the BSDs tell of a foreign socket: its type; its family by its name, which it has before it
 * is bound, too; the protocol of a raw one on FreeBSD alone, and there only of protocols that have
 * an entry of their own in inetsw (0 else). */
#include <errno.h>

#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <netinet/icmp6.h> /* wants in6_addr */

#include "posix/inspect.h"

/* Other kinds of IP (SCTP) are none of this library's. */
static int kind_of(int type)
{
    return type == SOCK_STREAM  ? IPSOCK_TCP
           : type == SOCK_DGRAM ? IPSOCK_UDP
           : type == SOCK_RAW   ? IPSOCK_RAW
                                : 0;
}

/* NetBSD and DragonFly have no SO_PROTOCOL; that a socket is one of ICMPv6 its filter tells on
 * NetBSD (netinet6/icmp6.c, icmp6_ctloutput; others have none). Older OpenBSD has it in no kernel,
 * and a filter everywhere, like DragonFly. */
static int find_protocol(ipsock_handle_t handle, struct ipsk_inspection *found,
                         struct ipsock_error *error)
{
#ifdef SO_PROTOCOL
    const int code = FIND(SOL_SOCKET, SO_PROTOCOL, -1, &found->protocol, error);
    found->protocol_unknown = code == IPSOCK_OK && found->protocol < 0;
    if (found->protocol_unknown)
        found->protocol = 0;
    return code;
#elif defined __NetBSD__
    struct icmp6_filter filter;
    size_t length = sizeof filter;
    found->protocol_unknown = found->family == IPSOCK_IPV4;
    if (found->family == IPSOCK_IPV4)
        return IPSOCK_OK;
    const int code = ipsk_sys_get(handle, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, &length, error);
    if (code == IPSOCK_OK)
        found->protocol = IPPROTO_ICMPV6;
    else
        error->option = "ICMP6_FILTER";
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
#else
    (void)handle, (void)error;
    found->protocol_unknown = true;
    return IPSOCK_OK;
#endif
}

/* Where SO_ACCEPTCONN has no answer (older OpenBSD) a stream without a peer may be listening: if it
 * is not, accept says so. */
static bool may_listen(ipsock_handle_t handle)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    return getpeername((int)handle, (struct sockaddr *)&peer, &length) < 0 && errno == ENOTCONN;
}

int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error)
{
    int type, listening = 0;
    int code = ipsk_find_family(handle, &found->family, error);
    if (code == IPSOCK_OK)
        code = READ(SOL_SOCKET, SO_TYPE, &type, error);
    if (code < 0)
        return code;
    found->kind = kind_of(type);
    if (found->family == 0 || found->kind == 0)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, 0, "adopt", "handle");
    found->protocol = 0;
    if (found->kind == IPSOCK_RAW)
        code = find_protocol(handle, found, error);
    if (found->kind == IPSOCK_TCP)
        code = FIND(SOL_SOCKET, SO_ACCEPTCONN, -1, &listening, error);
    found->listening = listening < 0 ? may_listen(handle) : listening != 0;
    return code;
}
