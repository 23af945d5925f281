// SPDX-License-Identifier: BSD-2-Clause
/* select and WSAPoll. Where all sockets carry datagrams they wait on the host's descriptors, and a
 * packet that no receive would deliver wakes nobody; else Wine does. */
#include "model.h"

enum { SOCKETS = 3 * FD_SETSIZE, SLICE = 50 };

struct waiting {
    unsigned count;
    struct model_socket *sockets[SOCKETS];
    struct host_wait waits[SOCKETS];
};

static bool add(struct waiting *w, SOCKET handle, int events)
{
    struct model_socket *s = w->count < SOCKETS ? model_message_socket(handle) : NULL;

    if (!s)
        return false;
    w->sockets[w->count] = s;
    w->waits[w->count] = (struct host_wait){s->fd, (int16_t)events, 0};
    w->count++;
    return true;
}

static void release(struct waiting *w)
{
    for (unsigned i = 0; i < w->count; i++)
        model_put(w->sockets[i]);
}

static bool is_ready(struct waiting *w, unsigned i, int events)
{
    const int seen = w->waits[i].revents;

    if (events & HOST_POLLIN)
        return (seen & ~HOST_POLLOUT) && w->sockets[i]->bound && model_is_readable(w->sockets[i]);
    return seen & HOST_POLLOUT;
}

/* Leaves in revents what a call would find; the number of sockets, 0 when time is up, -1. */
static int wait_for(struct waiting *w, int milliseconds)
{
    const ULONGLONG start = GetTickCount64();

    for (;;) {
        const ULONGLONG passed = GetTickCount64() - start;
        const ULONGLONG left = milliseconds < 0 ? SLICE
                               : passed >= (ULONGLONG)milliseconds
                                   ? 0
                                   : (ULONGLONG)milliseconds - passed;
        int ready = 0;

        host_wait_any(w->waits, w->count, left < SLICE ? (int)left : SLICE);
        for (unsigned i = 0; i < w->count; i++) {
            int found = 0;

            if (w->sockets[i]->closed)
                return -1;
            if ((w->waits[i].events & HOST_POLLIN) && is_ready(w, i, HOST_POLLIN))
                found |= HOST_POLLIN;
            if ((w->waits[i].events & HOST_POLLOUT) && is_ready(w, i, HOST_POLLOUT))
                found |= HOST_POLLOUT;
            w->waits[i].revents = (int16_t)found;
            ready += found != 0;
        }
        if (ready || left == 0)
            return ready;
    }
}

static bool add_set(struct waiting *w, const fd_set *set, int events)
{
    for (u_int i = 0; set && i < set->fd_count; i++) {
        if (!add(w, set->fd_array[i], events))
            return false;
    }
    return true;
}

static unsigned keep(const struct waiting *w, fd_set *set, unsigned at)
{
    const u_int count = set ? set->fd_count : 0;

    if (set)
        set->fd_count = 0;
    for (u_int i = 0; i < count; i++) {
        if (w->waits[at + i].revents)
            set->fd_array[set->fd_count++] = set->fd_array[i];
    }
    return at + count;
}

static int milliseconds_of(const struct timeval *time)
{
    if (!time)
        return -1;
    if (time->tv_sec > 1000000)
        return 1000000000;
    return (int)time->tv_sec * 1000 + (int)(time->tv_usec + 999) / 1000;
}

int WSAAPI windows_select(int ignored, fd_set *read, fd_set *write, fd_set *except,
                          const PTIMEVAL timeout)
{
    struct waiting w;
    int result;

    w.count = 0;
    if (!add_set(&w, read, HOST_POLLIN) || !add_set(&w, write, HOST_POLLOUT) ||
        !add_set(&w, except, 0) || w.count == 0) {
        release(&w);
        return model_real()->select(ignored, read, write, except, timeout);
    }
    result = wait_for(&w, milliseconds_of(timeout));
    if (result >= 0)
        keep(&w, except, keep(&w, write, keep(&w, read, 0)));
    release(&w);
    if (result < 0)
        WSASetLastError(WSAENOTSOCK);
    return result;
}

int WSAAPI windows_WSAPoll(LPWSAPOLLFD fds, ULONG count, INT timeout)
{
    struct waiting w;
    bool all = count != 0;
    int result;

    for (ULONG i = 0; i < count && fds; i++) {
        if ((fds[i].events & ~(POLLRDNORM | POLLRDBAND | POLLWRNORM)) && FACT(POLL_EVENTS))
            return model_result(FACT(POLL_EVENTS));
    }
    w.count = 0;
    for (ULONG i = 0; all && i < count; i++)
        all = add(&w, fds[i].fd,
                  (fds[i].events & POLLRDNORM ? HOST_POLLIN : 0) |
                      (fds[i].events & POLLWRNORM ? HOST_POLLOUT : 0));
    if (!all) {
        release(&w);
        return model_real()->WSAPoll(fds, count, timeout);
    }
    result = wait_for(&w, timeout);
    for (ULONG i = 0; i < count; i++)
        fds[i].revents = (SHORT)((w.waits[i].revents & HOST_POLLIN ? POLLRDNORM : 0) |
                                 (w.waits[i].revents & HOST_POLLOUT ? POLLWRNORM : 0));
    release(&w);
    return result < 0 ? model_result(WSAENOTSOCK) : result;
}
