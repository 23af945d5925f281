// SPDX-License-Identifier: BSD-2-Clause
/* A kernel whose buffers are small: the guide's programs are linked with it. Every sixth datagram
 * finishes the room of the socket, every hundredth that of the interface, some are refused.
 * Datagrams are numbers in text. Those taken are written to the file $IPSOCK_TAKEN, a line each,
 * and sent nowhere. A program that asks again and again without waiting is ended. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SOCKET_ROOM    6
#define INTERFACE_ROOM 100
#define NEWS           48  /* at this one a connected socket tells of an earlier one, once */
#define UNWANTED       70  /* this one is refused, however often */
#define PATIENCE       100 /* calls in vain without a wait */

// The linker's names: declared here, for nobody else has them.
ssize_t __real_sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                      socklen_t size);
int __real_poll(struct pollfd *set, nfds_t count, int timeout);
ssize_t __wrap_sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                      socklen_t size);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
int __wrap_poll(struct pollfd *set, nfds_t count, int timeout);

static int full; /* EAGAIN or ENOBUFS, and 0 with room */
static unsigned taken, vain;
static int news_told;

static int refuse(int why)
{
    if (++vain > PATIENCE) {
        fprintf(stderr, "asks again and again without waiting\n");
        _Exit(3);
    }
    errno = why;
    return -1;
}

static int take(int fd, const void *data, size_t length)
{
    static FILE *file;
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (full)
        return refuse(full);
    char text[16] = "";
    memcpy(text, data, length < sizeof text ? length : sizeof text - 1);
    const unsigned number = (unsigned)strtoul(text, NULL, 10);
    if (number == UNWANTED)
        return refuse(EMSGSIZE);
    if (number == NEWS && getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && !news_told++)
        return refuse(ECONNREFUSED);
    if (!file)
        file = fopen(getenv("IPSOCK_TAKEN"), "w");
    fprintf(file, "%u\n", number);
    fflush(file);
    vain = 0;
    if (++taken % INTERFACE_ROOM == 0)
        full = ENOBUFS;
    else if (taken % SOCKET_ROOM == 0)
        full = EAGAIN;
    return 0;
}

ssize_t __wrap_sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                      socklen_t size)
{
    (void)flags, (void)to, (void)size;
    return take(fd, data, length) < 0 ? -1 : (ssize_t)length;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    const struct iovec *all = message->msg_iov;
    (void)flags;
    return take(fd, all->iov_base, all->iov_len) < 0 ? -1 : (ssize_t)all->iov_len;
}

int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    unsigned sent = 0;
    for (; sent < count; sent++) {
        const ssize_t length = __wrap_sendmsg(fd, &messages[sent].msg_hdr, flags);
        if (length < 0)
            break;
        messages[sent].msg_len = (unsigned)length;
    }
    return sent > 0 || count == 0 ? (int)sent : -1;
}

/* Writable is what POLLOUT waits for. That the interface has room is told by time alone: a socket
 * is writable then all the same. */
int __wrap_poll(struct pollfd *set, nfds_t count, int timeout)
{
    const int writes = count > 0 && (set[0].events & POLLOUT);
    if ((full == EAGAIN && writes) || (full == ENOBUFS && !writes && timeout > 0)) {
        full = 0;
        vain = 0;
    }
    return __real_poll(set, count, timeout);
}
