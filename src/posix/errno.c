// SPDX-License-Identifier: BSD-2-Clause
#include "posix/errno.h"

#include <errno.h>

static const struct {
    int native, code;
} codes[] = {
    {EINVAL, IPSOCK_EINVAL},
    {EDOM, IPSOCK_EINVAL},
    {EFAULT, IPSOCK_EINVAL},
    {EAGAIN, IPSOCK_EAGAIN},
    {EINPROGRESS, IPSOCK_EAGAIN},
    {EALREADY, IPSOCK_EAGAIN},
    {EPERM, IPSOCK_EPERM},
    {EACCES, IPSOCK_EPERM},
    {ENOMEM, IPSOCK_ENOMEM},
    {ENOBUFS, IPSOCK_ENOBUFS},
    {ENOSPC, IPSOCK_ENOBUFS},
    {ETOOMANYREFS, IPSOCK_ENOBUFS},
    {EMFILE, IPSOCK_ENFILE},
    {ENFILE, IPSOCK_ENFILE},
    {EBADF, IPSOCK_ENOTSOCK},
    {ENOTSOCK, IPSOCK_ENOTSOCK},
    {ENODEV, IPSOCK_ENODEV},
    {ENXIO, IPSOCK_ENODEV},
    {EADDRINUSE, IPSOCK_EADDRINUSE},
    {EADDRNOTAVAIL, IPSOCK_EADDRNOTAVAIL},
    {EMSGSIZE, IPSOCK_EMSGSIZE},
    {ENOTCONN, IPSOCK_ENOTCONN},
    {EISCONN, IPSOCK_EISCONN},
    {EDESTADDRREQ, IPSOCK_EMISSADDR},
    {EAFNOSUPPORT, IPSOCK_ENOTSUP},
    {EPROTONOSUPPORT, IPSOCK_ENOTSUP},
    {ESOCKTNOSUPPORT, IPSOCK_ENOTSUP},
    {ENOPROTOOPT, IPSOCK_ENOTSUP},
    {EOPNOTSUPP, IPSOCK_ENOTSUP},
    {ENOSYS, IPSOCK_ENOTSUP},
    {ETIMEDOUT, IPSOCK_ETIMEDOUT},
    {ECONNREFUSED, IPSOCK_ECONNREFUSED},
    {ECONNRESET, IPSOCK_ECONNRESET},
    {ECONNABORTED, IPSOCK_ECONNABORTED},
    {EPIPE, IPSOCK_EPIPE},
    {ENETUNREACH, IPSOCK_ENETUNREACH},
    {EHOSTUNREACH, IPSOCK_EHOSTUNREACH},
    {EHOSTDOWN, IPSOCK_EHOSTUNREACH},
    {EPROTO, IPSOCK_EHOSTUNREACH}, /* ICMP parameter problem, on a connected socket */
    {ENETDOWN, IPSOCK_ENETDOWN},
};

int ipsk_sys_code(int native)
{
    if (native == EWOULDBLOCK) /* the same number as EAGAIN, nearly everywhere */
        return IPSOCK_EAGAIN;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].native == native)
            return codes[i].code;
    return IPSOCK_ESYSTEM;
}

int ipsk_fail_errno(struct ipsock_error *error, const char *operation)
{
    const int native = errno;
    return ipsk_fail(error, ipsk_sys_code(native), native, operation, NULL);
}
