// SPDX-License-Identifier: BSD-2-Clause
/* New sockets where the system takes no flags at creation: a fork and exec between the two calls
 * leaks the descriptor, which nothing can prevent (bsd/kern/uipc_syscalls.c, socket_common). */
#include "posix/create.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int prepared(int fd)
{
    if (fd < 0)
        return fd;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return fd;
    const int native = errno;
    close(fd);
    errno = native;
    return -1;
}

int ipsk_sys_socket(int family, int kind, int protocol, ipsock_handle_t *handle,
                    struct ipsock_error *error)
{
    const int fd = prepared(socket(ipsk_socket_family(family), ipsk_socket_type(kind),
                                   ipsk_socket_protocol(family, kind, protocol)));
    if (fd < 0)
        return ipsk_fail_socket(error, family);
    *handle = fd;
    return IPSOCK_OK;
}

int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length)
{
    return prepared(accept(listener, name, length));
}
