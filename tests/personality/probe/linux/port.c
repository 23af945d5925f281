// SPDX-License-Identifier: BSD-2-Clause
/* The calls on Linux itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../probe.h"

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
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 20) > 0; /* veth delivers at once: nothing comes later than 20 ms */
}

const char *port_errname(long number)
{
    return strerrorname_np((int)number);
}
const char *port_system(void)
{
    static char name[sizeof(struct utsname)];
    struct utsname u;
    uname(&u);
    snprintf(name, sizeof name, "linux %s", u.release);
    return name;
}
