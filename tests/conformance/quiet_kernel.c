// SPDX-License-Identifier: BSD-2-Clause
/* A kernel that takes a second join of IPv6 and says nothing, wants an interface to leave a group
 * of the link by, and refuses buffers above its maximum, as NetBSD: the linker sends the library's
 * options through here (-Wl,--wrap). tests/fault/without_sources.c tells the library. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define MOST 150001

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);

static int refuse(int number)
{
    errno = number;
    return -1;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    int first = 0;
    memcpy(&first, value, length < sizeof first ? length : sizeof first);
    if (level == SOL_SOCKET && (name == SO_RCVBUF || name == SO_SNDBUF) && first > MOST)
        return refuse(ENOBUFS);
    if (level == IPPROTO_IPV6 && name == MCAST_LEAVE_GROUP && first == 0)
        return refuse(EADDRNOTAVAIL);
    const int result = __real_setsockopt(fd, level, name, value, length);
    return level == IPPROTO_IPV6 && name == MCAST_JOIN_GROUP && result < 0 && errno == EADDRINUSE
               ? 0
               : result;
}
