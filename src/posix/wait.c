// SPDX-License-Identifier: BSD-2-Clause
/* Waiting with poll. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "posix/errno.h"
#include "posix/wait.h"

int64_t ipsk_sys_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint32_t ipsk_sys_process_id(void)
{
    return (uint32_t)getpid();
}

/* Milliseconds left, rounded up so that a wait never ends just before its deadline and spins; -1
 * without end. */
int ipsk_milliseconds_until(int64_t deadline)
{
    if (deadline == 0)
        return -1;
    const int64_t left = deadline - ipsk_sys_now();
    if (left <= 0)
        return 0;
    const int64_t rounded = (left + 999999) / 1000000;
    return rounded > INT_MAX ? INT_MAX : (int)rounded;
}

int ipsk_sys_wait(ipsock_handle_t handle, int direction, const struct ipsk_waker *waker,
                  int64_t deadline, struct ipsock_error *error)
{
    struct pollfd fds[2] = {
        {.fd = (int)handle,
         .events = direction == IPSOCK_READ    ? POLLIN
                   : direction == IPSOCK_WRITE ? POLLOUT
                                               : 0 /* POLLERR is always looked for */},
        {.fd = (int)waker->wait, .events = POLLIN},
    };
    if (poll(fds, 2, ipsk_milliseconds_until(deadline)) < 0 && errno != EINTR)
        return ipsk_fail_errno(error, "poll");
    /* A closed descriptor would make every later wait return at once. */
    if (fds[0].revents & POLLNVAL)
        return ipsk_fail(error, IPSOCK_ENOTSOCK, EBADF, "poll", NULL);
    return fds[0].revents == POLLERR && fds[1].revents == 0 ? IPSK_WAIT_ERRORS : IPSOCK_OK;
}
