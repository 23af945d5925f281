// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_CREATE_H
#define IPSK_CREATE_H

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/endpoint/backend.h"
#include "posix/errno.h"

/* accept with the same flags as ipsk_sys_socket. call: what failed, if it is another one. */
int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length, const char **call);

/* The words of socket(2) for a kind. */
static inline int ipsk_socket_family(int family)
{
    return family == IPSOCK_IPV4 ? AF_INET : AF_INET6;
}

static inline int ipsk_socket_type(int kind)
{
    return kind == IPSOCK_TCP ? SOCK_STREAM : kind == IPSOCK_RAW ? SOCK_RAW : SOCK_DGRAM;
}

static inline int ipsk_socket_protocol(int family, int kind, int protocol)
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

/* What socket(2) has refused, by errno. */
static inline int ipsk_fail_socket(struct ipsock_error *error, int family)
{
    const int native = errno;
    const int code = ipsk_fail_errno(error, "socket");
    if (native == EAFNOSUPPORT)
        ipsk_name_family(error, family);
    return code;
}

/* What keeps this process from having one more descriptor, said of an operation; 0: nothing. The C
 * library's functions that take one do not always tell. */
static inline int ipsk_lack(struct ipsock_error *error, const char *operation)
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

#endif
