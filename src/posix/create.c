// SPDX-License-Identifier: BSD-2-Clause
/* New sockets where the system takes the flags at creation: no moment in which a fork could leak
 * them. Darwin: darwin/create.c. */
#include "posix/create.h"

int ipsk_sys_socket(int family, int kind, int protocol, ipsock_handle_t *handle,
                    struct ipsock_error *error)
{
    const int fd =
        socket(ipsk_socket_family(family), ipsk_socket_type(kind) | SOCK_NONBLOCK | SOCK_CLOEXEC,
               ipsk_socket_protocol(family, kind, protocol));
    if (fd < 0)
        return ipsk_fail_socket(error, family);
    *handle = fd;
    return IPSOCK_OK;
}

int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length, const char **call)
{
    (void)call;
    return accept4(listener, name, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
