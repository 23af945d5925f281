// SPDX-License-Identifier: BSD-2-Clause
/* New sockets where the system takes no flags at creation: a fork and exec between the two calls
 * leaks the descriptor, which nothing can prevent (bsd/kern/uipc_syscalls.c, socket_common). */
#include "posix/create.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int prepare(int fd)
{
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return 0;
    const int native = errno;
    close(fd);
    errno = native;
    return -1;
}

/* Up to xnu 8019 every option of IPv6 is EINVAL on a ping socket of the superuser's
 * (bsd/netinet6/icmp6.c, icmp6_dgram_ctloutput): one may have a raw socket instead, as where there
 * are none for pings. */
static int check_ping(int fd, struct ipsock_error *error)
{
    int value;
    socklen_t length = sizeof value;
    if (getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &value, &length) == 0)
        return IPSOCK_OK;
    const int native = errno;
    close(fd);
    return ipsk_fail(error, IPSOCK_EPERM, native, "socket", NULL);
}

int ipsk_sys_socket(int family, int kind, int protocol, ipsock_handle_t *handle,
                    struct ipsock_error *error)
{
    const int fd = socket(ipsk_socket_family(family), ipsk_socket_type(kind),
                          ipsk_socket_protocol(family, kind, protocol));
    if (fd < 0)
        return ipsk_fail_socket(error, family);
    if (prepare(fd) < 0)
        return ipsk_fail_errno(error, "fcntl");
    const int code =
        kind == IPSOCK_PING && family == IPSOCK_IPV6 ? check_ping(fd, error) : IPSOCK_OK;
    if (code == IPSOCK_OK)
        *handle = fd;
    return code;
}

int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length, const char **call)
{
    const int fd = accept(listener, name, length);
    if (fd < 0 || prepare(fd) == 0)
        return fd;
    *call = "fcntl";
    return -1;
}
