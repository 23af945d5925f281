// SPDX-License-Identifier: BSD-2-Clause
/* Making, naming, connecting and closing sockets, and raw access to options. */
#include "shared/refusal.h"
#include "windows/winsock.h"

/* mstcpip.h has the first one only in newer headers, and the second in none of them. */
#ifndef SIO_UDP_CONNRESET
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif
#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif

/* Whether ICMP answers to earlier sends make receives fail. What a provider refuses here it does
 * not do. */
static void report_resets(SOCKET socket, BOOL on)
{
    DWORD length;
    WSAIoctl(socket, SIO_UDP_CONNRESET, &on, sizeof on, NULL, 0, &length, NULL, NULL);
    WSAIoctl(socket, SIO_UDP_NETRESET, &on, sizeof on, NULL, 0, &length, NULL, NULL);
}

static int type_of(int kind)
{
    return kind == IPSOCK_TCP ? SOCK_STREAM : kind == IPSOCK_RAW ? SOCK_RAW : SOCK_DGRAM;
}

static int protocol_of(int kind, int protocol)
{
    return kind == IPSOCK_TCP ? IPPROTO_TCP : kind == IPSOCK_UDP ? IPPROTO_UDP : protocol;
}

int ipsk_sys_socket(int family, int kind, int protocol, ipsock_handle_t *handle,
                    struct ipsock_error *error)
{
    int code = ipsk_need_winsock(error);
    if (code < 0)
        return code;
    if (kind == IPSOCK_PING)
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "socket", "kind");
    const SOCKET s = WSASocketW(family == IPSOCK_IPV4 ? AF_INET : AF_INET6, type_of(kind),
                                protocol_of(kind, protocol), NULL, 0,
                                WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (s == INVALID_SOCKET) {
        const int native = WSAGetLastError();
        code = ipsk_fail_native(error, native, "socket");
        if (native == WSAEAFNOSUPPORT)
            ipsk_name_family(error, family);
        return code;
    }
    if (ipsk_set_nonblocking(s) != 0) {
        code = ipsk_fail_wsa(error, "ioctlsocket");
        closesocket(s);
        return code;
    }
    if (kind == IPSOCK_UDP)
        report_resets(s, FALSE);
    *handle = (ipsock_handle_t)s;
    return IPSOCK_OK;
}

int ipsk_sys_bind(ipsock_handle_t handle, const struct ipsock_addr *addr,
                  struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    const int length = (int)ipsk_to_sockaddr(addr, addr->family, &name);
    if (bind(ipsk_socket(handle), &name.any, length) == 0)
        return IPSOCK_OK;
    const int code = ipsk_fail_wsa(error, "bind");
    /* WSAEACCES: somebody has the port for himself, or the system keeps it back */
    if (code == IPSOCK_EPERM)
        error->code = IPSOCK_EADDRINUSE;
    return error->code;
}

static bool is_datagram(SOCKET socket)
{
    int type = 0;
    int length = sizeof type;
    return getsockopt(socket, SOL_SOCKET, SO_TYPE, (char *)&type, &length) == 0 &&
           type == SOCK_DGRAM;
}

static int fail_connect(const struct ipsock_addr *addr, int native, struct ipsock_error *error)
{
    const unsigned number = native == WSAEACCES ? IPSK_FIREWALL_EACCES : 0;
    const int code = ipsk_refused_connect(addr, number, ipsk_sys_code(native));
    return ipsk_fail(error, code, native, "connect", NULL);
}

int ipsk_sys_connect(ipsock_handle_t handle, const struct ipsock_addr *addr,
                     struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    const int length = (int)ipsk_to_sockaddr(addr, addr->family, &name);
    if (connect(ipsk_socket(handle), &name.any, length) != 0)
        return fail_connect(addr, WSAGetLastError(), error);
    if (is_datagram(ipsk_socket(handle)))
        report_resets(ipsk_socket(handle), TRUE); /* a connected endpoint tells them */
    return IPSOCK_OK;
}

int ipsk_sys_connect_result(ipsock_handle_t handle, struct ipsock_error *error)
{
    int native;
    bool failed;
    const int ready = ipsk_ready(ipsk_socket(handle), IPSOCK_WRITE, &failed);
    if (ready < 0)
        return ipsk_fail_wsa(error, "select");
    if (ready == 0)
        return ipsk_fail(error, IPSOCK_EAGAIN, 0, "connect", NULL);
    if (!failed)
        return IPSOCK_OK;
    const int code = ipsk_sys_get_number(handle, SOL_SOCKET, SO_ERROR, "SO_ERROR", &native, error);
    if (code < 0 || native == 0)
        return code;
    /* of a stream: the filtering platform's refusal */
    return ipsk_fail(error, native == WSAEACCES ? IPSOCK_EFIREWALL : ipsk_sys_code(native), native,
                     "connect", NULL);
}

int ipsk_sys_shutdown(ipsock_handle_t handle, struct ipsock_error *error)
{
    return shutdown(ipsk_socket(handle), SD_SEND) != 0 ? ipsk_fail_wsa(error, "shutdown")
                                                       : IPSOCK_OK;
}

int ipsk_sys_listen(ipsock_handle_t handle, int backlog, struct ipsock_error *error)
{
    return listen(ipsk_socket(handle), backlog == 0 ? SOMAXCONN : backlog) != 0
               ? ipsk_fail_wsa(error, "listen")
               : IPSOCK_OK;
}

int ipsk_sys_accept(ipsock_handle_t handle, bool looks, ipsock_handle_t *connection,
                    struct ipsock_addr *peer, struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    int length;
    SOCKET s;
    do {
        if (looks && ipsk_ready(ipsk_socket(handle), IPSOCK_READ, NULL) == 0)
            return ipsk_fail(error, IPSOCK_EAGAIN, 0, "accept", NULL);
        length = sizeof name;
        s = accept(ipsk_socket(handle), &name.any, &length);
    } while (s == INVALID_SOCKET && WSAGetLastError() == WSAECONNRESET); /* the peer has gone */
    if (s == INVALID_SOCKET)
        return ipsk_fail_wsa(error, "accept");
    if (ipsk_set_nonblocking(s) != 0) {
        const int code = ipsk_fail_wsa(error, "ioctlsocket");
        closesocket(s);
        return code;
    }
    *connection = (ipsock_handle_t)s;
    ipsk_from_sockaddr(peer, &name, length);
    return IPSOCK_OK;
}

int ipsk_sys_local_addr(ipsock_handle_t handle, struct ipsock_addr *addr,
                        struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    int length = sizeof name;
    if (getsockname(ipsk_socket(handle), &name.any, &length) != 0)
        return ipsk_fail_wsa(error, "getsockname");
    ipsk_from_sockaddr(addr, &name, length);
    return IPSOCK_OK;
}

int ipsk_sys_peer_addr(ipsock_handle_t handle, struct ipsock_addr *addr, struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    int length = sizeof name;
    if (getpeername(ipsk_socket(handle), &name.any, &length) != 0)
        return ipsk_fail_wsa(error, "getpeername");
    ipsk_from_sockaddr(addr, &name, length);
    return IPSOCK_OK;
}

void ipsk_sys_close(ipsock_handle_t handle)
{
    closesocket(ipsk_socket(handle));
}
