// SPDX-License-Identifier: BSD-2-Clause
/* Making, naming, connecting and closing sockets, and raw access to options. */
#include "windows/winsock.h"

/* mstcpip.h has the first one only in newer headers, and the second in none of them. */
#ifndef SIO_UDP_CONNRESET
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif
#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif

int ipsk_tame(SOCKET socket)
{
    u_long on = 1;
    /* accept has no flag for it: a process that starts in between may inherit the socket */
    SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, 0);
    return ioctlsocket(socket, (long)FIONBIO, &on);
}

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
            error->option = "family";
        return code;
    }
    if (ipsk_tame(s) != 0) {
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

int ipsk_sys_connect(ipsock_handle_t handle, const struct ipsock_addr *addr,
                     struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    const int length = (int)ipsk_to_sockaddr(addr, addr->family, &name);
    if (connect(ipsk_socket(handle), &name.any, length) != 0)
        return ipsk_fail_wsa(error, "connect");
    if (is_datagram(ipsk_socket(handle)))
        report_resets(ipsk_socket(handle), TRUE); /* a connected endpoint tells them */
    return IPSOCK_OK;
}

int ipsk_sys_connect_result(ipsock_handle_t handle, struct ipsock_error *error)
{
    int native = 0;
    size_t length = sizeof native;
    bool failed;
    const int ready = ipsk_ready(ipsk_socket(handle), IPSOCK_WRITE, &failed);
    if (ready < 0)
        return ipsk_fail_wsa(error, "select");
    if (ready == 0)
        return ipsk_fail(error, IPSOCK_EAGAIN, 0, "connect", NULL);
    if (!failed)
        return IPSOCK_OK;
    const int code = ipsk_sys_get(handle, SOL_SOCKET, SO_ERROR, &native, &length, error);
    return code < 0 || native == 0 ? code : ipsk_fail_native(error, native, "connect");
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
    if (ipsk_tame(s) != 0) {
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

/* The index that an option of this level and name carries, if it is about an interface. */
static uint32_t index_of(int level, int name, const void *value, size_t length)
{
    uint32_t index = 0;
    if (length != sizeof index || (name != IP_MULTICAST_IF && name != IP_UNICAST_IF) ||
        (level != IPPROTO_IP && level != IPPROTO_IPV6))
        return 0;
    memcpy(&index, value, sizeof index);
    return level == IPPROTO_IP ? ntohl(index) : index;
}

int ipsk_sys_set(ipsock_handle_t handle, int level, int name, const void *value, size_t length,
                 struct ipsock_error *error)
{
    char text[IPSOCK_ADDR_TEXT * 16];
    if (setsockopt(ipsk_socket(handle), level, name, value, (int)length) == 0)
        return IPSOCK_OK;
    const int native = WSAGetLastError();
    const uint32_t index = index_of(level, name, value, length);
    int code = ipsk_sys_code(native);
    if (level == IPPROTO_UDP && native == WSAEINVAL)
        code = IPSOCK_ENOTSUP; /* an older build, or Wine: it knows none of these options */
    else if ((native == WSAEINVAL || native == WSAEADDRNOTAVAIL) && index != 0 &&
             !ipsk_sys_interface_name(index, text, sizeof text))
        code = IPSOCK_ENODEV;
    return ipsk_fail(error, code, native, "setsockopt", NULL);
}

static int ask(ipsock_handle_t handle, int code, void *value, size_t length,
               struct ipsock_error *error)
{
    DWORD returned;
    if (WSAIoctl(ipsk_socket(handle), (DWORD)code, value, (DWORD)length, value, (DWORD)length,
                 &returned, NULL, NULL) == 0)
        return IPSOCK_OK;
    return ipsk_fail_wsa(error, "WSAIoctl");
}

int ipsk_sys_get(ipsock_handle_t handle, int level, int name, void *value, size_t *length,
                 struct ipsock_error *error)
{
    int size = (int)*length;
    if (level == IPSK_IOCTL)
        return ask(handle, name, value, *length, error);
    memset(value, 0, *length); /* of a DWORD that is asked for, one byte may be written */
    if (getsockopt(ipsk_socket(handle), level, name, value, &size) != 0) {
        const int native = WSAGetLastError();
        const bool unknown = level == IPPROTO_UDP && native == WSAEINVAL;
        return ipsk_fail(error, unknown ? IPSOCK_ENOTSUP : ipsk_sys_code(native), native,
                         "getsockopt", NULL);
    }
    *length = (size_t)size;
    return IPSOCK_OK;
}
