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
    {ENOENT, IPSOCK_ENOTFOUND},
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
    {ETIMEDOUT, IPSOCK_ECONNTIMEDOUT},
    {ECONNREFUSED, IPSOCK_ECONNREFUSED},
    {ECONNRESET, IPSOCK_ECONNRESET},
    {ECONNABORTED, IPSOCK_ECONNABORTED},
    {EPIPE, IPSOCK_EPIPE},
    {ENETUNREACH, IPSOCK_ENETUNREACH},
    {EHOSTUNREACH, IPSOCK_EHOSTUNREACH},
    {EHOSTDOWN, IPSOCK_EHOSTUNREACH},
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

/* On the data path some numbers are an ICMP answer to an earlier packet (icmp(7):
 * icmp_err_convert), not a verdict on the call. */
int ipsk_traffic_code(int native)
{
    switch (native) {
    case EACCES:      /* administratively prohibited (ICMPv6), or a prohibiting route */
    case EPROTO:      /* parameter problem */
    case ENOPROTOOPT: /* protocol unreachable */
    case EOPNOTSUPP:  /* source route failed */
#ifdef ENONET
    case ENONET: /* source host isolated */
#endif
        return IPSOCK_EHOSTUNREACH;
    default:
        return ipsk_sys_code(native);
    }
}

int ipsk_fail_receive(struct ipsock_error *error, const char *operation)
{
    const int native = errno;
    return ipsk_fail(error, ipsk_traffic_code(native), native, operation, NULL);
}
