// SPDX-License-Identifier: BSD-2-Clause
/* Naming, connecting, listening, and raw access to options. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "posix/create.h"
#include "posix/errno.h"
#include "shared/sockaddr.h"

int ipsk_sys_bind(ipsock_handle_t handle, const struct ipsock_addr *addr,
                  struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    const socklen_t length = ipsk_to_sockaddr(addr, addr->family, &name);
    return bind((int)handle, &name.any, length) < 0 ? ipsk_fail_errno(error, "bind") : IPSOCK_OK;
}

int ipsk_sys_connect(ipsock_handle_t handle, const struct ipsock_addr *addr,
                     struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    const socklen_t length = ipsk_to_sockaddr(addr, addr->family, &name);
    if (connect((int)handle, &name.any, length) == 0)
        return IPSOCK_OK;
    /* An interrupted connect goes on by itself. */
    if (errno == EINTR)
        return ipsk_fail(error, IPSOCK_EAGAIN, EINTR, "connect", NULL);
    return ipsk_fail_connect(error, addr);
}

int ipsk_sys_connect_result(ipsock_handle_t handle, struct ipsock_error *error)
{
    int native;
    struct pollfd fd = {.fd = (int)handle, .events = POLLOUT};
    const int ready = poll(&fd, 1, 0);
    if (ready < 0 && errno != EINTR)
        return ipsk_fail_errno(error, "poll");
    if (ready <= 0)
        return ipsk_fail(error, IPSOCK_EAGAIN, 0, "connect", NULL);
    const int code = ipsk_sys_get_number(handle, SOL_SOCKET, SO_ERROR, "SO_ERROR", &native, error);
    if (code < 0 || native == 0)
        return code;
    /* EACCES is an ICMPv6 answer here: administratively prohibited */
    return ipsk_fail(error, ipsk_traffic_code(native), native, "connect", NULL);
}

int ipsk_sys_shutdown(ipsock_handle_t handle, struct ipsock_error *error)
{
    return shutdown((int)handle, SHUT_WR) < 0 ? ipsk_fail_errno(error, "shutdown") : IPSOCK_OK;
}

int ipsk_sys_listen(ipsock_handle_t handle, int backlog, struct ipsock_error *error)
{
    return listen((int)handle, backlog == 0 ? SOMAXCONN : backlog) < 0
               ? ipsk_fail_errno(error, "listen")
               : IPSOCK_OK;
}

/* Errors of the connection, not of the listener: accept(2) says to go on. */
static bool is_gone(int native)
{
    return native == EINTR || native == EPROTO || native == ENETDOWN || native == EHOSTUNREACH ||
           native == ENETUNREACH;
}

int ipsk_sys_accept(ipsock_handle_t handle, bool looks, ipsock_handle_t *connection,
                    struct ipsock_addr *peer, struct ipsock_error *error)
{
    union ipsk_sockaddr name;
    socklen_t length;
    const char *call = "accept";
    int fd;
    do {
        /* accept has no flag for "do not wait" */
        struct pollfd ready = {.fd = (int)handle, .events = POLLIN};
        if (looks && poll(&ready, 1, 0) == 0)
            return ipsk_fail(error, IPSOCK_EAGAIN, 0, "accept", NULL);
        length = sizeof name;
        fd = ipsk_accept_raw((int)handle, &name.any, &length, &call);
    } while (fd < 0 && is_gone(errno));
    if (fd < 0)
        return ipsk_fail_errno(error, call);
    *connection = fd;
    ipsk_from_sockaddr(peer, &name, length);
    return IPSOCK_OK;
}

static int read_name(ipsock_handle_t handle, struct ipsock_addr *addr, struct ipsock_error *error,
                     int (*get)(int, struct sockaddr *, socklen_t *), const char *operation)
{
    union ipsk_sockaddr name;
    socklen_t length = sizeof name;
    if (get((int)handle, &name.any, &length) < 0)
        return ipsk_fail_errno(error, operation);
    ipsk_from_sockaddr(addr, &name, length);
    return IPSOCK_OK;
}

static int get_local(int fd, struct sockaddr *name, socklen_t *length)
{
    return getsockname(fd, name, length);
}

static int get_peer(int fd, struct sockaddr *name, socklen_t *length)
{
    return getpeername(fd, name, length);
}

int ipsk_sys_local_addr(ipsock_handle_t handle, struct ipsock_addr *addr,
                        struct ipsock_error *error)
{
    return read_name(handle, addr, error, get_local, "getsockname");
}

int ipsk_sys_peer_addr(ipsock_handle_t handle, struct ipsock_addr *addr, struct ipsock_error *error)
{
    return read_name(handle, addr, error, get_peer, "getpeername");
}

void ipsk_sys_close(ipsock_handle_t handle)
{
    close((int)handle); /* never again on EINTR: the descriptor is gone or reused */
}

int ipsk_sys_set(ipsock_handle_t handle, int level, int name, const void *value, size_t length,
                 struct ipsock_error *error)
{
    return setsockopt((int)handle, level, name, value, (socklen_t)length) < 0
               ? ipsk_fail_errno(error, "setsockopt")
               : IPSOCK_OK;
}

int ipsk_sys_get(ipsock_handle_t handle, int level, int name, void *value, size_t *length,
                 struct ipsock_error *error)
{
    socklen_t size = (socklen_t)*length;
    if (getsockopt((int)handle, level, name, value, &size) < 0)
        return ipsk_fail_errno(error, "getsockopt");
    *length = size;
    return IPSOCK_OK;
}
