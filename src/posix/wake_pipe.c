// SPDX-License-Identifier: BSD-2-Clause
/* The wake channel as a pipe: one byte in it means signalled. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "posix/errno.h"

static int prepare(int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
                   fcntl(fd, F_SETFD, FD_CLOEXEC) < 0
               ? -1
               : 0;
}

int ipsk_sys_waker_open(struct ipsk_waker *waker, struct ipsock_error *error)
{
    int fds[2];
    if (pipe(fds) < 0)
        return ipsk_fail_errno(error, "pipe");
    if (prepare(fds[0]) < 0 || prepare(fds[1]) < 0) {
        const int code = ipsk_fail_errno(error, "fcntl");
        close(fds[0]);
        close(fds[1]);
        return code;
    }
    waker->wait = fds[0];
    waker->signal = fds[1];
    waker->open = true;
    return IPSOCK_OK;
}

void ipsk_sys_waker_signal(const struct ipsk_waker *waker)
{
    /* A full pipe is as good as a byte more. */
    while (write((int)waker->signal, "", 1) < 0 && errno == EINTR)
        ;
}

void ipsk_sys_waker_drain(const struct ipsk_waker *waker)
{
    char bytes[64];
    ssize_t n;
    do
        n = read((int)waker->wait, bytes, sizeof bytes);
    while (n == (ssize_t)sizeof bytes || (n < 0 && errno == EINTR));
}

void ipsk_sys_waker_close(struct ipsk_waker *waker)
{
    if (!waker->open)
        return;
    close((int)waker->wait);
    close((int)waker->signal);
    waker->open = false;
}
