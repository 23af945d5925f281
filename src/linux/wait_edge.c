// SPDX-License-Identifier: BSD-2-Clause
/* Waiting on a handle whose error queue is not the library's to read: poll reports POLLERR until it
 * is empty, an edge-triggered epoll reports what is there once, and then only what comes
 * (epoll(7)). */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix/errno.h"
#include "posix/wait.h"

static int watch(int epoll, ipsock_handle_t handle, uint32_t events)
{
    struct epoll_event event = {.events = events, .data = {.fd = (int)handle}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, (int)handle, &event);
}

/* What the next receive or send would fail with, were it tried now: an error may have come since
 * the last try. Asking for it clears it, as they would; the queue stays. */
static int last_error(ipsock_handle_t handle, struct ipsock_error *error)
{
    int native;
    const int code = ipsk_sys_get_number(handle, SOL_SOCKET, SO_ERROR, "SO_ERROR", &native, error);
    return code < 0 || native == 0
               ? code
               : ipsk_fail(error, ipsk_traffic_code(native), native, "epoll_wait", NULL);
}

/* Until there is something beside errors, or anything comes. */
static int wait_on(int epoll, ipsock_handle_t handle, int64_t deadline, struct ipsock_error *error)
{
    struct epoll_event event;
    int n = epoll_wait(epoll, &event, 1, ipsk_milliseconds_until(deadline));
    if (n == 1 && event.data.fd == (int)handle && event.events == EPOLLERR) {
        const int code = last_error(handle, error);
        if (code < 0)
            return code;
        n = epoll_wait(epoll, &event, 1, ipsk_milliseconds_until(deadline));
    }
    return n < 0 && errno != EINTR ? ipsk_fail_errno(error, "epoll_wait") : IPSOCK_OK;
}

int ipsk_sys_wait_beside_errors(ipsock_handle_t handle, int direction,
                                const struct ipsk_waker *waker, int64_t deadline,
                                struct ipsock_error *error)
{
    const uint32_t wanted = direction == IPSOCK_READ ? EPOLLIN : EPOLLOUT;
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return ipsk_fail_errno(error, "epoll_create");
    const int code =
        watch(epoll, handle, wanted | EPOLLET) < 0 || watch(epoll, waker->wait, EPOLLIN) < 0
            ? ipsk_fail_errno(error, "epoll_ctl")
            : wait_on(epoll, handle, deadline, error);
    close(epoll);
    return code;
}
