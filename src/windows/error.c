// SPDX-License-Identifier: BSD-2-Clause
/* From Winsock's numbers to the library's codes. */
#include "windows/winsock.h"

static const struct {
    int native, code;
} codes[] = {
    {WSAEINVAL, IPSOCK_EINVAL},
    {WSAEFAULT, IPSOCK_EINVAL},
    {WSAEWOULDBLOCK, IPSOCK_EAGAIN},
    {WSAEINPROGRESS, IPSOCK_EAGAIN},
    {WSAEALREADY, IPSOCK_EAGAIN},
    {WSA_OPERATION_ABORTED, IPSOCK_EAGAIN},
    {WSAEACCES, IPSOCK_EPERM},
    {WSA_NOT_ENOUGH_MEMORY, IPSOCK_ENOMEM},
    {WSAENOBUFS, IPSOCK_ENOBUFS},
    {WSAETOOMANYREFS, IPSOCK_ENOBUFS},
    {WSAEPROCLIM, IPSOCK_ENFILE},
    {WSAEMFILE, IPSOCK_ENFILE},
    {WSAEBADF, IPSOCK_ENOTSOCK},
    {WSAENOTSOCK, IPSOCK_ENOTSOCK},
    {WSA_INVALID_HANDLE, IPSOCK_ENOTSOCK},
    {WSAEADDRINUSE, IPSOCK_EADDRINUSE},
    {WSAEADDRNOTAVAIL, IPSOCK_EADDRNOTAVAIL},
    {WSAEMSGSIZE, IPSOCK_EMSGSIZE},
    {WSAENOTCONN, IPSOCK_ENOTCONN},
    {WSAEISCONN, IPSOCK_EISCONN},
    {WSAEDESTADDRREQ, IPSOCK_EMISSADDR},
    {WSAEAFNOSUPPORT, IPSOCK_ENOTSUP},
    {WSAEPROTONOSUPPORT, IPSOCK_ENOTSUP},
    {WSAESOCKTNOSUPPORT, IPSOCK_ENOTSUP},
    {WSAEPROTOTYPE, IPSOCK_ENOTSUP},
    {WSAENOPROTOOPT, IPSOCK_ENOTSUP},
    {WSAEOPNOTSUPP, IPSOCK_ENOTSUP},
    {WSAETIMEDOUT, IPSOCK_ECONNTIMEDOUT},
    {WSAECONNREFUSED, IPSOCK_ECONNREFUSED},
    {WSAECONNRESET, IPSOCK_ECONNRESET},
    {WSAECONNABORTED, IPSOCK_ECONNABORTED},
    {WSAESHUTDOWN, IPSOCK_EPIPE},
    {WSAENETUNREACH, IPSOCK_ENETUNREACH},
    {WSAEHOSTUNREACH, IPSOCK_EHOSTUNREACH},
    {WSAEHOSTDOWN, IPSOCK_EHOSTUNREACH},
    {WSAENETRESET, IPSOCK_EHOSTUNREACH}, /* of datagrams: the hop limit ran out */
    {WSAENETDOWN, IPSOCK_ENETDOWN},
};

int ipsk_sys_code(int native)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].native == native)
            return codes[i].code;
    return IPSOCK_ESYSTEM;
}

int ipsk_fail_native(struct ipsock_error *error, int native, const char *operation)
{
    return ipsk_fail(error, ipsk_sys_code(native), native, operation, NULL);
}

int ipsk_fail_wsa(struct ipsock_error *error, const char *operation)
{
    return ipsk_fail_native(error, WSAGetLastError(), operation);
}
