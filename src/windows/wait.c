// SPDX-License-Identifier: BSD-2-Clause
/* Waiting with select on two sockets, the endpoint's and the waker's: level-triggered, without
 * state, for any number of waiters, and it leaves a borrowed socket as it is. Events do none of
 * that (docs/backends.md). */
#include <limits.h>

#include "windows/winsock.h"

static void put(fd_set *set, SOCKET socket)
{
    set->fd_array[set->fd_count++] = socket;
}

/* The sets of one select. */
struct sets {
    fd_set read, write, except;
};

/* A connection that could not be made shows in the except set, and so does urgent data on one that
 * was made, which would end every wait. */
static bool is_connected(SOCKET socket)
{
    union ipsk_sockaddr name;
    int length = sizeof name;
    return getpeername(socket, &name.any, &length) == 0;
}

static void watch(struct sets *sets, SOCKET socket, int direction)
{
    put(direction == IPSOCK_READ ? &sets->read : &sets->write, socket);
    if (direction != IPSOCK_READ && !is_connected(socket))
        put(&sets->except, socket);
}

static void clear(struct sets *sets)
{
    sets->read.fd_count = sets->write.fd_count = sets->except.fd_count = 0;
}

int ipsk_ready(SOCKET socket, int direction, bool *failed)
{
    struct timeval now = {0, 0};
    struct sets sets;
    clear(&sets);
    watch(&sets, socket, direction);
    const int n = select(0, &sets.read, &sets.write, &sets.except, &now);
    if (failed != NULL)
        *failed = n > 0 && sets.except.fd_count != 0;
    return n > 0 ? 1 : n;
}

/* The time left in microseconds, rounded up, so that a wait never ends just before its deadline and
 * spins. Cut at what the struct holds: ending early is allowed. */
static struct timeval time_until(int64_t deadline)
{
    struct timeval time = {0, 0};
    const int64_t left = deadline - ipsk_sys_now();
    if (left <= 0)
        return time;
    const int64_t microseconds = (left + 999) / 1000;
    const int64_t seconds = microseconds / 1000000;
    time.tv_sec = seconds > LONG_MAX ? LONG_MAX : (long)seconds;
    time.tv_usec = (long)(microseconds % 1000000);
    return time;
}

int ipsk_sys_wait(ipsock_handle_t handle, int direction, const struct ipsk_waker *waker,
                  int64_t deadline, struct ipsock_error *error)
{
    struct sets sets;
    struct timeval time;
    clear(&sets);
    watch(&sets, ipsk_socket(handle), direction);
    put(&sets.read, ipsk_socket(waker->wait));
    if (deadline != 0)
        time = time_until(deadline);
    if (select(0, &sets.read, &sets.write, &sets.except, deadline != 0 ? &time : NULL) < 0)
        return ipsk_fail_wsa(error, "select");
    return IPSOCK_OK;
}

/* ---- the waker: a datagram socket that is its own peer, so that it hears nobody else ---- */

static SOCKET open_waker(int family)
{
    union ipsk_sockaddr name;
    const struct ipsock_addr loopback = ipsock_addr_loopback(family, 0);
    int length = (int)ipsk_to_sockaddr(&loopback, family, &name);
    const SOCKET s = WSASocketW(family == IPSOCK_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, IPPROTO_UDP,
                                NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (s == INVALID_SOCKET)
        return s;
    if (ipsk_set_nonblocking(s) == 0 && bind(s, &name.any, length) == 0 &&
        getsockname(s, &name.any, &length) == 0 && connect(s, &name.any, length) == 0)
        return s;
    const int native = WSAGetLastError();
    closesocket(s);
    WSASetLastError(native);
    return INVALID_SOCKET;
}

int ipsk_sys_waker_open(struct ipsk_waker *waker, struct ipsock_error *error)
{
    SOCKET s = open_waker(IPSOCK_IPV4);
    if (s == INVALID_SOCKET)
        s = open_waker(IPSOCK_IPV6);
    if (s == INVALID_SOCKET)
        return ipsk_fail_wsa(error, "wake channel");
    waker->wait = waker->signal = (ipsock_handle_t)s;
    waker->open = true;
    return IPSOCK_OK;
}

void ipsk_sys_waker_signal(const struct ipsk_waker *waker)
{
    send(ipsk_socket(waker->signal), "", 1, 0); /* a full one is signalled already */
}

void ipsk_sys_waker_drain(const struct ipsk_waker *waker)
{
    char byte;
    while (recv(ipsk_socket(waker->wait), &byte, 1, 0) >= 0)
        ;
}

void ipsk_sys_waker_close(struct ipsk_waker *waker)
{
    if (waker->open)
        closesocket(ipsk_socket(waker->wait));
    waker->open = false;
}
