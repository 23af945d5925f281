// SPDX-License-Identifier: BSD-2-Clause
/* New sockets where the system takes the flags at creation: no moment in which a fork could leak
 * them. */
#include "posix/create.h"

#include <errno.h>
#include <netinet/in.h>

#include "posix/errno.h"

static int type_of(int kind)
{
    return kind == IPSOCK_TCP ? SOCK_STREAM : kind == IPSOCK_RAW ? SOCK_RAW : SOCK_DGRAM;
}

static int protocol_of(int family, int kind, int protocol)
{
    switch (kind) {
    case IPSOCK_TCP:
        return IPPROTO_TCP;
    case IPSOCK_UDP:
        return IPPROTO_UDP;
    case IPSOCK_PING:
        return family == IPSOCK_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    default:
        return protocol;
    }
}

int ipsk_sys_socket(int family, int kind, int protocol, ipsock_handle_t *handle,
                    struct ipsock_error *error)
{
    const int fd =
        socket(family == IPSOCK_IPV4 ? AF_INET : AF_INET6,
               type_of(kind) | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol_of(family, kind, protocol));
    if (fd < 0) {
        const int native = errno;
        const int code = ipsk_fail_errno(error, "socket");
        if (native == EAFNOSUPPORT)
            ipsk_name_family(error, family);
        return code;
    }
    *handle = fd;
    return IPSOCK_OK;
}

int ipsk_lack(struct ipsock_error *error, const char *operation)
{
    ipsock_handle_t probe = IPSOCK_INVALID_HANDLE;
    int code = ipsk_sys_socket(IPSOCK_IPV4, IPSOCK_UDP, 0, &probe, error);
    if (code == IPSOCK_ENOTSUP)
        code = ipsk_sys_socket(IPSOCK_IPV6, IPSOCK_UDP, 0, &probe, error);
    if (code == IPSOCK_OK)
        ipsk_sys_close(probe);
    if (code != IPSOCK_ENFILE && code != IPSOCK_ENOMEM && code != IPSOCK_ENOBUFS)
        return IPSOCK_OK;
    error->operation = operation;
    return code;
}

int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length)
{
    return accept4(listener, name, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
