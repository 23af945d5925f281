// SPDX-License-Identifier: BSD-2-Clause
/* The calls of port.h where the system's C library is there, or what stands for it: included by a
 * port. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "probe.h"

static long answer(long r)
{
    return r < 0 ? -errno : r;
}

long port_socket(int family, int type, int protocol)
{
    return answer(socket(family, type, protocol));
}

long port_close(int fd)
{
    return answer(close(fd));
}

long port_bind(int fd, const struct sockaddr *addr, socklen_t length)
{
    return answer(bind(fd, addr, length));
}

long port_connect(int fd, const struct sockaddr *addr, socklen_t length)
{
    return answer(connect(fd, addr, length));
}

long port_getsockname(int fd, struct sockaddr *addr, socklen_t *length)
{
    return answer(getsockname(fd, addr, length));
}

long port_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    return answer(setsockopt(fd, level, name, value, length));
}

long port_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    return answer(getsockopt(fd, level, name, value, length));
}

long port_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return answer(sendmsg(fd, message, flags | MSG_NOSIGNAL));
}

long port_recvmsg(int fd, struct msghdr *message, int flags)
{
    return answer(recvmsg(fd, message, flags));
}

int port_readable(int fd)
{
    return port_poll(fd, POLLIN, 20) >
           0; /* veth delivers at once: nothing comes later than 20 ms */
}

long port_listen(int fd, int backlog)
{
    return answer(listen(fd, backlog));
}

long port_accept(int fd, struct sockaddr *addr, socklen_t *length)
{
#ifdef SOCK_CLOEXEC
    return answer(accept4(fd, addr, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
#else
    return answer(accept(fd, addr, length));
#endif
}

long port_shutdown(int fd, int how)
{
    return answer(shutdown(fd, how));
}

long port_getpeername(int fd, struct sockaddr *addr, socklen_t *length)
{
    return answer(getpeername(fd, addr, length));
}

long port_ioctl(int fd, unsigned long request, void *argument)
{
    return answer(ioctl(fd, request, argument));
}

long port_nonblocking(int fd, int on)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return answer(-1);
    if (on >= 0 && fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) < 0)
        return answer(-1);
    return (flags & O_NONBLOCK) != 0;
}

int port_poll(int fd, int events, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = (short)events};
    return poll(&p, 1, milliseconds) > 0 ? p.revents : 0;
}

#ifdef PORT_MMSG
long port_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    return answer(sendmmsg(fd, messages, count, (PORT_MMSG)(flags | MSG_NOSIGNAL)));
}

long port_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    return answer(recvmmsg(fd, messages, count, (PORT_MMSG)flags, NULL));
}
#endif

#ifdef PORT_IFADDRS
long port_getifaddrs(struct ifaddrs **list)
{
    return answer(getifaddrs(list));
}

void port_freeifaddrs(struct ifaddrs *list)
{
    freeifaddrs(list);
}

long port_nametoindex(const char *name)
{
    unsigned index = if_nametoindex(name);
    return index ? (long)index : answer(-1);
}

long port_indextoname(unsigned index, char *name)
{
    return if_indextoname(index, name) ? 0 : answer(-1);
}
#endif
