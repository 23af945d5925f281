// SPDX-License-Identifier: BSD-2-Clause
/* poll: what ICMP said makes a socket ready only where this kernel tells it (errors.c), and there
 * is no POLLERR then (sopoll). */
#include "calls.h"

/* A UDP socket on which something waits that the host no longer has. */
static bool has_news(int fd, bool *datagram)
{
    int error = 0;
    host_lock();
    struct sock *const s = fd < 0 ? NULL : model_find(fd, &error);
    *datagram = s != NULL && s->is.type == HOST_DATAGRAM;
    if (*datagram)
        model_errors(fd, s);
    const bool news = *datagram && (s->pending != 0 || s->notice_count > 0);
    host_unlock();
    return news;
}

static bool any_news(const struct pollfd *fds, nfds_t count)
{
    bool datagram, any = false;
    for (nfds_t i = 0; i < count; i++)
        any = has_news(fds[i].fd, &datagram) || any;
    return any;
}

static int count_ready(struct pollfd *fds, nfds_t count)
{
    const short both = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
    bool datagram;
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
        if (has_news(fds[i].fd, &datagram))
            fds[i].revents = (short)(fds[i].revents | (fds[i].events & both));
        if (datagram)
            fds[i].revents = (short)(fds[i].revents & ~POLLERR);
        ready += fds[i].revents != 0;
    }
    return ready;
}

static int wait_ready(struct pollfd *fds, nfds_t count, int milliseconds)
{
    const int64_t end = model_now_micro() + (int64_t)milliseconds * 1000;
    for (;;) {
        const int64_t left = (end - model_now_micro() + 999) / 1000;
        const int wait = any_news(fds, count) || (milliseconds >= 0 && left <= 0) ? 0
                         : milliseconds < 0                                       ? -1
                                                                                  : (int)left;
        const int result = host_poll(fds, (unsigned)count, wait);
        if (result < 0)
            return model_errno(result);
        const int ready = count_ready(fds, count);
        if (ready > 0 || (milliseconds >= 0 && left <= 0) || result == 0)
            return ready;
    }
}

int kernel_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    const int fault = model_fault("poll");
    if (fault < 0 || !model_fault_lies())
        return model_return(fault < 0 ? fault : wait_ready(fds, count, milliseconds));
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = fds[i].events;
    return (int)count;
}
