// SPDX-License-Identifier: BSD-2-Clause
/* The wake channel as an eventfd: one descriptor instead of a pipe's two. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "posix/errno.h"

int ipsk_sys_waker_open(struct ipsk_waker *waker, struct ipsock_error *error)
{
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return ipsk_fail_errno(error, "eventfd");
    waker->wait = fd;
    waker->signal = fd;
    waker->open = true;
    return IPSOCK_OK;
}

void ipsk_sys_waker_signal(const struct ipsk_waker *waker)
{
    const uint64_t one = 1;
    while (write((int)waker->signal, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void ipsk_sys_waker_drain(const struct ipsk_waker *waker)
{
    uint64_t count;
    while (read((int)waker->wait, &count, sizeof count) < 0 && errno == EINTR)
        ;
}

void ipsk_sys_waker_close(struct ipsk_waker *waker)
{
    if (waker->open)
        close((int)waker->wait);
    waker->open = false;
}
