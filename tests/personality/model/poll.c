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

/* poll, with what hears for the sockets (ear.c). */
static int poll_all(struct pollfd *fds, nfds_t count, int wait)
{
    struct pollfd all[2 * EARS];
    nfds_t owner[2 * EARS], used = count;
    int ears[EARS], error = 0;
    if (!model_fact(FACT_GROUPS6_BY_PORT) || count > EARS)
        return host_poll(fds, (unsigned)count, wait);
    memcpy(all, fds, count * sizeof *fds);
    host_lock();
    for (nfds_t i = 0; i < count; i++) {
        const struct sock *const s =
            fds[i].fd < 0 || !(fds[i].events & POLLIN) ? NULL : model_find(fds[i].fd, &error);
        const int n = s == NULL ? 0 : model_ears(s, ears, EARS);
        for (int k = 0; k < n && used < 2 * EARS; k++, used++) {
            all[used] = (struct pollfd){.fd = ears[k], .events = POLLIN};
            owner[used] = i;
        }
    }
    host_unlock();
    const int result = host_poll(all, (unsigned)used, wait);
    memcpy(fds, all, count * sizeof *fds);
    for (nfds_t i = count; i < used && result > 0; i++)
        if (all[i].revents != 0)
            fds[owner[i]].revents |= POLLIN;
    return result;
}

static int wait_ready(struct pollfd *fds, nfds_t count, int milliseconds)
{
    const int64_t end = model_now_micro() + (int64_t)milliseconds * 1000;
    for (;;) {
        const int64_t left = (end - model_now_micro() + 999) / 1000;
        const int wait = any_news(fds, count) || (milliseconds >= 0 && left <= 0) ? 0
                         : milliseconds < 0                                       ? -1
                                                                                  : (int)left;
        const int result = poll_all(fds, count, wait);
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
